//! Adding, copying and deleting passages. Every change gives its collection a new version, so that nobody goes on with
//! vectors that were read before.

use std::collections::HashMap;

use airis_domain::JsonMap;
use sqlx::{QueryBuilder, Sqlite, Transaction};

use super::Embedded;
use crate::kept::Kept;
use crate::nearest::prepare;
use crate::words::words;
use crate::{Duplicate, Passage, Result, VectorError, Which};

/// Passages that one statement writes.
const TOGETHER: usize = 50;

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
        // Of two with one id the later one stays, where it stands.
        let places: HashMap<&str, usize> =
            passages.iter().enumerate().map(|(place, passage)| (passage.id.as_str(), place)).collect();
        let new: Vec<(&Passage, &Kept)> = passages
            .iter()
            .zip(kept)
            .enumerate()
            .filter(|(place, (passage, _))| places.get(passage.id.as_str()) == Some(place))
            .map(|(_, pair)| pair)
            .collect();
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        let id = touched(&mut tx, collection).await?;
        let mut deleted = 0;
        if let Some(file) = instead_of {
            deleted = sqlx::query("DELETE FROM passage WHERE collection = $1 AND file_id = $2")
                .bind(id)
                .bind(file)
                .execute(&mut *tx)
                .await?
                .rows_affected();
        }
        let before = last(&mut tx).await?;
        for some in new.chunks(TOGETHER) {
            let ids: Vec<&str> = some.iter().map(|(passage, _)| passage.id.as_str()).collect();
            deleted +=
                sqlx::query("DELETE FROM passage WHERE collection = $1 AND id IN (SELECT value FROM json_each($2))")
                    .bind(id)
                    .bind(serde_json::to_string(&ids).unwrap_or_else(|_| "[]".to_owned()))
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
            for point in some.iter().filter_map(|(_, kept)| kept.point.as_deref()) {
                taken(&mut tx, point).await?;
            }
            let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
                "INSERT INTO passage (collection, id, file_id, hash, model, text, about, metadata, vector, home, point) ",
            );
            insert.push_values(some, |mut row, (passage, kept)| {
                row.push_bind(id)
                    .push_bind(&passage.id)
                    .push_bind(&passage.file_id)
                    .push_bind(&passage.hash)
                    .push_bind(&kept.model)
                    .push_bind(&passage.text)
                    .push_bind(&passage.about)
                    .push_bind(text(&passage.metadata))
                    .push_bind(&kept.vector)
                    .push_bind(&kept.home)
                    .push_bind(&kept.point);
            });
            insert.build().execute(&mut *tx).await?;
        }
        self.index(&mut tx, id, before).await?;
        tx.commit().await?;
        self.read_later(id, kept).await?;
        self.changed(id, new.len(), deleted).await
    }

    pub async fn copy(&self, copy: &Duplicate<'_>) -> Result<u64> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        let to = touched(&mut tx, copy.to).await?;
        let deleted = sqlx::query("DELETE FROM passage WHERE collection = $1 AND file_id = $2")
            .bind(to)
            .bind(copy.file_id)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        let before = last(&mut tx).await?;
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
        self.index(&mut tx, to, before).await?;
        tx.commit().await?;
        self.changed(to, usize::try_from(copied).unwrap_or(0), deleted).await?;
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
        self.changed(id, 0, deleted).await?;
        Ok(deleted)
    }

    pub async fn forget_file(&self, file_id: &str) -> Result<u64> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        let of: Vec<i64> = sqlx::query_scalar(
            "UPDATE collection SET version = version + 1 \
             WHERE id IN (SELECT DISTINCT collection FROM passage WHERE file_id = $1) RETURNING id",
        )
        .bind(file_id)
        .fetch_all(&mut *tx)
        .await?;
        let deleted = sqlx::query("DELETE FROM passage WHERE file_id = $1")
            .bind(file_id)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        tx.commit().await?;
        for id in of {
            self.changed(id, 0, deleted).await?;
        }
        Ok(deleted)
    }

    pub async fn drop_collection(&self, collection: &str) -> Result<()> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(id) = known(&mut tx, collection).await? {
            // First by name, so that the words go, too, whatever the database does about triggers of cascades.
            sqlx::query("DELETE FROM passage WHERE collection = $1").bind(id).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM collection WHERE id = $1").bind(id).execute(&mut *tx).await?;
            tx.commit().await?;
            self.forget_codes(&format!("{id}-")).await?;
        }
        Ok(())
    }

    pub async fn reset(&self) -> Result<()> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM passage").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM passage_waste").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM collection").execute(&mut *tx).await?;
        tx.commit().await?;
        self.memory.clear();
        self.words().await?.clear();
        self.forget_codes("").await
    }

    /// Deletes the stored codes of collections whose folders begin with this. What is left over is never read: numbers of
    /// collections are not given twice.
    async fn forget_codes(&self, prefix: &str) -> Result<()> {
        let entries =
            std::fs::read_dir(&self.pools().await?.codes).into_iter().flatten().filter_map(std::result::Result::ok);
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix)) {
            if let Err(error) = std::fs::remove_dir_all(entry.path()) {
                tracing::warn!(%error, "stored codes of vectors are not deleted");
            }
        }
        Ok(())
    }

    /// Has vectors read that were added, when they are many.
    async fn read_later(&self, collection: i64, kept: &[Kept]) -> Result<()> {
        let first = kept.iter().find_map(|kept| Some((kept.model.clone()?, kept.vector.as_ref()?.len() / 4)));
        let Some((model, dimensions)) = first else { return Ok(()) };
        let (pools, memory) = (self.pools().await?.clone(), self.memory.clone());
        let name = model.clone();
        self.memory.added(collection, &name, kept.len(), || async move {
            let version: Option<i64> = sqlx::query_scalar("SELECT version FROM collection WHERE id = $1")
                .bind(collection)
                .fetch_optional(&pools.read)
                .await?;
            match version {
                Some(version) => prepare(&pools, &memory, (collection, version), &model, dimensions).await,
                None => Ok(()),
            }
        });
        Ok(())
    }

    /// Tells the index of words what it may look at.
    async fn changed(&self, collection: i64, added: usize, deleted: u64) -> Result<()> {
        let words = self.words().await?;
        if deleted > 0 {
            words.deleted(collection, deleted);
        }
        if added > 0 {
            words.added(collection, added).await;
        }
        Ok(())
    }

    /// Adds what is behind this key to the index of earlier versions, as long as that is asked for the collection.
    async fn index(&self, tx: &mut Transaction<'_, Sqlite>, collection: i64, after: i64) -> Result<()> {
        if !self.pools().await?.old_words {
            return Ok(());
        }
        let added: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT key, text, about FROM passage WHERE key > $1 AND collection = $2 \
               AND NOT EXISTS (SELECT 1 FROM word_taken WHERE collection = $2)",
        )
        .bind(after)
        .bind(collection)
        .fetch_all(&mut **tx)
        .await?;
        for (key, text, about) in added {
            sqlx::query("INSERT INTO passage_words (rowid, scope, words, about) VALUES ($1, $2, $3, $4)")
                .bind(key)
                .bind(format!("c{collection}"))
                .bind(words(&text))
                .bind(words(&about))
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }
}

/// The number of a collection, which is made when it is not there; it has a new version from now on.
async fn touched(tx: &mut Transaction<'_, Sqlite>, name: &str) -> Result<i64> {
    if name.is_empty() || name.contains('\0') {
        return Err(VectorError::Refused("a collection needs a name"));
    }
    let (id, version): (i64, i64) = sqlx::query_as(
        "INSERT INTO collection (name, version) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET version = version + 1 RETURNING id, version",
    )
    .bind(name)
    .fetch_one(&mut **tx)
    .await?;
    if version == 1 {
        sqlx::query("INSERT INTO word_taken (collection) VALUES ($1)").bind(id).execute(&mut **tx).await?;
    }
    Ok(id)
}

/// The last key so far.
async fn last(tx: &mut Transaction<'_, Sqlite>) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COALESCE(MAX(key), 0) FROM passage").fetch_one(&mut **tx).await?)
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

fn text(metadata: &JsonMap) -> String {
    serde_json::to_string(metadata).unwrap_or_else(|_| "{}".to_owned())
}
