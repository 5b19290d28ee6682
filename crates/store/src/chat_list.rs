//! Lists of chats: the sidebar, the archive, a folder, a search.

use crate::row::row;
use airis_domain::{ChatId, ChatSummary, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, writing};
use crate::{Result, Store};

/// Which chats to list. Internal chats (`meta.internal`) are never listed. Newest `updated_at` first.
#[derive(Clone, Debug, Default)]
pub struct ChatListQuery {
    pub archived: Option<bool>,
    pub pinned: Option<bool>,
    /// `None`: any; `Some(None)`: chats in no folder; `Some(Some(id))`: chats of that folder.
    pub folder: Option<Option<String>>,
    /// A tag's id; `none`: chats without any.
    pub tag: Option<String>,
    /// Whether there is a link to the chat.
    pub shared: Option<bool>,
    /// Words that are all in the title, or all in one message; each may be the beginning of one. A text without a word
    /// finds nothing.
    pub search: Option<String>,
    pub order: ChatOrder,
    pub offset: i64,
    pub limit: Option<i64>,
}

/// What comes first in a list of chats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChatOrder {
    #[default]
    LastUpdated,
    FirstUpdated,
    LastCreated,
    FirstCreated,
    TitleUp,
    TitleDown,
    /// Unread chats, then the others; the last updated first in both.
    Unread,
}

row! {
    pub(crate) struct Row {
        id: String,
        title: String,
        updated_at: i64,
        created_at: i64,
        last_read_at: Option<i64>,
        archived: bool,
        pinned: bool,
        folder_id: Option<String>,
    }
}

/// What every list of chats asks of a chat, with the values 1 to 7.
macro_rules! conditions {
    () => {
        "chat.user_id = $1 AND NOT chat.internal \
         AND ($2 IS NULL OR chat.archived = $2) AND ($3 IS NULL OR chat.pinned = $3) \
         AND ($4 = 0 OR ($4 = 1 AND chat.folder_id IS NULL) OR ($4 = 2 AND chat.folder_id = $5)) \
         AND ($6 IS NULL OR chat.id IN (SELECT t.chat_id FROM chat_tag t WHERE t.user_id = $1 AND t.tag_id = $6) \
         OR ($6 = 'none' AND NOT EXISTS (SELECT 1 FROM chat_tag t WHERE t.chat_id = chat.id))) \
         AND ($7 IS NULL OR (chat.share_id IS NOT NULL) = $7)"
    };
}

/// The columns of a [`Row`].
macro_rules! columns {
    () => {
        "chat.id, chat.title, chat.updated_at, chat.created_at, chat.last_read_at, chat.archived, chat.pinned, chat.folder_id"
    };
}

pub(crate) use {columns, conditions};

macro_rules! listed {
    ($order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM chat WHERE ",
            conditions!(),
            " ORDER BY ",
            $order,
            ", id LIMIT $8 OFFSET $9"
        )
    };
}

/// Folder condition as a number and a value, so that one statement serves all three.
pub(crate) fn folder(query: &ChatListQuery) -> (i64, Option<&str>) {
    match &query.folder {
        None => (0, None),
        Some(None) => (1, None),
        Some(Some(id)) => (2, Some(id)),
    }
}

impl Store {
    #[boxed]
    pub async fn chats(&self, user: &UserId, query: &ChatListQuery) -> Result<Vec<ChatSummary>> {
        if query.search.is_some() {
            return Ok(self.find_chats(user, query).await?.into_iter().map(|found| found.chat).collect());
        }
        let sql = match query.order {
            ChatOrder::LastUpdated => listed!("updated_at DESC"),
            ChatOrder::FirstUpdated => listed!("updated_at"),
            ChatOrder::LastCreated => listed!("created_at DESC"),
            ChatOrder::FirstCreated => listed!("created_at"),
            ChatOrder::TitleUp => listed!("LOWER(title)"),
            ChatOrder::TitleDown => listed!("LOWER(title) DESC"),
            ChatOrder::Unread => {
                listed!("CASE WHEN COALESCE(last_read_at, 0) < updated_at THEN 0 ELSE 1 END, updated_at DESC")
            }
        };
        let (mode, id) = folder(query);
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(sql)
            .bind(user.as_str()).bind(query.archived).bind(query.pinned).bind(mode).bind(id).bind(&query.tag).bind(query.shared)
            .bind(query.limit.unwrap_or(i64::MAX)).bind(query.offset).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(summary).collect())
    }

    #[boxed]
    pub async fn count_chats(&self, user: &UserId, query: &ChatListQuery) -> Result<i64> {
        const SQL: &str = concat!("SELECT COUNT(*) FROM chat WHERE ", conditions!());
        if query.search.is_some() {
            let all = ChatListQuery { offset: 0, limit: None, ..query.clone() };
            return Ok(i64::try_from(self.find_chats(user, &all).await?.len()).unwrap_or(i64::MAX));
        }
        let (mode, id) = folder(query);
        Ok(reading!(self, pool => sqlx::query_scalar(SQL)
            .bind(user.as_str()).bind(query.archived).bind(query.pinned).bind(mode).bind(id).bind(&query.tag).bind(query.shared)
            .fetch_one(pool).await)?)
    }

    /// Ids of every chat of a user (export), oldest first.
    #[boxed]
    pub async fn chat_ids_of(&self, user: &UserId) -> Result<Vec<ChatId>> {
        let ids: Vec<String> = reading!(self, pool => sqlx::query_scalar(
            "SELECT id FROM chat WHERE user_id = $1 AND NOT internal ORDER BY created_at, id")
            .bind(user.as_str()).fetch_all(pool).await)?;
        Ok(ids.into_iter().map(ChatId::from).collect())
    }

    /// Marks every chat of a user as read now; returns how many there are.
    #[boxed]
    pub async fn mark_all_read(&self, user: &UserId) -> Result<i64> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE chat SET last_read_at = $2 WHERE user_id = $1 AND NOT internal AND NOT archived")
            .bind(user.as_str()).bind(now()).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(i64::try_from(changed).unwrap_or(i64::MAX))
    }

    #[boxed]
    pub async fn archive_chats_of(&self, user: &UserId, archived: bool) -> Result<()> {
        writing!(self, pool => sqlx::query("UPDATE chat SET archived = $2 WHERE user_id = $1 AND NOT internal")
            .bind(user.as_str()).bind(archived).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}

pub(crate) fn summary(row: Row) -> ChatSummary {
    ChatSummary {
        id: row.id.into(),
        title: row.title,
        updated_at: row.updated_at,
        created_at: row.created_at,
        last_read_at: row.last_read_at,
        archived: row.archived,
        pinned: row.pinned,
        folder_id: row.folder_id,
    }
}
