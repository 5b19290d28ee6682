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

/// PostgreSQL's codes for a full disk and too little memory.
const FULL: [&str; 2] = ["53100", "53200"];
/// PostgreSQL's codes and classes of codes for a server that starts, ends, is full of clients, is only a standby, or
/// gave up a statement.
const AWAY: [&str; 6] = ["08", "57P", "57014", "53300", "25006", "55P03"];

/// PostgreSQL's code for text that it cannot hold, such as a U+0000 in an id: nothing is called so.
const NO_TEXT: &str = "22021";

/// What a result code of the database says about its state, not about the statement.
enum State {
    Full,
    Away,
    Other,
}

/// PostgreSQL's codes have five characters, SQLite's are numbers whose low byte is the kind of error.
fn state(code: &str) -> State {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => match number & 0xff {
            13 => State::Full,
            // Busy, locked, read-only, an error of the disk, cannot open.
            5 | 6 | 8 | 10 | 14 => State::Away,
            _ => State::Other,
        },
        _ if FULL.contains(&code) => State::Full,
        _ if AWAY.iter().any(|away| code.starts_with(away)) => State::Away,
        _ => State::Other,
    }
}

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
                    Self::Conflict(["email", "command"].into_iter().find(|name| text.contains(name)).unwrap_or("id"))
                } else if database.is_foreign_key_violation() || code == NO_TEXT {
                    Self::NotFound
                } else {
                    let message = database.message().to_owned();
                    match state(&code) {
                        State::Full => Self::Full(message),
                        State::Away => Self::Unavailable(message),
                        State::Other => Self::Database(message),
                    }
                }
            }
            _ => Self::Database(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_an_absent_database_are_told_apart_from_a_wrong_statement() {
        for code in ["13", "53100"] {
            assert!(matches!(state(code), State::Full), "{code}");
        }
        // 778: SQLite could not write; 261: it is busy recovering; 57P03: PostgreSQL is starting.
        for code in ["5", "261", "778", "57P03", "08006", "53300"] {
            assert!(matches!(state(code), State::Away), "{code}");
        }
        for code in ["1", "42601", "23514", ""] {
            assert!(matches!(state(code), State::Other), "{code}");
        }
    }
}
