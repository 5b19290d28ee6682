//! Opening the file and making its tables.

use std::path::Path;
use std::time::Duration;

use sqlx::raw_sql;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::{Result, VectorError};

const READERS: u32 = 4;
/// Seconds that somebody waits for a connection.
const PATIENCE: u64 = 30;
/// The form of the tables; a file with a larger number is of a newer program.
const FORM: i64 = 1;

/// Where a vector is that another server keeps: `home` says at which and in what, `point` under which id. A passage whose
/// vector is nothing but zeros has a home and no point. Files of earlier versions have neither column.
const COLUMNS: [&str; 2] = ["ALTER TABLE passage ADD COLUMN home TEXT", "ALTER TABLE passage ADD COLUMN point TEXT"];
const POINTS: &str = "
CREATE UNIQUE INDEX IF NOT EXISTS passage_point ON passage (point) WHERE point IS NOT NULL;
CREATE TABLE IF NOT EXISTS passage_waste (point TEXT PRIMARY KEY, home TEXT NOT NULL, since INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS passage_waste_since ON passage_waste (since);
CREATE TRIGGER IF NOT EXISTS passage_point_gone AFTER DELETE ON passage WHEN old.point IS NOT NULL BEGIN
  INSERT OR REPLACE INTO passage_waste (point, home, since) VALUES (old.point, old.home, 0);
END;
";

/// Keys are never given twice, so that what was read before a deletion cannot name another passage after it.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS collection (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS passage (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
  id TEXT NOT NULL, file_id TEXT, hash TEXT, model TEXT, text TEXT NOT NULL, about TEXT NOT NULL, metadata TEXT NOT NULL,
  vector BLOB
);
CREATE UNIQUE INDEX IF NOT EXISTS passage_id ON passage (collection, id);
CREATE INDEX IF NOT EXISTS passage_file ON passage (file_id, collection);
CREATE INDEX IF NOT EXISTS passage_hash ON passage (collection, hash);
CREATE INDEX IF NOT EXISTS passage_model ON passage (collection, model, key);
CREATE VIRTUAL TABLE IF NOT EXISTS passage_words USING fts5 (
  scope, words, about, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER IF NOT EXISTS passage_gone AFTER DELETE ON passage BEGIN
  DELETE FROM passage_words WHERE rowid = old.key;
END;
";

/// Many readers and one writer: nobody ever hears that the file is locked.
pub struct Pools {
    pub read: SqlitePool,
    pub write: SqlitePool,
}

pub async fn open(file: &Path) -> Result<Pools> {
    let describe = |error: sqlx::Error| {
        VectorError::Unavailable(format!("{} cannot be opened as a file of passages: {error}", file.display()))
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        .pragma("cache_size", "-2000")
        .pragma("temp_store", "MEMORY")
        .pragma("journal_size_limit", "67108864");
    let pool = || SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(PATIENCE)).test_before_acquire(false);
    let write = pool().max_connections(1).connect_with(options.clone()).await.map_err(describe)?;
    let form: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&write).await.map_err(describe)?;
    if form > FORM {
        return Err(VectorError::Unavailable(format!(
            "{} was written by a newer airis; run that one, or move the file away and index the files again",
            file.display()
        )));
    }
    raw_sql(TABLES).execute(&write).await.map_err(describe)?;
    let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info('passage')")
        .fetch_all(&write)
        .await
        .map_err(describe)?;
    if !columns.iter().any(|name| name == "point") {
        let mut tx = write.begin().await.map_err(describe)?;
        for column in COLUMNS {
            sqlx::query(column).execute(&mut *tx).await.map_err(describe)?;
        }
        tx.commit().await.map_err(describe)?;
    }
    raw_sql(POINTS).execute(&write).await.map_err(describe)?;
    raw_sql("PRAGMA user_version = 1").execute(&write).await.map_err(describe)?;
    let read = pool().max_connections(READERS).connect_with(options).await.map_err(describe)?;
    Ok(Pools { read, write })
}
