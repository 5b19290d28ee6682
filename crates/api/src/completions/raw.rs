//! A provider's answer handed on as it came, piece by piece.

use airis_providers::{ProviderError, RawBody, RawReply};
use airis_turns::TurnError;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;

use crate::error::ApiError;

/// The provider's answer as ours. A stream that breaks off breaks ours off too, so that the client notices.
pub fn answer(reply: RawReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let body = match reply.body {
        RawBody::Json(value) => return (status, axum::Json(value)).into_response(),
        RawBody::Stream(stream) => Body::from_stream(
            stream.map(|piece| piece.inspect_err(|error| tracing::warn!(%error, "a provider's stream broke off"))),
        ),
    };
    let mut response = (status, body).into_response();
    let kind =
        HeaderValue::from_str(&reply.content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Why there is none: what the provider said goes on with its status; everything unknown is the caller's mistake.
pub fn refusal(error: TurnError) -> Response {
    match error {
        TurnError::Provider(ProviderError::Answer { status, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, axum::Json(body)).into_response()
        }
        TurnError::ModelNotFound | TurnError::Provider(ProviderError::UnknownModel(_)) => {
            ApiError::bad_request("Model not found").into_response()
        }
        TurnError::Provider(error @ (ProviderError::OverBudget(_) | ProviderError::Budgets(_))) => {
            ApiError::from(error).into_response()
        }
        TurnError::Provider(error) => ApiError::bad_request(error.to_string()).into_response(),
        other => ApiError::from(other).into_response(),
    }
}
