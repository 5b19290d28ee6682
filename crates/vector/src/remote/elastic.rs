//! Elasticsearch and OpenSearch, which differ in how they are told of vectors and asked for the nearest.

use std::collections::HashMap;

use airis_config::ElasticServer;
use airis_domain::Json;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::json;

use super::points::{Hit, Point, Points, Question};
use super::rest::{Rest, numbers, odd};
use crate::Result;
use crate::measure::pack;

const SECONDS: u64 = 30;
/// Candidates that each part of an index looks at, at least and at most.
const CANDIDATES: usize = 100;
const MOST: usize = 10_000;

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Elasticsearch,
    OpenSearch,
}

pub struct Elastic {
    rest: Rest,
    dialect: Dialect,
}

impl Elastic {
    pub fn new(server: &ElasticServer, dialect: Dialect) -> Self {
        let header = server.authorization.iter().map(|value| ("Authorization".to_owned(), value.clone()));
        Self { rest: Rest::new(&server.url, header.collect(), SECONDS), dialect }
    }

    fn name(&self) -> &'static str {
        match self.dialect {
            Dialect::Elasticsearch => "Elasticsearch",
            Dialect::OpenSearch => "OpenSearch",
        }
    }

    /// What an index is made of. Vectors are read from `numbers`, as what is searched need not be kept as it was given.
    fn index(&self, dimensions: usize) -> Json {
        let (settings, vector) = match self.dialect {
            // Else it keeps one byte a number, and finds others than the nearest.
            Dialect::Elasticsearch => (
                json!({}),
                json!({"type": "dense_vector", "dims": dimensions, "index": true, "similarity": "cosine",
                    "index_options": {"type": "hnsw"}}),
            ),
            Dialect::OpenSearch => {
                let method = json!({"name": "hnsw", "space_type": "cosinesimil", "engine": "lucene"});
                (
                    json!({"index": {"knn": true}}),
                    json!({"type": "knn_vector", "dimension": dimensions, "method": method}),
                )
            }
        };
        json!({
            "settings": settings,
            "mappings": {"dynamic": false, "properties": {
                "tenant_id": {"type": "keyword"},
                "file_id": {"type": "keyword"},
                "text": {"type": "text", "index": false},
                "metadata": {"type": "object", "enabled": false},
                "numbers": {"type": "binary"},
                "vector": vector,
            }},
        })
    }

    /// Sends lines of JSON, and looks at what is said of each. `allowed`: a status that is no failure besides.
    async fn bulk(&self, lines: &[Json], allowed: u64) -> Result<()> {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let answer = self.rest.lines("/_bulk", body).await?;
        let items = answer["items"].as_array().ok_or_else(|| odd(self.name()))?;
        for item in items.iter().filter_map(Json::as_object).flat_map(serde_json::Map::values) {
            let status = item["status"].as_u64().unwrap_or_default();
            if !(200..300).contains(&status) && status != allowed {
                let reason = item["error"]["reason"].as_str().unwrap_or("a point was refused");
                return Err(crate::VectorError::Unavailable(format!("{} answers {status}: {reason}", self.name())));
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Points for Elastic {
    async fn check(&self) -> Result<()> {
        self.rest.ask(Method::GET, "/", None).await.map(|_| ())
    }

    async fn ensure(&self, place: &str, dimensions: usize) -> Result<()> {
        if self.rest.find(Method::GET, &format!("/{place}/_mapping"), None).await?.is_some() {
            return Ok(());
        }
        let made = self.rest.answer(Method::PUT, &format!("/{place}"), Some(&self.index(dimensions))).await?;
        // Another may have been faster.
        if made.status == 400 && made.text().contains("resource_already_exists_exception") {
            return Ok(());
        }
        Ok(made.ok().map(|_| ())?)
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        let lines = points.iter().flat_map(|point| {
            let known = json!({"tenant_id": point.collection, "file_id": point.file_id, "text": point.text,
                "metadata": point.metadata, "numbers": STANDARD.encode(pack(&point.vector)),
                "vector": numbers(&point.vector)});
            [json!({"index": {"_index": place, "_id": point.id}}), known]
        });
        self.bulk(&lines.collect::<Vec<_>>(), 200).await
    }

    async fn settle(&self, place: &str) -> Result<()> {
        self.rest.ask(Method::POST, &format!("/{place}/_refresh"), None).await.map(|_| ())
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        let mut filter = vec![json!({"term": {"tenant_id": question.collection}})];
        match question.files {
            None => {}
            Some([]) => return Ok(Vec::new()),
            Some(files) => filter.push(json!({"terms": {"file_id": files}})),
        }
        let (vector, limit) = (numbers(question.vector), question.limit.min(MOST));
        let body = match self.dialect {
            Dialect::Elasticsearch => {
                let candidates = (limit * 2).clamp(CANDIDATES, MOST);
                json!({"knn": {"field": "vector", "query_vector": vector, "k": limit, "num_candidates": candidates,
                    "filter": filter}, "size": limit, "_source": false})
            }
            Dialect::OpenSearch => {
                let near = json!({"vector": vector, "k": limit, "filter": {"bool": {"filter": filter}}});
                json!({"query": {"knn": {"vector": near}}, "size": limit, "_source": false})
            }
        };
        let answer = self.rest.find(Method::POST, &format!("/{place}/_search"), Some(&body)).await?;
        let Some(answer) = answer else { return Ok(Vec::new()) };
        let found = answer["hits"]["hits"].as_array().ok_or_else(|| odd(self.name()))?;
        // Scores run from 0 to 1, as half of what is one more than the cosine.
        let hit = |hit: &Json| Some((hit["_id"].as_str()?.to_owned(), hit["_score"].as_f64()? * 2.0 - 1.0));
        found.iter().map(|found| hit(found).ok_or_else(|| odd(self.name()))).collect()
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        let path = format!("/{place}/_mget?_source_includes=numbers");
        let Some(answer) = self.rest.find(Method::POST, &path, Some(&json!({"ids": ids}))).await? else {
            return Ok(HashMap::new());
        };
        let found = answer["docs"].as_array().ok_or_else(|| odd(self.name()))?;
        let pair = |known: &Json| {
            let bytes = STANDARD.decode(known["_source"]["numbers"].as_str()?).ok()?;
            let vector = bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect();
            Some((known["_id"].as_str()?.to_owned(), vector))
        };
        let there = found.iter().filter(|known| known["found"] == true);
        there.map(|known| pair(known).ok_or_else(|| odd(self.name()))).collect()
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        let lines: Vec<Json> = ids.iter().map(|id| json!({"delete": {"_index": place, "_id": id}})).collect();
        self.bulk(&lines, 404).await
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        let path = format!("/_cat/indices/{prefix}*?format=json&h=index");
        let Some(answer) = self.rest.find(Method::GET, &path, None).await? else { return Ok(Vec::new()) };
        let found = answer.as_array().ok_or_else(|| odd(self.name()))?;
        Ok(found.iter().filter_map(|index| index["index"].as_str().map(str::to_owned)).collect())
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        self.rest.find(Method::DELETE, &format!("/{place}"), None).await.map(|_| ())
    }
}
