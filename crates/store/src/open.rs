//! Opening a database from its URL, with one clear sentence when that cannot be done.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::db::{Db, FRESH};
use crate::{Result, StoreError, StoreOptions, file_lock, postgres_url};

/// Readers of an SQLite file: each costs a thread and a page cache.
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 10;

/// Where a URL points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    Memory,
    Postgres(String),
}

/// An open database, the file it lies in, and the lock that keeps other processes from opening it meanwhile.
type Opened = (Db, Option<PathBuf>, Option<File>);

/// Reads the spellings that people have in their environment.
pub fn place(url: &str) -> Result<Place> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let dialect = scheme.split('+').next().unwrap_or(scheme);
    match dialect {
        "sqlite" => {
            let path = rest.strip_prefix("///").or_else(|| rest.strip_prefix("//")).unwrap_or(rest);
            let path = path.split('?').next().unwrap_or(path);
            Ok(if path.is_empty() || path == ":memory:" { Place::Memory } else { Place::File(PathBuf::from(path)) })
        }
        "postgres" | "postgresql" => Ok(Place::Postgres(format!("postgresql:{rest}"))),
        _ => Err(StoreError::Open(format!(
            "DATABASE_URL: '{dialect}' is not a supported database; use sqlite:///path or postgresql://user:password@host/name"
        ))),
    }
}

pub(crate) async fn open(options: &StoreOptions) -> Result<Opened> {
    match place(&options.url)? {
        Place::File(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).map_err(|error| {
                    StoreError::Open(format!("the data folder {} cannot be made: {error}", folder.display()))
                })?;
            }
            let lock = file_lock::take(&path).await?;
            Ok((open_sqlite(Some(&path), options).await?, Some(path), Some(lock)))
        }
        Place::Memory => Ok((open_sqlite(None, options).await?, None, None)),
        Place::Postgres(url) => Ok((open_postgres(&url, options).await?, None, None)),
    }
}

async fn open_sqlite(path: Option<&Path>, options: &StoreOptions) -> Result<Db> {
    let base = match path {
        Some(path) => SqliteConnectOptions::new().filename(path),
        None => SqliteConnectOptions::from_str("sqlite::memory:")?.shared_cache(true),
    };
    let base = base
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        .pragma("cache_size", "-2000")
        .pragma("temp_store", "MEMORY")
        .pragma("journal_size_limit", "67108864");
    let pool = || {
        SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(options.pool_timeout)).test_before_acquire(false)
    };
    let describe = |error: sqlx::Error| {
        let place = path.map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
        StoreError::Open(format!(
            "the database {place} cannot be opened: {error}; check that it is a SQLite file and may be written"
        ))
    };
    // A full disk ends a transaction behind the library's back: such a connection could not begin another one.
    let write = pool()
        .max_connections(1)
        .min_connections(1)
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // A rollback may be under way.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(base.clone())
        .await
        .map_err(describe)?;
    let readers = options.pool_size.unwrap_or(SQLITE_READERS).clamp(1, 16);
    let read = pool().max_connections(readers).connect_with(base).await.map_err(describe)?;
    Ok(Db::Sqlite { read, write })
}

async fn open_postgres(url: &str, options: &StoreOptions) -> Result<Db> {
    let (url, pooled) = postgres_url::read(url);
    let mut connect = PgConnectOptions::from_str(&url)
        .map_err(|_| StoreError::Open("DATABASE_URL is not a valid PostgreSQL URL".to_owned()))?
        // Poolers refuse start parameters that they do not know; no column holds a fraction.
        .extra_float_digits(None)
        .application_name("airis");
    if pooled {
        connect = connect.statement_cache_capacity(0);
    }
    if let Some(schema) = options.schema.as_deref().filter(|schema| !schema.is_empty()) {
        connect = connect.options([("search_path", schema)]);
    }
    let host = format!("{}:{}", connect.get_host(), connect.get_port());
    let size = options.pool_size.map_or(POSTGRES_CONNECTIONS, |size| size + options.pool_max_overflow).max(1);
    let pool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(options.pool_timeout))
        .max_lifetime(Duration::from_secs(options.pool_recycle.max(1)))
        // A connection that was used a moment ago is there; to ask it first would be half of what most requests ask.
        .test_before_acquire(false)
        .before_acquire(|connection, state| {
            Box::pin(async move {
                if state.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(connect)
        .await
        .map_err(|error| StoreError::Open(format!("the PostgreSQL server at {host} cannot be used: {error}")))?;
    Ok(Db::Postgres { pool, pooled })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_url_finds_its_database() {
        let file = |path: &str| Place::File(PathBuf::from(path));
        let pg = Place::Postgres("postgresql://u:p@h/d".to_owned());
        for (url, expected) in [
            ("sqlite:///data/a.db", file("data/a.db")),
            ("sqlite:////data/a.db", file("/data/a.db")),
            ("sqlite+aiosqlite:////data/a.db", file("/data/a.db")),
            ("sqlite:a.db", file("a.db")),
            ("sqlite::memory:", Place::Memory),
            ("postgres://u:p@h/d", pg.clone()),
            ("postgresql://u:p@h/d", pg.clone()),
            ("postgresql+asyncpg://u:p@h/d", pg.clone()),
            ("postgresql+psycopg2://u:p@h/d", pg),
        ] {
            assert_eq!(place(url).ok(), Some(expected), "{url}");
        }
        assert!(place("mysql://h/d").is_err());
    }
}
