//! Pinecone, over its HTTP API. A place is a namespace of the one index there, whose vectors all have the same length: shorter
//! ones are filled up with noughts, which leaves the angles between them as they are.
//! <https://docs.pinecone.io/reference/api/introduction>

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use airis_config::PineconeServer;
use airis_domain::{Json, JsonMap};
use airis_outbound::Answer;
use async_trait::async_trait;
use http::Method;
use parking_lot::Mutex;
use serde_json::json;

use super::points::{Hit, Point, Points, Question};
use super::rest::{Rest, numbers, odd, vector};
use crate::{Result, VectorError};

const NAME: &str = "Pinecone";
const SECONDS: u64 = 30;
/// The edition of the interface that is spoken.
const EDITION: &str = "2025-10";
/// Bytes that one request may have, and what is known of one point: a little less than Pinecone takes (2 MB and 40 KB).
const REQUEST: usize = 1_900_000;
const KNOWN: usize = 36_000;
/// What is known of a point besides its text.
const BESIDES: usize = 12_000;
/// How long is looked whether an index is ready and whether what was stored is found, and the first and the longest time
/// between.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const REST: Duration = Duration::from_millis(500);
/// Numbers of what is written: the one that a write got, and the newest that a search knows.
const WRITTEN: &str = "x-pinecone-request-lsn";
const SEARCHED: &str = "x-pinecone-max-indexed-lsn";

pub struct Pinecone {
    server: PineconeServer,
    control: Rest,
    /// The index, once it was seen ready.
    index: Mutex<Option<Arc<Index>>>,
    /// The number of the last write to each place, until it is found.
    written: Mutex<HashMap<String, u64>>,
}

/// Looks for something that takes a while, more and more seldom.
struct Looks {
    until: Instant,
    pause: Duration,
}

impl Looks {
    fn begin() -> Self {
        Self { until: Instant::now() + PATIENCE, pause: LOOK_AGAIN }
    }

    /// Waits; false where it took too long.
    async fn again(&mut self) -> bool {
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(REST);
        Instant::now() < self.until
    }
}

/// What is known of the index.
struct Index {
    rest: Rest,
    dimensions: usize,
    /// Scores are squares of distances.
    euclidean: bool,
}

impl Pinecone {
    pub fn new(server: &PineconeServer) -> Self {
        let control = Rest::new(&server.controller, headers(server), SECONDS);
        Self { server: server.clone(), control, index: Mutex::default(), written: Mutex::default() }
    }

    /// The index where it is there; it is waited for while it starts.
    async fn index(&self) -> Result<Option<Arc<Index>>> {
        if let Some(index) = self.index.lock().clone() {
            return Ok(Some(index));
        }
        let mut looks = Looks::begin();
        loop {
            let path = format!("/indexes/{}", self.server.index);
            let Some(known) = self.control.find(Method::GET, &path, None).await? else { return Ok(None) };
            if known["status"]["ready"] == true {
                let index = Arc::new(self.read(&known).ok_or_else(|| odd(NAME))?);
                *self.index.lock() = Some(index.clone());
                return Ok(Some(index));
            }
            if !looks.again().await {
                return Err(told(format!("the index {} is not ready in time", self.server.index)));
            }
        }
    }

    fn read(&self, known: &Json) -> Option<Index> {
        let host = known["host"].as_str()?;
        // Who runs it at home speaks no TLS.
        let scheme = if self.server.controller.starts_with("http://") { "http" } else { "https" };
        let url = if host.contains("://") { host.to_owned() } else { format!("{scheme}://{host}") };
        Some(Index {
            rest: Rest::new(&url, headers(&self.server), SECONDS),
            dimensions: usize::try_from(known["dimension"].as_u64()?).ok()?,
            euclidean: known["metric"] == "euclidean",
        })
    }

    async fn made(&self) -> Result<Arc<Index>> {
        let name = &self.server.index;
        let missing =
            || told(format!("there is no index {name}, and PINECONE_ENVIRONMENT does not say where to make it"));
        let region = self.server.region.as_ref().ok_or_else(missing)?;
        let wanted = json!({"name": name, "dimension": self.server.dimensions, "metric": self.server.metric,
            "spec": {"serverless": {"cloud": self.server.cloud, "region": region}}});
        let made = self.control.answer(Method::POST, "/indexes", Some(&wanted)).await?;
        // Another may have been faster.
        if made.status != 409 {
            made.ok()?;
        }
        self.index().await?.ok_or_else(|| odd(NAME))
    }

    /// Asks the index. One that does not answer well is looked for again, as it may be another one by now.
    async fn ask(&self, index: &Index, method: Method, path: &str, body: Option<&Json>) -> Result<Option<Answer>> {
        let answer = match index.rest.answer(method, path, body).await {
            Ok(answer) if answer.status == 404 => Ok(None),
            Ok(answer) => answer.ok().map(Some).map_err(VectorError::from),
            Err(error) => Err(error),
        };
        if !matches!(answer, Ok(Some(_))) {
            *self.index.lock() = None;
        }
        answer
    }

    /// A vector as long as those of the index; `None` where it is longer.
    fn filled(index: &Index, vector: &[f32]) -> Option<Json> {
        let missing = index.dimensions.checked_sub(vector.len())?;
        let whole: Vec<f32> = vector.iter().copied().chain(std::iter::repeat_n(0.0, missing)).collect();
        Some(numbers(&whole))
    }

    fn too_long(&self, index: &Index, numbers: usize) -> VectorError {
        told(format!(
            "the index {} has vectors of {} numbers, and the embedding model makes {numbers}; name another one \
             (PINECONE_INDEX_NAME, PINECONE_DIMENSION)",
            self.server.index, index.dimensions
        ))
    }
}

#[async_trait]
impl Points for Pinecone {
    async fn check(&self) -> Result<()> {
        self.control.ask(Method::GET, "/indexes", None).await.map(|_| ())
    }

    async fn ensure(&self, _place: &str, dimensions: usize) -> Result<()> {
        let index = match self.index().await? {
            Some(index) => index,
            None => self.made().await?,
        };
        if dimensions > index.dimensions { Err(self.too_long(&index, dimensions)) } else { Ok(()) }
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        let index = self.index().await?.ok_or_else(|| told(format!("the index {} is gone", self.server.index)))?;
        let mut records = Vec::with_capacity(points.len());
        for point in points {
            let values = Self::filled(&index, &point.vector);
            let values = values.ok_or_else(|| self.too_long(&index, point.vector.len()))?;
            let record = json!({"id": point.id, "values": values, "metadata": known(point)});
            let bytes = record.to_string().len();
            records.push((record, bytes));
        }
        let mut records = records.into_iter().peekable();
        while records.peek().is_some() {
            let (mut some, mut size) = (Vec::new(), 0);
            while let Some((record, bytes)) = records.next_if(|(_, bytes)| size == 0 || size + bytes < REQUEST) {
                some.push(record);
                size += bytes;
            }
            let body = json!({"vectors": some, "namespace": place});
            let answer = self.ask(&index, Method::POST, "/vectors/upsert", Some(&body)).await?;
            let answer = answer.ok_or_else(|| told(format!("the index {} is gone", self.server.index)))?;
            if answer.json()?["upsertedCount"].as_u64() != Some(some.len() as u64) {
                return Err(odd(NAME));
            }
            if let Some(number) = number(&answer, WRITTEN) {
                self.written.lock().insert(place.to_owned(), number);
            }
        }
        Ok(())
    }

    /// What was stored is found a little later. Whether it is yet, a search says; one that does not is not waited for.
    async fn settle(&self, place: &str) -> Result<()> {
        let Some(wanted) = self.written.lock().remove(place) else { return Ok(()) };
        let Some(index) = self.index().await? else { return Ok(()) };
        let vector = Self::filled(&index, &[1.0]);
        let body = json!({"namespace": place, "vector": vector, "topK": 1, "includeValues": false});
        let mut looks = Looks::begin();
        loop {
            let Some(answer) = self.ask(&index, Method::POST, "/query", Some(&body)).await? else { return Ok(()) };
            if number(&answer, SEARCHED).is_none_or(|known| known >= wanted) {
                return Ok(());
            }
            if !looks.again().await {
                tracing::warn!(place, "{NAME} takes long to find what was stored there");
                return Ok(());
            }
        }
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        let tenant = json!({"tenant_id": {"$eq": question.collection}});
        let filter = match question.files {
            None => tenant,
            Some([]) => return Ok(Vec::new()),
            Some(files) => json!({"$and": [tenant, {"file_id": {"$in": files}}]}),
        };
        let Some(index) = self.index().await? else { return Ok(Vec::new()) };
        let Some(vector) = Self::filled(&index, question.vector) else { return Ok(Vec::new()) };
        let body = json!({"namespace": place, "vector": vector, "topK": question.limit, "filter": filter,
            "includeValues": false, "includeMetadata": false});
        let Some(answer) = self.ask(&index, Method::POST, "/query", Some(&body)).await? else { return Ok(Vec::new()) };
        let answer = answer.json()?;
        let hit = |found: &Json| {
            let score = found["score"].as_f64()?;
            // Of two that have length one.
            let cosine = if index.euclidean { 1.0 - score / 2.0 } else { score };
            Some((found["id"].as_str()?.to_owned(), cosine))
        };
        let found = answer["matches"].as_array().ok_or_else(|| odd(NAME))?;
        found.iter().map(|found| hit(found).ok_or_else(|| odd(NAME))).collect()
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        let Some(index) = self.index().await? else { return Ok(HashMap::new()) };
        let ids: Vec<String> = ids.iter().map(|id| format!("&ids={id}")).collect();
        let path = format!("/vectors/fetch?namespace={place}{}", ids.concat());
        let Some(answer) = self.ask(&index, Method::GET, &path, None).await? else { return Ok(HashMap::new()) };
        let length = place.rsplit('_').next().and_then(|length| length.parse().ok()).unwrap_or(index.dimensions);
        let pair = |(id, known): (&String, &Json)| {
            let mut numbers = vector(&known["values"])?;
            numbers.truncate(length);
            Some((id.clone(), numbers))
        };
        let answer = answer.json()?;
        let found = answer["vectors"].as_object().ok_or_else(|| odd(NAME))?;
        found.iter().map(|known| pair(known).ok_or_else(|| odd(NAME))).collect()
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        let Some(index) = self.index().await? else { return Ok(()) };
        let body = json!({"ids": ids, "namespace": place});
        self.ask(&index, Method::POST, "/vectors/delete", Some(&body)).await.map(|_| ())
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        let Some(index) = self.index().await? else { return Ok(Vec::new()) };
        let answer = self.ask(&index, Method::POST, "/describe_index_stats", Some(&json!({}))).await?;
        let answer = answer.ok_or_else(|| odd(NAME))?.json()?;
        let names = answer["namespaces"].as_object().into_iter().flat_map(serde_json::Map::keys);
        Ok(names.filter(|name| name.starts_with(prefix)).cloned().collect())
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        let Some(index) = self.index().await? else { return Ok(()) };
        let body = json!({"deleteAll": true, "namespace": place});
        self.ask(&index, Method::POST, "/vectors/delete", Some(&body)).await.map(|_| ())
    }
}

fn headers(server: &PineconeServer) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![pair("Api-Key", &server.key), pair("X-Pinecone-Api-Version", EDITION)]
}

/// What is known of a point, as much of it as Pinecone takes.
fn known(point: &Point) -> JsonMap {
    let mut known = JsonMap::new();
    known.insert("tenant_id".to_owned(), json!(point.collection));
    if let Some(file) = &point.file_id {
        known.insert("file_id".to_owned(), json!(file));
    }
    let mut size = 0;
    for (name, value) in &point.metadata {
        size += name.len() + value.to_string().len() + 4;
        if size < BESIDES && name != "text" {
            known.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    if point.file_id.is_none() {
        known.shift_remove("file_id");
    }
    let room = KNOWN.saturating_sub(Json::Object(known.clone()).to_string().len());
    let mut text = point.text.as_str();
    while json!(text).to_string().len() > room && !text.is_empty() {
        text = &text[..text.floor_char_boundary(text.len() * 3 / 4)];
    }
    known.insert("text".to_owned(), json!(text));
    known
}

fn number(answer: &Answer, header: &str) -> Option<u64> {
    answer.headers.get(header)?.to_str().ok()?.trim().parse().ok()
}

fn told(problem: String) -> VectorError {
    VectorError::Unavailable(format!("{NAME}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_point_is_never_more_than_pinecone_takes() {
        let metadata =
            json!({"name": "n", "long": "x".repeat(20_000), "text": "no", "tenant_id": "other", "file_id": "no"});
        let point = Point {
            id: "i".to_owned(),
            vector: vec![1.0],
            collection: "kb".to_owned(),
            file_id: None,
            text: "\u{1}ü".repeat(16_000),
            metadata: metadata.as_object().cloned().unwrap_or_default(),
        };
        let known = known(&point);
        assert_eq!(known.keys().collect::<Vec<_>>(), ["tenant_id", "name", "text"]);
        assert_eq!((&known["tenant_id"], &known["name"]), (&json!("kb"), &json!("n")));
        let size = Json::Object(known.clone()).to_string().len();
        assert!((KNOWN / 2..=KNOWN + 10).contains(&size), "{size}");
    }
}
