//! Two databases, one text: every function is written once and compiled for both.

use sqlx::{PgPool, SqlitePool};

/// The open database.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// Many readers and one writer: `database is locked` cannot happen inside this process.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

/// Runs `$body` with `$pool` bound to a pool for reading.
macro_rules! reading {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.db {
            crate::db::Db::Sqlite { read: $pool, .. } => $body,
            crate::db::Db::Postgres($pool) => $body,
        }
    };
}

/// Runs `$body` with `$pool` bound to a pool for single statements that write.
macro_rules! writing {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.db {
            crate::db::Db::Sqlite { write: $pool, .. } => $body,
            crate::db::Db::Postgres($pool) => $body,
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
            crate::db::Db::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
        }
    };
}

pub(crate) use {reading, transaction, writing};
