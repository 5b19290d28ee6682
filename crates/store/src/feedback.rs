//! What people say of replies.

use crate::row::row;
use airis_domain::{Feedback, UserId, Vote, judged_model};
use async_recursion::async_recursion as boxed;
use futures::TryStreamExt;

use crate::db::{reading, writing};
use crate::{Result, Store, StoreError, json};

/// A page of feedback.
#[derive(Clone, Debug, Default)]
pub struct FeedbackQuery {
    pub user: Option<UserId>,
    /// The model that was judged.
    pub model: Option<String>,
    pub order: FeedbackOrder,
    pub ascending: bool,
    pub offset: i64,
    /// `None`: all.
    pub limit: Option<i64>,
}

/// What decides the order of a list of feedback; the newest comes first among equals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeedbackOrder {
    #[default]
    CreatedAt,
    UpdatedAt,
    Model,
    Rating,
    /// Name of the person.
    Person,
}

row! {
    struct Row {
        id: String,
        user_id: String,
        version: i64,
        kind: String = "type",
        data: Option<String>,
        meta: Option<String>,
        snapshot: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for Feedback {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id.into(),
            version: row.version,
            kind: row.kind,
            data: json::parse_optional(row.data),
            meta: json::parse_optional(row.meta),
            snapshot: json::parse_optional(row.snapshot),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

macro_rules! filtered {
    ($columns:expr, $rest:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM feedback f LEFT JOIN account a ON a.id = f.user_id",
            " WHERE ($1 IS NULL OR f.user_id = $1) AND ($2 IS NULL OR f.model_id = $2)",
            $rest
        )
    };
}

macro_rules! listed {
    ($snapshot:literal, $order:expr) => {
        filtered!(
            concat!(
                "f.id, f.user_id, f.version, f.type, f.data, f.meta, ",
                $snapshot,
                " AS snapshot, f.created_at, f.updated_at"
            ),
            concat!(" ORDER BY ", $order, ", f.created_at DESC, f.id LIMIT $3 OFFSET $4")
        )
    };
}

/// The statement for an order; lists leave the snapshots out, they hold whole chats.
macro_rules! ordered {
    ($order:literal) => {
        (listed!("CAST(NULL AS TEXT)", $order), listed!("CAST(NULL AS TEXT)", concat!($order, " DESC")))
    };
}

impl Store {
    /// Feedback without its snapshots.
    #[boxed]
    pub async fn feedbacks(&self, query: &FeedbackQuery) -> Result<Vec<Feedback>> {
        let (up, down) = match query.order {
            FeedbackOrder::CreatedAt => ordered!("f.created_at"),
            FeedbackOrder::UpdatedAt => ordered!("f.updated_at"),
            FeedbackOrder::Model => ordered!("COALESCE(f.model_id, '')"),
            FeedbackOrder::Rating => ordered!("COALESCE(f.rating, 0)"),
            FeedbackOrder::Person => ordered!("LOWER(COALESCE(a.name, ''))"),
        };
        self.select_feedback(if query.ascending { up } else { down }, query).await
    }

    /// Feedback with its snapshots, newest first.
    #[boxed]
    pub async fn whole_feedbacks(&self, model: Option<&str>) -> Result<Vec<Feedback>> {
        let query = FeedbackQuery { model: model.map(str::to_owned), ..FeedbackQuery::default() };
        self.select_feedback(listed!("f.snapshot", "f.created_at DESC"), &query).await
    }

    async fn select_feedback(&self, sql: &'static str, query: &FeedbackQuery) -> Result<Vec<Feedback>> {
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(sql)
            .bind(query.user.as_ref().map(UserId::as_str)).bind(&query.model)
            .bind(query.limit.unwrap_or(i64::MAX)).bind(query.offset).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Feedback::from).collect())
    }

    #[boxed]
    pub async fn count_feedbacks(&self, query: &FeedbackQuery) -> Result<i64> {
        const SQL: &str = filtered!("COUNT(*)", "");
        Ok(reading!(self, pool => sqlx::query_scalar(SQL)
            .bind(query.user.as_ref().map(UserId::as_str)).bind(&query.model).fetch_one(pool).await)?)
    }

    #[boxed]
    pub async fn feedback(&self, id: &str) -> Result<Option<Feedback>> {
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, version, type, data, meta, snapshot, created_at, updated_at FROM feedback WHERE id = $1")
            .bind(json::clean(id)).fetch_optional(pool).await)?;
        Ok(row.map(Feedback::from))
    }

    /// Inserts feedback, or replaces what is in it; whose it is and when it came stay.
    #[boxed]
    pub async fn put_feedback(&self, feedback: &Feedback) -> Result<()> {
        let vote = Vote::read(&feedback.kind, feedback.data.as_ref(), feedback.meta.as_ref());
        let model = judged_model(feedback.data.as_ref());
        writing!(self, pool => sqlx::query(
            "INSERT INTO feedback (id, user_id, version, type, data, meta, snapshot, model_id, rating, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
             type = excluded.type, data = excluded.data, meta = excluded.meta, snapshot = excluded.snapshot, \
             model_id = excluded.model_id, rating = excluded.rating, updated_at = excluded.updated_at")
            .bind(&feedback.id).bind(feedback.user_id.as_str()).bind(feedback.version).bind(json::clean(&feedback.kind))
            .bind(json::optional_text(feedback.data.as_ref())).bind(json::optional_text(feedback.meta.as_ref()))
            .bind(json::optional_text(feedback.snapshot.as_ref())).bind(json::clean_optional(model))
            .bind(vote.map(|vote| if vote.won { 1_i64 } else { -1 })).bind(feedback.created_at).bind(feedback.updated_at)
            .execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Deletes feedback of anybody. `NotFound` when it is not there.
    #[boxed]
    pub async fn delete_feedback(&self, id: &str) -> Result<()> {
        let deleted = writing!(self, pool => sqlx::query("DELETE FROM feedback WHERE id = $1")
            .bind(json::clean(id)).execute(pool).await.map(|done| done.rows_affected()))?;
        if deleted == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Deletes all feedback of a person, or of everybody; false when there was none.
    #[boxed]
    pub async fn delete_feedbacks(&self, user: Option<&UserId>) -> Result<bool> {
        let deleted = writing!(self, pool => sqlx::query("DELETE FROM feedback WHERE ($1 IS NULL OR user_id = $1)")
            .bind(user.map(UserId::as_str)).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Ids of the models that were judged, in order.
    #[boxed]
    pub async fn judged_models(&self) -> Result<Vec<String>> {
        Ok(reading!(self, pool => sqlx::query_scalar(
            "SELECT DISTINCT model_id FROM feedback WHERE model_id IS NOT NULL AND model_id <> '' ORDER BY model_id")
            .fetch_all(pool).await)?)
    }

    /// Every vote, oldest first.
    #[boxed]
    pub async fn votes(&self) -> Result<Vec<Vote>> {
        type Row = (String, Option<String>, Option<String>);
        let votes = reading!(self, pool => async {
            let mut rows = sqlx::query_as::<_, Row>(
                "SELECT type, data, meta FROM feedback WHERE rating IS NOT NULL ORDER BY created_at, id").fetch(pool);
            let mut votes = Vec::new();
            // One by one: what else is in a row may be long.
            while let Some((kind, data, meta)) = rows.try_next().await? {
                let (data, meta) = (json::parse_optional(data), json::parse_optional(meta));
                votes.extend(Vote::read(&kind, data.as_ref(), meta.as_ref()));
            }
            Ok::<_, sqlx::Error>(votes)
        }
        .await)?;
        Ok(votes)
    }

    /// When a model was voted for (true) or against since a moment (seconds), oldest first.
    #[boxed]
    pub async fn votes_on(&self, model: &str, since: i64) -> Result<Vec<(i64, bool)>> {
        let rows: Vec<(i64, i64)> = reading!(self, pool => sqlx::query_as(
            "SELECT created_at, rating FROM feedback WHERE model_id = $1 AND rating IS NOT NULL AND created_at >= $2 \
             ORDER BY created_at, id").bind(json::clean(model)).bind(since).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(at, rating)| (at, rating > 0)).collect())
    }
}
