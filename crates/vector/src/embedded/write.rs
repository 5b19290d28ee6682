//! Adding, copying and deleting passages. Every change gives its collection a new version, so that nobody goes on with
//! vectors that were read before.

use airis_domain::JsonMap;
use sqlx::{Sqlite, Transaction};

use super::Embedded;
use crate::kept::Kept;
use crate::words::words;
use crate::{Duplicate, Passage, Result, VectorError, Which};

impl Embedded {
    /// Adds passages; `instead_of`: in place of all of this file.
    pub async fn add(
        &self,
        collection: &str,
        model: &str,
        passages: Vec<Passage>,
        instead_of: Option<&str>,
    ) -> Result<()> {
        let kept = passages.iter().map(|passage| Kept::here(model, passage)).collect::<Result<Vec<_>>>()?;
        self.write(collection, &passages, &kept, instead_of).await
    }

    /// The same for passages whose vectors are where `kept` says.
    pub async fn write(
        &self,
        collection: &str,
        passages: &[Passage],
        kept: &[Kept],
        instead_of: Option<&str>,
    ) -> Result<()> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        let id = touched(&mut tx, collection).await?;
        if let Some(file) = instead_of {
            sqlx::query("DELETE FROM passage WHERE collection = $1 AND file_id = $2")
                .bind(id)
                .bind(file)
                .execute(&mut *tx)
                .await?;
        }
        for (passage, kept) in passages.iter().zip(kept) {
            sqlx::query("DELETE FROM passage WHERE collection = $1 AND id = $2")
                .bind(id)
                .bind(&passage.id)
                .execute(&mut *tx)
                .await?;
            if let Some(point) = &kept.point {
                taken(&mut tx, point).await?;
            }
            let key = sqlx::query(
                "INSERT INTO passage (collection, id, file_id, hash, model, text, about, metadata, vector, home, point) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            )
            .bind(id)
            .bind(&passage.id)
            .bind(&passage.file_id)
            .bind(&passage.hash)
            .bind(&kept.model)
            .bind(&passage.text)
            .bind(&passage.about)
            .bind(text(&passage.metadata))
            .bind(&kept.vector)
            .bind(&kept.home)
            .bind(&kept.point)
            .execute(&mut *tx)
            .await?
            .last_insert_rowid();
            index(&mut tx, key, id, &passage.text, &passage.about).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub async fn copy(&self, copy: &Duplicate<'_>) -> Result<u64> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        let to = touched(&mut tx, copy.to).await?;
        sqlx::query("DELETE FROM passage WHERE collection = $1 AND file_id = $2")
            .bind(to)
            .bind(copy.file_id)
            .execute(&mut *tx)
            .await?;
        let before: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(key), 0) FROM passage").fetch_one(&mut *tx).await?;
        // A passage needs an id of its own there, as the same text may be added twice. What another server keeps is no
        // vector here.
        let copied = sqlx::query(
            "INSERT INTO passage (collection, id, file_id, hash, model, text, about, metadata, vector) \
             SELECT $1, lower(hex(randomblob(16))), file_id, hash, CASE WHEN home IS NULL THEN model END, text, about, \
               metadata, vector FROM passage WHERE collection = (SELECT id FROM collection WHERE name = $2) AND file_id = $3 ORDER BY key",
        )
        .bind(to)
        .bind(copy.from)
        .bind(copy.file_id)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        let added: Vec<(i64, String, String)> =
            sqlx::query_as("SELECT key, text, about FROM passage WHERE key > $1 AND collection = $2")
                .bind(before)
                .bind(to)
                .fetch_all(&mut *tx)
                .await?;
        for (key, text, about) in added {
            index(&mut tx, key, to, &text, &about).await?;
        }
        tx.commit().await?;
        Ok(copied)
    }

    pub async fn delete(&self, collection: &str, which: &Which) -> Result<u64> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        let Some(id) = known(&mut tx, collection).await? else { return Ok(0) };
        let (sql, value) = match which {
            Which::File(file) => ("DELETE FROM passage WHERE collection = $1 AND file_id = $2", file),
            Which::Hash(hash) => ("DELETE FROM passage WHERE collection = $1 AND hash = $2", hash),
        };
        let deleted = sqlx::query(sql).bind(id).bind(value).execute(&mut *tx).await?.rows_affected();
        touched(&mut tx, collection).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    pub async fn forget_file(&self, file_id: &str) -> Result<u64> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "UPDATE collection SET version = version + 1 \
             WHERE id IN (SELECT DISTINCT collection FROM passage WHERE file_id = $1)",
        )
        .bind(file_id)
        .execute(&mut *tx)
        .await?;
        let deleted = sqlx::query("DELETE FROM passage WHERE file_id = $1")
            .bind(file_id)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok(deleted)
    }

    pub async fn drop_collection(&self, collection: &str) -> Result<()> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(id) = known(&mut tx, collection).await? {
            // First by name, so that the words go, too, whatever the database does about triggers of cascades.
            sqlx::query("DELETE FROM passage WHERE collection = $1").bind(id).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM collection WHERE id = $1").bind(id).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub async fn reset(&self) -> Result<()> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM passage").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM passage_waste").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM collection").execute(&mut *tx).await?;
        tx.commit().await?;
        self.cache.lock().clear();
        Ok(())
    }
}

/// The number of a collection, which is made when it is not there; it has a new version from now on.
async fn touched(tx: &mut Transaction<'_, Sqlite>, name: &str) -> Result<i64> {
    if name.is_empty() || name.contains('\0') {
        return Err(VectorError::Refused("a collection needs a name"));
    }
    Ok(sqlx::query_scalar(
        "INSERT INTO collection (name, version) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET version = version + 1 RETURNING id",
    )
    .bind(name)
    .fetch_one(&mut **tx)
    .await?)
}

/// A point that was announced belongs to a passage from now on. One that is not announced any more was given up, or
/// everything was deleted meanwhile.
async fn taken(tx: &mut Transaction<'_, Sqlite>, point: &str) -> Result<()> {
    let announced = sqlx::query("DELETE FROM passage_waste WHERE point = $1").bind(point).execute(&mut **tx).await?;
    if announced.rows_affected() == 0 { Err(VectorError::lapsed()) } else { Ok(()) }
}

async fn known(tx: &mut Transaction<'_, Sqlite>, name: &str) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar("SELECT id FROM collection WHERE name = $1").bind(name).fetch_optional(&mut **tx).await?)
}

async fn index(tx: &mut Transaction<'_, Sqlite>, key: i64, collection: i64, passage: &str, about: &str) -> Result<()> {
    sqlx::query("INSERT INTO passage_words (rowid, scope, words, about) VALUES ($1, $2, $3, $4)")
        .bind(key)
        .bind(format!("c{collection}"))
        .bind(words(passage))
        .bind(words(about))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn text(metadata: &JsonMap) -> String {
    serde_json::to_string(metadata).unwrap_or_else(|_| "{}".to_owned())
}
