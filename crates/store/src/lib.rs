//! Durable rows: SQLite and PostgreSQL behind the same functions. Knows nothing of HTTP.

mod analytics;
mod backup;
mod budgets;
mod chat_list;
mod chat_search;
mod chat_text;
mod chats;
mod config;
mod db;
mod error;
mod event_hooks;
mod feedback;
mod file_lock;
mod files;
mod first_page;
mod fleet;
mod folders;
mod grants;
mod groups;
mod identities;
mod ingestion;
mod json;
mod knowledge;
mod knowledge_connections;
mod knowledge_directories;
mod knowledge_files;
mod memories;
mod messages;
mod migrate;
mod model_versions;
mod models;
mod notes;
mod oauth_sessions;
mod open;
mod postgres_url;
mod prompt_change;
mod prompts;
mod row;
mod second_factor;
mod sessions;
mod shared_chats;
mod shown_files;
mod sign_up;
mod spending;
mod tags;
mod tool_sign_ins;
mod turns;
mod uploads;
mod usage;
mod users;
mod words;

pub use analytics::{
    MessageFilter, ModelChat, ModelChatOrder, ModelChatQuery, ModelUse, ReplyUsage, Span, StoredMessage, Totals,
};
pub use chat_list::{ChatListQuery, ChatOrder};
pub use chat_search::FoundChat;
pub use chats::{ChatPatch, NewTurn};
pub use error::StoreError;
pub use feedback::{FeedbackOrder, FeedbackQuery};
pub use files::FileQuery;
pub use fleet::{Beat, FleetEar, FleetTables, Flushed, LETTER, LogPart, SEAL};
pub use ingestion::IngestionState;
pub use knowledge::{KnowledgeOrder, KnowledgeQuery, KnowledgeView};
pub use knowledge_files::{KnowledgeFile, KnowledgeFileOrder, KnowledgeFileQuery};
pub use messages::MessagePatch;
pub use migrate::known as known_migrations;
pub use model_versions::ModelEdit;
pub use notes::{NoteOrder, NotePatch, NoteQuery, NoteSide, NoteUpdate};
pub use oauth_sessions::OauthSession;
pub use open::{Place, place};
pub use postgres_url::read as read_postgres_url;
pub use prompt_change::{NewVersion, PromptPatch, VersionRemoval};
pub use second_factor::{SecondFactor, SignInChallenge};
pub use sessions::Credentials;
pub use spending::{BudgetUse, Claim, Counter, DeadHold, Hold, Spent};
pub use uploads::{Upload, UploadPiece};
pub use usage::UsedMessage;
pub use users::{NewUser, UserPatch, UserQuery, UserSort};

use async_recursion::async_recursion as boxed;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// Result of a store function.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    db: db::Db,
    file: Option<Arc<PathBuf>>,
}

/// How to open a database.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite:///path.db`, `sqlite:////abs/path.db`, `postgres://…`, `postgresql://…` or `postgresql+asyncpg://…`.
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

impl std::fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may hold a password.
        f.debug_struct("StoreOptions").field("pool_size", &self.pool_size).finish_non_exhaustive()
    }
}

/// Holds the right to serve from an SQLite file; given back when dropped or when the process dies.
#[derive(Debug)]
pub struct ServeLock(Option<File>);

impl ServeLock {
    /// Whether there was a file to lock (not on PostgreSQL).
    pub fn is_held(&self) -> bool {
        self.0.is_some()
    }
}

impl Store {
    /// Opens the database and brings its schema up to date under a lock (advisory on PostgreSQL, a file on SQLite).
    /// Fails with one clear sentence when it cannot be opened, is not a database, or a newer version has taken away what this one needs.
    #[boxed]
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        let (db, file, lock) = open::open(options).await?;
        if options.migrate {
            migrate::apply(&db).await?;
            drop(lock);
        } else {
            drop(lock);
            migrate::wait(&db).await?;
        }
        Ok(Self { db, file: file.map(Arc::new) })
    }

    /// Takes the right to serve from this SQLite file: two servers on one file would each believe to be alone. Commands
    /// that only look or change a row do not need it. Always succeeds on PostgreSQL.
    pub fn lock_for_serving(&self) -> Result<ServeLock> {
        let Some(database) = &self.file else { return Ok(ServeLock(None)) };
        let path = database.with_extension("serve.lock");
        let file = File::create(&path)
            .map_err(|error| StoreError::Open(format!("the lock file {} cannot be made: {error}", path.display())))?;
        file.try_lock().map_err(|_| {
            StoreError::Open(format!(
                "another airis already serves from {}; stop it, choose another DATA_DIR, or share a PostgreSQL database",
                database.display()
            ))
        })?;
        Ok(ServeLock(Some(file)))
    }

    /// Whether the database answers.
    #[boxed]
    pub async fn ping(&self) -> Result<()> {
        db::reading!(self, pool => sqlx::query("SELECT 1").execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Whether every migration of this binary was applied.
    #[boxed]
    pub async fn is_migrated(&self) -> Result<bool> {
        migrate::is_done(&self.db).await
    }

    /// `sqlite` or `postgresql`.
    pub fn kind(&self) -> &'static str {
        match self.db {
            db::Db::Sqlite { .. } => "sqlite",
            db::Db::Postgres { .. } => "postgresql",
        }
    }

    /// The connections to a PostgreSQL, for tables that others keep beside these.
    pub fn postgres(&self) -> Option<&sqlx::PgPool> {
        match &self.db {
            db::Db::Sqlite { .. } => None,
            db::Db::Postgres { pool, .. } => Some(pool),
        }
    }

    /// Connections to a PostgreSQL: how many are open, and how many of them nobody uses now.
    pub fn connections(&self) -> Option<(u32, usize)> {
        self.postgres().map(|pool| (pool.size(), pool.num_idle()))
    }

    /// Closes every connection; the write-ahead log is folded in.
    #[boxed]
    pub async fn close(&self) {
        match &self.db {
            db::Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            db::Db::Postgres { pool, .. } => pool.close().await,
        }
    }
}
