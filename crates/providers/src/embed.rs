//! What texts mean, as numbers: of the embedding engine that administrators chose, or of the built-in model.

use std::time::Duration;

use airis_budgets::{Kind as Work, Tab};
use airis_config::Config;
use airis_domain::{Json, JsonMap, User};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::json;

use crate::connection::{Connection, Kind};
use crate::{ProviderError, Providers};

/// Texts in one request to a server at most.
const BATCH: usize = 64;
/// Requests at once where nobody says how many.
const TOGETHER: usize = 8;
const MOST_TOGETHER: usize = 64;
/// Seconds that a request may take where nobody says.
const PATIENCE: u64 = 60;
/// How often a request is sent that a server could not answer just now, and the pause after the first time; it doubles.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

/// Vectors, one a text, and who made them: vectors of different models cannot be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    pub model: String,
    pub vectors: Vec<Vec<f32>>,
}

/// What texts are embedded for: some models want to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Neither a question nor an answer, such as a note of a person.
    Plain,
    Question,
    Passage,
}

/// The engine of the settings, and how it is asked.
struct Engine {
    connection: Connection,
    url: String,
    /// Of the answer, where the vectors are.
    list: &'static str,
    /// Sent with every request.
    fields: Json,
    batch: usize,
    together: usize,
    patience: Duration,
}

/// Texts for one model, and whose account they go to.
#[derive(Clone, Copy)]
struct Batch<'a> {
    model: &'a str,
    texts: &'a [String],
    payer: Option<&'a User>,
}

impl Providers {
    /// The vectors of texts; `None` when nothing here makes any. What they cost is counted to `payer`, and refused where a
    /// budget has not enough left for all of it: texts can be compared by their words, too.
    pub async fn embed(&self, texts: Vec<String>, payer: &User) -> Result<Option<Embedded>, ProviderError> {
        self.embed_for(Purpose::Plain, texts, Some(payer)).await
    }

    /// The same, for models that tell questions from passages; nobody pays for what belongs to nobody any more.
    pub async fn embed_for(
        &self,
        purpose: Purpose,
        texts: Vec<String>,
        payer: Option<&User>,
    ) -> Result<Option<Embedded>, ProviderError> {
        let config = &self.inner.config;
        let (name, kind) = (config.text("rag.embedding_model"), config.text("rag.embedding_engine"));
        let (texts, field) = prefixed(config, purpose, texts);
        if kind.is_empty() {
            let Some(model) = self.inner.local.embedding_model(&name) else { return Ok(None) };
            let id = model.id.clone();
            let tab = self.tab_for(&Batch { model: &id, texts: &texts, payer }).await?;
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
        let engine = &engine(config, &kind, &name, field)?;
        let batches: Vec<Vec<String>> = texts.chunks(engine.batch).map(<[String]>::to_vec).collect();
        let name = &name;
        let asked = stream::iter(batches)
            .map(|texts| async move { self.embed_batch(engine, &Batch { model: name, texts: &texts, payer }).await });
        let vectors: Vec<Vec<Vec<f32>>> = asked.buffered(engine.together).try_collect().await?;
        Ok(Some(Embedded { model: format!("{kind}:{name}"), vectors: vectors.concat() }))
    }

    /// Whether texts are embedded here or by a server at all, and by which model.
    pub fn embedding_model(&self) -> Option<String> {
        let (engine, name) =
            (self.inner.config.text("rag.embedding_engine"), self.inner.config.text("rag.embedding_model"));
        if engine.is_empty() {
            self.inner.local.embedding_model(&name).map(|model| model.id.clone())
        } else {
            Some(format!("{engine}:{name}"))
        }
    }

    async fn embed_batch(&self, engine: &Engine, batch: &Batch<'_>) -> Result<Vec<Vec<f32>>, ProviderError> {
        let mut pause = PAUSE;
        for attempt in 1.. {
            match self.embed_once(engine, batch).await {
                Err(error) if attempt < ATTEMPTS && may_pass(&error) => {
                    tracing::info!(%error, attempt, "texts are embedded again in a moment");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                outcome => return outcome,
            }
        }
        Ok(Vec::new())
    }

    async fn embed_once(&self, engine: &Engine, batch: &Batch<'_>) -> Result<Vec<Vec<f32>>, ProviderError> {
        let http = &self.inner.http;
        let mut body = engine.fields.clone();
        body["input"] = json!(batch.texts);
        let request = http.request(&engine.connection, Method::POST, &engine.url, None).json(&body);
        let mut tab = self.tab_for(batch).await?;
        let asked = tokio::time::timeout(engine.patience, http.json(&engine.connection, request)).await;
        let answer = match asked.unwrap_or_else(|_| Err(ProviderError::Stalled(engine.patience.as_secs()))) {
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
        let found = read(&answer[engine.list]);
        if found.len() != batch.texts.len() || found.iter().any(Vec::is_empty) {
            return Err(ProviderError::Broken("it has not one vector for each text".to_owned()));
        }
        Ok(found)
    }

    async fn tab_for(&self, batch: &Batch<'_>) -> Result<Option<Tab>, ProviderError> {
        if self.budgets().is_none() {
            return Ok(None);
        }
        let body = JsonMap::from_iter([("input".to_owned(), json!(batch.texts))]);
        self.purse.open_embedding(Work::Aside, batch.payer, batch.model, &body).await
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

fn engine(config: &Config, kind: &str, model: &str, field: Option<(String, String)>) -> Result<Engine, ProviderError> {
    let text = |key: &str| config.text(key);
    let draft =
        |kind: Kind, url: &str, key: &str, options: Json| Connection::draft(kind, &text(url), &text(key), options);
    let mut fields = json!({"model": model});
    let (connection, path, list) = match kind {
        "openai" => {
            let connection = draft(Kind::OpenAi, "rag.openai.api_base_url", "rag.openai.api_key", Json::Null);
            (connection, "/embeddings".to_owned(), "data")
        }
        "azure_openai" => {
            let options = json!({"provider": "azure"});
            let connection = draft(Kind::OpenAi, "rag.azure_openai.base_url", "rag.azure_openai.api_key", options);
            let version = text("rag.azure_openai.api_version");
            fields = json!({});
            (connection, format!("/openai/deployments/{model}/embeddings?api-version={version}"), "data")
        }
        "ollama" => {
            let connection = draft(Kind::Ollama, "rag.ollama.base_url", "rag.ollama.api_key", Json::Null);
            fields["truncate"] = json!(true);
            (connection, "/api/embed".to_owned(), "embeddings")
        }
        other => return Err(ProviderError::Local(format!("the embedding engine \"{other}\" is not built yet"))),
    };
    if let Some((name, prefix)) = field {
        fields[name] = json!(prefix);
    }
    let number = |key: &str| config.int(key).and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
    let together = match number("rag.embedding_concurrent_requests") {
        _ if !config.flag("rag.enable_async_embedding") => 1,
        0 => TOGETHER,
        some => some.min(MOST_TOGETHER),
    };
    Ok(Engine {
        url: format!("{}{path}", connection.url),
        connection,
        list,
        fields,
        batch: number("rag.embedding_batch_size").clamp(1, BATCH),
        together,
        patience: Duration::from_secs(config.settings().embedding_timeout.unwrap_or(PATIENCE).max(1)),
    })
}

/// The texts with what their model wants before them, or the field of the request that says it.
fn prefixed(config: &Config, purpose: Purpose, texts: Vec<String>) -> (Vec<String>, Option<(String, String)>) {
    let settings = config.settings();
    let prefix = match purpose {
        Purpose::Plain => None,
        Purpose::Question => settings.embedding_query_prefix.as_ref(),
        Purpose::Passage => settings.embedding_content_prefix.as_ref(),
    };
    match (prefix, &settings.embedding_prefix_field) {
        (None, _) => (texts, None),
        (Some(prefix), Some(field)) => (texts, Some((field.clone(), prefix.clone()))),
        (Some(prefix), None) => (texts.into_iter().map(|text| format!("{prefix}{text}")).collect(), None),
    }
}

/// Whether the same request may be answered a moment later.
fn may_pass(error: &ProviderError) -> bool {
    match error {
        ProviderError::Unreachable(_) | ProviderError::Stalled(_) => true,
        ProviderError::Answer { status, .. } => *status == 429 || *status >= 500,
        _ => false,
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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Config {
        Config::from_env(&|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
            .unwrap()
    }

    #[test]
    fn vectors_are_read_in_the_order_of_their_texts() {
        let objects = json!([{"index": 1, "embedding": [0.5]}, {"index": 0, "embedding": [1, 2.0]}]);
        assert_eq!(read(&objects), [vec![1.0, 2.0], vec![0.5]]);
        assert_eq!(read(&json!([[1.0], [2.0]])), [vec![1.0], vec![2.0]]);
        assert!(read(&json!({"error": "no"})).is_empty());
    }

    #[test]
    fn every_engine_is_asked_in_its_own_way() {
        let azure = config(&[
            ("RAG_AZURE_OPENAI_BASE_URL", "https://a.example/"),
            ("RAG_AZURE_OPENAI_API_VERSION", "2024-02-01"),
            ("RAG_EMBEDDING_BATCH_SIZE", "900"),
            ("ENABLE_ASYNC_EMBEDDING", "false"),
        ]);
        let engine_of = |config: &Config, kind: &str| engine(config, kind, "m", None).ok();
        let asked = engine_of(&azure, "azure_openai").unwrap();
        assert_eq!(asked.url, "https://a.example/openai/deployments/m/embeddings?api-version=2024-02-01");
        assert_eq!((asked.fields, asked.batch, asked.together), (json!({}), BATCH, 1));
        let usual = config(&[]);
        let asked = engine_of(&usual, "ollama").unwrap();
        assert_eq!(asked.url, "http://localhost:11434/api/embed");
        assert_eq!((asked.fields, asked.batch, asked.together), (json!({"model": "m", "truncate": true}), 1, TOGETHER));
        assert!(engine_of(&usual, "other").is_none());
    }

    #[test]
    fn prefixes_go_before_the_text_or_into_a_field() {
        let texts = || vec!["a".to_owned()];
        let plain = config(&[("RAG_EMBEDDING_QUERY_PREFIX", "q: ")]);
        assert_eq!(prefixed(&plain, Purpose::Question, texts()), (vec!["q: a".to_owned()], None));
        assert_eq!(prefixed(&plain, Purpose::Passage, texts()), (texts(), None));
        assert_eq!(prefixed(&plain, Purpose::Plain, texts()), (texts(), None));
        let field = config(&[("RAG_EMBEDDING_CONTENT_PREFIX", "p: "), ("RAG_EMBEDDING_PREFIX_FIELD_NAME", "prefix")]);
        let expected = (texts(), Some(("prefix".to_owned(), "p: ".to_owned())));
        assert_eq!(prefixed(&field, Purpose::Passage, texts()), expected);
    }

    #[test]
    fn what_may_be_better_in_a_moment_is_tried_again() {
        let answer = |status: u16| ProviderError::Answer { status, body: json!({}) };
        assert!(may_pass(&answer(429)) && may_pass(&answer(503)) && may_pass(&ProviderError::Stalled(1)));
        assert!(!may_pass(&answer(401)) && !may_pass(&ProviderError::Broken(String::new())));
    }
}
