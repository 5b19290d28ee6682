//! Links to chats: one per chat, with a copy of what it was, or without for a link that shows the chat as it is.

use crate::row::row;
use airis_domain::{ChatId, Json, SharedChat, SharedChatSummary, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::chat_list::{ChatListQuery, ChatOrder};
use crate::db::{reading, transaction};
use crate::users::contains;
use crate::{Result, Store, StoreError, json};

row! {
    struct Row {
        id: String,
        chat_id: String,
        user_id: String,
        snapshot: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for SharedChat {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            chat_id: row.chat_id.into(),
            user_id: row.user_id.into(),
            snapshot: json::parse_optional(row.snapshot),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

row! {
    struct Line {
        id: String,
        chat_id: String,
        title: String,
        created_at: i64,
        updated_at: i64,
    }
}

macro_rules! select_link {
    ($column:literal) => {
        concat!(
            "SELECT id, chat_id, user_id, snapshot, created_at, updated_at FROM shared_chat WHERE ",
            $column,
            " = $1"
        )
    };
}

macro_rules! listed {
    ($order:literal) => {
        concat!(
            "SELECT id, chat_id, title, created_at, updated_at FROM (SELECT s.id, s.chat_id, s.created_at,",
            " COALESCE(s.title, c.title) AS title,",
            " CASE WHEN s.snapshot IS NULL THEN c.updated_at ELSE s.updated_at END AS updated_at",
            " FROM shared_chat s JOIN chat c ON c.id = s.chat_id WHERE s.user_id = $1) AS link",
            " WHERE ($2 IS NULL OR LOWER(title) LIKE $2 ESCAPE '!') ORDER BY ",
            $order,
            ", id LIMIT $3 OFFSET $4"
        )
    };
}

impl Store {
    /// Links to a chat and returns what the link ends with. Sharing again keeps it and renews the copy; without a
    /// snapshot the link shows the chat as it is. `NotFound` when the chat is gone.
    #[boxed]
    pub async fn share_chat(&self, chat: &ChatId, snapshot: Option<&Json>) -> Result<String> {
        let (at, fresh) = (now(), ChatId::random());
        let title = snapshot.map(|object| object.get("title").and_then(Json::as_str).unwrap_or_default());
        let id = transaction!(self, tx => {
            let row: Option<(String, String)> = sqlx::query_as(
                "UPDATE chat SET share_id = COALESCE(share_id, $2) WHERE id = $1 RETURNING share_id, user_id")
                .bind(chat.as_str()).bind(fresh.as_str()).fetch_optional(&mut *tx).await?;
            let (id, owner) = row.ok_or(StoreError::NotFound)?;
            sqlx::query("INSERT INTO shared_chat (id, chat_id, user_id, title, snapshot, created_at, updated_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (chat_id) DO UPDATE SET title = excluded.title, \
                 snapshot = excluded.snapshot, updated_at = excluded.updated_at")
                .bind(&id).bind(chat.as_str()).bind(&owner).bind(json::clean_optional(title))
                .bind(json::optional_text(snapshot)).bind(at).bind(at).execute(&mut *tx).await?;
            id
        });
        Ok(id)
    }

    /// The link that ends with `id`.
    #[boxed]
    pub async fn shared_chat(&self, id: &str) -> Result<Option<SharedChat>> {
        let row: Option<Row> =
            reading!(self, pool => sqlx::query_as(select_link!("id")).bind(id).fetch_optional(pool).await)?;
        Ok(row.map(SharedChat::from))
    }

    /// The link to a chat.
    #[boxed]
    pub async fn link_to_chat(&self, chat: &ChatId) -> Result<Option<SharedChat>> {
        let row: Option<Row> = reading!(self, pool =>
            sqlx::query_as(select_link!("chat_id")).bind(chat.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(SharedChat::from))
    }

    /// Links of a person; of the query, what to search in titles, the order and the page count.
    #[boxed]
    pub async fn shared_chats(&self, user: &UserId, query: &ChatListQuery) -> Result<Vec<SharedChatSummary>> {
        let sql = match query.order {
            ChatOrder::LastUpdated | ChatOrder::Unread => listed!("updated_at DESC"),
            ChatOrder::FirstUpdated => listed!("updated_at"),
            ChatOrder::LastCreated => listed!("created_at DESC"),
            ChatOrder::FirstCreated => listed!("created_at"),
            ChatOrder::TitleUp => listed!("LOWER(title)"),
            ChatOrder::TitleDown => listed!("LOWER(title) DESC"),
        };
        let search = query.search.as_deref().filter(|text| !text.is_empty()).map(contains);
        let lines: Vec<Line> = reading!(self, pool => sqlx::query_as(sql).bind(user.as_str()).bind(&search)
            .bind(query.limit.unwrap_or(i64::MAX)).bind(query.offset).fetch_all(pool).await)?;
        Ok(lines.into_iter().map(summary).collect())
    }

    /// Takes the link to a chat away, and everything that others were granted with it.
    #[boxed]
    pub async fn unshare_chat(&self, chat: &ChatId) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("UPDATE chat SET share_id = NULL WHERE id = $1").bind(chat.as_str()).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM shared_chat WHERE chat_id = $1").bind(chat.as_str()).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'shared_chat' AND resource_id = $1")
                .bind(chat.as_str()).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Takes every link of a person away; returns the chats that were shared.
    #[boxed]
    pub async fn unshare_chats_of(&self, user: &UserId) -> Result<Vec<ChatId>> {
        let shared = transaction!(self, tx => {
            let shared: Vec<String> = sqlx::query_scalar(
                "UPDATE chat SET share_id = NULL WHERE user_id = $1 AND share_id IS NOT NULL RETURNING id")
                .bind(user.as_str()).fetch_all(&mut *tx).await?;
            sqlx::query("DELETE FROM shared_chat WHERE user_id = $1").bind(user.as_str()).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'shared_chat' AND resource_id IN \
                 (SELECT id FROM chat WHERE user_id = $1)").bind(user.as_str()).execute(&mut *tx).await?;
            shared
        });
        Ok(shared.into_iter().map(ChatId::from).collect())
    }
}

fn summary(line: Line) -> SharedChatSummary {
    SharedChatSummary {
        id: line.id,
        chat_id: line.chat_id.into(),
        title: line.title,
        created_at: line.created_at,
        updated_at: line.updated_at,
    }
}
