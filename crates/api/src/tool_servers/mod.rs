//! Tools of other servers: which there are, and signing in at those that want to know everybody.

pub mod list;
pub mod register;
pub mod visit;

use airis_tools::servers::OAuthError;

use crate::error::ApiError;

impl From<OAuthError> for ApiError {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::Auth(error) => error.into(),
            OAuthError::Store(error) => error.into(),
            other => Self::bad_request(other.to_string()),
        }
    }
}
