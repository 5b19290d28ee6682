//! Anthropic's messages API over any model: requests and answers are translated to and from OpenAI's shapes.

pub mod count;
mod reply;
mod request;
mod stream;

use airis_domain::Json as Value;
use airis_providers::{RawBody, RawReply};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, future};
use serde_json::json;

use super::raw;
use crate::app::App;
use crate::caller::Verified;
use crate::error::ApiError;
use crate::extract::{FreeForm, Json};

/// Asks a model with a body of Anthropic's messages API.
#[utoipa::path(post, path = "/api/v1/messages", tag = "main", security(("verified" = [])), request_body = Object,
    responses((status = 200, body = Value)))]
pub async fn messages_v1(State(app): State<App>, user: Verified, Json(FreeForm(body)): Json<FreeForm>) -> Response {
    if body.get("messages").is_some_and(|messages| !messages.is_array()) {
        return ApiError::bad_request("messages must be a list").into_response();
    }
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default().to_owned();
    let streams = body.get("stream") == Some(&Value::Bool(true));
    match app.turns.pass(&user, request::to_openai(body)).await {
        Ok(reply) => answer(&model, streams, reply).await,
        Err(error) => raw::refusal(error),
    }
}

/// The same at its other address.
#[utoipa::path(post, path = "/api/message", tag = "main", security(("verified" = [])), request_body = Object,
    responses((status = 200, body = Value)))]
pub async fn messages(app: State<App>, user: Verified, body: Json<FreeForm>) -> Response {
    messages_v1(app, user, body).await
}

async fn answer(model: &str, streams: bool, reply: RawReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    match reply.body {
        RawBody::Json(body) if !status.is_success() => (status, axum::Json(failure(status, &body))).into_response(),
        RawBody::Stream(bytes) if !status.is_success() => {
            let said: Vec<_> = bytes.filter_map(|piece| future::ready(piece.ok())).collect().await;
            let said = Value::from(String::from_utf8_lossy(&said.concat()).trim());
            (status, axum::Json(failure(status, &json!({ "message": said })))).into_response()
        }
        RawBody::Json(body) if streams => {
            // Whoever waits for events cannot read anything else.
            let whole = bytes::Bytes::from(format!("data: {body}\n"));
            events(model, Box::pin(futures::stream::once(future::ready(Ok(whole)))))
        }
        RawBody::Json(body) => axum::Json(reply::from_openai(model, &body)).into_response(),
        RawBody::Stream(bytes) => events(model, bytes),
    }
}

fn events(model: &str, bytes: stream::Bodies) -> Response {
    let events = axum::body::Body::from_stream(stream::translate(model.to_owned(), bytes));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (headers, events).into_response()
}

/// A provider's error in Anthropic's shape.
fn failure(status: StatusCode, body: &Value) -> Value {
    let kind = match status.as_u16() {
        400 | 422 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    let said = [body.pointer("/error/message"), body.get("error"), body.get("detail"), body.get("message")];
    let said = said.into_iter().flatten().filter_map(Value::as_str).find(|text| !text.is_empty());
    let message = said.unwrap_or("The provider refused");
    json!({ "type": "error", "error": { "type": kind, "message": message } })
}
