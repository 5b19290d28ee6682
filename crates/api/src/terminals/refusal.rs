//! Why a terminal server is not reached.

use airis_access::AccessError;
use airis_identity::AuthError;
use airis_outbound::OutboundError;
use airis_store::StoreError;
use airis_tools::terminals::Terminal;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::ApiError;

/// A request is answered with `{"error": …}`, a socket is closed with a code of the contract.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    /// How a socket is closed: 4001 nobody knows who asks, 4003 not for them, 4004 no such server, 1009 too much,
    /// 1011 something is broken, 1013 too many at once.
    pub code: u16,
    pub error: String,
}

impl Refusal {
    fn new(status: StatusCode, code: u16, error: impl Into<String>) -> Self {
        Self { status, code, error: error.into() }
    }

    pub fn unknown_server() -> Self {
        Self::new(StatusCode::NOT_FOUND, 4004, "There is no such terminal server")
    }

    pub fn not_authenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 4001, "The first message must sign you in")
    }

    /// The server is there, but not for this person, or not now.
    pub fn closed(error: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, 4003, error)
    }

    /// The address makes no sense, or leads out of where it may lead.
    pub fn odd_address() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 4003, "This is no address of a terminal server")
    }

    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, 1009, "The request body is too large")
    }

    pub fn too_many() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, 1013, "Too many terminals are open; try again later")
    }

    /// What went wrong in detail is for the log: it names addresses of this network.
    pub fn unreached(server: &Terminal, error: &OutboundError) -> Self {
        tracing::warn!(%error, server = server.id, "a terminal server gave no answer");
        let (status, why) = match error {
            OutboundError::Late(_, seconds) => {
                (StatusCode::GATEWAY_TIMEOUT, format!("did not answer within {seconds} s"))
            }
            OutboundError::Address(_) | OutboundError::Forbidden(_) => {
                (StatusCode::BAD_GATEWAY, "has an address that may not be called".to_owned())
            }
            OutboundError::Odd(..) | OutboundError::TooLarge(..) => {
                (StatusCode::BAD_GATEWAY, "answers what nobody asked for".to_owned())
            }
            OutboundError::Unreachable(..) => (StatusCode::BAD_GATEWAY, "cannot be reached".to_owned()),
        };
        Self::new(status, 1011, format!("The terminal server \"{}\" {why}", server.name))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, axum::Json(json!({ "error": self.error }))).into_response()
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let text = error.detail.as_str().map_or_else(|| error.detail.to_string(), str::to_owned);
        Self::new(error.status, 1011, text)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}

impl From<AccessError> for Refusal {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => error.into(),
            AccessError::NotYours | AccessError::NotPermitted(_) => {
                Self::closed("This chat does not exist, or it is not yours")
            }
        }
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Store(error) => error.into(),
            AuthError::Internal(_) => ApiError::from(error).into(),
            other => Self { error: other.to_string(), ..Self::not_authenticated() },
        }
    }
}
