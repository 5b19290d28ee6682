//! The words of passages in the file. Files of earlier versions have another index (FTS5), which has the passages of a
//! collection until they are in this one, and none of those that are added afterwards.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Sqlite};

use super::Embedded;
use super::open::{PLACES, Pools};
use super::read::{files, rows};
use crate::index::{Field, ListRow, Made, Range, TextRow, WordRow, WordRows};
use crate::{Found, Result, Row, Scope, found, words};

/// Seconds after which nobody makes a segment any more that was begun.
const PATIENCE: i64 = 600;
/// Lists that are written, or deleted, by one statement.
const WRITTEN: usize = 200;
const DELETED: i64 = 5_000;

impl Embedded {
    pub async fn with_words(&self, scope: &Scope, text: &str, about: bool, limit: usize) -> Result<Vec<Found>> {
        let Some(collection) = self.collection(&scope.collection).await? else { return Ok(Vec::new()) };
        match self.words().await?.find(collection, scope, text, about, limit).await? {
            Some(found) => Ok(found),
            None => self.with_old_words(collection.0, scope, text, about, limit).await,
        }
    }

    async fn with_old_words(
        &self,
        id: i64,
        scope: &Scope,
        text: &str,
        about: bool,
        limit: usize,
    ) -> Result<Vec<Found>> {
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
}

impl WordRows for Pools {
    async fn segments(&self, collection: i64) -> Result<Vec<Range>> {
        let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT id, after, last, count FROM word_segment WHERE collection = $1 AND docs IS NOT NULL ORDER BY after",
        )
        .bind(collection)
        .fetch_all(&self.read)
        .await?;
        let range = |(id, after, last, count)| Range { id, after, last, count: usize::try_from(count).unwrap_or(0) };
        Ok(rows.into_iter().map(range).collect())
    }

    async fn docs(&self, segments: &[i64]) -> Result<Vec<(i64, Vec<u8>)>> {
        Ok(sqlx::query_as(
            "SELECT id, docs FROM word_segment WHERE docs IS NOT NULL AND id IN (SELECT value FROM json_each($1))",
        )
        .bind(list(segments))
        .fetch_all(&self.read)
        .await?)
    }

    async fn texts(&self, collection: i64, after: i64, limit: usize) -> Result<Vec<TextRow>> {
        let rows: Vec<(i64, Option<String>, String, String)> = sqlx::query_as(
            "SELECT key, file_id, text, about FROM passage WHERE collection = $1 AND key > $2 ORDER BY key LIMIT $3",
        )
        .bind(collection)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.read)
        .await?;
        Ok(rows.into_iter().map(|(key, file, text, about)| TextRow { key, file, text, about }).collect())
    }

    async fn keys(&self, collection: i64, after: i64, last: i64) -> Result<Vec<i64>> {
        Ok(sqlx::query_scalar("SELECT key FROM passage WHERE collection = $1 AND key > $2 AND key <= $3 ORDER BY key")
            .bind(collection)
            .bind(after)
            .bind(last)
            .fetch_all(&self.read)
            .await?)
    }

    async fn count(&self, collection: i64, after: i64, last: i64) -> Result<usize> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM passage WHERE collection = $1 AND key > $2 AND key <= $3")
                .bind(collection)
                .bind(after)
                .bind(last)
                .fetch_one(&self.read)
                .await?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    async fn lists(&self, collection: i64, words: &[String], about: bool) -> Result<Vec<WordRow>> {
        let fields = if about { [Field::Text as i32, Field::About as i32].as_slice() } else { &[Field::Text as i32] };
        Ok(sqlx::query_as(
            "SELECT s.id, l.field, l.word, l.count, l.bytes FROM word_segment s LEFT JOIN word_list l \
               ON l.segment = s.id AND l.field IN (SELECT value FROM json_each($2)) \
               AND l.word IN (SELECT value FROM json_each($3)) \
             WHERE s.collection = $1 AND s.docs IS NOT NULL",
        )
        .bind(collection)
        .bind(serde_json::to_string(fields).unwrap_or_default())
        .bind(serde_json::to_string(words).unwrap_or_default())
        .fetch_all(&self.read)
        .await?)
    }

    async fn next(&self, segment: i64, after: Option<(Field, &str)>, limit: usize) -> Result<Vec<ListRow>> {
        // No word is empty.
        let (field, word) = after.unwrap_or((Field::Text, ""));
        let rows: Vec<(i32, String, i64, Vec<u8>)> = sqlx::query_as(
            "SELECT field, word, count, bytes FROM word_list WHERE segment = $1 AND (field, word) > ($2, $3) \
             ORDER BY field, word LIMIT $4",
        )
        .bind(segment)
        .bind(field as i32)
        .bind(word)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.read)
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
        Ok(sqlx::query_scalar(
            "INSERT INTO word_segment (collection, after, last, count, since) SELECT id, $2, $2, 0, unixepoch() \
             FROM collection WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM word_segment \
               WHERE collection = $1 AND after = $2 AND docs IS NULL AND since > unixepoch() - $3) RETURNING id",
        )
        .bind(collection)
        .bind(after)
        .bind(PATIENCE)
        .fetch_optional(&self.write)
        .await?)
    }

    async fn put(&self, segment: i64, lists: Vec<ListRow>) -> Result<()> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for lists in lists.chunks(WRITTEN) {
            let mut insert: QueryBuilder<Sqlite> =
                QueryBuilder::new("INSERT INTO word_list (segment, field, word, count, bytes) ");
            insert.push_values(lists, |mut row, list| {
                row.push_bind(segment)
                    .push_bind(list.field as i32)
                    .push_bind(&list.word)
                    .push_bind(i64::try_from(list.count).unwrap_or(i64::MAX))
                    .push_bind(&list.bytes);
            });
            insert.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn finish(&self, made: Made) -> Result<bool> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let replaced = sqlx::query(
            "UPDATE word_segment SET docs = NULL, since = 0 \
             WHERE collection = $1 AND docs IS NOT NULL AND id IN (SELECT value FROM json_each($2))",
        )
        .bind(made.collection)
        .bind(list(&made.instead))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        let finished = sqlx::query(
            "UPDATE word_segment SET last = $2, count = $3, docs = $4 WHERE id = $1 AND docs IS NULL \
               AND NOT EXISTS (SELECT 1 FROM word_segment o WHERE o.collection = $5 AND o.docs IS NOT NULL \
                 AND o.after < $2 AND o.last > word_segment.after)",
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
        // Others write in between.
        loop {
            let deleted = sqlx::query(
                "DELETE FROM word_list WHERE segment = $1 AND (field, word) <= (SELECT field, word FROM ( \
                   SELECT field, word FROM word_list WHERE segment = $1 ORDER BY field, word LIMIT $2) \
                 ORDER BY field DESC, word DESC LIMIT 1)",
            )
            .bind(segment)
            .bind(DELETED)
            .execute(&self.write)
            .await?;
            if deleted.rows_affected() == 0 {
                break;
            }
        }
        sqlx::query("DELETE FROM word_segment WHERE id = $1 AND docs IS NULL")
            .bind(segment)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    async fn sweep(&self) -> Result<()> {
        let waste: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM word_segment WHERE docs IS NULL AND since < unixepoch() - $1")
                .bind(PATIENCE)
                .fetch_all(&self.read)
                .await?;
        for segment in waste {
            self.discard(segment).await?;
        }
        Ok(())
    }

    async fn rows(&self, collection: i64, scope: &Scope, keys: &[i64]) -> Result<HashMap<i64, Row>> {
        rows(&self.read, collection, scope, keys).await
    }

    async fn has_other(&self, collection: i64, _: bool) -> Result<bool> {
        if !self.old_words {
            return Ok(false);
        }
        let taken: Option<i64> = sqlx::query_scalar("SELECT collection FROM word_taken WHERE collection = $1")
            .bind(collection)
            .fetch_optional(&self.read)
            .await?;
        Ok(taken.is_none())
    }

    async fn prepare(&self) -> Result<()> {
        sqlx::query(PLACES).execute(&self.write).await?;
        Ok(())
    }

    async fn settle(&self, collection: i64) -> Result<()> {
        sqlx::query("INSERT OR IGNORE INTO word_taken (collection) SELECT id FROM collection WHERE id = $1")
            .bind(collection)
            .execute(&self.write)
            .await?;
        Ok(())
    }
}

/// Numbers as a list that the database reads.
fn list(numbers: &[i64]) -> String {
    serde_json::to_string(numbers).unwrap_or_else(|_| "[]".to_owned())
}
