//! Trying a server before it is saved.

use airis_domain::Json as Value;
use airis_providers::Kind;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::extract::Json;
use crate::provided::refusal;

/// A server to try.
#[derive(Deserialize, ToSchema)]
pub struct OllamaConnectionVerificationForm {
    pub url: String,
    #[serde(default)]
    pub key: Option<String>,
    /// Options as they would be saved.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub config: Option<Value>,
}

/// Asks a server for its version.
#[utoipa::path(post, path = "/ollama/verify", tag = "ollama", security(("admin" = [])),
    request_body = OllamaConnectionVerificationForm, responses((status = 200, body = Object)))]
pub async fn verify(
    _admin: Admin,
    State(app): State<App>,
    Json(form): Json<OllamaConnectionVerificationForm>,
) -> Response {
    let key = form.key.unwrap_or_default();
    match app.providers.verify(Kind::Ollama, &form.url, &key, form.config.unwrap_or_default()).await {
        Ok(version) => Json(version).into_response(),
        Err(error) => refusal(error),
    }
}
