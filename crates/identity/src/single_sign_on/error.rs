//! Why somebody could not sign in with an account of another provider.

use airis_store::StoreError;

use crate::AuthError;

/// A sign-in elsewhere that led to nothing. The texts are for people.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    /// No such provider is set up, or all are turned off.
    #[error("This way to sign in is not set up here")]
    Unknown,
    /// The browser does not carry what this sign-in began with.
    #[error("This sign-in took too long or was begun in another browser; please try again")]
    Lost,
    /// The provider or the rules here say no.
    #[error("{0}")]
    Refused(String),
    /// The provider does not answer as it should; the reason is for the log.
    #[error("The identity provider cannot be asked; an administrator finds the reason in the log")]
    Broken(String),
    #[error(transparent)]
    Auth(#[from] AuthError),
}

impl SignOnError {
    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }

    pub(super) fn broken(reason: impl std::fmt::Display) -> Self {
        Self::Broken(reason.to_string())
    }
}

impl From<StoreError> for SignOnError {
    fn from(error: StoreError) -> Self {
        Self::Auth(error.into())
    }
}

impl From<airis_outbound::OutboundError> for SignOnError {
    fn from(error: airis_outbound::OutboundError) -> Self {
        Self::broken(error)
    }
}
