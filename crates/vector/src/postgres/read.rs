//! Finding passages by their vectors, and in their order. What is found is read again within the same bounds, so that what
//! was deleted or forbidden meanwhile is not there.

use std::collections::HashMap;

use super::{Tables, collection};
use crate::measure::score;
use crate::nearest::{TOGETHER, VectorRow, VectorRows, nearest};
use crate::stored::Place;
use crate::{Found, MOST, Result, Row, Scope, found};

impl Tables {
    pub async fn has(&self, name: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        Ok(collection(&mut tx, name).await?.is_some())
    }

    pub async fn has_text(&self, name: &str, hash: &str, file_id: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        let Some((id, _)) = collection(&mut tx, name).await? else { return Ok(false) };
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT key FROM vector_passage WHERE collection = $1 AND hash = $2 AND file_id IS DISTINCT FROM $3 LIMIT 1",
        )
        .bind(id)
        .bind(hash)
        .bind(file_id)
        .fetch_optional(&mut *tx)
        .await?;
        Ok(found.is_some())
    }

    pub async fn near(&self, scope: &Scope, model: &str, vector: &[f32], limit: usize) -> Result<Vec<Found>> {
        let mut tx = self.begin().await?;
        let Some(collection) = collection(&mut tx, &scope.collection).await? else { return Ok(Vec::new()) };
        // Nobody waits for a connection that only waits for us to compare.
        drop(tx);
        let nearest = nearest(self, &self.memory, collection, model, (scope, vector, limit)).await?;
        let keys: Vec<i64> = nearest.iter().map(|(key, _)| *key).collect();
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT key, id, text, metadata FROM vector_passage \
             WHERE key = ANY($1) AND collection = $2 AND ($3::text[] IS NULL OR file_id = ANY($3))",
        )
        .bind(keys)
        .bind(collection.0)
        .bind(scope.files.as_deref())
        .fetch_all(&mut *self.begin().await?)
        .await?;
        let mut rows: HashMap<i64, Row> = rows.into_iter().map(|row| (row.0, row)).collect();
        let found = nearest.into_iter().filter_map(|(key, near)| Some(found(rows.remove(&key)?, score(near))));
        Ok(found.collect())
    }

    pub async fn all(&self, scope: &Scope, limit: usize) -> Result<Vec<Found>> {
        let mut tx = self.begin().await?;
        let Some((id, _)) = collection(&mut tx, &scope.collection).await? else { return Ok(Vec::new()) };
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT key, id, text, metadata FROM vector_passage \
             WHERE collection = $1 AND ($2::text[] IS NULL OR file_id = ANY($2)) ORDER BY key LIMIT $3",
        )
        .bind(id)
        .bind(scope.files.as_deref())
        .bind(i64::try_from(limit.min(MOST)).unwrap_or(i64::MAX))
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows.into_iter().map(|row| found(row, 1.0)).collect())
    }

    pub async fn lacks(&self, name: &str, model: &str) -> Result<bool> {
        self.lacks_at(name, model, None).await
    }

    /// Whether a collection has passages without a vector of `model` at `home`, or in these tables.
    pub async fn lacks_at(&self, name: &str, model: &str, home: Option<&str>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let Some((id, _)) = collection(&mut tx, name).await? else { return Ok(false) };
        let other: Option<i64> = sqlx::query_scalar(
            "SELECT key FROM vector_passage WHERE collection = $1 AND (model IS DISTINCT FROM $2 \
               OR ($3::text IS NULL AND home IS NOT NULL) \
               OR ($3::text IS NOT NULL AND strpos(COALESCE(home, ''), $3) <> 1)) LIMIT 1",
        )
        .bind(id)
        .bind(model)
        .bind(home)
        .fetch_optional(&mut *tx)
        .await?;
        Ok(other.is_some())
    }

    pub async fn collections(&self) -> Result<Vec<String>> {
        let mut tx = self.begin().await?;
        Ok(sqlx::query_scalar("SELECT name FROM vector_collection ORDER BY name").fetch_all(&mut *tx).await?)
    }
}

impl VectorRows for Tables {
    async fn vector_rows(&self, collection: i64, model: &str, after: i64) -> Result<Vec<VectorRow>> {
        Ok(sqlx::query_as(
            "SELECT key, file_id, vector FROM vector_passage \
             WHERE collection = $1 AND model = $2 AND key > $3 AND vector IS NOT NULL ORDER BY key LIMIT $4",
        )
        .bind(collection)
        .bind(model)
        .bind(after)
        .bind(TOGETHER)
        .fetch_all(&mut *self.begin().await?)
        .await?)
    }

    async fn count(&self, collection: i64, model: &str) -> Result<usize> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM vector_passage WHERE collection = $1 AND model = $2")
            .bind(collection)
            .bind(model)
            .fetch_one(&mut *self.begin().await?)
            .await?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    async fn vectors(&self, collection: i64, scope: &Scope, keys: &[i64]) -> Result<Vec<(i64, Vec<u8>)>> {
        Ok(sqlx::query_as(
            "SELECT key, vector FROM vector_passage WHERE key = ANY($1) AND collection = $2 \
             AND vector IS NOT NULL AND ($3::text[] IS NULL OR file_id = ANY($3))",
        )
        .bind(keys)
        .bind(collection)
        .bind(scope.files.as_deref())
        .fetch_all(&mut *self.begin().await?)
        .await?)
    }

    async fn newest(&self) -> Result<i64> {
        Ok(i64::MAX)
    }

    /// Instances come and go with their disks.
    fn place(&self, _: i64, _: &str) -> Option<Place> {
        None
    }
}
