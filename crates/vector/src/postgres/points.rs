//! Passages whose vectors another server keeps.

use std::collections::HashMap;

use super::{Tables, collection};
use crate::kept::{Away, Kept, Stored, passage};
use crate::{Passage, Result, Row, Scope};

impl Tables {
    /// Those of a scope that have these points, by their points.
    pub async fn at_points(&self, scope: &Scope, points: &[&str]) -> Result<HashMap<String, Row>> {
        let mut tx = self.begin().await?;
        let Some((id, _)) = collection(&mut tx, &scope.collection).await? else { return Ok(HashMap::new()) };
        let rows: Vec<(String, i64, String, String, String)> = sqlx::query_as(
            "SELECT point, key, id, text, metadata FROM vector_passage \
             WHERE point = ANY($1) AND collection = $2 AND ($3::text[] IS NULL OR file_id = ANY($3))",
        )
        .bind(points)
        .bind(id)
        .bind(scope.files.as_deref())
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows.into_iter().map(|(point, key, id, text, metadata)| (point, (key, id, text, metadata))).collect())
    }

    /// The passages of a file with where their vectors are, in their order.
    pub async fn stored(&self, name: &str, file_id: &str) -> Result<Vec<(Passage, Kept)>> {
        let mut tx = self.begin().await?;
        let Some((id, _)) = collection(&mut tx, name).await? else { return Ok(Vec::new()) };
        let rows: Vec<Stored> = sqlx::query_as(
            "SELECT hash, text, about, metadata, model, vector, home, point FROM vector_passage \
             WHERE collection = $1 AND file_id = $2 ORDER BY key",
        )
        .bind(id)
        .bind(file_id)
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows.into_iter().map(|row| passage(file_id, row)).collect())
    }

    /// Writes down points that are about to be made, so that they can be found and deleted if nothing comes of them.
    pub async fn announce(&self, points: &[Away], now: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("INSERT INTO vector_waste (point, home, since) SELECT point, home, $3 FROM unnest($1::text[], $2::text[]) AS new (point, home)")
            .bind(points.iter().map(|away| away.point.as_str()).collect::<Vec<_>>())
            .bind(points.iter().map(|away| away.home.as_str()).collect::<Vec<_>>())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Nothing came of points that were announced: they may be deleted at once.
    pub async fn give_up(&self, points: &[&str]) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE vector_waste SET since = 0 WHERE point = ANY($1)").bind(points).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Points that belong to no passage, announced before `before`; some of them.
    pub async fn waste(&self, home: &str, before: i64, limit: i64) -> Result<Vec<Away>> {
        let mut tx = self.begin().await?;
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT home, point FROM vector_waste WHERE since < $1 AND strpos(home, $2) = 1 ORDER BY since LIMIT $3",
        )
        .bind(before)
        .bind(home)
        .bind(limit)
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows.into_iter().map(|(home, point)| Away { home, point }).collect())
    }

    /// They are deleted.
    pub async fn cleared(&self, points: &[&str]) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM vector_waste WHERE point = ANY($1)").bind(points).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
