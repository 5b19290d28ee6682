//! Files that wait to be made searchable: who is next, and who is at it.

use crate::row::row;
use airis_domain::{FileId, Ingestion, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::{Result, Store, json};

row! {
    struct Row {
        file_id: String,
        user_id: String,
        knowledge_id: Option<String>,
        directory_id: Option<String>,
        attempts: i64,
    }
}

row! {
    /// How far a file is.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct IngestionState {
        pub file_id: String,
        /// `pending`, `processing`, `completed` or `failed`.
        pub state: String,
        /// Why it failed.
        pub reason: Option<String>,
    }
}

impl From<Row> for Ingestion {
    fn from(row: Row) -> Self {
        Self {
            file_id: row.file_id.into(),
            user_id: row.user_id.into(),
            knowledge_id: row.knowledge_id,
            directory_id: row.directory_id,
            attempts: row.attempts,
        }
    }
}

/// The one who had no turn for longest, and of theirs what waits longest. A lease that ended counts as none.
const CLAIM: &str = "UPDATE ingestion SET state = 'processing', owner = $1, lease_until = $2, begun_at = $4, \
     attempts = attempts + 1, updated_at = $3 \
     WHERE (state = 'pending' OR (state = 'processing' AND lease_until < $3)) AND file_id = ( \
       SELECT i.file_id FROM ingestion i \
       WHERE (i.state = 'pending' OR (i.state = 'processing' AND i.lease_until < $3)) AND i.user_id = ( \
         SELECT w.user_id FROM ingestion w \
         WHERE w.state = 'pending' OR (w.state = 'processing' AND w.lease_until < $3) GROUP BY w.user_id \
         ORDER BY (SELECT COALESCE(MAX(s.begun_at), 0) FROM ingestion s WHERE s.user_id = w.user_id), \
           MIN(w.created_at), w.user_id LIMIT 1) \
       ORDER BY i.created_at, i.file_id LIMIT 1) \
     RETURNING file_id, user_id, knowledge_id, directory_id, attempts";

impl Store {
    /// Puts a file into the queue, or again at its end; where it goes afterwards is what was said last.
    #[boxed]
    pub async fn queue_ingestion(
        &self,
        file: &FileId,
        user: &UserId,
        knowledge: Option<&str>,
        directory: Option<&str>,
    ) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO ingestion (file_id, user_id, state, knowledge_id, directory_id, attempts, lease_until, begun_at, created_at, updated_at) \
             VALUES ($1, $2, 'pending', $3, $4, 0, 0, 0, $5, $5) \
             ON CONFLICT (file_id) DO UPDATE SET state = 'pending', reason = NULL, knowledge_id = excluded.knowledge_id, \
             directory_id = excluded.directory_id, attempts = 0, owner = NULL, lease_until = 0, created_at = excluded.created_at, \
             updated_at = excluded.updated_at")
            .bind(file.as_str()).bind(user.as_str()).bind(knowledge).bind(directory).bind(now())
            .execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes the next file until `lease_until` (seconds). `at` is the present in milliseconds.
    #[boxed]
    pub async fn claim_ingestion(&self, owner: &str, lease_until: i64, at: i64) -> Result<Option<Ingestion>> {
        let rows: Vec<Row> = writing!(self, pool => sqlx::query_as(CLAIM)
            .bind(owner).bind(lease_until).bind(now()).bind(at).fetch_all(pool).await)?;
        Ok(rows.into_iter().next().map(Ingestion::from))
    }

    /// Keeps a file; false when somebody else has it by now, or it was queued again.
    #[boxed]
    pub async fn renew_ingestion(&self, file: &FileId, owner: &str, lease_until: i64) -> Result<bool> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE ingestion SET lease_until = $3 WHERE file_id = $1 AND owner = $2 AND state = 'processing'")
            .bind(file.as_str()).bind(owner).bind(lease_until).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }

    /// Ends what [`Store::claim_ingestion`] began, with the reason when it was in vain.
    #[boxed]
    pub async fn end_ingestion(&self, file: &FileId, owner: &str, failed: Option<&str>) -> Result<()> {
        let state = if failed.is_some() { "failed" } else { "completed" };
        writing!(self, pool => sqlx::query(
            "UPDATE ingestion SET state = $3, reason = $4, owner = NULL, lease_until = 0, updated_at = $5 \
             WHERE file_id = $1 AND owner = $2 AND state = 'processing'")
            .bind(file.as_str()).bind(owner).bind(state).bind(json::clean_optional(failed)).bind(now())
            .execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Frees what a process had that is dead: only where nobody else can be alive.
    #[boxed]
    pub async fn release_ingestions(&self) -> Result<u64> {
        Ok(writing!(self, pool => sqlx::query(
            "UPDATE ingestion SET state = 'pending', owner = NULL, lease_until = 0 WHERE state = 'processing'")
            .execute(pool).await.map(|done| done.rows_affected()))?)
    }

    /// Puts files into the queue whose text somebody waits for and that are in no queue, such as those of earlier versions.
    #[boxed]
    pub async fn queue_unfinished_files(&self) -> Result<u64> {
        let at = now();
        let queued = transaction!(self, tx => {
            sqlx::query(
                "INSERT INTO ingestion (file_id, user_id, state, attempts, lease_until, begun_at, created_at, updated_at) \
                 SELECT f.id, f.user_id, 'pending', 0, 0, 0, f.created_at, CAST($1 AS BIGINT) FROM file f \
                 WHERE f.status IN ('pending', 'processing') AND NOT EXISTS \
                   (SELECT 1 FROM ingestion i WHERE i.file_id = f.id AND i.state IN ('pending', 'processing')) \
                 ON CONFLICT (file_id) DO UPDATE SET state = 'pending', attempts = 0, owner = NULL, lease_until = 0")
                .bind(at).execute(&mut *tx).await?.rows_affected()
        });
        Ok(queued)
    }

    /// How many files wait or are being read, of one person or of all.
    #[boxed]
    pub async fn count_ingestions(&self, user: Option<&UserId>) -> Result<i64> {
        Ok(reading!(self, pool => sqlx::query_scalar(
            "SELECT COUNT(*) FROM ingestion WHERE state IN ('pending', 'processing') AND ($1 IS NULL OR user_id = $1)")
            .bind(user.map(UserId::as_str)).fetch_one(pool).await)?)
    }

    /// How far these files of somebody are; those that were never queued, or are somebody else's, are left out.
    #[boxed]
    pub async fn ingestion_states(&self, user: &UserId, files: &[String]) -> Result<Vec<IngestionState>> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        // Only numbers of places are put together; values are bound.
        let places: Vec<String> = (0..files.len()).map(|at| format!("${}", at + 2)).collect();
        let sql = format!(
            "SELECT file_id, state, reason FROM ingestion WHERE user_id = $1 AND file_id IN ({})",
            places.join(", ")
        );
        Ok(reading!(self, pool => {
            let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(user.as_str());
            files.iter().fold(query, |query, file| query.bind(file)).fetch_all(pool).await
        })?)
    }
}
