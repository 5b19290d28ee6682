//! How many tokens a request of Anthropic's messages API has, as whoever runs the model counts them.

use airis_domain::Json as Value;
use airis_providers::{ProviderError, RawBody};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::request;
use crate::app::App;
use crate::caller::Verified;
use crate::completions::raw;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json};
use crate::models::visible;

/// Counts the tokens of a request without asking the model.
#[utoipa::path(post, path = "/api/v1/messages/count_tokens", tag = "main", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn tokens_v1(
    State(app): State<App>,
    user: Verified,
    Json(FreeForm(body)): Json<FreeForm>,
) -> Result<Response> {
    let picked = body.get("model").and_then(Value::as_str).filter(|name| !name.is_empty());
    let picked = picked.ok_or_else(|| ApiError::bad_request("The body names no model"))?.to_owned();
    visible::require(&app, &user, &picked).await?;
    let model = app.turns.answering_model(&user, &picked).await?;
    let messages = request::to_openai(body.clone()).remove("messages");
    let messages = messages.and_then(|messages| messages.as_array().cloned()).unwrap_or_default();
    let refused = |status: u16, body: Value| {
        Err(ApiError::new(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), body))
    };
    match app.providers.count_tokens(&model, body, messages, Some(&user)).await {
        Ok(reply) => match reply.body {
            RawBody::Json(body) if reply.status >= 400 => refused(reply.status, body),
            body => Ok(raw::answer(airis_providers::RawReply { body, ..reply })),
        },
        Err(ProviderError::Answer { status, body }) => refused(status, body),
        Err(error) => Err(error.into()),
    }
}

/// The same at its other address.
#[utoipa::path(post, path = "/api/message/count_tokens", tag = "main", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn tokens(app: State<App>, user: Verified, body: Json<FreeForm>) -> Result<Response> {
    tokens_v1(app, user, body).await
}
