//! Qdrant, over its HTTP API.

use std::collections::HashMap;

use airis_config::QdrantServer;
use airis_domain::Json;
use async_trait::async_trait;
use http::Method;
use serde_json::json;

use super::points::{Hit, Point, Points, Question};
use super::rest::{Rest, numbers, odd, vector};
use crate::Result;

const NAME: &str = "Qdrant";

pub struct Qdrant {
    rest: Rest,
    /// Edges of a vector in the graph that is searched.
    edges: u32,
    on_disk: bool,
}

impl Qdrant {
    pub fn new(server: &QdrantServer) -> Self {
        let key = server.key.iter().map(|key| ("api-key".to_owned(), key.clone())).collect();
        Self { rest: Rest::new(&server.url, key, server.seconds), edges: server.edges, on_disk: server.on_disk }
    }

    async fn is_there(&self, place: &str) -> Result<bool> {
        let answer = self.rest.ask(Method::GET, &format!("/collections/{place}/exists"), None).await?;
        answer["result"]["exists"].as_bool().ok_or_else(|| odd(NAME))
    }
}

#[async_trait]
impl Points for Qdrant {
    async fn check(&self) -> Result<()> {
        self.rest.ask(Method::GET, "/collections", None).await.map(|_| ())
    }

    async fn ensure(&self, place: &str, dimensions: usize) -> Result<()> {
        if self.is_there(place).await? {
            return Ok(());
        }
        let wanted = json!({
            "vectors": {"size": dimensions, "distance": "Cosine", "on_disk": self.on_disk},
            "hnsw_config": {"m": self.edges},
            "on_disk_payload": self.on_disk,
        });
        let made = self.rest.answer(Method::PUT, &format!("/collections/{place}"), Some(&wanted)).await?;
        // Another may have been faster.
        if !(200..300).contains(&made.status) && !self.is_there(place).await? {
            made.ok()?;
        }
        // Points of one collection lie together, and are searched without looking at others.
        let tenant = json!({"field_name": "tenant_id", "field_schema": {"type": "keyword", "is_tenant": true}});
        let file = json!({"field_name": "file_id", "field_schema": "keyword"});
        for index in [tenant, file] {
            self.rest.ask(Method::PUT, &format!("/collections/{place}/index?wait=true"), Some(&index)).await?;
        }
        Ok(())
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        let point = |point: &Point| {
            let known = json!({"tenant_id": point.collection, "file_id": point.file_id, "text": point.text,
                "metadata": point.metadata});
            json!({"id": point.id, "vector": numbers(&point.vector), "payload": known})
        };
        let body = json!({"points": points.iter().map(point).collect::<Vec<_>>()});
        self.rest.ask(Method::PUT, &format!("/collections/{place}/points?wait=true"), Some(&body)).await.map(|_| ())
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        let mut must = vec![json!({"key": "tenant_id", "match": {"value": question.collection}})];
        match question.files {
            None => {}
            Some([]) => return Ok(Vec::new()),
            Some(files) => must.push(json!({"key": "file_id", "match": {"any": files}})),
        }
        let body = json!({"query": numbers(question.vector), "filter": {"must": must}, "limit": question.limit,
            "with_payload": false});
        let path = format!("/collections/{place}/points/query");
        let Some(answer) = self.rest.find(Method::POST, &path, Some(&body)).await? else { return Ok(Vec::new()) };
        let found = answer["result"]["points"].as_array().ok_or_else(|| odd(NAME))?;
        let hit = |point: &Json| Some((point["id"].as_str()?.to_owned(), point["score"].as_f64()?));
        found.iter().map(|point| hit(point).ok_or_else(|| odd(NAME))).collect()
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        let body = json!({"ids": ids, "with_vector": true, "with_payload": false});
        let path = format!("/collections/{place}/points");
        let Some(answer) = self.rest.find(Method::POST, &path, Some(&body)).await? else { return Ok(HashMap::new()) };
        let found = answer["result"].as_array().ok_or_else(|| odd(NAME))?;
        let pair = |point: &Json| Some((point["id"].as_str()?.to_owned(), vector(&point["vector"])?));
        found.iter().map(|point| pair(point).ok_or_else(|| odd(NAME))).collect()
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        let path = format!("/collections/{place}/points/delete?wait=true");
        self.rest.find(Method::POST, &path, Some(&json!({"points": ids}))).await.map(|_| ())
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        let answer = self.rest.ask(Method::GET, "/collections", None).await?;
        let found = answer["result"]["collections"].as_array().ok_or_else(|| odd(NAME))?;
        let names = found.iter().filter_map(|collection| collection["name"].as_str());
        Ok(names.filter(|name| name.starts_with(prefix)).map(str::to_owned).collect())
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        self.rest.find(Method::DELETE, &format!("/collections/{place}"), None).await.map(|_| ())
    }
}
