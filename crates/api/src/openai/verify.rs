//! Trying a connection before it is saved.

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

/// A connection to try.
#[derive(Deserialize, ToSchema)]
pub struct OpenAIConnectionVerificationForm {
    pub url: String,
    #[schema(format = Password)]
    pub key: String,
    /// Options as they would be saved.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub config: Option<Value>,
}

/// Asks a server for its models with a key. Answers what the server answers, a refusal included.
#[utoipa::path(post, path = "/openai/verify", tag = "openai", security(("admin" = [])),
    request_body = OpenAIConnectionVerificationForm, responses((status = 200, body = Value)))]
pub async fn verify(
    _admin: Admin,
    State(app): State<App>,
    Json(form): Json<OpenAIConnectionVerificationForm>,
) -> Response {
    match app.providers.verify(Kind::OpenAi, &form.url, &form.key, form.config.unwrap_or_default()).await {
        Ok(list) => Json(list).into_response(),
        Err(error) => refusal(error),
    }
}
