//! Weaviate, over its HTTP interface: REST for objects and classes, GraphQL for questions. Everything is there in any of its
//! versions since 1.21, which gRPC is not.

use std::collections::HashMap;

use airis_config::WeaviateServer;
use airis_domain::Json;
use async_trait::async_trait;
use http::Method;
use serde_json::json;

use super::points::{Hit, Point, Points, Question};
use super::rest::{Rest, numbers, odd, vector};
use crate::{Result, VectorError};

const NAME: &str = "Weaviate";
const SECONDS: u64 = 30;

pub struct Weaviate {
    rest: Rest,
}

impl Weaviate {
    pub fn new(server: &WeaviateServer) -> Self {
        let key = server.key.iter().map(|key| ("Authorization".to_owned(), format!("Bearer {key}")));
        Self { rest: Rest::new(&format!("{}/v1", server.url), key.collect(), SECONDS) }
    }

    async fn is_there(&self, place: &str) -> Result<bool> {
        let path = format!("/schema/{}", class(place));
        Ok(self.rest.find(Method::GET, &path, None).await?.is_some())
    }

    /// Objects of a place that GraphQL finds, with what it says besides; `None` where there is no such place, which it says
    /// in many ways.
    async fn found(&self, place: &str, bounds: &str, fields: &str) -> Result<Option<Vec<Json>>> {
        let class = class(place);
        let query = format!("{{ Get {{ {class}({bounds}) {{ _additional {{ {fields} }} }} }} }}");
        let answer = self.rest.answer(Method::POST, "/graphql", Some(&json!({ "query": query }))).await?;
        let said = answer.json().unwrap_or_default();
        let problem = said["errors"][0]["message"].as_str();
        if answer.status == 200 && problem.is_none() {
            let objects = said["data"]["Get"][&class].as_array();
            return objects.cloned().map(Some).ok_or_else(|| odd(NAME));
        }
        if matches!(answer.status, 200 | 404 | 422) && !self.is_there(place).await? {
            return Ok(None);
        }
        match problem {
            Some(problem) if answer.status == 200 => Err(refused(problem)),
            _ => Err(answer.ok().err().map_or_else(|| odd(NAME), VectorError::from)),
        }
    }
}

#[async_trait]
impl Points for Weaviate {
    async fn check(&self) -> Result<()> {
        self.rest.ask(Method::GET, "/schema", None).await.map(|_| ())
    }

    async fn ensure(&self, place: &str, _dimensions: usize) -> Result<()> {
        if self.is_there(place).await? {
            return Ok(());
        }
        // Names are compared as a whole, and every word of them counts.
        let exact = |name: &str| json!({"name": name, "dataType": ["text"], "tokenization": "field", "indexFilterable": true, "indexSearchable": false});
        let kept = |name: &str| json!({"name": name, "dataType": ["text"], "indexFilterable": false, "indexSearchable": false});
        let wanted = json!({
            "class": class(place),
            "vectorizer": "none",
            "vectorIndexType": "hnsw",
            "vectorIndexConfig": {"distance": "cosine"},
            "invertedIndexConfig": {"stopwords": {"preset": "none"}},
            "properties": [exact("tenant_id"), exact("file_id"), kept("text"), kept("metadata")],
        });
        let made = self.rest.answer(Method::POST, "/schema", Some(&wanted)).await?;
        // Another may have been faster.
        if !(200..300).contains(&made.status) && !self.is_there(place).await? {
            made.ok()?;
        }
        Ok(())
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        let class = class(place);
        let object = |point: &Point| {
            let metadata = Json::Object(point.metadata.clone()).to_string();
            let mut known = json!({"tenant_id": point.collection, "text": point.text, "metadata": metadata});
            if let Some(file) = &point.file_id {
                known["file_id"] = json!(file);
            }
            json!({"class": class, "id": point.id, "vector": numbers(&point.vector), "properties": known})
        };
        let body = json!({"objects": points.iter().map(object).collect::<Vec<_>>()});
        let answer = self.rest.ask(Method::POST, "/batch/objects", Some(&body)).await?;
        let objects = answer.as_array().ok_or_else(|| odd(NAME))?;
        // Each object has a fate of its own, whatever the status of the answer.
        let stored = |object: &&Json| object["result"]["status"] == "SUCCESS";
        if let Some(failed) = objects.iter().find(|object| !stored(object)) {
            let reason = failed["result"]["errors"]["error"][0]["message"].as_str();
            return Err(refused(reason.unwrap_or("a point was refused")));
        }
        if objects.len() == points.len() { Ok(()) } else { Err(odd(NAME)) }
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        let tenant = format!("{{path: [\"tenant_id\"], operator: Equal, valueText: {}}}", json!(question.collection));
        let filter = match question.files {
            None => tenant,
            Some([]) => return Ok(Vec::new()),
            Some(files) => {
                let file = format!("{{path: [\"file_id\"], operator: ContainsAny, valueText: {}}}", json!(files));
                format!("{{operator: And, operands: [{tenant}, {file}]}}")
            }
        };
        let vector = numbers(question.vector);
        let bounds = format!("limit: {}, nearVector: {{vector: {vector}}}, where: {filter}", question.limit);
        let found = self.found(place, &bounds, "id distance").await?.unwrap_or_default();
        // A distance is 1 less the cosine.
        let hit = |object: &Json| {
            let known = &object["_additional"];
            Some((known["id"].as_str()?.to_owned(), 1.0 - known["distance"].as_f64()?))
        };
        found.iter().map(|object| hit(object).ok_or_else(|| odd(NAME))).collect()
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        let filter = format!("{{path: [\"id\"], operator: ContainsAny, valueText: {}}}", json!(ids));
        let bounds = format!("limit: {}, where: {filter}", ids.len());
        let found = self.found(place, &bounds, "id vector").await?.unwrap_or_default();
        let pair = |object: &Json| {
            let known = &object["_additional"];
            Some((known["id"].as_str()?.to_owned(), vector(&known["vector"])?))
        };
        found.iter().map(|object| pair(object).ok_or_else(|| odd(NAME))).collect()
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        let which = json!({"path": ["id"], "operator": "ContainsAny", "valueTextArray": ids});
        let body = json!({"match": {"class": class(place), "where": which}, "output": "minimal"});
        let answer = self.rest.answer(Method::DELETE, "/batch/objects", Some(&body)).await?;
        if !(200..300).contains(&answer.status) {
            return if self.is_there(place).await? { Ok(answer.ok().map(|_| ())?) } else { Ok(()) };
        }
        match answer.json()?["results"]["failed"].as_u64() {
            Some(0) => Ok(()),
            Some(failed) => Err(refused(&format!("{failed} points could not be deleted"))),
            None => Err(odd(NAME)),
        }
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        let answer = self.rest.ask(Method::GET, "/schema", None).await?;
        let found = answer["classes"].as_array().ok_or_else(|| odd(NAME))?;
        let names = found.iter().filter_map(|known| Some(place(known["class"].as_str()?)));
        Ok(names.filter(|name| name.starts_with(prefix)).collect())
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        let answer = self.rest.answer(Method::DELETE, &format!("/schema/{}", class(place)), None).await?;
        if (200..300).contains(&answer.status) || !self.is_there(place).await? {
            return Ok(());
        }
        Ok(answer.ok().map(|_| ())?)
    }
}

/// Names of classes begin with a capital letter.
fn class(place: &str) -> String {
    let mut name = place.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

fn place(class: &str) -> String {
    let mut name = class.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

fn refused(reason: &str) -> VectorError {
    let reason: String = reason.chars().take(200).collect();
    VectorError::Unavailable(format!("{NAME} answers: {reason}"))
}
