//! How much models are used. A reply counts when a model wrote it whose name is not overlong; its time is its own, or else
//! its chat's.

use crate::row::row;
use airis_domain::{ChatId, Json, Message, UserId};
use async_recursion::async_recursion as boxed;
use futures::TryStreamExt;

use crate::db::reading;
use crate::{Result, Store, json};

/// Replies from one second to another, both included.
#[derive(Clone, Debug, Default)]
pub struct Span {
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// Only what members of this group asked for.
    pub group: Option<String>,
}

impl Span {
    fn bounds(&self) -> (i64, i64) {
        (self.from.unwrap_or(i64::MIN), self.to.unwrap_or(i64::MAX))
    }
}

row! {
    /// Counts over all models.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Totals {
        pub messages: i64,
        pub chats: i64,
        pub models: i64,
        pub users: i64,
    }
}

row! {
    /// Counts of one model.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ModelUse {
        pub model: String,
        pub messages: i64,
        pub users: i64,
        pub chats: i64,
    }
}

row! {
    /// One reply with what its provider counted.
    #[derive(Clone, Debug)]
    pub struct ReplyUsage {
        pub model: String,
        pub user_id: String,
        /// Seconds.
        pub at: i64,
        usage: Option<String>,
    }
}

impl ReplyUsage {
    /// Tokens read and written; 0 where the provider did not say.
    pub fn tokens(&self) -> (i64, i64) {
        let usage = self.usage.as_deref().map(json::parse).unwrap_or_default();
        let count = |names: [&str; 3]| names.iter().find_map(|name| usage[*name].as_i64()).unwrap_or(0).max(0);
        (
            count(["input_tokens", "prompt_tokens", "prompt_eval_count"]),
            count(["output_tokens", "completion_tokens", "eval_count"]),
        )
    }
}

/// Which messages to list; newest first.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    pub model: Option<String>,
    pub user: Option<String>,
    pub chat: Option<String>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub offset: i64,
    pub limit: i64,
}

/// A message with whose chat it is in.
#[derive(Clone, Debug)]
pub struct StoredMessage {
    pub message: Message,
    pub user_id: UserId,
    /// Seconds.
    pub at: i64,
}

/// Chats in which a model answered.
#[derive(Clone, Debug, Default)]
pub struct ModelChatQuery {
    pub model: String,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub order: ModelChatOrder,
    pub ascending: bool,
    pub offset: i64,
    pub limit: i64,
}

/// What decides the order of such chats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModelChatOrder {
    #[default]
    UpdatedAt,
    CreatedAt,
    /// Name of the person.
    Person,
}

/// A chat in which a model answered.
#[derive(Clone, Debug)]
pub struct ModelChat {
    pub id: ChatId,
    pub user_id: UserId,
    pub user_name: Option<String>,
    /// Content of the first question.
    pub question: Option<Json>,
    /// Seconds.
    pub updated_at: i64,
}

/// Replies within a [`Span`].
macro_rules! replies {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM message m JOIN chat c ON c.id = m.chat_id",
            " WHERE m.role = 'assistant' AND m.model <> '' AND LENGTH(m.model) <= 256",
            " AND COALESCE(m.timestamp, c.created_at) BETWEEN $1 AND $2",
            " AND ($3 IS NULL OR c.user_id IN (SELECT g.user_id FROM group_member g WHERE g.group_id = $3))",
            $rest
        )
    };
}

/// Chats of a [`ModelChatQuery`].
macro_rules! answered {
    ($columns:literal, $rest:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM chat c LEFT JOIN account a ON a.id = c.user_id WHERE c.id IN (SELECT m.chat_id FROM message m",
            " JOIN chat d ON d.id = m.chat_id WHERE m.role = 'assistant' AND m.model = $1 AND LENGTH(m.model) <= 256",
            " AND COALESCE(m.timestamp, d.created_at) BETWEEN $2 AND $3)",
            $rest
        )
    };
}

macro_rules! answered_by {
    ($order:literal) => {
        answered!(
            "c.id, c.user_id, a.name, (SELECT q.content FROM message q WHERE q.chat_id = c.id AND q.role = 'user' \
             ORDER BY q.seq LIMIT 1), c.updated_at",
            concat!(" ORDER BY ", $order, ", c.id LIMIT $4 OFFSET $5")
        )
    };
}

impl Store {
    /// Replies, and how many chats, models and people they are of.
    #[boxed]
    pub async fn reply_totals(&self, span: &Span) -> Result<Totals> {
        const SQL: &str = replies!(
            "COUNT(*) AS messages, COUNT(DISTINCT m.chat_id) AS chats, COUNT(DISTINCT m.model) AS models, \
             COUNT(DISTINCT c.user_id) AS users",
            ""
        );
        let (from, to) = span.bounds();
        Ok(reading!(self, pool =>
            sqlx::query_as(SQL).bind(from).bind(to).bind(&span.group).fetch_one(pool).await)?)
    }

    /// Replies of each model; the busiest comes first.
    #[boxed]
    pub async fn replies_by_model(&self, span: &Span) -> Result<Vec<ModelUse>> {
        const SQL: &str = replies!(
            "m.model AS model, COUNT(*) AS messages, COUNT(DISTINCT c.user_id) AS users, COUNT(DISTINCT m.chat_id) AS chats",
            " GROUP BY m.model ORDER BY 2 DESC, 1"
        );
        let (from, to) = span.bounds();
        Ok(reading!(self, pool =>
            sqlx::query_as(SQL).bind(from).bind(to).bind(&span.group).fetch_all(pool).await)?)
    }

    /// Replies of each model in each piece of `seconds`: model, where the piece begins, count.
    #[boxed]
    pub async fn replies_over_time(&self, span: &Span, seconds: i64) -> Result<Vec<(String, i64, i64)>> {
        const SQL: &str = replies!(
            "m.model, COALESCE(m.timestamp, c.created_at) / $4 * $4, COUNT(*)",
            " GROUP BY 1, 2 ORDER BY 2, 1"
        );
        let (from, to) = span.bounds();
        Ok(reading!(self, pool => sqlx::query_as(SQL)
            .bind(from).bind(to).bind(&span.group).bind(seconds.max(1)).fetch_all(pool).await)?)
    }

    /// Hands over every reply with its token counts, in no order, one at a time.
    pub async fn each_reply(&self, span: &Span, mut each: impl FnMut(&ReplyUsage) + Send) -> Result<()> {
        const SQL: &str = replies!(
            "m.model AS model, c.user_id AS user_id, COALESCE(m.timestamp, c.created_at) AS at, m.usage AS usage",
            ""
        );
        let (from, to) = span.bounds();
        reading!(self, pool => async {
            let mut rows = sqlx::query_as::<_, ReplyUsage>(SQL).bind(from).bind(to).bind(&span.group).fetch(pool);
            while let Some(row) = rows.try_next().await? {
                each(&row);
            }
            Ok::<_, sqlx::Error>(())
        }
        .await)?;
        Ok(())
    }

    /// Messages of any role.
    #[boxed]
    pub async fn find_messages(&self, filter: &MessageFilter) -> Result<Vec<StoredMessage>> {
        type Row = (String, String, String, i64);
        let places: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT m.chat_id, m.id, c.user_id, COALESCE(m.timestamp, c.created_at) FROM message m \
             JOIN chat c ON c.id = m.chat_id WHERE ($1 IS NULL OR m.model = $1) AND ($2 IS NULL OR c.user_id = $2) \
             AND ($3 IS NULL OR m.chat_id = $3) AND COALESCE(m.timestamp, c.created_at) BETWEEN $4 AND $5 \
             ORDER BY 4 DESC, m.chat_id, m.seq DESC LIMIT $6 OFFSET $7")
            .bind(&filter.model).bind(&filter.user).bind(&filter.chat).bind(filter.from.unwrap_or(i64::MIN))
            .bind(filter.to.unwrap_or(i64::MAX)).bind(filter.limit).bind(filter.offset).fetch_all(pool).await)?;
        let mut found = Vec::with_capacity(places.len());
        for (chat, id, user_id, at) in places {
            if let Some(message) = self.message(&chat.into(), &id.into()).await? {
                found.push(StoredMessage { message, user_id: user_id.into(), at });
            }
        }
        Ok(found)
    }

    /// A page of the chats in which a model answered, and how many there are.
    #[boxed]
    pub async fn chats_of_model(&self, query: &ModelChatQuery) -> Result<(Vec<ModelChat>, i64)> {
        type Row = (String, String, Option<String>, Option<String>, i64);
        const COUNT: &str = answered!("COUNT(*)", "");
        let sql = match (query.order, query.ascending) {
            (ModelChatOrder::UpdatedAt, true) => answered_by!("c.updated_at"),
            (ModelChatOrder::UpdatedAt, false) => answered_by!("c.updated_at DESC"),
            (ModelChatOrder::CreatedAt, true) => answered_by!("c.created_at"),
            (ModelChatOrder::CreatedAt, false) => answered_by!("c.created_at DESC"),
            (ModelChatOrder::Person, true) => answered_by!("LOWER(COALESCE(a.name, ''))"),
            (ModelChatOrder::Person, false) => answered_by!("LOWER(COALESCE(a.name, '')) DESC"),
        };
        let (from, to) = (query.from.unwrap_or(i64::MIN), query.to.unwrap_or(i64::MAX));
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(sql)
            .bind(json::clean(&query.model)).bind(from).bind(to).bind(query.limit).bind(query.offset).fetch_all(pool).await)?;
        let total = reading!(self, pool => sqlx::query_scalar(COUNT)
            .bind(json::clean(&query.model)).bind(from).bind(to).fetch_one(pool).await)?;
        let chat = |(id, user_id, user_name, question, updated_at): Row| ModelChat {
            id: id.into(),
            user_id: user_id.into(),
            user_name,
            question: json::parse_optional(question),
            updated_at,
        };
        Ok((rows.into_iter().map(chat).collect(), total))
    }

    /// The commonest tags of the chats in which a model answered since a moment, with how many chats carry each.
    #[boxed]
    pub async fn tags_of_model(&self, model: &str, since: i64, limit: i64) -> Result<Vec<(String, i64)>> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT MIN(t.name), COUNT(*) FROM chat_tag x JOIN tag t ON t.user_id = x.user_id AND t.id = x.tag_id \
             WHERE x.chat_id IN (SELECT m.chat_id FROM message m JOIN chat c ON c.id = m.chat_id \
             WHERE m.role = 'assistant' AND m.model = $1 AND LENGTH(m.model) <= 256 AND COALESCE(m.timestamp, c.created_at) >= $2) \
             GROUP BY x.tag_id ORDER BY 2 DESC, 1 LIMIT $3").bind(json::clean(model)).bind(since).bind(limit).fetch_all(pool).await)?)
    }
}
