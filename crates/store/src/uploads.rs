//! Files that arrive in several requests: how far each is, and where its pieces lie.

use crate::row::row;
use airis_domain::{FileId, JsonMap, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::{Result, Store, json};

row! {
    struct Row {
        id: String,
        user_id: String,
        filename: String,
        content_type: Option<String>,
        metadata: String,
        process: bool,
        size: i64,
        received: i64,
    }
}

row! {
    /// A part of an upload, of `size` bytes, and where it lies.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct UploadPiece {
        pub size: i64,
        pub path: String,
    }
}

/// A file on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// The id of the file that it becomes.
    pub id: FileId,
    pub user_id: UserId,
    pub filename: String,
    pub content_type: Option<String>,
    pub metadata: JsonMap,
    /// Whether its text is taken once it is here.
    pub process: bool,
    /// Bytes that there will be.
    pub size: i64,
    /// Bytes that there are.
    pub received: i64,
}

impl From<Row> for Upload {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            user_id: row.user_id.into(),
            filename: row.filename,
            content_type: row.content_type,
            metadata: json::parse_map(&row.metadata),
            process: row.process,
            size: row.size,
            received: row.received,
        }
    }
}

impl Store {
    #[boxed]
    pub async fn insert_upload(&self, upload: &Upload) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO upload (id, user_id, filename, content_type, metadata, process, size, received, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(upload.id.as_str()).bind(upload.user_id.as_str()).bind(json::clean(&upload.filename))
            .bind(json::clean_optional(upload.content_type.as_deref())).bind(json::map_text(&upload.metadata))
            .bind(upload.process).bind(upload.size).bind(upload.received).bind(now())
            .execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// An upload of this person.
    #[boxed]
    pub async fn upload(&self, id: &FileId, user: &UserId) -> Result<Option<Upload>> {
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, filename, content_type, metadata, process, size, received FROM upload \
             WHERE id = $1 AND user_id = $2")
            .bind(id.as_str()).bind(user.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(Upload::from))
    }

    /// How many uploads this person has begun and not ended.
    #[boxed]
    pub async fn count_uploads(&self, user: &UserId) -> Result<i64> {
        Ok(reading!(self, pool => sqlx::query_scalar("SELECT COUNT(*) FROM upload WHERE user_id = $1")
            .bind(user.as_str()).fetch_one(pool).await)?)
    }

    /// Adds the piece that begins at byte `start`; false when the upload is not there, not that far, or farther.
    #[boxed]
    pub async fn add_upload_piece(&self, id: &FileId, start: i64, piece: &UploadPiece) -> Result<bool> {
        Ok(transaction!(self, tx => {
            let grown = sqlx::query(
                "UPDATE upload SET received = received + $3, updated_at = $4 \
                 WHERE id = $1 AND received = $2 AND received + $3 <= size")
                .bind(id.as_str()).bind(start).bind(piece.size).bind(now()).execute(&mut *tx).await?.rows_affected() > 0;
            if grown {
                sqlx::query("INSERT INTO upload_piece (upload_id, start, size, path) VALUES ($1, $2, $3, $4)")
                    .bind(id.as_str()).bind(start).bind(piece.size).bind(&piece.path).execute(&mut *tx).await?;
            }
            grown
        }))
    }

    /// The pieces of an upload, in order.
    #[boxed]
    pub async fn upload_pieces(&self, id: &FileId) -> Result<Vec<UploadPiece>> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT size, path FROM upload_piece WHERE upload_id = $1 ORDER BY start")
            .bind(id.as_str()).fetch_all(pool).await)?)
    }

    /// Claims a whole upload to make a file of it; false when somebody is at it since `stale` (seconds).
    #[boxed]
    pub async fn claim_upload(&self, id: &FileId, stale: i64) -> Result<bool> {
        let claimed = writing!(self, pool => sqlx::query(
            "UPDATE upload SET joined_at = $2, updated_at = $2 \
             WHERE id = $1 AND received = size AND (joined_at IS NULL OR joined_at < $3)")
            .bind(id.as_str()).bind(now()).bind(stale).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(claimed > 0)
    }

    /// Gives up a claim: the next one who asks may try.
    #[boxed]
    pub async fn release_upload(&self, id: &FileId) -> Result<()> {
        writing!(self, pool => sqlx::query("UPDATE upload SET joined_at = NULL WHERE id = $1")
            .bind(id.as_str()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Forgets an upload and where its pieces lie; there need not be one.
    #[boxed]
    pub async fn delete_upload(&self, id: &FileId) -> Result<()> {
        writing!(self, pool => sqlx::query("DELETE FROM upload WHERE id = $1")
            .bind(id.as_str()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Uploads that nothing was added to since `before` (seconds), some at a time.
    #[boxed]
    pub async fn abandoned_uploads(&self, before: i64) -> Result<Vec<FileId>> {
        let ids: Vec<String> = reading!(self, pool => sqlx::query_scalar(
            "SELECT id FROM upload WHERE updated_at < $1 ORDER BY updated_at, id LIMIT 100")
            .bind(before).fetch_all(pool).await)?;
        Ok(ids.into_iter().map(FileId::from).collect())
    }
}
