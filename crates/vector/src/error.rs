//! What can go wrong in a store of vectors.

use airis_outbound::OutboundError;

/// Why passages were not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// What was handed over makes no sense, such as a vector with numbers that are none.
    #[error("{0}")]
    Refused(&'static str),
    /// The disk is full.
    #[error("no space is left for passages")]
    Full,
    /// It cannot be opened, or does not answer.
    #[error("the store of passages is not available: {0}")]
    Unavailable(String),
}

impl VectorError {
    /// What was put at another server is not waited for any more.
    pub(crate) fn lapsed() -> Self {
        Self::Unavailable("it was changed, or took too long, while vectors were stored; try again".to_owned())
    }
}

impl From<OutboundError> for VectorError {
    fn from(error: OutboundError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// SQLite's code for a full disk.
const FULL: &str = "13";

impl From<sqlx::Error> for VectorError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|error| error.code()) {
            Some(code) if code == FULL => Self::Full,
            _ => Self::Unavailable(error.to_string()),
        }
    }
}
