//! Anything else, handed on to the first connection, where `ENABLE_OPENAI_API_PASSTHROUGH` allows it.

use airis_domain::{Json as Value, User};
use airis_providers::{Host, Kind};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::response::Response;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Path, body};
use crate::provided::{answer, require_on};

/// Hands a reading request on.
#[utoipa::path(get, path = "/openai/{*path}", tag = "openai", security(("verified" = [])),
    params(("path" = String, Path)), responses((status = 200, body = Value)))]
pub async fn get(person: Verified, State(app): State<App>, Path(path): Path<String>) -> Result<Response> {
    hand_on(&app, &person, "GET", &path, Bytes::new()).await
}

/// Hands a writing request on.
#[utoipa::path(post, path = "/openai/{*path}", tag = "openai", security(("verified" = [])),
    params(("path" = String, Path)), responses((status = 200, body = Value)))]
pub async fn post(
    person: Verified,
    State(app): State<App>,
    Path(path): Path<String>,
    Sent(body): Sent,
) -> Result<Response> {
    hand_on(&app, &person, "POST", &path, body).await
}

/// Hands a replacing request on.
#[utoipa::path(put, path = "/openai/{*path}", tag = "openai", security(("verified" = [])),
    params(("path" = String, Path)), responses((status = 200, body = Value)))]
pub async fn put(
    person: Verified,
    State(app): State<App>,
    Path(path): Path<String>,
    Sent(body): Sent,
) -> Result<Response> {
    hand_on(&app, &person, "PUT", &path, body).await
}

/// Hands a deleting request on.
#[utoipa::path(delete, path = "/openai/{*path}", tag = "openai", security(("verified" = [])),
    params(("path" = String, Path)), responses((status = 200, body = Value)))]
pub async fn delete(person: Verified, State(app): State<App>, Path(path): Path<String>) -> Result<Response> {
    hand_on(&app, &person, "DELETE", &path, Bytes::new()).await
}

/// The body as it was sent.
pub struct Sent(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        Ok(Self(body(request, state).await?.1))
    }
}

async fn hand_on(app: &App, user: &User, method: &str, path: &str, body: Bytes) -> Result<Response> {
    if !app.config.settings().enable_openai_passthrough {
        return Err(ApiError::forbidden("Handing requests on is turned off (ENABLE_OPENAI_API_PASSTHROUGH)"));
    }
    require_on(app, Kind::OpenAi)?;
    if path.split('/').any(|part| part == "..") {
        return Err(ApiError::bad_request("This is no address"));
    }
    let read = |bytes: &Bytes| {
        serde_json::from_slice::<Value>(bytes).map_err(|_| ApiError::bad_request("The body is no JSON"))
    };
    let body = if body.is_empty() { None } else { Some(read(&body)?) };
    Ok(answer(app.providers.forward(Kind::OpenAi, Host::Any, method, &format!("/{path}"), body, Some(user)).await))
}
