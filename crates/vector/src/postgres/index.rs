//! The index of the words of passages in tables that instances share. Whoever adds writes on it; who is late finds that
//! another instance did.

use std::collections::HashMap;

use sqlx::PgPool;

use super::{Tables, collection};
use crate::index::{Field, ListRow, Made, Range, TextRow, WordRow, WordRows};
use crate::{Found, Result, Row, Scope};

/// Seconds after which nobody makes a segment any more that was begun.
const PATIENCE: i64 = 600;
/// Lists that are deleted at once.
const DELETED: i64 = 5_000;

impl Tables {
    pub async fn with_words(&self, scope: &Scope, text: &str, about: bool, limit: usize) -> Result<Vec<Found>> {
        let mut tx = self.begin().await?;
        let Some(collection) = collection(&mut tx, &scope.collection).await? else { return Ok(Vec::new()) };
        drop(tx);
        match self.words.find(collection, scope, text, about, limit).await? {
            Some(found) => Ok(found),
            None => self.with_old_words(scope, text, about, limit).await,
        }
    }
}

/// The tables once they are made.
#[derive(Clone)]
pub struct Index(pub PgPool);

impl WordRows for Index {
    async fn segments(&self, collection: i64) -> Result<Vec<Range>> {
        let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT id, after, last, count FROM vector_segment WHERE collection = $1 AND docs IS NOT NULL ORDER BY after",
        )
        .bind(collection)
        .fetch_all(&mut *self.0.begin().await?)
        .await?;
        let range = |(id, after, last, count)| Range { id, after, last, count: usize::try_from(count).unwrap_or(0) };
        Ok(rows.into_iter().map(range).collect())
    }

    async fn docs(&self, segments: &[i64]) -> Result<Vec<(i64, Vec<u8>)>> {
        Ok(sqlx::query_as("SELECT id, docs FROM vector_segment WHERE docs IS NOT NULL AND id = ANY($1)")
            .bind(segments)
            .fetch_all(&mut *self.0.begin().await?)
            .await?)
    }

    async fn texts(&self, collection: i64, after: i64, limit: usize) -> Result<Vec<TextRow>> {
        let rows: Vec<(i64, Option<String>, String, String)> = sqlx::query_as(
            "SELECT key, file_id, text, about FROM vector_passage \
             WHERE collection = $1 AND key > $2 ORDER BY key LIMIT $3",
        )
        .bind(collection)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.0.begin().await?)
        .await?;
        Ok(rows.into_iter().map(|(key, file, text, about)| TextRow { key, file, text, about }).collect())
    }

    async fn keys(&self, collection: i64, after: i64, last: i64) -> Result<Vec<i64>> {
        Ok(sqlx::query_scalar(
            "SELECT key FROM vector_passage WHERE collection = $1 AND key > $2 AND key <= $3 ORDER BY key",
        )
        .bind(collection)
        .bind(after)
        .bind(last)
        .fetch_all(&mut *self.0.begin().await?)
        .await?)
    }

    async fn count(&self, collection: i64, after: i64, last: i64) -> Result<usize> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM vector_passage WHERE collection = $1 AND key > $2 AND key <= $3")
                .bind(collection)
                .bind(after)
                .bind(last)
                .fetch_one(&mut *self.0.begin().await?)
                .await?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    async fn lists(&self, collection: i64, words: &[String], about: bool) -> Result<Vec<WordRow>> {
        let fields = if about { vec![Field::Text as i32, Field::About as i32] } else { vec![Field::Text as i32] };
        Ok(sqlx::query_as(
            "SELECT s.id, l.field, l.word, l.count, l.bytes FROM vector_segment s LEFT JOIN vector_list l \
               ON l.segment = s.id AND l.field = ANY($2) AND l.word = ANY($3) \
             WHERE s.collection = $1 AND s.docs IS NOT NULL",
        )
        .bind(collection)
        .bind(fields)
        .bind(words)
        .fetch_all(&mut *self.0.begin().await?)
        .await?)
    }

    async fn next(&self, segment: i64, after: Option<(Field, &str)>, limit: usize) -> Result<Vec<ListRow>> {
        // No word is empty.
        let (field, word) = after.unwrap_or((Field::Text, ""));
        let rows: Vec<(i32, String, i64, Vec<u8>)> = sqlx::query_as(
            "SELECT field, word, count, bytes FROM vector_list WHERE segment = $1 AND (field, word) > ($2, $3) \
             ORDER BY field, word LIMIT $4",
        )
        .bind(segment)
        .bind(field as i32)
        .bind(word)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.0.begin().await?)
        .await?;
        let row = |(field, word, count, bytes)| ListRow {
            field: Field::of(field),
            word,
            count: usize::try_from(count).unwrap_or(0),
            bytes,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    async fn begin(&self, collection: i64, after: i64) -> Result<Option<i64>> {
        let mut tx = self.0.begin().await?;
        let id = sqlx::query_scalar(
            "INSERT INTO vector_segment (collection, after, last, count, since) \
             SELECT id, $2, $2, 0, EXTRACT(EPOCH FROM now())::bigint FROM vector_collection \
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM vector_segment WHERE collection = $1 AND after = $2 \
               AND docs IS NULL AND since > EXTRACT(EPOCH FROM now())::bigint - $3) RETURNING id",
        )
        .bind(collection)
        .bind(after)
        .bind(PATIENCE)
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn put(&self, segment: i64, lists: Vec<ListRow>) -> Result<()> {
        let mut tx = self.0.begin().await?;
        sqlx::query(
            "INSERT INTO vector_list (segment, field, word, count, bytes) SELECT $1, new.* \
             FROM unnest($2::int4[], $3::text[], $4::int8[], $5::bytea[]) AS new (field, word, count, bytes)",
        )
        .bind(segment)
        .bind(lists.iter().map(|list| list.field as i32).collect::<Vec<_>>())
        .bind(lists.iter().map(|list| list.word.as_str()).collect::<Vec<_>>())
        .bind(lists.iter().map(|list| i64::try_from(list.count).unwrap_or(i64::MAX)).collect::<Vec<_>>())
        .bind(lists.iter().map(|list| list.bytes.as_slice()).collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn finish(&self, made: Made) -> Result<bool> {
        let mut tx = self.0.begin().await?;
        // One after the other, so that no two begin at one place; nobody who adds or deletes passages waits.
        sqlx::query("SELECT pg_advisory_xact_lock($1, hashint8($2))")
            .bind(super::LOCK as i32)
            .bind(made.collection)
            .execute(&mut *tx)
            .await?;
        let replaced = sqlx::query(
            "UPDATE vector_segment SET docs = NULL, since = 0 WHERE collection = $1 AND docs IS NOT NULL AND id = ANY($2)",
        )
        .bind(made.collection)
        .bind(&made.instead)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        let finished = sqlx::query(
            "UPDATE vector_segment s SET last = $2, count = $3, docs = $4 WHERE s.id = $1 AND s.docs IS NULL \
               AND NOT EXISTS (SELECT 1 FROM vector_segment o WHERE o.collection = $5 AND o.docs IS NOT NULL \
                 AND o.after < $2 AND o.last > s.after)",
        )
        .bind(made.id)
        .bind(made.last)
        .bind(i64::try_from(made.count).unwrap_or(i64::MAX))
        .bind(made.docs)
        .bind(made.collection)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if replaced != made.instead.len() as u64 || finished != 1 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn discard(&self, segment: i64) -> Result<()> {
        loop {
            let mut tx = self.0.begin().await?;
            let deleted = sqlx::query(
                "DELETE FROM vector_list WHERE segment = $1 AND (field, word) IN ( \
                   SELECT field, word FROM vector_list WHERE segment = $1 ORDER BY field, word LIMIT $2)",
            )
            .bind(segment)
            .bind(DELETED)
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if deleted == 0 {
                sqlx::query("DELETE FROM vector_segment WHERE id = $1 AND docs IS NULL")
                    .bind(segment)
                    .execute(&mut *tx)
                    .await?;
            }
            tx.commit().await?;
            if deleted == 0 {
                return Ok(());
            }
        }
    }

    async fn sweep(&self) -> Result<()> {
        let waste: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM vector_segment WHERE docs IS NULL AND since < EXTRACT(EPOCH FROM now())::bigint - $1",
        )
        .bind(PATIENCE)
        .fetch_all(&mut *self.0.begin().await?)
        .await?;
        for segment in waste {
            self.discard(segment).await?;
        }
        Ok(())
    }

    async fn rows(&self, collection: i64, scope: &Scope, keys: &[i64]) -> Result<HashMap<i64, Row>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT key, id, text, metadata FROM vector_passage \
             WHERE key = ANY($1) AND collection = $2 AND ($3::text[] IS NULL OR file_id = ANY($3))",
        )
        .bind(keys)
        .bind(collection)
        .bind(scope.files.as_deref())
        .fetch_all(&mut *self.0.begin().await?)
        .await?;
        Ok(rows.into_iter().map(|row| (row.0, row)).collect())
    }

    /// The database's own index has every passage; it is quick enough where few are not in this one.
    async fn has_other(&self, _: i64, much: bool) -> Result<bool> {
        Ok(much)
    }

    async fn prepare(&self) -> Result<()> {
        Ok(())
    }

    async fn settle(&self, _: i64) -> Result<()> {
        Ok(())
    }
}
