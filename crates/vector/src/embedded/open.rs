//! Opening the file and making its tables.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::raw_sql;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::{Result, VectorError};

const READERS: u32 = 4;
/// Seconds that somebody waits for a connection.
const PATIENCE: u64 = 30;
/// Bytes of a page of a new file.
const PAGE: u32 = 16_384;
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
";

/// The words of passages (`index`). A segment without `docs` is not whole: it is begun, or joined to another one. Files of
/// earlier versions have an index of another kind besides (`passage_words`), and a trigger that deletes from it; it is
/// written on for collections that `word_taken` does not name, as earlier versions do for all.
const WORDS: &str = "
CREATE TABLE IF NOT EXISTS word_segment (
  id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
  after INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, since INTEGER NOT NULL, docs BLOB
);
CREATE INDEX IF NOT EXISTS word_segment_place ON word_segment (collection, after);
CREATE TABLE IF NOT EXISTS word_list (
  segment INTEGER NOT NULL REFERENCES word_segment (id) ON DELETE CASCADE, field INTEGER NOT NULL, word TEXT NOT NULL,
  count INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (segment, field, word)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS word_taken (collection INTEGER PRIMARY KEY REFERENCES collection (id) ON DELETE CASCADE);
UPDATE word_segment SET since = 0 WHERE docs IS NULL;
";
/// The passages of a collection in their order, whatever their models.
pub const PLACES: &str = "CREATE INDEX IF NOT EXISTS passage_place ON passage (collection)";

/// Many readers and one writer: nobody ever hears that the file is locked.
#[derive(Clone)]
pub struct Pools {
    pub read: SqlitePool,
    pub write: SqlitePool,
    /// Whether the file has an index of words of an earlier version.
    pub old_words: bool,
    /// Where codes of vectors are stored, beside what else is made anew when it is lost.
    pub codes: PathBuf,
}

pub async fn open(file: &Path) -> Result<Pools> {
    let describe = |error: sqlx::Error| {
        VectorError::Unavailable(format!("{} cannot be opened as a file of passages: {error}", file.display()))
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        // A passage with its vector takes more than half of a page of the usual size; files keep the size they have.
        .page_size(PAGE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        .pragma("cache_size", "-8000")
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
    let old_words: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'passage_words')")
            .fetch_one(&write)
            .await
            .map_err(describe)?;
    raw_sql(TABLES).execute(&write).await.map_err(describe)?;
    raw_sql(WORDS).execute(&write).await.map_err(describe)?;
    if !old_words {
        // With passages that are there already this takes long: then it is done when they are taken into the index.
        raw_sql(PLACES).execute(&write).await.map_err(describe)?;
    }
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
    let codes = file.with_file_name("cache").join(file.file_stem().unwrap_or_default());
    Ok(Pools { read, write, old_words, codes })
}
