//! Durable rows: SQLite and PostgreSQL behind the same functions. Knows nothing of HTTP.
#![expect(clippy::todo, unused_variables, reason = "signatures first; bodies follow at once")]
mod chats;
mod config;
mod error;
mod folders;
mod grants;
mod messages;
mod shared_folders;
mod turns;
mod users;

pub use chats::{ChatListQuery, ChatPatch, NewTurn};
pub use error::StoreError;
pub use messages::MessagePatch;
pub use users::{Credentials, NewUser, UserPatch, UserQuery, UserSort};

/// Result of a store function.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// `sqlite:///abs/path.db`, `postgres://…`, `postgresql://…` or `postgresql+asyncpg://…`.
    pub url: String,
    /// Connections (readers on SQLite). `None`: a sensible number for this machine.
    pub pool_size: Option<u32>,
    pub pool_max_overflow: u32,
    /// Seconds to wait for a free connection.
    pub pool_timeout: u64,
    /// Seconds after which a connection is replaced.
    pub pool_recycle: u64,
    /// PostgreSQL schema.
    pub schema: Option<String>,
    /// Apply migrations at start; otherwise wait until another instance has.
    pub migrate: bool,
}

impl Store {
    /// Opens the database and brings its schema up to date under a lock (advisory on PostgreSQL, file on SQLite).
    /// Fails with one clear sentence when the file belongs to another running process' exclusive use, is not a
    /// database, or is newer than this binary.
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        todo!()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        todo!()
    }

    /// Closes every connection, checkpointing the write-ahead log.
    pub async fn close(&self) {
        todo!()
    }
}
