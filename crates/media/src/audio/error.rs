//! Why nothing was spoken, or heard.

use airis_access::AccessError;
use airis_domain::{Role, User};
use airis_files::FilesError;
use airis_outbound::OutboundError;
use airis_store::StoreError;

use crate::service::ServiceError;

/// Speaking or hearing came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// What was asked for makes no sense, or the service refuses it in its own words; one sentence.
    #[error("{0}")]
    Refused(String),
    /// The service does not answer, or with something odd. Where it is, is for administrators.
    #[error(transparent)]
    Engine(#[from] OutboundError),
    /// As much as this server takes on is under way.
    #[error("Too much is being spoken and heard; try again")]
    Busy,
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AudioError {
    pub(super) fn refused(text: &str) -> Self {
        Self::Refused(text.to_owned())
    }

    /// What is said to whoever waits.
    pub fn told(&self, user: &User) -> String {
        match self {
            Self::Refused(_) | Self::Busy => self.to_string(),
            Self::Engine(error) if user.role == Role::Admin => error.to_string(),
            Self::Engine(_) => "The speech service does not answer as it should".to_owned(),
            Self::Files(_) | Self::Store(_) => "The sound could not be read".to_owned(),
        }
    }
}

impl From<ServiceError> for AudioError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Refused(text) => Self::Refused(text),
            ServiceError::Engine(error) => Self::Engine(error),
        }
    }
}

impl From<AccessError> for AudioError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => Self::Store(error),
            other => Self::Refused(other.to_string()),
        }
    }
}
