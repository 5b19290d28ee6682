//! Passages in tables of a PostgreSQL that many instances share. No extension is needed: every instance compares vectors
//! in its own memory, which a version of each collection keeps true; the index of words is shared.

mod index;
mod points;
mod read;
mod words;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::OnceCell;

use crate::cache::Memory;
use crate::index::{STEP, Words};
use crate::{Result, VectorError};
use index::Index;

/// Whoever makes the tables holds this lock of the database.
const LOCK: i64 = 0x6169_7269_7376;
/// Vectors are numbers that nothing makes smaller: the database need not try. Where a vector is that another server keeps:
/// `home` says at which and in what, `point` under which id; a passage whose vector is nothing but zeros has a home and no
/// point. The tables of earlier versions have neither. A segment of the index of words without `docs` is not whole: it is begun,
/// or joined to another one.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS vector_collection (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL UNIQUE, version BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS vector_passage (
  key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection BIGINT NOT NULL REFERENCES vector_collection (id) ON DELETE CASCADE,
  id TEXT NOT NULL, file_id TEXT, hash TEXT, model TEXT, text TEXT NOT NULL, about TEXT NOT NULL, metadata TEXT NOT NULL,
  vector BYTEA, words TSVECTOR NOT NULL, about_words TSVECTOR NOT NULL, length INTEGER NOT NULL
);
ALTER TABLE vector_passage ALTER COLUMN vector SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX IF NOT EXISTS vector_passage_id ON vector_passage (collection, id);
CREATE INDEX IF NOT EXISTS vector_passage_file ON vector_passage (file_id, collection);
CREATE INDEX IF NOT EXISTS vector_passage_hash ON vector_passage (collection, hash);
CREATE INDEX IF NOT EXISTS vector_passage_model ON vector_passage (collection, model, key);
CREATE INDEX IF NOT EXISTS vector_passage_words ON vector_passage USING GIN (words);
CREATE INDEX IF NOT EXISTS vector_passage_about ON vector_passage USING GIN (about_words);
ALTER TABLE vector_passage ADD COLUMN IF NOT EXISTS home TEXT, ADD COLUMN IF NOT EXISTS point TEXT;
CREATE UNIQUE INDEX IF NOT EXISTS vector_passage_point ON vector_passage (point) WHERE point IS NOT NULL;
CREATE TABLE IF NOT EXISTS vector_waste (point TEXT PRIMARY KEY, home TEXT NOT NULL, since BIGINT NOT NULL);
CREATE INDEX IF NOT EXISTS vector_waste_since ON vector_waste (since);
CREATE OR REPLACE FUNCTION vector_point_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO vector_waste (point, home, since) VALUES (OLD.point, OLD.home, 0)
  ON CONFLICT (point) DO UPDATE SET since = 0;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS vector_point_gone ON vector_passage;
CREATE TRIGGER vector_point_gone AFTER DELETE ON vector_passage FOR EACH ROW WHEN (OLD.point IS NOT NULL)
  EXECUTE FUNCTION vector_point_gone();
CREATE INDEX IF NOT EXISTS vector_passage_place ON vector_passage (collection, key);
CREATE TABLE IF NOT EXISTS vector_segment (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection BIGINT NOT NULL REFERENCES vector_collection (id) ON DELETE CASCADE,
  after BIGINT NOT NULL, last BIGINT NOT NULL, count BIGINT NOT NULL, since BIGINT NOT NULL, docs BYTEA
);
ALTER TABLE vector_segment ALTER COLUMN docs SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS vector_segment_place ON vector_segment (collection, after);
CREATE TABLE IF NOT EXISTS vector_list (
  segment BIGINT NOT NULL REFERENCES vector_segment (id) ON DELETE CASCADE, field INTEGER NOT NULL,
  word TEXT COLLATE \"C\" NOT NULL, count BIGINT NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (segment, field, word)
);
ALTER TABLE vector_list ALTER COLUMN bytes SET STORAGE EXTERNAL;
";

/// The tables, and the vectors of collections that were searched lately.
pub struct Tables {
    pool: PgPool,
    ready: OnceCell<()>,
    memory: Memory,
    words: Words<Index>,
    /// Passages whose words are indexed together.
    step: Arc<AtomicUsize>,
}

impl Tables {
    pub fn new(pool: PgPool) -> Self {
        let step = Arc::new(AtomicUsize::new(STEP));
        let words = Words::new(Index(pool.clone()), step.clone());
        Self { pool, ready: OnceCell::new(), memory: Memory::default(), words, step }
    }

    pub fn index_together(&self, passages: usize) {
        self.step.store(passages, Ordering::Relaxed);
    }

    /// A transaction; poolers between us and the database need one for every question. The first makes the tables.
    async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        self.ready.get_or_try_init(|| self.make_tables()).await?;
        Ok(self.pool.begin().await?)
    }

    async fn make_tables(&self) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        let there: bool =
            sqlx::query_scalar("SELECT to_regclass('vector_list') IS NOT NULL").fetch_one(&mut *tx).await?;
        if there {
            return Ok(());
        }
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
        sqlx::raw_sql(TABLES).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The pool belongs to whoever handed it over.
    pub async fn close(&self) {
        self.memory.close().await;
        self.words.close().await;
    }
}

/// Number and version of a collection.
async fn collection(tx: &mut Transaction<'_, Postgres>, name: &str) -> Result<Option<(i64, i64)>> {
    if name.contains('\0') {
        return Ok(None);
    }
    Ok(sqlx::query_as("SELECT id, version FROM vector_collection WHERE name = $1")
        .bind(name)
        .fetch_optional(&mut **tx)
        .await?)
}

/// The number of a collection, which is made when it is not there; it has a new version when this transaction ends, until
/// when nobody else changes it.
async fn touched(tx: &mut Transaction<'_, Postgres>, name: &str) -> Result<i64> {
    if name.is_empty() || name.contains('\0') {
        return Err(VectorError::Refused("a collection needs a name"));
    }
    Ok(sqlx::query_scalar(
        "INSERT INTO vector_collection (name, version) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET version = vector_collection.version + 1 RETURNING id",
    )
    .bind(name)
    .fetch_one(&mut **tx)
    .await?)
}
