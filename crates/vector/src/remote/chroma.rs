//! Chroma, over its HTTP API (v2).

use std::collections::HashMap;

use airis_config::ChromaServer;
use airis_domain::{Json, JsonMap};
use async_trait::async_trait;
use http::Method;
use parking_lot::Mutex;
use serde_json::json;

use super::points::{Hit, Point, Points, Question};
use super::rest::{Rest, numbers, odd, vector};
use crate::Result;

const NAME: &str = "Chroma";
const SECONDS: u64 = 30;
/// Collections that are listed at once.
const PAGE: usize = 200;

pub struct Chroma {
    rest: Rest,
    /// The ids of collections by their names: calls need ids.
    known: Mutex<HashMap<String, String>>,
}

impl Chroma {
    pub fn new(server: &ChromaServer) -> Self {
        let base = format!("{}/api/v2/tenants/{}/databases/{}", server.url, server.tenant, server.database);
        Self { rest: Rest::new(&base, server.headers.clone(), SECONDS), known: Mutex::default() }
    }

    /// The id of a collection that is there.
    async fn id(&self, place: &str) -> Result<Option<String>> {
        if let Some(id) = self.known.lock().get(place) {
            return Ok(Some(id.clone()));
        }
        let Some(collection) = self.rest.find(Method::GET, &format!("/collections/{place}"), None).await? else {
            return Ok(None);
        };
        self.keep(place, &collection).map(Some)
    }

    fn keep(&self, place: &str, collection: &Json) -> Result<String> {
        let id = collection["id"].as_str().ok_or_else(|| odd(NAME))?.to_owned();
        self.known.lock().insert(place.to_owned(), id.clone());
        Ok(id)
    }

    /// Asks a collection; `None` where it is not there. One that was made anew meanwhile has another id.
    async fn of(&self, place: &str, what: &str, body: &Json) -> Result<Option<Json>> {
        for _ in 0..2 {
            let Some(id) = self.id(place).await? else { return Ok(None) };
            let answer = self.rest.find(Method::POST, &format!("/collections/{id}/{what}"), Some(body)).await?;
            if answer.is_some() {
                return Ok(answer);
            }
            self.known.lock().remove(place);
        }
        Ok(None)
    }
}

#[async_trait]
impl Points for Chroma {
    async fn check(&self) -> Result<()> {
        self.rest.ask(Method::GET, "/collections?limit=1", None).await.map(|_| ())
    }

    async fn ensure(&self, place: &str, _dimensions: usize) -> Result<()> {
        // Asked each time, as another may have deleted it.
        let wanted = json!({"name": place, "get_or_create": true, "configuration": {"hnsw": {"space": "cosine"}}});
        let made = self.rest.ask(Method::POST, "/collections", Some(&wanted)).await?;
        self.keep(place, &made).map(|_| ())
    }

    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()> {
        let metadata = |point: &Point| {
            let mut metadata: JsonMap = point.metadata.clone();
            metadata.insert("tenant_id".to_owned(), json!(point.collection));
            match &point.file_id {
                Some(file) => metadata.insert("file_id".to_owned(), json!(file)),
                None => metadata.remove("file_id"),
            };
            metadata
        };
        let body = json!({
            "ids": points.iter().map(|point| &point.id).collect::<Vec<_>>(),
            "embeddings": points.iter().map(|point| numbers(&point.vector)).collect::<Vec<_>>(),
            "documents": points.iter().map(|point| &point.text).collect::<Vec<_>>(),
            "metadatas": points.iter().map(metadata).collect::<Vec<_>>(),
        });
        self.of(place, "upsert", &body).await?.map(|_| ()).ok_or_else(|| odd(NAME))
    }

    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>> {
        let tenant = json!({"tenant_id": {"$eq": question.collection}});
        let filter = match question.files {
            None => tenant,
            Some([]) => return Ok(Vec::new()),
            Some(files) => json!({"$and": [tenant, {"file_id": {"$in": files}}]}),
        };
        let body = json!({
            "query_embeddings": [numbers(question.vector)],
            "n_results": question.limit,
            "where": filter,
            "include": ["distances"],
        });
        let Some(answer) = self.of(place, "query", &body).await? else { return Ok(Vec::new()) };
        let first = |name: &str| answer[name][0].as_array().ok_or_else(|| odd(NAME));
        let (ids, distances) = (first("ids")?, first("distances")?);
        // A distance is 1 less the cosine.
        let hit = |(id, far): (&Json, &Json)| Some((id.as_str()?.to_owned(), 1.0 - far.as_f64()?));
        ids.iter().zip(distances).map(|pair| hit(pair).ok_or_else(|| odd(NAME))).collect()
    }

    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>> {
        let body = json!({"ids": ids, "include": ["embeddings"]});
        let Some(answer) = self.of(place, "get", &body).await? else { return Ok(HashMap::new()) };
        let list = |name: &str| answer[name].as_array().ok_or_else(|| odd(NAME));
        let pairs = list("ids")?.iter().zip(list("embeddings")?);
        let pair = |(id, numbers): (&Json, &Json)| Some((id.as_str()?.to_owned(), vector(numbers)?));
        pairs.map(|given| pair(given).ok_or_else(|| odd(NAME))).collect()
    }

    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()> {
        self.of(place, "delete", &json!({"ids": ids})).await.map(|_| ())
    }

    async fn places(&self, prefix: &str) -> Result<Vec<String>> {
        let mut places = Vec::new();
        for page in 0.. {
            let path = format!("/collections?limit={PAGE}&offset={}", page * PAGE);
            let found = self.rest.ask(Method::GET, &path, None).await?;
            let found = found.as_array().ok_or_else(|| odd(NAME))?;
            let names = found.iter().filter_map(|collection| collection["name"].as_str());
            places.extend(names.filter(|name| name.starts_with(prefix)).map(str::to_owned));
            if found.len() < PAGE {
                break;
            }
        }
        Ok(places)
    }

    async fn drop_place(&self, place: &str) -> Result<()> {
        self.known.lock().remove(place);
        self.rest.find(Method::DELETE, &format!("/collections/{place}"), None).await.map(|_| ())
    }
}
