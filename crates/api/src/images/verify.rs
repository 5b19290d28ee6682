//! Trying an image engine before it is saved.

use airis_domain::Json as Value;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::refusal;
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;

/// An engine to try.
#[derive(Deserialize, ToSchema)]
pub struct ImageConnectionVerificationForm {
    /// `openai`, `gemini`, `automatic1111` or `comfyui`.
    pub engine: String,
    pub url: String,
    /// A key, or for automatic1111 a name and a password with a colon between.
    #[serde(default)]
    #[schema(format = Password)]
    pub key: Option<String>,
}

/// Says true when the engine answers at the address as it should.
#[utoipa::path(post, path = "/api/v1/images/verify", tag = "images", security(("admin" = [])),
    request_body = ImageConnectionVerificationForm, responses((status = 200, body = Value)))]
pub async fn verify(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<ImageConnectionVerificationForm>,
) -> Result<Json<Value>> {
    let key = form.key.unwrap_or_default();
    let outcome = app.images.verify(form.engine.trim(), &form.url, key.trim()).await;
    outcome.map_err(|error| refusal(&admin, error))?;
    Ok(Json(json!(true)))
}
