//! Addresses and options of the connections.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{FreeForm, Json};
use crate::settings_form::{Changes, SettingsForm, settings_form, trim_addresses};

settings_form! {
    /// All connections: one address and one set of options each, in the same order.
    OllamaConfigForm {
        enable "ENABLE_OLLAMA_API": Option<bool> = "ollama.enable",
        urls "OLLAMA_BASE_URLS": Vec<String> = "ollama.base_urls",
        configs "OLLAMA_API_CONFIGS": FreeForm = "ollama.api_configs",
    }
}

/// This part of the server is there.
#[utoipa::path(get, path = "/ollama/", tag = "ollama", security(()), responses((status = 200, body = Object)))]
pub async fn status() -> Json<Value> {
    Json(json!({"status": true}))
}

/// The same, without a body.
#[utoipa::path(head, path = "/ollama/", tag = "ollama", security(()), responses((status = 200, body = Object)))]
pub async fn status_head() -> Json<Value> {
    Json(json!({"status": true}))
}

/// Shows the connections.
#[utoipa::path(get, path = "/ollama/config", tag = "ollama", security(("admin" = [])),
    responses((status = 200, body = Object)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(OllamaConfigForm::view(&app.config))
}

/// Replaces the connections; the model list is asked for anew.
#[utoipa::path(post, path = "/ollama/config/update", tag = "ollama", security(("admin" = [])),
    request_body = OllamaConfigForm, responses((status = 200, body = Object)))]
pub async fn update(
    _admin: Admin,
    State(app): State<App>,
    mut changes: Changes<OllamaConfigForm>,
) -> Result<Json<JsonMap>> {
    trim_addresses(&mut changes.keys, "ollama.base_urls")?;
    let view = changes.save(&app).await?;
    app.providers.models(true).await;
    Ok(Json(view))
}
