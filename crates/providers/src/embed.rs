//! What texts mean, as numbers: of the embedding engine that administrators chose, or of the built-in model.

use airis_budgets::{Kind as Purpose, Tab};
use airis_domain::{Json, JsonMap, User};
use reqwest::Method;
use serde_json::json;

use crate::connection::{Connection, Kind};
use crate::{ProviderError, Providers};

/// Texts in one request to a server.
const BATCH: usize = 64;

/// Vectors, one a text, and who made them: vectors of different models cannot be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    pub model: String,
    pub vectors: Vec<Vec<f32>>,
}

impl Providers {
    /// The vectors of texts; `None` when nothing here makes any. What they cost is counted to `user`, and refused where a
    /// budget has not enough left for all of it: texts can be compared by their words, too.
    pub async fn embed(&self, texts: Vec<String>, user: &User) -> Result<Option<Embedded>, ProviderError> {
        let config = &self.inner.config;
        let (engine, name) = (config.text("rag.embedding_engine"), config.text("rag.embedding_model"));
        if engine.is_empty() {
            let Some(model) = self.inner.local.embedding_model(&name) else { return Ok(None) };
            let id = model.id.clone();
            let tab = self.tab_for(&texts, &id, user).await?;
            return match self.inner.local.embed(model, texts).await {
                Ok(vectors) => {
                    settle(tab).await;
                    Ok(Some(Embedded { model: id, vectors }))
                }
                Err(error) => {
                    release(tab).await;
                    Err(error)
                }
            };
        }
        let (kind, url, key, path, list) = match engine.as_str() {
            "openai" => (Kind::OpenAi, "rag.openai.api_base_url", "rag.openai.api_key", "/embeddings", "data"),
            "ollama" => (Kind::Ollama, "rag.ollama.base_url", "rag.ollama.api_key", "/api/embed", "embeddings"),
            other => return Err(ProviderError::Local(format!("the embedding engine \"{other}\" is not built yet"))),
        };
        let connection = Connection::draft(kind, &config.text(url), &config.text(key), Json::Null);
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            let body = json!({"model": name, "input": batch});
            let url = format!("{}{path}", connection.url);
            let request = self.inner.http.request(&connection, Method::POST, &url, None).json(&body);
            let mut tab = self.tab_for(batch, &name, user).await?;
            let answer = match self.inner.http.json(&connection, request).await {
                Ok(answer) => answer,
                Err(error) => {
                    release(tab).await;
                    return Err(error);
                }
            };
            if let Some(tab) = &mut tab {
                tab.counted(if answer["usage"].is_object() { &answer["usage"] } else { &answer });
            }
            settle(tab).await;
            let found = read(&answer[list]);
            if found.len() != batch.len() || found.iter().any(Vec::is_empty) {
                return Err(ProviderError::Broken("it has not one vector for each text".to_owned()));
            }
            vectors.extend(found);
        }
        Ok(Some(Embedded { model: format!("{engine}:{name}"), vectors }))
    }

    async fn tab_for(&self, texts: &[String], model: &str, user: &User) -> Result<Option<Tab>, ProviderError> {
        if self.budgets().is_none() {
            return Ok(None);
        }
        let body = JsonMap::from_iter([("input".to_owned(), json!(texts))]);
        self.purse.open_embedding(Purpose::Aside, Some(user), model, &body).await
    }
}

async fn settle(tab: Option<Tab>) {
    if let Some(tab) = tab {
        tab.settle().await;
    }
}

async fn release(tab: Option<Tab>) {
    if let Some(tab) = tab {
        tab.release().await;
    }
}

/// Vectors as they are, or inside objects that may say whose they are.
fn read(list: &Json) -> Vec<Vec<f32>> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut vectors: Vec<(usize, Vec<f32>)> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let at = item["index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(at);
            let numbers = item.get("embedding").unwrap_or(item).as_array().map(Vec::as_slice).unwrap_or_default();
            let numbers = numbers.iter().map(|number| number.as_f64().unwrap_or_default() as f32).collect();
            (at, numbers)
        })
        .collect();
    vectors.sort_by_key(|(at, _)| *at);
    vectors.into_iter().map(|(_, vector)| vector).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_read_in_the_order_of_their_texts() {
        let objects = json!([{"index": 1, "embedding": [0.5]}, {"index": 0, "embedding": [1, 2.0]}]);
        assert_eq!(read(&objects), [vec![1.0, 2.0], vec![0.5]]);
        assert_eq!(read(&json!([[1.0], [2.0]])), [vec![1.0], vec![2.0]]);
        assert!(read(&json!({"error": "no"})).is_empty());
    }
}
