//! Why there is no picture.

use airis_access::AccessError;
use airis_domain::{Role, User};
use airis_files::FilesError;
use airis_outbound::OutboundError;
use airis_store::StoreError;

use crate::service::ServiceError;

/// Making or changing a picture came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// What was asked for makes no sense, or the engine refuses it in its own words; one sentence.
    #[error("{0}")]
    Refused(String),
    /// The engine does not answer, or with something odd. Where it is, is for administrators.
    #[error(transparent)]
    Engine(#[from] OutboundError),
    /// As much as this server takes on is under way.
    #[error("Too many pictures are being made; try again")]
    Busy,
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImageError {
    /// What is said to whoever waits for a picture.
    pub fn told(&self, user: &User) -> String {
        match self {
            Self::Refused(_) | Self::Busy => self.to_string(),
            Self::Engine(error) if user.role == Role::Admin => error.to_string(),
            Self::Engine(_) => "The service that makes pictures does not answer as it should".to_owned(),
            Self::Files(_) | Self::Store(_) => "The picture could not be stored".to_owned(),
        }
    }
}

impl From<AccessError> for ImageError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => Self::Store(error),
            _ => Self::Refused("A picture to be changed does not exist, or it is not yours".to_owned()),
        }
    }
}

impl From<ServiceError> for ImageError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Refused(text) => Self::Refused(text),
            ServiceError::Engine(error) => Self::Engine(error),
        }
    }
}
