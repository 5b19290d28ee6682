//! Adding, copying and deleting passages. Every change gives its collection a new version, so that no instance goes on with
//! vectors that it read before.

use std::collections::BTreeMap;

use sqlx::{Postgres, Transaction};

use super::{Tables, collection, touched};
use crate::kept::Kept;
use crate::words::lexemes;
use crate::{Duplicate, Passage, Result, VectorError, Which};

/// Passages that travel together.
const TOGETHER: usize = 200;

impl Tables {
    /// Adds passages; `instead_of`: in place of all of this file.
    pub async fn add(&self, name: &str, model: &str, passages: Vec<Passage>, instead_of: Option<&str>) -> Result<()> {
        let kept = passages.iter().map(|passage| Kept::here(model, passage)).collect::<Result<Vec<_>>>()?;
        self.write(name, &passages, &kept, instead_of).await
    }

    /// The same for passages whose vectors are where `kept` says.
    pub async fn write(&self, name: &str, passages: &[Passage], kept: &[Kept], instead_of: Option<&str>) -> Result<()> {
        // Of two with one id the later one stays, where it stands.
        let places: BTreeMap<&str, usize> =
            passages.iter().enumerate().map(|(place, passage)| (passage.id.as_str(), place)).collect();
        let mut new: Vec<(&Passage, &Kept)> = Vec::with_capacity(places.len());
        for (place, pair) in passages.iter().zip(kept).enumerate() {
            if places.get(pair.0.id.as_str()) == Some(&place) {
                new.push(pair);
            }
        }
        let mut tx = self.begin().await?;
        let id = touched(&mut tx, name).await?;
        let mut deleted = 0;
        if let Some(file) = instead_of {
            deleted = sqlx::query("DELETE FROM vector_passage WHERE collection = $1 AND file_id = $2")
                .bind(id)
                .bind(file)
                .execute(&mut *tx)
                .await?
                .rows_affected();
        }
        for some in new.chunks(TOGETHER) {
            let column = |of: fn(&Passage) -> String| some.iter().map(|(passage, _)| of(passage)).collect::<Vec<_>>();
            let ids = column(|passage| clean(&passage.id));
            deleted += sqlx::query("DELETE FROM vector_passage WHERE collection = $1 AND id = ANY($2)")
                .bind(id)
                .bind(&ids)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            taken(&mut tx, some).await?;
            let known = |of: fn(&Kept) -> Option<&str>| some.iter().map(|(_, kept)| of(kept)).collect::<Vec<_>>();
            let (words, lengths): (Vec<String>, Vec<i32>) =
                some.iter().map(|(passage, _)| lexemes(&passage.text)).unzip();
            sqlx::query(
                "INSERT INTO vector_passage \
                   (collection, id, file_id, hash, model, text, about, metadata, vector, words, about_words, length, \
                    home, point) \
                 SELECT $1, id, file_id, hash, model, text, about, metadata, \
                   vector, words::tsvector, about_words::tsvector, length, home, point \
                 FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], \
                   $9::bytea[], $10::text[], $11::text[], $12::int4[], $13::text[], $14::text[]) WITH ORDINALITY \
                   AS new (model, id, file_id, hash, text, about, metadata, vector, words, about_words, length, home, \
                     point, place) \
                 ORDER BY place",
            )
            .bind(id)
            .bind(known(|kept| kept.model.as_deref()))
            .bind(&ids)
            .bind(some.iter().map(|(passage, _)| passage.file_id.as_deref()).collect::<Vec<_>>())
            .bind(some.iter().map(|(passage, _)| passage.hash.as_deref()).collect::<Vec<_>>())
            .bind(column(|passage| clean(&passage.text)))
            .bind(column(|passage| clean(&passage.about)))
            .bind(column(|passage| serde_json::to_string(&passage.metadata).unwrap_or_else(|_| "{}".to_owned())))
            .bind(some.iter().map(|(_, kept)| kept.vector.as_deref()).collect::<Vec<_>>())
            .bind(words)
            .bind(column(|passage| lexemes(&passage.about).0))
            .bind(lengths)
            .bind(known(|kept| kept.home.as_deref()))
            .bind(known(|kept| kept.point.as_deref()))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        self.changed(id, new.len(), deleted).await;
        Ok(())
    }

    pub async fn copy(&self, copy: &Duplicate<'_>) -> Result<u64> {
        let mut tx = self.begin().await?;
        let to = touched(&mut tx, copy.to).await?;
        let deleted = sqlx::query("DELETE FROM vector_passage WHERE collection = $1 AND file_id = $2")
            .bind(to)
            .bind(copy.file_id)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        let Some((from, _)) = collection(&mut tx, copy.from).await? else {
            tx.commit().await?;
            return Ok(0);
        };
        // A passage needs an id of its own there, as the same text may be added twice. What another server keeps is no
        // vector here.
        let copied = sqlx::query(
            "INSERT INTO vector_passage \
               (collection, id, file_id, hash, model, text, about, metadata, vector, words, about_words, length) \
             SELECT $1, gen_random_uuid()::text, file_id, hash, CASE WHEN home IS NULL THEN model END, text, about, \
               metadata, vector, words, about_words, length \
             FROM vector_passage WHERE collection = $2 AND file_id = $3 ORDER BY key",
        )
        .bind(to)
        .bind(from)
        .bind(copy.file_id)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        self.changed(to, usize::try_from(copied).unwrap_or(0), deleted).await;
        Ok(copied)
    }

    pub async fn delete(&self, name: &str, which: &Which) -> Result<u64> {
        let mut tx = self.begin().await?;
        if collection(&mut tx, name).await?.is_none() {
            return Ok(0);
        }
        let id = touched(&mut tx, name).await?;
        let (sql, value) = match which {
            Which::File(file) => ("DELETE FROM vector_passage WHERE collection = $1 AND file_id = $2", file),
            Which::Hash(hash) => ("DELETE FROM vector_passage WHERE collection = $1 AND hash = $2", hash),
        };
        let deleted = sqlx::query(sql).bind(id).bind(value).execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        self.changed(id, 0, deleted).await;
        Ok(deleted)
    }

    pub async fn forget_file(&self, file_id: &str) -> Result<u64> {
        let mut tx = self.begin().await?;
        // One after the other in their order, so that two who forget do not wait for each other.
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM vector_collection \
             WHERE id IN (SELECT collection FROM vector_passage WHERE file_id = $1) ORDER BY id FOR UPDATE",
        )
        .bind(file_id)
        .fetch_all(&mut *tx)
        .await?;
        sqlx::query("UPDATE vector_collection SET version = version + 1 WHERE id = ANY($1)")
            .bind(&ids)
            .execute(&mut *tx)
            .await?;
        let deleted = sqlx::query("DELETE FROM vector_passage WHERE file_id = $1")
            .bind(file_id)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        tx.commit().await?;
        for id in ids {
            self.changed(id, 0, deleted).await;
        }
        Ok(deleted)
    }

    pub async fn drop_collection(&self, name: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        if let Some((id, _)) = collection(&mut tx, name).await? {
            sqlx::query("DELETE FROM vector_collection WHERE id = $1").bind(id).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub async fn reset(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM vector_collection").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM vector_waste").execute(&mut *tx).await?;
        tx.commit().await?;
        self.memory.clear();
        self.words.clear();
        Ok(())
    }

    /// Tells the index of words what it may look at.
    async fn changed(&self, collection: i64, added: usize, deleted: u64) {
        if deleted > 0 {
            self.words.deleted(collection, deleted);
        }
        if added > 0 {
            self.words.added(collection, added).await;
        }
    }
}

/// Points that were announced belong to passages from now on. One that is not announced any more was given up, or
/// everything was deleted meanwhile.
async fn taken(tx: &mut Transaction<'_, Postgres>, some: &[(&Passage, &Kept)]) -> Result<()> {
    let points: Vec<&str> = some.iter().filter_map(|(_, kept)| kept.point.as_deref()).collect();
    if points.is_empty() {
        return Ok(());
    }
    let announced =
        sqlx::query("DELETE FROM vector_waste WHERE point = ANY($1)").bind(&points).execute(&mut **tx).await?;
    if announced.rows_affected() == points.len() as u64 { Ok(()) } else { Err(VectorError::lapsed()) }
}

/// The database takes every character but one.
fn clean(text: &str) -> String {
    text.replace('\0', "")
}
