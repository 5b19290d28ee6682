//! How files are read, cut and searched.

use airis_config::Config;
use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde_json::json;

use super::settings::{ConfigForm, RetrievalSettings};
use super::web_settings::WebConfig;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Checked, Json};
use crate::settings;
use crate::settings_form::SettingsForm;

/// Settings that may be nothing; null leaves all others as they are.
const NULLABLE: [&str; 8] = [
    "rag.file.max_size",
    "rag.file.max_count",
    "file.image_compression_width",
    "file.image_compression_height",
    "rag.content_extraction.supported_media_mime_types",
    "rag.youtube_loader_translation",
    "web.fetch.max_content_length",
    "web.search.exa_max_content_length",
];
/// What the answer to a change leaves out.
const NOT_REPEATED: [&str; 4] = [
    "ENABLE_RAG_HYBRID_SEARCH_ENRICHED_TEXTS",
    "DATALAB_MARKER_FORMAT_LINES",
    "MINERU_FILE_EXTENSIONS",
    "RAG_RERANKING_BATCH_SIZE",
];
const NOT_REPEATED_OF_WEB: &str = "DDGS_BACKEND";

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/retrieval/config", tag = "retrieval", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(view(&app.config))
}

/// Changes the settings. What was indexed before stays as it was cut.
#[utoipa::path(post, path = "/api/v1/retrieval/config/update", tag = "retrieval", security(("admin" = [])),
    request_body = ConfigForm, responses((status = 200, body = Value)))]
pub async fn update(_admin: Admin, State(app): State<App>, form: Checked<ConfigForm>) -> Result<Json<JsonMap>> {
    let mut keys = changes(RetrievalSettings::FIELDS, &form.body)?;
    if let Some(web) = form.body.get("web").and_then(Value::as_object) {
        keys.extend(changes(WebConfig::FIELDS, web)?);
    }
    sound(&app.config, &keys)?;
    settings::write(&app, keys).await?;
    let mut view = view(&app.config);
    for name in NOT_REPEATED {
        view.shift_remove(name);
    }
    if let Some(web) = view.get_mut("web").and_then(Value::as_object_mut) {
        web.shift_remove(NOT_REPEATED_OF_WEB);
    }
    Ok(Json(view))
}

fn view(config: &Config) -> JsonMap {
    let mut view = JsonMap::from_iter([("status".to_owned(), json!(true))]);
    view.extend(RetrievalSettings::view(config));
    view.insert("web".to_owned(), Value::Object(WebConfig::view(config)));
    view
}

/// Dotted keys with what was sent for them.
fn changes(fields: &[(&str, &str)], sent: &JsonMap) -> Result<JsonMap> {
    let mut keys = JsonMap::new();
    for (wire, key) in fields {
        let Some(value) = sent.get(*wire) else { continue };
        let value = match value {
            Value::String(text) if NULLABLE.contains(key) && text.trim().is_empty() => Value::Null,
            Value::String(text) if NULLABLE[..4].contains(key) => match text.trim().parse::<i64>() {
                Ok(number) => json!(number),
                Err(_) => return Err(ApiError::bad_request(format!("{wire} must be a whole number"))),
            },
            value => value.clone(),
        };
        if !value.is_null() || NULLABLE.contains(key) {
            keys.insert((*key).to_owned(), value);
        }
    }
    Ok(keys)
}

/// Lengths with which a text could not be cut.
fn sound(config: &Config, keys: &JsonMap) -> Result<()> {
    let number = |key: &str| keys.get(key).and_then(Value::as_i64).or_else(|| config.int(key)).unwrap_or_default();
    let (size, overlap) = (number("rag.chunk_size"), number("rag.chunk_overlap"));
    if size < 1 {
        return Err(ApiError::bad_request("CHUNK_SIZE must be at least 1"));
    }
    if !(0..size).contains(&overlap) {
        return Err(ApiError::bad_request("CHUNK_OVERLAP must be less than CHUNK_SIZE, and at least 0"));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn sent(body: Value) -> Result<JsonMap> {
        changes(RetrievalSettings::FIELDS, body.as_object().unwrap())
    }

    #[test]
    fn null_and_empty_texts_clear_what_may_be_nothing_only() {
        let keys = sent(json!({"TOP_K": null, "FILE_MAX_SIZE": "", "FILE_MAX_COUNT": "7", "CHUNK_SIZE": 900})).unwrap();
        let expected = json!({"rag.file.max_size": null, "rag.file.max_count": 7, "rag.chunk_size": 900});
        assert_eq!(Value::Object(keys), expected);
        assert!(sent(json!({"FILE_MAX_SIZE": "much"})).is_err());
    }

    #[test]
    fn a_text_must_be_possible_to_cut() {
        let config = Config::from_env(&|_| None).unwrap();
        let keys = |body: Value| sent(body).unwrap();
        assert!(sound(&config, &keys(json!({"CHUNK_SIZE": 100}))).is_err(), "the overlap is 100");
        assert!(sound(&config, &keys(json!({"CHUNK_SIZE": 0, "CHUNK_OVERLAP": 0}))).is_err());
        assert!(sound(&config, &keys(json!({"CHUNK_SIZE": 100, "CHUNK_OVERLAP": 20}))).is_ok());
    }
}
