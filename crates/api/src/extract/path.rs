//! Path parameters.

use axum::extract::FromRequestParts;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Invalid, invalid};
use crate::error::ApiError;

/// Path parameters read into `T`.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => Err(invalid(&[explain(error.kind())])),
            Err(rejection) => Err(ApiError::internal(rejection)),
        }
    }
}

fn explain(kind: &ErrorKind) -> Invalid {
    let integer = "Input should be a valid integer, unable to parse string as an integer";
    match kind {
        ErrorKind::ParseErrorAtKey { key, value, .. } => {
            Invalid::new("int_parsing", vec![json!("path"), json!(key)], integer, json!(value))
        }
        ErrorKind::ParseErrorAtIndex { value, .. } | ErrorKind::ParseError { value, .. } => {
            Invalid::new("int_parsing", vec![json!("path")], integer, json!(value))
        }
        other => Invalid::new("value_error", vec![json!("path")], other.to_string(), json!(null)),
    }
}
