//! The one error of the HTTP edge: a status and the contract's `{"detail": …}`.

use airis_access::AccessError;
use airis_domain::Json;
use airis_files::FilesError;
use airis_identity::AuthError;
use airis_memory::MemoryError;
use airis_providers::ProviderError;
use airis_retrieval::RetrievalError;
use airis_store::StoreError;
use airis_turns::TurnError;
use airis_vector::VectorError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Result of a handler.
pub type Result<T> = std::result::Result<T, ApiError>;

/// What people hear whose role is too low.
pub const WRONG_ROLE: &str = "Your role does not allow this";
/// What people hear who show no credential.
pub const NOT_AUTHENTICATED: &str = "Not authenticated";

/// What a caller is told when something did not work.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    pub status: StatusCode,
    /// Text, list or object under `detail`.
    pub detail: Json,
    /// Seconds after which it may work.
    pub retry_after: Option<u64>,
}

impl ApiError {
    pub fn new(status: StatusCode, detail: impl Into<Json>) -> Self {
        Self { status, detail: detail.into(), retry_after: None }
    }

    /// 400: the request makes no sense as it is.
    pub fn bad_request(detail: impl Into<Json>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401 without a credential.
    pub fn not_authenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, NOT_AUTHENTICATED)
    }

    /// 401, the contract's answer to a role that is too low.
    pub fn wrong_role() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, WRONG_ROLE)
    }

    /// 401, the contract's answer to a missing entity and a foreign entity alike.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "This does not exist, or it is not yours")
    }

    /// 403: known, but not allowed.
    pub fn forbidden(detail: impl Into<Json>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// 500; the reason goes to the log, not to the caller.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        tracing::error!(%reason, "request failed inside");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong inside the server; its log says what")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(json!({ "detail": self.detail }))).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::unauthorized(),
            StoreError::Conflict(what) => Self::bad_request(format!("This {what} is already taken")),
            StoreError::Full(_) => {
                tracing::error!(%error, "the database is full");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "The server has no disk space left; nothing was saved")
            }
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "the database does not answer");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "The database is not available; try again")
            }
            StoreError::LeaseLost => Self::new(StatusCode::CONFLICT, "Another instance has taken over"),
            StoreError::Open(_) | StoreError::Database(_) => Self::internal(error),
        }
    }
}

impl From<FilesError> for ApiError {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Gone => Self::not_found(),
            FilesError::TooLarge(_) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
            FilesError::Full => {
                tracing::error!("no space is left for files");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "The server has no disk space left; nothing was saved")
            }
            FilesError::Io(_) => Self::internal(error),
        }
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NotYours => Self::unauthorized(),
            AccessError::NotPermitted(_) => Self::new(StatusCode::UNAUTHORIZED, error.to_string()),
            AccessError::Store(error) => error.into(),
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let status = match &error {
            AuthError::InvalidToken | AuthError::Ended | AuthError::UnknownKey | AuthError::ChallengeOver => {
                StatusCode::UNAUTHORIZED
            }
            AuthError::KeyRefused(_) => StatusCode::FORBIDDEN,
            AuthError::WrongCredentials
            | AuthError::WrongDirectoryCredentials
            | AuthError::WrongCode
            | AuthError::EmailTaken
            | AuthError::Unusable(_) => StatusCode::BAD_REQUEST,
            AuthError::TooManyAttempts | AuthError::TooManyCodes(_) => StatusCode::TOO_MANY_REQUESTS,
            AuthError::Internal(reason) => return Self::internal(reason),
            AuthError::Access(_) | AuthError::Store(_) => {
                return match error {
                    AuthError::Access(error) => error.into(),
                    AuthError::Store(error) => error.into(),
                    other => Self::internal(other),
                };
            }
        };
        Self::new(status, error.to_string())
    }
}

impl From<ProviderError> for ApiError {
    fn from(error: ProviderError) -> Self {
        let status = match &error {
            ProviderError::UnknownModel(_) => StatusCode::NOT_FOUND,
            ProviderError::Answer { status, .. } => StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY),
            ProviderError::Stalled(_) => StatusCode::GATEWAY_TIMEOUT,
            ProviderError::Unreachable(_) | ProviderError::Broken(_) => StatusCode::BAD_GATEWAY,
            ProviderError::Local(_) => StatusCode::INTERNAL_SERVER_ERROR,
            ProviderError::OverBudget(_) => StatusCode::TOO_MANY_REQUESTS,
            ProviderError::Budgets(_) => {
                tracing::error!(%error, "a request was refused");
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, "The database is not available; try again");
            }
        };
        let retry_after = match &error {
            ProviderError::OverBudget(refusal) => Some(refusal.retry_after),
            _ => None,
        };
        Self { retry_after, ..Self::new(status, error.to_string()) }
    }
}

impl From<MemoryError> for ApiError {
    fn from(error: MemoryError) -> Self {
        match error {
            MemoryError::Unknown => Self::not_found(),
            MemoryError::Refused(text) => Self::bad_request(text),
            MemoryError::Provider(error) => error.into(),
            MemoryError::Store(error) => error.into(),
        }
    }
}

impl From<RetrievalError> for ApiError {
    fn from(error: RetrievalError) -> Self {
        match error {
            RetrievalError::Extract(_)
            | RetrievalError::Duplicate
            | RetrievalError::Refused(_)
            | RetrievalError::Elsewhere { .. } => Self::bad_request(error.to_string()),
            RetrievalError::NotYours => Self::forbidden("This does not exist, or it is not shared with you"),
            RetrievalError::Provider(error) => error.into(),
            RetrievalError::Vector(error) => error.into(),
            RetrievalError::Files(error) => error.into(),
            RetrievalError::Store(error) => error.into(),
        }
    }
}

impl From<VectorError> for ApiError {
    fn from(error: VectorError) -> Self {
        match error {
            VectorError::Refused(text) => Self::bad_request(text),
            VectorError::Full => {
                tracing::error!("no space is left for passages");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "The server has no disk space left; nothing was saved")
            }
            VectorError::Unavailable(_) => {
                tracing::error!(%error, "passages cannot be reached");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "What was indexed cannot be reached; try again")
            }
        }
    }
}

impl From<TurnError> for ApiError {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::Provider(error) => error.into(),
            TurnError::Store(error) => error.into(),
            TurnError::Bus(error) => {
                tracing::error!(%error, "the bus does not answer");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "What the reply wrote cannot be reached; try again")
            }
            TurnError::ModelNotFound | TurnError::ChatNotFound => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            TurnError::Forbidden(text) => Self::forbidden(text),
            TurnError::Conflict(text) => Self::new(StatusCode::CONFLICT, text),
            TurnError::Invalid(text) => Self::bad_request(text),
            TurnError::Draining => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        }
    }
}
