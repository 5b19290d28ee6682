//! Passages whose vectors another server keeps.

use std::collections::HashMap;

use super::Embedded;
use super::read::files;
use crate::kept::{Away, Kept, Stored, passage};
use crate::{Passage, Result, Row, Scope};

impl Embedded {
    /// Those of a scope that have these points, by their points.
    pub async fn at_points(&self, scope: &Scope, points: &[&str]) -> Result<HashMap<String, Row>> {
        let Some((id, _)) = self.collection(&scope.collection).await? else { return Ok(HashMap::new()) };
        let rows: Vec<(String, i64, String, String, String)> = sqlx::query_as(
            "SELECT point, key, id, text, metadata FROM passage \
             WHERE point IN (SELECT value FROM json_each($1)) AND collection = $2 \
             AND ($3 IS NULL OR file_id IN (SELECT value FROM json_each($3)))",
        )
        .bind(list(points))
        .bind(id)
        .bind(files(scope))
        .fetch_all(&self.pools().await?.read)
        .await?;
        Ok(rows.into_iter().map(|(point, key, id, text, metadata)| (point, (key, id, text, metadata))).collect())
    }

    /// The passages of a file with where their vectors are, in their order.
    pub async fn stored(&self, collection: &str, file_id: &str) -> Result<Vec<(Passage, Kept)>> {
        let Some((id, _)) = self.collection(collection).await? else { return Ok(Vec::new()) };
        let rows: Vec<Stored> = sqlx::query_as(
            "SELECT hash, text, about, metadata, model, vector, home, point FROM passage \
             WHERE collection = $1 AND file_id = $2 ORDER BY key",
        )
        .bind(id)
        .bind(file_id)
        .fetch_all(&self.pools().await?.read)
        .await?;
        Ok(rows.into_iter().map(|row| passage(file_id, row)).collect())
    }

    /// Writes down points that are about to be made, so that they can be found and deleted if nothing comes of them.
    pub async fn announce(&self, points: &[Away], now: i64) -> Result<()> {
        let mut tx = self.pools().await?.write.begin_with("BEGIN IMMEDIATE").await?;
        for away in points {
            sqlx::query("INSERT INTO passage_waste (point, home, since) VALUES ($1, $2, $3)")
                .bind(&away.point)
                .bind(&away.home)
                .bind(now)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Nothing came of points that were announced: they may be deleted at once.
    pub async fn give_up(&self, points: &[&str]) -> Result<()> {
        sqlx::query("UPDATE passage_waste SET since = 0 WHERE point IN (SELECT value FROM json_each($1))")
            .bind(list(points))
            .execute(&self.pools().await?.write)
            .await?;
        Ok(())
    }

    /// Points that belong to no passage, announced before `before`; some of them.
    pub async fn waste(&self, home: &str, before: i64, limit: i64) -> Result<Vec<Away>> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT home, point FROM passage_waste WHERE since < $1 AND instr(home, $2) = 1 ORDER BY since LIMIT $3",
        )
        .bind(before)
        .bind(home)
        .bind(limit)
        .fetch_all(&self.pools().await?.read)
        .await?;
        Ok(rows.into_iter().map(|(home, point)| Away { home, point }).collect())
    }

    /// They are deleted.
    pub async fn cleared(&self, points: &[&str]) -> Result<()> {
        sqlx::query("DELETE FROM passage_waste WHERE point IN (SELECT value FROM json_each($1))")
            .bind(list(points))
            .execute(&self.pools().await?.write)
            .await?;
        Ok(())
    }
}

/// Texts as a list that the database reads.
fn list(texts: &[&str]) -> String {
    serde_json::to_string(texts).unwrap_or_else(|_| "[]".to_owned())
}
