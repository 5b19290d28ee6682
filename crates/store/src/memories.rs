//! What people want models to remember, and what it means in numbers.

use crate::row::row;
use airis_domain::{Memory, MemoryKind, UserId};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::{Result, Store, json};

row! {
    struct Row {
        id: String,
        user_id: String,
        kind: String = "type",
        path: Option<String>,
        content: String,
        meta: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for Memory {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id.into(),
            kind: MemoryKind::parse(&row.kind).unwrap_or(MemoryKind::Context),
            path: row.path,
            content: row.content,
            meta: json::parse_optional(row.meta),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

macro_rules! selected {
    ($rest:literal) => {
        concat!("SELECT id, user_id, type, path, content, meta, created_at, updated_at FROM memory ", $rest)
    };
}

impl Store {
    /// Everything that somebody wants remembered, in the order it was stored.
    #[boxed]
    pub async fn memories(&self, user: &UserId) -> Result<Vec<Memory>> {
        let rows: Vec<Row> = reading!(self, pool =>
            sqlx::query_as(selected!("WHERE user_id = $1 ORDER BY created_at, id"))
                .bind(user.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Memory::from).collect())
    }

    /// One memory of somebody.
    #[boxed]
    pub async fn memory(&self, user: &UserId, id: &str) -> Result<Option<Memory>> {
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(selected!("WHERE user_id = $1 AND id = $2"))
            .bind(user.as_str()).bind(id).fetch_optional(pool).await)?;
        Ok(row.map(Memory::from))
    }

    #[boxed]
    pub async fn count_memories(&self, user: &UserId) -> Result<i64> {
        Ok(reading!(self, pool => sqlx::query_scalar("SELECT COUNT(*) FROM memory WHERE user_id = $1")
            .bind(user.as_str()).fetch_one(pool).await)?)
    }

    /// Everybody who wants something remembered.
    #[boxed]
    pub async fn people_with_memories(&self) -> Result<Vec<UserId>> {
        let ids: Vec<String> = reading!(self, pool =>
            sqlx::query_scalar("SELECT DISTINCT user_id FROM memory ORDER BY user_id").fetch_all(pool).await)?;
        Ok(ids.into_iter().map(UserId::from).collect())
    }

    /// `NotFound` when its owner is gone.
    #[boxed]
    pub async fn insert_memory(&self, memory: &Memory) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO memory (id, user_id, type, path, content, meta, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(&memory.id).bind(memory.user_id.as_str()).bind(memory.kind.as_str())
            .bind(json::clean_optional(memory.path.as_deref())).bind(json::clean(&memory.content))
            .bind(json::optional_text(memory.meta.as_ref())).bind(memory.created_at).bind(memory.updated_at)
            .execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Replaces kind, path and text; another text loses its vector. False when it was not there.
    #[boxed]
    pub async fn update_memory(&self, memory: &Memory) -> Result<bool> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE memory SET type = $3, path = $4, vector = CASE WHEN content = $5 THEN vector END, content = $5, \
             updated_at = $6 WHERE user_id = $1 AND id = $2")
            .bind(memory.user_id.as_str()).bind(&memory.id).bind(memory.kind.as_str())
            .bind(json::clean_optional(memory.path.as_deref())).bind(json::clean(&memory.content))
            .bind(memory.updated_at).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }

    /// False when it was not there.
    #[boxed]
    pub async fn delete_memory(&self, user: &UserId, id: &str) -> Result<bool> {
        let deleted = writing!(self, pool => sqlx::query("DELETE FROM memory WHERE user_id = $1 AND id = $2")
            .bind(user.as_str()).bind(id).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Forgets everything of somebody; how much that was.
    #[boxed]
    pub async fn delete_memories(&self, user: &UserId) -> Result<u64> {
        Ok(writing!(self, pool => sqlx::query("DELETE FROM memory WHERE user_id = $1")
            .bind(user.as_str()).execute(pool).await.map(|done| done.rows_affected()))?)
    }

    /// Vectors of somebody's memories that this model made, with the ids of those; their form is the caller's.
    #[boxed]
    pub async fn memory_vectors(&self, user: &UserId, model: &str) -> Result<Vec<(String, String)>> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, vector FROM memory WHERE user_id = $1 AND vector_model = $2 AND vector IS NOT NULL")
            .bind(user.as_str()).bind(model).fetch_all(pool).await)?)
    }

    /// Keeps the vectors of memories; of one whose text is another by now nothing is kept.
    #[boxed]
    pub async fn set_memory_vectors(&self, model: &str, vectors: &[(&Memory, String)]) -> Result<()> {
        transaction!(self, tx => {
            for (memory, vector) in vectors {
                sqlx::query("UPDATE memory SET vector_model = $4, vector = $5 WHERE user_id = $1 AND id = $2 AND content = $3")
                    .bind(memory.user_id.as_str()).bind(&memory.id).bind(&memory.content).bind(model).bind(vector)
                    .execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Drops the vectors of somebody's memories.
    #[boxed]
    pub async fn drop_memory_vectors(&self, user: &UserId) -> Result<()> {
        writing!(self, pool => sqlx::query("UPDATE memory SET vector = NULL, vector_model = NULL WHERE user_id = $1")
            .bind(user.as_str()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
