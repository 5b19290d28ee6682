//! Which model finds texts by what they mean.

use airis_config::Config;
use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::settings;

/// Engines that are built; empty is the built-in model.
const ENGINES: [&str; 4] = ["", "openai", "azure_openai", "ollama"];

/// An engine's address and key.
#[derive(Deserialize, ToSchema)]
pub struct OpenAIEmbeddingForm {
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub key: Option<String>,
}

/// The same.
#[derive(Deserialize, ToSchema)]
pub struct OllamaEmbeddingForm {
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub key: Option<String>,
}

/// The same with the version of its API.
#[derive(Deserialize, ToSchema)]
pub struct AzureOpenAIConfigForm {
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default)]
    pub version: Option<String>,
}

/// An engine, its model, and how it is asked.
#[derive(Deserialize, ToSchema)]
pub struct EmbeddingModelUpdateForm {
    #[serde(default)]
    pub openai_config: Option<OpenAIEmbeddingForm>,
    #[serde(default)]
    pub ollama_config: Option<OllamaEmbeddingForm>,
    #[serde(default)]
    pub azure_openai_config: Option<AzureOpenAIConfigForm>,
    #[serde(rename = "RAG_EMBEDDING_ENGINE")]
    pub engine: String,
    #[serde(rename = "RAG_EMBEDDING_MODEL")]
    pub model: String,
    #[serde(default, rename = "RAG_EMBEDDING_BATCH_SIZE")]
    pub batch_size: Option<i64>,
    #[serde(default, rename = "ENABLE_ASYNC_EMBEDDING")]
    pub together: Option<bool>,
    #[serde(default, rename = "RAG_EMBEDDING_CONCURRENT_REQUESTS")]
    pub concurrent_requests: Option<i64>,
}

/// Shows the engine.
#[utoipa::path(get, path = "/api/v1/retrieval/embedding", tag = "retrieval", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<Value> {
    Json(view(&app.config))
}

/// Changes the engine. What another model made is not compared with the new one's: files are indexed again when they are
/// asked for next, and knowledge bases by `POST /api/v1/knowledge/reindex`.
#[utoipa::path(post, path = "/api/v1/retrieval/embedding/update", tag = "retrieval", security(("admin" = [])),
    request_body = EmbeddingModelUpdateForm, responses((status = 200, body = Value)))]
pub async fn update(
    _admin: Admin,
    State(app): State<App>,
    Json(form): Json<EmbeddingModelUpdateForm>,
) -> Result<Json<Value>> {
    if !ENGINES.contains(&form.engine.as_str()) {
        return Err(ApiError::bad_request(format!("The embedding engine \"{}\" is not built yet", form.engine)));
    }
    let mut keys = JsonMap::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            keys.insert(key.to_owned(), value);
        }
    };
    set("rag.embedding_engine", Some(json!(form.engine)));
    set("rag.embedding_model", Some(json!(form.model)));
    set("rag.embedding_batch_size", form.batch_size.map(|size| json!(size.max(1))));
    set("rag.enable_async_embedding", form.together.map(Value::from));
    set("rag.embedding_concurrent_requests", form.concurrent_requests.map(|count| json!(count.max(0))));
    if let Some(given) = form.openai_config {
        set("rag.openai.api_base_url", given.url.map(Value::from));
        set("rag.openai.api_key", given.key.map(Value::from));
    }
    if let Some(given) = form.ollama_config {
        set("rag.ollama.base_url", given.url.map(Value::from));
        set("rag.ollama.api_key", given.key.map(Value::from));
    }
    if let Some(given) = form.azure_openai_config {
        set("rag.azure_openai.base_url", given.url.map(Value::from));
        set("rag.azure_openai.api_key", given.key.map(Value::from));
        set("rag.azure_openai.api_version", given.version.map(Value::from));
    }
    for key in ["rag.openai.api_base_url", "rag.ollama.base_url", "rag.azure_openai.base_url"] {
        let url = keys.get(key).and_then(Value::as_str).unwrap_or_default();
        if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(ApiError::bad_request(format!("\"{url}\" must begin with http:// or https://")));
        }
    }
    settings::write(&app, keys).await?;
    Ok(Json(view(&app.config)))
}

fn view(config: &Config) -> Value {
    json!({
        "status": true,
        "RAG_EMBEDDING_ENGINE": config.get("rag.embedding_engine"),
        "RAG_EMBEDDING_MODEL": config.get("rag.embedding_model"),
        "RAG_EMBEDDING_BATCH_SIZE": config.get("rag.embedding_batch_size"),
        "ENABLE_ASYNC_EMBEDDING": config.get("rag.enable_async_embedding"),
        "RAG_EMBEDDING_CONCURRENT_REQUESTS": config.get("rag.embedding_concurrent_requests"),
        "openai_config": {"url": config.get("rag.openai.api_base_url"), "key": config.get("rag.openai.api_key")},
        "ollama_config": {"url": config.get("rag.ollama.base_url"), "key": config.get("rag.ollama.api_key")},
        "azure_openai_config": {
            "url": config.get("rag.azure_openai.base_url"),
            "key": config.get("rag.azure_openai.api_key"),
            "version": config.get("rag.azure_openai.api_version"),
        },
    })
}
