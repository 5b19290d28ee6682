//! Finding passages. What is found is read again from the file within the same bounds, so that what was deleted or
//! forbidden meanwhile is not there.

use std::collections::HashMap;
use std::sync::Arc;

use airis_domain::JsonMap;

use super::Embedded;
use super::matrix::{Matrix, ROOM};
use crate::measure::{score, unit, unpack};
use crate::{Found, Result, Scope, VectorError, words};

/// Passages of a whole collection.
const MOST: usize = 100_000;

/// Vectors that are read at once.
const TOGETHER: i64 = 20_000;

type Row = (i64, String, String, String);
/// The key of a passage, and the product of its vector with the one that was asked for.
type Near = (i64, f32);

/// What is looked for.
struct Wanted {
    vector: Vec<f32>,
    files: Option<Vec<String>>,
    limit: usize,
}

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
        let wanted = Arc::new(Wanted { vector: unit(vector)?, files: scope.files.clone(), limit });
        let Some((id, version)) = self.collection(&scope.collection).await? else { return Ok(Vec::new()) };
        let kept = self.cache.lock().get(id, model, version, wanted.vector.len());
        let nearest = match kept {
            Some(pieces) => compared(pieces, wanted, Vec::new()).await?,
            None => self.read_and_compared(id, version, model, wanted).await?,
        };
        let keys: Vec<i64> = nearest.iter().map(|(key, _)| *key).collect();
        let mut rows = self.rows(id, scope, &keys).await?;
        let found = nearest.into_iter().filter_map(|(key, near)| Some(found(rows.remove(&key)?, score(near))));
        Ok(found.collect())
    }

    pub async fn with_words(&self, scope: &Scope, text: &str, about: bool, limit: usize) -> Result<Vec<Found>> {
        let Some((id, _)) = self.collection(&scope.collection).await? else { return Ok(Vec::new()) };
        let Some(query) = words::query(id, text, about) else { return Ok(Vec::new()) };
        let rows: Vec<(i64, String, String, String, f64)> = sqlx::query_as(
            "SELECT p.key, p.id, p.text, p.metadata, bm25(passage_words, 0.0, 1.0, 0.5) AS distance \
             FROM passage_words JOIN passage p ON p.key = passage_words.rowid \
             WHERE passage_words MATCH $1 AND p.collection = $2 \
             AND ($3 IS NULL OR p.file_id IN (SELECT value FROM json_each($3))) ORDER BY distance, p.key LIMIT $4",
        )
        .bind(query)
        .bind(id)
        .bind(files(scope))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pools().await?.read)
        .await?;
        // The index counts downwards.
        Ok(rows.into_iter().map(|(key, id, text, metadata, far)| found((key, id, text, metadata), -far)).collect())
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
        let Some((id, _)) = self.collection(collection).await? else { return Ok(false) };
        let other: Option<i64> =
            sqlx::query_scalar("SELECT key FROM passage WHERE collection = $1 AND model IS NOT $2 LIMIT 1")
                .bind(id)
                .bind(model)
                .fetch_optional(&self.pools().await?.read)
                .await?;
        Ok(other.is_some())
    }

    pub async fn collections(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("SELECT name FROM collection ORDER BY name").fetch_all(&self.pools().await?.read).await?)
    }

    /// Number and version.
    async fn collection(&self, name: &str) -> Result<Option<(i64, i64)>> {
        Ok(sqlx::query_as("SELECT id, version FROM collection WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pools().await?.read)
            .await?)
    }

    /// The nearest in a collection whose vectors are not in memory. They are read in pieces, and stay where all of them
    /// have room; of a larger collection no more than that is in memory at a time.
    async fn read_and_compared(&self, id: i64, version: i64, model: &str, wanted: Arc<Wanted>) -> Result<Vec<Near>> {
        let dimensions = wanted.vector.len();
        let (mut pieces, mut size, mut fits) = (Vec::new(), 0, true);
        let (mut best, mut after) = (Vec::new(), 0);
        while let Some((piece, last)) = self.piece(id, model, dimensions, after).await? {
            (after, size) = (last, size + piece.size());
            pieces.push(piece);
            if size > ROOM {
                best = compared(Arc::new(std::mem::take(&mut pieces)), wanted.clone(), best).await?;
                (size, fits) = (0, false);
            }
        }
        let pieces = Arc::new(pieces);
        if fits {
            self.cache.lock().put(id, model, version, pieces.clone());
        }
        compared(pieces, wanted, best).await
    }

    /// The vectors of the next passages, and the key of the last one; `None` after the last.
    async fn piece(&self, id: i64, model: &str, dimensions: usize, after: i64) -> Result<Option<(Matrix, i64)>> {
        let rows: Vec<(i64, Option<String>, Vec<u8>)> = sqlx::query_as(
            "SELECT key, file_id, vector FROM passage \
             WHERE collection = $1 AND model = $2 AND key > $3 AND vector IS NOT NULL ORDER BY key LIMIT $4",
        )
        .bind(id)
        .bind(model)
        .bind(after)
        .bind(TOGETHER)
        .fetch_all(&self.pools().await?.read)
        .await?;
        let Some(last) = rows.last().map(|(key, ..)| *key) else { return Ok(None) };
        let (mut matrix, mut known) = (Matrix::new(dimensions), HashMap::new());
        for (key, file, bytes) in rows {
            if unpack(&bytes, dimensions, &mut matrix.numbers) {
                let owner = matrix.owner(&mut known, file);
                matrix.keys.push(key);
                matrix.owners.push(owner);
            }
        }
        Ok(Some((matrix, last)))
    }

    async fn rows(&self, collection: i64, scope: &Scope, keys: &[i64]) -> Result<HashMap<i64, Row>> {
        let keys = serde_json::to_string(keys).unwrap_or_else(|_| "[]".to_owned());
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT key, id, text, metadata FROM passage \
             WHERE key IN (SELECT value FROM json_each($1)) AND collection = $2 \
             AND ($3 IS NULL OR file_id IN (SELECT value FROM json_each($3)))",
        )
        .bind(keys)
        .bind(collection)
        .bind(files(scope))
        .fetch_all(&self.pools().await?.read)
        .await?;
        Ok(rows.into_iter().map(|row| (row.0, row)).collect())
    }
}

/// The nearest of these pieces and of what was found before, the nearest first.
async fn compared(pieces: Arc<Vec<Matrix>>, wanted: Arc<Wanted>, before: Vec<Near>) -> Result<Vec<Near>> {
    let work = tokio::task::spawn_blocking(move || {
        let mut best = before;
        for piece in pieces.iter() {
            best.extend(piece.nearest(&wanted.vector, wanted.files.as_deref(), wanted.limit));
        }
        // Of two that are equally near, the one that was added first comes first.
        best.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        best.truncate(wanted.limit);
        best
    });
    work.await.map_err(|error| VectorError::Unavailable(error.to_string()))
}

/// The files of a scope as a list that the database reads.
fn files(scope: &Scope) -> Option<String> {
    scope.files.as_ref().map(|files| serde_json::to_string(files).unwrap_or_else(|_| "[]".to_owned()))
}

fn found((_, id, text, metadata): Row, score: f64) -> Found {
    let metadata: JsonMap = serde_json::from_str(&metadata).unwrap_or_default();
    Found { id, text, metadata, score }
}
