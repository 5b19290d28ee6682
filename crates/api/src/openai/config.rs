//! Addresses, keys and options of the connections.

use airis_domain::JsonMap;
use axum::extract::State;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{FreeForm, Json};
use crate::settings_form::{Changes, SettingsForm, pad_list, settings_form, trim_addresses};

settings_form! {
    /// All connections: one address, one key and one set of options each, in the same order.
    OpenAIConfigForm {
        enable "ENABLE_OPENAI_API": Option<bool> = "openai.enable",
        urls "OPENAI_API_BASE_URLS": Vec<String> = "openai.api_base_urls",
        keys "OPENAI_API_KEYS": Vec<String> = "openai.api_keys",
        configs "OPENAI_API_CONFIGS": FreeForm = "openai.api_configs",
    }
}

/// Shows the connections with their keys.
#[utoipa::path(get, path = "/openai/config", tag = "openai", security(("admin" = [])),
    responses((status = 200, body = Object)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(OpenAIConfigForm::view(&app.config))
}

/// Replaces the connections. Missing keys become empty, surplus ones are dropped; the model list is asked for anew.
#[utoipa::path(post, path = "/openai/config/update", tag = "openai", security(("admin" = [])),
    request_body = OpenAIConfigForm, responses((status = 200, body = Object)))]
pub async fn update(
    _admin: Admin,
    State(app): State<App>,
    mut changes: Changes<OpenAIConfigForm>,
) -> Result<Json<JsonMap>> {
    let count = trim_addresses(&mut changes.keys, "openai.api_base_urls")?;
    pad_list(&mut changes.keys, "openai.api_keys", count);
    let view = changes.save(&app).await?;
    app.providers.models(true).await;
    Ok(Json(view))
}
