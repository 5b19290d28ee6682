//! Chats by the words of their titles and messages.

use airis_domain::{ChatId, ChatSummary, Json, MessageId, UserId};
use async_recursion::async_recursion as boxed;
use sqlx::{ColumnIndex, Decode, FromRow, Type};

use crate::chat_list::{ChatListQuery, ChatOrder, Row, columns, conditions, folder, summary};
use crate::db::{Db, Session, reading};
use crate::words::Wanted;
use crate::{Result, Store, json};

/// A chat that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundChat {
    pub chat: ChatSummary,
    /// A message that has the words; none when only the title has.
    pub message: Option<MessageId>,
}

struct FoundRow {
    chat: Row,
    message_id: String,
}

impl<'r, R: sqlx::Row> FromRow<'r, R> for FoundRow
where
    Row: FromRow<'r, R>,
    &'static str: ColumnIndex<R>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        Ok(Self { chat: Row::from_row(row)?, message_id: row.try_get("message_id")? })
    }
}

/// Chats around `$hits`, which name them and one message each, in an order.
macro_rules! around {
    ($hits:expr, $order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", hit.message_id FROM (",
            $hits,
            ") hit CROSS JOIN chat WHERE chat.id = hit.chat_id AND ",
            conditions!(),
            " ORDER BY ",
            $order,
            ", chat.id LIMIT $8 OFFSET $9"
        )
    };
}

/// SQLite reads hits from the last written to the first, and stops at so many: of a word that is everywhere, the chats
/// of its last mentions are found.
macro_rules! in_sqlite {
    ($order:literal) => {
        around!(
            "SELECT t.chat_id, MAX(t.message_id) AS message_id FROM (SELECT rowid AS id FROM chat_words \
             WHERE chat_words MATCH $10 ORDER BY rowid DESC LIMIT 5000) w CROSS JOIN chat_text t WHERE t.id = w.id \
             GROUP BY t.chat_id",
            $order
        )
    };
}

/// PostgreSQL has no order of hits; of a word that is everywhere, `LATEST` has found the last chats already.
macro_rules! in_postgres {
    ($order:literal) => {
        around!(
            "SELECT t.chat_id, MAX(t.message_id) AS message_id FROM (SELECT chat_id, message_id FROM chat_text \
             WHERE words @@ CAST($10 AS TSQUERY) LIMIT 20000) t GROUP BY t.chat_id",
            $order
        )
    };
}

/// The chats that were used last, looked through one by one on PostgreSQL: whoever looks for a frequent word finds a page
/// of them here, and its index, which would list all of its places, is not asked. `IS TRUE` keeps it from being used.
const LATEST: &str = concat!(
    "SELECT ",
    columns!(),
    ", hit.message_id FROM (SELECT chat.id FROM chat WHERE ",
    conditions!(),
    " ORDER BY chat.updated_at DESC, chat.id LIMIT 120) latest CROSS JOIN LATERAL (SELECT MAX(t.message_id) AS message_id \
     FROM chat_text t WHERE t.chat_id = latest.id AND (t.words @@ CAST($10 AS TSQUERY)) IS TRUE) hit \
     CROSS JOIN chat WHERE chat.id = latest.id AND hit.message_id IS NOT NULL \
     ORDER BY chat.updated_at DESC, chat.id LIMIT $8 OFFSET $9"
);

/// The statements of an order, for SQLite and for PostgreSQL.
macro_rules! ordered {
    ($order:literal) => {
        (in_sqlite!($order), in_postgres!($order))
    };
}

fn statements(order: ChatOrder) -> (&'static str, &'static str) {
    match order {
        ChatOrder::LastUpdated => ordered!("chat.updated_at DESC"),
        ChatOrder::FirstUpdated => ordered!("chat.updated_at"),
        ChatOrder::LastCreated => ordered!("chat.created_at DESC"),
        ChatOrder::FirstCreated => ordered!("chat.created_at"),
        ChatOrder::TitleUp => ordered!("LOWER(chat.title)"),
        ChatOrder::TitleDown => ordered!("LOWER(chat.title) DESC"),
        ChatOrder::Unread => ordered!(
            "CASE WHEN COALESCE(chat.last_read_at, 0) < chat.updated_at THEN 0 ELSE 1 END, chat.updated_at DESC"
        ),
    }
}

/// Asks one statement with all values of a query.
macro_rules! found {
    ($connection:expr, $sql:expr, $user:expr, $query:expr, $wanted:expr) => {{
        let (mode, id) = folder($query);
        sqlx::query_as::<_, FoundRow>($sql)
            .bind($user.as_str())
            .bind($query.archived)
            .bind($query.pinned)
            .bind(mode)
            .bind(id)
            .bind(&$query.tag)
            .bind($query.shared)
            .bind($query.limit.unwrap_or(i64::MAX))
            .bind($query.offset)
            .bind($wanted)
            .fetch_all($connection)
            .await
    }};
}

impl Store {
    /// Chats that have the words of `query.search`.
    #[boxed]
    pub async fn find_chats(&self, user: &UserId, query: &ChatListQuery) -> Result<Vec<FoundChat>> {
        let Some(wanted) = query.search.as_deref().and_then(Wanted::read) else { return Ok(Vec::new()) };
        let (sqlite, postgres) = statements(query.order);
        let rows = match &self.db {
            Db::Sqlite { read, .. } => found!(read, sqlite, user, query, wanted.fts5(user))?,
            Db::Postgres { pool, pooled } => {
                let wanted = wanted.tsquery(user);
                let mut session = Session::begin(pool, *pooled).await?;
                let mut rows = Vec::new();
                let page = usize::try_from(query.limit.unwrap_or_default()).unwrap_or_default();
                if query.order == ChatOrder::LastUpdated && page > 0 {
                    rows = found!(session.connection(), LATEST, user, query, &wanted)?;
                }
                if page == 0 || rows.len() < page {
                    rows = found!(session.connection(), postgres, user, query, &wanted)?;
                }
                session.end().await?;
                rows
            }
        };
        let found = |row: FoundRow| FoundChat {
            chat: summary(row.chat),
            message: (!row.message_id.is_empty()).then(|| MessageId::from(row.message_id)),
        };
        Ok(rows.into_iter().map(found).collect())
    }

    /// What a message says, without everything else of it.
    #[boxed]
    pub async fn message_content(&self, chat: &ChatId, id: &MessageId) -> Result<Option<Json>> {
        let content: Option<String> = reading!(self, pool =>
            sqlx::query_scalar("SELECT content FROM message WHERE chat_id = $1 AND id = $2")
                .bind(chat.as_str()).bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(content.map(|content| json::parse(&content)))
    }
}
