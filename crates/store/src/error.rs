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

/// SQLite's result codes for a full disk, PostgreSQL's for a full disk and too little memory.
const FULL: [&str; 3] = ["13", "53100", "53200"];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
                Self::Unavailable(error.to_string())
            }
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                if database.is_unique_violation() {
                    let text = database.message();
                    Self::Conflict(if text.contains("email") { "email" } else { "id" })
                } else if database.is_foreign_key_violation() {
                    Self::NotFound
                } else if FULL.contains(&code.as_ref()) {
                    Self::Full(database.message().to_owned())
                } else {
                    Self::Database(database.message().to_owned())
                }
            }
            _ => Self::Database(error.to_string()),
        }
    }
}
