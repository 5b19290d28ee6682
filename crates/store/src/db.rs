//! Two databases, one text: every function is written once and compiled for both.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

/// The open database.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// Many readers and one writer: `database is locked` cannot happen inside this process.
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres {
        pool: PgPool,
        /// A pooler between us and the server may hand every transaction to another connection: what is prepared outside
        /// of one may be gone when it is executed.
        pooled: bool,
    },
}

/// Runs `$body` with `$pool` bound to a pool for reading.
macro_rules! reading {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.db {
            crate::db::Db::Sqlite { read: $pool, .. } => $body,
            crate::db::Db::Postgres { pool, pooled } => {
                let mut session = crate::db::Session::begin(pool, *pooled).await?;
                let $pool = session.connection();
                let value = $body;
                if value.is_ok() {
                    session.end().await?;
                }
                value
            }
        }
    };
}

/// Runs `$body` with `$pool` bound to a pool for single statements that write.
macro_rules! writing {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.db {
            crate::db::Db::Sqlite { write: $pool, .. } => $body,
            crate::db::Db::Postgres { pool, pooled } => {
                let mut session = crate::db::Session::begin(pool, *pooled).await?;
                let $pool = session.connection();
                let value = $body;
                if value.is_ok() {
                    session.end().await?;
                }
                value
            }
        }
    };
}

/// Runs `$body` inside a transaction that may write; commits when the body ends, rolls back when it returns early.
macro_rules! transaction {
    ($store:expr, $tx:ident => $body:block) => {
        match &$store.db {
            crate::db::Db::Sqlite { write, .. } => {
                let mut $tx = write.begin_with("BEGIN IMMEDIATE").await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
            crate::db::Db::Postgres { pool, pooled } => {
                let mut $tx = crate::db::begin(pool, *pooled).await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
        }
    };
}

/// Begins a transaction. Behind a pooler the connection may hold statements that other clients of it prepared under the
/// names that our driver is about to use.
pub(crate) async fn begin(pool: &PgPool, pooled: bool) -> sqlx::Result<Transaction<'static, Postgres>> {
    if pooled { pool.begin_with("BEGIN; DEALLOCATE ALL").await } else { pool.begin().await }
}

/// A connection that was used this short a while ago is there.
pub(crate) const FRESH: Duration = Duration::from_millis(250);

/// A PostgreSQL connection for one statement; in a transaction of its own where a pooler asks for it.
pub(crate) enum Session {
    Plain(PoolConnection<Postgres>),
    Transaction(Transaction<'static, Postgres>),
    /// From a pool with a connection at hand, which it becomes again.
    AtHand(PoolConnection<Postgres>, Arc<AtHand>),
}

/// A connection that stays out of its pool between statements which follow each other closely: one that goes back is asked
/// each time whether it is well.
#[derive(Default)]
pub(crate) struct AtHand(Mutex<Option<(PoolConnection<Postgres>, Instant)>>);

impl AtHand {
    pub(crate) fn take(&self) -> Option<PoolConnection<Postgres>> {
        let (connection, used) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        // One that has rested goes back, and is asked.
        (used.elapsed() < FRESH).then_some(connection)
    }

    fn keep(&self, connection: PoolConnection<Postgres>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((connection, Instant::now()));
    }
}

impl Session {
    pub(crate) async fn begin(pool: &PgPool, pooled: bool) -> sqlx::Result<Self> {
        Ok(if pooled { Self::Transaction(begin(pool, true).await?) } else { Self::Plain(pool.acquire().await?) })
    }

    /// Over the connection at hand, when it is well; one whose session does not end goes back to its pool.
    pub(crate) async fn at_hand(pool: &PgPool, at_hand: &Arc<AtHand>) -> sqlx::Result<Self> {
        let connection = match at_hand.take() {
            Some(connection) => connection,
            None => pool.acquire().await?,
        };
        Ok(Self::AtHand(connection, at_hand.clone()))
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        match self {
            Self::Plain(connection) | Self::AtHand(connection, _) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }

    pub(crate) async fn end(self) -> sqlx::Result<()> {
        match self {
            Self::Plain(_) => {}
            Self::Transaction(transaction) => transaction.commit().await?,
            Self::AtHand(connection, at_hand) => at_hand.keep(connection),
        }
        Ok(())
    }
}

/// A row that is read to be changed must not change in between. SQLite has one writer and needs no word for that;
/// PostgreSQL does, or of two writers the later one would undo the earlier.
pub(crate) trait Locking {
    /// The statement for this database: as it is, or with its row lock.
    fn locked(&self, plain: &'static str, locking: &'static str) -> &'static str;
}

impl Locking for Transaction<'_, Sqlite> {
    fn locked(&self, plain: &'static str, _: &'static str) -> &'static str {
        plain
    }
}

impl Locking for Transaction<'_, Postgres> {
    fn locked(&self, _: &'static str, locking: &'static str) -> &'static str {
        locking
    }
}

/// Chooses between a statement and the same one with a row lock. Rows that refer to the locked one may still be added.
macro_rules! locked {
    ($tx:ident, $sql:expr) => {{
        use crate::db::Locking as _;
        $tx.locked($sql, concat!($sql, " FOR NO KEY UPDATE"))
    }};
}

pub(crate) use {locked, reading, transaction, writing};
