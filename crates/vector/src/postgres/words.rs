//! Finding passages by their words (BM25) as the database weighs them, which takes it long where they are many: until our
//! own index has them.

use sqlx::{Postgres, Transaction};

use super::{Tables, collection};
use crate::words::{folded, wanted};
use crate::{Found, Result, Row, Scope, found};

/// In so many passages or more, words that most of them have tell nothing, and are left out where there are others.
const LARGE: i64 = 1_000;

/// A word that is looked for, as the index is asked, and what it tells.
struct Weighed {
    word: String,
    query: String,
    weight: f64,
}

impl Tables {
    pub(super) async fn with_old_words(
        &self,
        scope: &Scope,
        text: &str,
        about: bool,
        limit: usize,
    ) -> Result<Vec<Found>> {
        let wanted = wanted(&folded(text));
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let Some((id, _)) = collection(&mut tx, &scope.collection).await? else { return Ok(Vec::new()) };
        let (count, length): (i64, f64) = sqlx::query_as(
            "SELECT COUNT(*), COALESCE(AVG(length), 0)::float8 FROM vector_passage WHERE collection = $1",
        )
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
        let weighed = weighed(&mut tx, id, count, wanted, about).await?;
        let query: Vec<&str> = weighed.iter().map(|one| one.query.as_str()).collect();
        if query.is_empty() {
            return Ok(Vec::new());
        }
        // What a passage is about counts half as much as its own words.
        let rows: Vec<(i64, String, String, String, f64)> = sqlx::query_as(
            "WITH wanted AS (SELECT * FROM unnest($1::text[], $2::float8[]) AS wanted (word, weight)), \
             hit AS ( \
               SELECT p.key, p.length, l.lexeme, COALESCE(cardinality(l.positions), 1)::float8 AS often \
               FROM vector_passage p CROSS JOIN LATERAL unnest(p.words) AS l (lexeme, positions, weights) \
               WHERE p.collection = $3 AND p.words @@ $4::tsquery AND ($5::text[] IS NULL OR p.file_id = ANY($5)) \
               UNION ALL \
               SELECT p.key, p.length, l.lexeme, COALESCE(cardinality(l.positions), 1) * 0.5::float8 \
               FROM vector_passage p CROSS JOIN LATERAL unnest(p.about_words) AS l (lexeme, positions, weights) \
               WHERE $6 AND p.collection = $3 AND p.about_words @@ $4::tsquery \
                 AND ($5::text[] IS NULL OR p.file_id = ANY($5))), \
             word AS (SELECT key, length, lexeme, SUM(often) AS often FROM hit GROUP BY key, length, lexeme), \
             best AS ( \
               SELECT word.key, SUM(wanted.weight * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length / $7))) AS score \
               FROM word JOIN wanted ON wanted.word = word.lexeme GROUP BY word.key \
               ORDER BY score DESC, word.key LIMIT $8) \
             SELECT p.key, p.id, p.text, p.metadata, best.score FROM best JOIN vector_passage p ON p.key = best.key \
             ORDER BY best.score DESC, p.key",
        )
        .bind(weighed.iter().map(|one| one.word.as_str()).collect::<Vec<_>>())
        .bind(weighed.iter().map(|one| one.weight).collect::<Vec<_>>())
        .bind(id)
        .bind(query.join(" | "))
        .bind(scope.files.as_deref())
        .bind(about)
        .bind(length.max(1.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *tx)
        .await?;
        let row = |(key, id, text, metadata, score): (i64, String, String, String, f64)| {
            let row: Row = (key, id, text, metadata);
            found(row, score)
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// What each word tells: the fewer passages have it, the more. Words that none has are left out.
async fn weighed(
    tx: &mut Transaction<'_, Postgres>,
    collection: i64,
    count: i64,
    wanted: Vec<String>,
    about: bool,
) -> Result<Vec<Weighed>> {
    let queries: Vec<String> = wanted.iter().map(|word| format!("'{word}'")).collect();
    let passages: Vec<i64> = sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM vector_passage p WHERE p.collection = $1 \
           AND (p.words @@ asked.query::tsquery OR ($2 AND p.about_words @@ asked.query::tsquery))) \
         FROM unnest($3::text[]) WITH ORDINALITY AS asked (query, place) ORDER BY asked.place",
    )
    .bind(collection)
    .bind(about)
    .bind(&queries)
    .fetch_all(&mut **tx)
    .await?;
    let rare = |having: i64| count < LARGE || having * 2 <= count;
    let some_are_rare = passages.iter().any(|having| *having > 0 && rare(*having));
    let weight = |having: i64| (1.0 + (count as f64 - having as f64 + 0.5) / (having as f64 + 0.5)).ln();
    let all = wanted.into_iter().zip(queries).zip(passages);
    let told = all.filter(|(_, having)| *having > 0 && (!some_are_rare || rare(*having)));
    Ok(told.map(|((word, query), having)| Weighed { word, query, weight: weight(having) }).collect())
}
