//! What can go wrong on the way; each is one sentence for the operator.

use airis_files::FilesError;
use airis_store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// What was asked for cannot be done, and why.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Files(#[from] FilesError),
    #[error("the database said: {0}")]
    Database(String),
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
}

impl From<sqlx::Error> for TransferError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(match &error {
            sqlx::Error::Database(said) => said.message().to_owned(),
            _ => error.to_string(),
        })
    }
}

/// Refuses with a sentence.
macro_rules! refuse {
    ($($sentence:tt)*) => {
        return Err(crate::TransferError::Refused(format!($($sentence)*)))
    };
}

pub(crate) use refuse;
