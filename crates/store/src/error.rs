//! What can go wrong in the store.

/// An error of the durable store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row is not there.
    #[error("not found")]
    NotFound,
    /// A unique value (email, id…) is taken; names it.
    #[error("{0} is already taken")]
    Conflict(&'static str),
    /// The caller's lease on a turn is gone: another instance owns it.
    #[error("the lease was lost")]
    LeaseLost,
    /// The disk or the database has no room left.
    #[error("no space left in the database: {0}")]
    Full(String),
    /// The database does not answer.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database cannot be opened as it is; one sentence for the operator.
    #[error("{0}")]
    Open(String),
    /// Anything else the database said.
    #[error("database error: {0}")]
    Database(String),
}
