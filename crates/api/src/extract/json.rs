//! JSON bodies. What serde refuses is looked at again with the type's schema, to name every wrong field.

use std::marker::PhantomData;

use airis_domain::JsonMap;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use utoipa::ToSchema;

use super::{Invalid, invalid, schema};
use crate::error::ApiError;

/// A JSON body read into `T`, or a value answered as JSON.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S: Send + Sync, T: DeserializeOwned + ToSchema> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (headers, body) = body(request, state).await?;
        read_json(&headers, &body).map(Self).map_err(|findings| invalid(&findings))
    }
}

/// A JSON body that may be left out, or be null.
#[derive(Clone, Copy, Debug)]
pub struct Given<T>(pub Option<T>);

impl<S: Send + Sync, T: DeserializeOwned + ToSchema> FromRequest<S> for Given<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (headers, body) = body(request, state).await?;
        if matches!(body.trim_ascii(), b"" | b"null") {
            return Ok(Self(None));
        }
        read_json(&headers, &body).map(|form| Self(Some(form))).map_err(|findings| invalid(&findings))
    }
}

/// A JSON object that fits `T`, kept as it was sent: for bodies that are handed on.
#[derive(Clone, Debug)]
pub struct Checked<T> {
    pub body: JsonMap,
    form: PhantomData<T>,
}

impl<S: Send + Sync, T: DeserializeOwned + ToSchema> FromRequest<S> for Checked<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (headers, body) = body(request, state).await?;
        read_json::<T>(&headers, &body).map_err(|findings| invalid(&findings))?;
        let body = serde_json::from_slice(&body).map_err(ApiError::internal)?;
        Ok(Self { body, form: PhantomData })
    }
}

/// The whole body, within the limit of the route.
pub(crate) async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<(HeaderMap, Bytes), ApiError> {
    let headers = request.headers().clone();
    let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
        let status = rejection.status();
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            ApiError::new(status, "The request body is too large")
        } else {
            ApiError::new(status, rejection.body_text())
        }
    })?;
    Ok((headers, bytes))
}

/// Reads a body into `T`, or says everything that is wrong with it.
pub fn read_json<T: DeserializeOwned + ToSchema>(headers: &HeaderMap, body: &[u8]) -> Result<T, Vec<Invalid>> {
    let top = || vec![json!("body")];
    if body.is_empty() {
        return Err(vec![Invalid::missing(top(), json!(null))]);
    }
    if !is_json(headers) {
        let text = String::from_utf8_lossy(body).into_owned();
        return Err(vec![schema::not_an_object(top(), json!(text))]);
    }
    // Readers of structs take lists as well, field by field; the contract does not.
    let is_list = body.trim_ascii_start().starts_with(b"[");
    if !is_list && let Ok(value) = serde_json::from_slice::<T>(body) {
        return Ok(value);
    }
    let value: serde_json::Value = serde_json::from_slice(body).map_err(|error| {
        let mut finding = Invalid::new(
            "json_invalid",
            vec![json!("body"), json!(position(body, &error))],
            "JSON decode error",
            json!({}),
        );
        finding.ctx = Some(json!({"error": if error.is_eof() { "Expecting value" } else { "Invalid JSON" }}));
        vec![finding]
    })?;
    let findings = schema::check::<T>(&value);
    if !findings.is_empty() {
        return Err(findings);
    }
    // The schema is content, so the reason lies in a rule that only the type knows.
    match serde_json::from_value::<T>(value.clone()) {
        Ok(value) => Ok(value),
        Err(error) => Err(vec![Invalid::new("value_error", top(), error.to_string(), value)]),
    }
}

/// A body without a content type counts as JSON when the client is a simple one, as in the contract.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else { return true };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Where the reader stumbled, in characters from the start of the body.
fn position(body: &[u8], error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return String::from_utf8_lossy(body).chars().count();
    }
    let before: usize =
        body.split(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(|line| line.len() + 1).sum();
    let end = (before + error.column().saturating_sub(1)).min(body.len());
    String::from_utf8_lossy(&body[..end]).chars().count()
}
