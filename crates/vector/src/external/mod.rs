//! Passages that others keep: read where they lie, never changed. One file per product; every call has a deadline and takes
//! a bounded number of passages.

mod milvus;
mod pgvector;
mod qdrant;

use airis_domain::{Json, JsonMap};
use airis_outbound::{Answer, Call, Outbound, OutboundError};

use crate::Found;

/// Seconds that a question may take.
const SECONDS: u64 = 15;
/// Bytes of the largest answer.
const LARGEST: usize = 16 * 1024 * 1024;
/// Collections that are named at most.
const MOST_NAMES: usize = 1_000;
/// Where texts are, unless somebody says: the first of these that a passage has.
const TEXTS: [&str; 6] = ["text", "content", "page_content", "document", "chunk", "body"];
/// Where things that are known of a passage are, unless they lie beside its text.
const KNOWN: [&str; 3] = ["metadata", "vmetadata", "meta"];

/// A product that is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    Qdrant,
    Milvus,
    Pgvector,
}

impl Product {
    pub const NAMES: [&str; 3] = ["qdrant", "milvus", "pgvector"];

    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "qdrant" => Self::Qdrant,
            "milvus" => Self::Milvus,
            "pgvector" => Self::Pgvector,
            _ => return None,
        })
    }
}

/// A server with its credentials: `api_key` or `token`, or `username` and `password`; and `database`, where it has several.
#[derive(Clone)]
pub struct Server {
    pub product: Product,
    pub endpoint: String,
    pub auth: JsonMap,
    pub config: JsonMap,
}

/// Where on a server to look: a collection or table, and in which of its fields (`vector_field`, `text_field`,
/// `metadata_field`, `id_field`); `filter` has values that fields must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelf {
    pub name: String,
    pub config: JsonMap,
}

/// Why nothing could be read. The text is for people and holds no credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExternalError(pub String);

pub type Result<T> = std::result::Result<T, ExternalError>;

impl Server {
    /// The collections or tables that have vectors, by name. Fails where the server is not reached or lets nobody in.
    pub async fn shelves(&self, outbound: &Outbound) -> Result<Vec<String>> {
        let mut names = match self.product {
            Product::Qdrant => qdrant::names(self, outbound).await?,
            Product::Milvus => milvus::names(self, outbound).await?,
            Product::Pgvector => within(pgvector::names(self)).await?,
        };
        names.sort();
        names.truncate(MOST_NAMES);
        Ok(names)
    }

    /// The passages nearest to a vector, the nearest first, with scores from 0 to 1.
    pub async fn near(&self, outbound: &Outbound, shelf: &Shelf, vector: &[f32], limit: usize) -> Result<Vec<Found>> {
        let mut found = match self.product {
            Product::Qdrant => qdrant::near(self, outbound, shelf, vector, limit).await?,
            Product::Milvus => milvus::near(self, outbound, shelf, vector, limit).await?,
            Product::Pgvector => within(pgvector::near(self, shelf, vector, limit)).await?,
        };
        found.retain(|found| !found.text.trim().is_empty());
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        Ok(found)
    }

    /// An address below the endpoint.
    fn under(&self, path: &str) -> String {
        format!("{}/{path}", self.endpoint.trim_end_matches('/'))
    }

    fn secret(&self, names: &[&str]) -> String {
        let secret = names.iter().find_map(|name| self.auth.get(*name).and_then(Json::as_str));
        secret.unwrap_or_default().trim().to_owned()
    }

    fn setting(&self, name: &str) -> Option<&str> {
        setting(&self.config, name)
    }
}

impl Shelf {
    fn setting(&self, name: &str) -> Option<&str> {
        setting(&self.config, name)
    }

    /// What fields must have: texts, numbers, true or false.
    fn filter(&self) -> impl Iterator<Item = (&String, &Json)> {
        let filter = self.config.get("filter").and_then(Json::as_object).into_iter().flatten();
        filter.filter(|(_, value)| !value.is_null() && !value.is_object() && !value.is_array())
    }

    /// A passage of these fields. `Found` without a text is left out later.
    fn passage(&self, id: String, mut fields: JsonMap, score: f64) -> Found {
        let text = match self.setting("text_field") {
            Some(field) => fields.shift_remove(field),
            None => TEXTS.iter().find_map(|field| {
                fields.get(*field).is_some_and(Json::is_string).then(|| fields.shift_remove(*field))?
            }),
        };
        let known = match self.setting("metadata_field") {
            Some(field) => fields.shift_remove(field),
            None => KNOWN
                .iter()
                .find_map(|field| fields.get(*field).is_some_and(is_tree).then(|| fields.shift_remove(*field))?),
        };
        let mut metadata = match known {
            Some(Json::Object(known)) => known,
            // Some keep a tree as text.
            Some(Json::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
            _ => JsonMap::new(),
        };
        for (name, value) in fields {
            if !value.is_array() && !value.is_object() && !metadata.contains_key(&name) {
                metadata.insert(name, value);
            }
        }
        Found { id, text: text.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned(), metadata, score }
    }
}

fn is_tree(value: &Json) -> bool {
    value.is_object() || value.as_str().is_some_and(|text| text.starts_with('{'))
}

fn setting<'a>(config: &'a JsonMap, name: &str) -> Option<&'a str> {
    config.get(name).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty())
}

async fn within<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(std::time::Duration::from_secs(SECONDS), work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ExternalError(format!("the server did not answer within {SECONDS} s"))),
    }
}

async fn ask(outbound: &Outbound, call: Call) -> Result<Json> {
    let told = |error: OutboundError| ExternalError(error.to_string());
    let answer = outbound.fetch(call.within(SECONDS).at_most(LARGEST)).await.and_then(Answer::ok).map_err(told)?;
    answer.json().map_err(told)
}

/// A similarity from -1 to 1 as one from 0 to 1.
fn of_cosine(similarity: f64) -> f64 {
    f64::midpoint(similarity, 1.0).clamp(0.0, 1.0)
}

/// A distance from 0 up as a similarity from 1 down to 0.
fn of_distance(distance: f64) -> f64 {
    1.0 / (1.0 + distance.max(0.0))
}

/// A name as part of an address.
fn in_path(name: &str) -> String {
    let mut written = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Json) -> JsonMap {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn texts_and_what_is_known_of_them_are_found_where_people_keep_them() {
        let shelf = |config: Json| Shelf { name: "s".to_owned(), config: map(config) };
        for (config, fields, text, known) in [
            (
                json!({}),
                json!({"text": "a", "metadata": {"page": 1}, "tenant": "t"}),
                "a",
                json!({"page": 1, "tenant": "t"}),
            ),
            (json!({}), json!({"page_content": "a", "vmetadata": "{\"page\":1}"}), "a", json!({"page": 1})),
            (json!({"text_field": "body"}), json!({"text": "no", "body": "a"}), "a", json!({"text": "no"})),
            (json!({"metadata_field": "m"}), json!({"text": "a", "m": {"x": 1}, "v": [1.0]}), "a", json!({"x": 1})),
            (json!({}), json!({"title": "no text"}), "", json!({"title": "no text"})),
        ] {
            let found = shelf(config).passage("i".to_owned(), map(fields), 0.5);
            assert_eq!((found.text.as_str(), Json::Object(found.metadata)), (text, known));
        }
    }
}
