//! Finding passages. What is found is read again from the file within the same bounds, so that what was deleted or
//! forbidden meanwhile is not there.

use std::collections::HashMap;

use sqlx::SqlitePool;

use super::Embedded;
use super::open::Pools;
use crate::measure::score;
use crate::nearest::{TOGETHER, VectorRow, VectorRows, nearest};
use crate::stored::Place;
use crate::{Found, MOST, Result, Row, Scope, found};

impl Embedded {
    pub async fn has(&self, collection: &str) -> Result<bool> {
        Ok(self.collection(collection).await?.is_some())
    }

    pub async fn has_text(&self, collection: &str, hash: &str, file_id: &str) -> Result<bool> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT p.key FROM passage p JOIN collection c ON c.id = p.collection \
             WHERE c.name = $1 AND p.hash = $2 AND p.file_id IS NOT $3 LIMIT 1",
        )
        .bind(collection)
        .bind(hash)
        .bind(file_id)
        .fetch_optional(&self.pools().await?.read)
        .await?;
        Ok(found.is_some())
    }

    pub async fn near(&self, scope: &Scope, model: &str, vector: &[f32], limit: usize) -> Result<Vec<Found>> {
        let Some(collection) = self.collection(&scope.collection).await? else { return Ok(Vec::new()) };
        let nearest = nearest(self.pools().await?, &self.memory, collection, model, (scope, vector, limit)).await?;
        let keys: Vec<i64> = nearest.iter().map(|(key, _)| *key).collect();
        let mut rows = rows(&self.pools().await?.read, collection.0, scope, &keys).await?;
        let found = nearest.into_iter().filter_map(|(key, near)| Some(found(rows.remove(&key)?, score(near))));
        Ok(found.collect())
    }

    pub async fn all(&self, scope: &Scope, limit: usize) -> Result<Vec<Found>> {
        let Some((id, _)) = self.collection(&scope.collection).await? else { return Ok(Vec::new()) };
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT key, id, text, metadata FROM passage WHERE collection = $1 \
             AND ($2 IS NULL OR file_id IN (SELECT value FROM json_each($2))) ORDER BY key LIMIT $3",
        )
        .bind(id)
        .bind(files(scope))
        .bind(i64::try_from(limit.min(MOST)).unwrap_or(i64::MAX))
        .fetch_all(&self.pools().await?.read)
        .await?;
        Ok(rows.into_iter().map(|row| found(row, 1.0)).collect())
    }

    pub async fn lacks(&self, collection: &str, model: &str) -> Result<bool> {
        self.lacks_at(collection, model, None).await
    }

    /// Whether a collection has passages without a vector of `model` at `home`, or in this file.
    pub async fn lacks_at(&self, collection: &str, model: &str, home: Option<&str>) -> Result<bool> {
        let Some((id, _)) = self.collection(collection).await? else { return Ok(false) };
        let other: Option<i64> = sqlx::query_scalar(
            "SELECT key FROM passage WHERE collection = $1 AND (model IS NOT $2 OR ($3 IS NULL AND home IS NOT NULL) \
               OR ($3 IS NOT NULL AND instr(COALESCE(home, ''), $3) <> 1)) LIMIT 1",
        )
        .bind(id)
        .bind(model)
        .bind(home)
        .fetch_optional(&self.pools().await?.read)
        .await?;
        Ok(other.is_some())
    }

    pub async fn collections(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("SELECT name FROM collection ORDER BY name").fetch_all(&self.pools().await?.read).await?)
    }

    /// Number and version.
    pub(super) async fn collection(&self, name: &str) -> Result<Option<(i64, i64)>> {
        Ok(sqlx::query_as("SELECT id, version FROM collection WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pools().await?.read)
            .await?)
    }
}

/// Those with these keys that are there and within the scope.
pub(super) async fn rows(read: &SqlitePool, collection: i64, scope: &Scope, keys: &[i64]) -> Result<HashMap<i64, Row>> {
    let keys = serde_json::to_string(keys).unwrap_or_else(|_| "[]".to_owned());
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT key, id, text, metadata FROM passage \
         WHERE key IN (SELECT value FROM json_each($1)) AND collection = $2 \
         AND ($3 IS NULL OR file_id IN (SELECT value FROM json_each($3)))",
    )
    .bind(keys)
    .bind(collection)
    .bind(files(scope))
    .fetch_all(read)
    .await?;
    Ok(rows.into_iter().map(|row| (row.0, row)).collect())
}

/// The files of a scope as a list that the database reads.
pub(super) fn files(scope: &Scope) -> Option<String> {
    scope.files.as_ref().map(|files| serde_json::to_string(files).unwrap_or_else(|_| "[]".to_owned()))
}

impl VectorRows for Pools {
    async fn vector_rows(&self, collection: i64, model: &str, after: i64) -> Result<Vec<VectorRow>> {
        Ok(sqlx::query_as(
            "SELECT key, file_id, vector FROM passage \
             WHERE collection = $1 AND model = $2 AND key > $3 AND vector IS NOT NULL ORDER BY key LIMIT $4",
        )
        .bind(collection)
        .bind(model)
        .bind(after)
        .bind(TOGETHER)
        .fetch_all(&self.read)
        .await?)
    }

    async fn count(&self, collection: i64, model: &str) -> Result<usize> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM passage WHERE collection = $1 AND model = $2")
            .bind(collection)
            .bind(model)
            .fetch_one(&self.read)
            .await?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    async fn vectors(&self, collection: i64, scope: &Scope, keys: &[i64]) -> Result<Vec<(i64, Vec<u8>)>> {
        let keys = serde_json::to_string(keys).unwrap_or_else(|_| "[]".to_owned());
        Ok(sqlx::query_as(
            "SELECT key, vector FROM passage WHERE key IN (SELECT value FROM json_each($1)) AND collection = $2 \
             AND vector IS NOT NULL AND ($3 IS NULL OR file_id IN (SELECT value FROM json_each($3)))",
        )
        .bind(keys)
        .bind(collection)
        .bind(files(scope))
        .fetch_all(&self.read)
        .await?)
    }

    async fn newest(&self) -> Result<i64> {
        let newest: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'passage'")
            .fetch_optional(&self.read)
            .await?;
        Ok(newest.unwrap_or(0))
    }

    fn place(&self, collection: i64, model: &str) -> Option<Place> {
        Some(Place::new(&self.codes, collection, model))
    }
}
