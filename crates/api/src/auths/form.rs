//! Forms of this area: small bodies, and a 422 whose detail is one sentence.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{body, read_json};

/// Largest form of this area; pictures inside a profile are the reason that it is not smaller.
pub const FORM_LIMIT: usize = 4 * 1024 * 1024;

/// A form read into `T`.
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + ToSchema> FromRequest<S> for Form<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (headers, body) = body(request, state).await?;
        read_json(&headers, &body).map(Self).map_err(|findings| {
            let fields: Vec<String> = findings
                .iter()
                .map(|finding| {
                    let place =
                        finding.loc.iter().skip(1).filter_map(|part| part.as_str()).collect::<Vec<_>>().join(".");
                    if place.is_empty() { finding.msg.clone() } else { format!("{place}: {}", finding.msg) }
                })
                .collect();
            ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, fields.join("; "))
        })
    }
}
