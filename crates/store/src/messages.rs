//! Message rows: reading a tree, a branch, one; writing only what changed.

use crate::row::row;
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

use airis_domain::{ChatId, Json, JsonMap, Message, MessageId, MessageRole, now};

use crate::chat_text::keep_messages;
use crate::db::{reading, transaction};
use crate::{Result, Store, StoreError, json};

/// Fields to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct MessagePatch {
    pub parent_id: Option<Option<MessageId>>,
    pub content: Option<Json>,
    pub output: Option<Json>,
    pub done: Option<bool>,
    pub usage: Option<Json>,
    pub error: Option<Json>,
    pub files: Option<Json>,
    pub sources: Option<Json>,
    pub status_history: Option<Json>,
    /// Keys to set in the remainder, such as `followUps`.
    pub rest: JsonMap,
}

row! {
    pub(crate) struct MessageRow {
        chat_id: String,
        id: String,
        parent_id: Option<String>,
        role: String,
        content: String,
        output: Option<String>,
        model: Option<String>,
        done: Option<bool>,
        usage: Option<String>,
        error: Option<String>,
        files: Option<String>,
        sources: Option<String>,
        status_history: Option<String>,
        timestamp: Option<i64>,
        rest: String,
    }
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            id: row.id.into(),
            chat_id: row.chat_id.into(),
            parent_id: row.parent_id.map(MessageId::from),
            role: MessageRole::parse(&row.role).unwrap_or(MessageRole::User),
            content: json::parse(&row.content),
            output: json::parse_optional(row.output),
            model: row.model,
            done: row.done,
            usage: json::parse_optional(row.usage),
            error: json::parse_optional(row.error),
            files: json::parse_optional(row.files),
            sources: json::parse_optional(row.sources),
            status_history: json::parse_optional(row.status_history),
            timestamp: row.timestamp,
            rest: json::parse_map(&row.rest),
        }
    }
}

macro_rules! columns {
    ($prefix:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $prefix,
            "chat_id, ",
            $prefix,
            "id, ",
            $prefix,
            "parent_id, ",
            $prefix,
            "role, ",
            $prefix,
            "content, ",
            $prefix,
            "output, ",
            $prefix,
            "model, ",
            $prefix,
            "done, ",
            $prefix,
            "usage, ",
            $prefix,
            "error, ",
            $prefix,
            "files, ",
            $prefix,
            "sources, ",
            $prefix,
            "status_history, ",
            $prefix,
            "timestamp, ",
            $prefix,
            "rest ",
            $rest
        )
    };
}

/// The leaf and all that came before it, in no order. `UNION` takes nothing twice, so a loop of parents ends.
const BRANCH: &str = concat!(
    "WITH RECURSIVE branch (id, parent_id) AS (",
    "SELECT id, parent_id FROM message WHERE chat_id = $1 AND id = $2 ",
    "UNION SELECT m.id, m.parent_id FROM message m JOIN branch b ON m.chat_id = $1 AND m.id = b.parent_id) ",
    columns!("m.", "FROM branch b JOIN message m ON m.chat_id = $1 AND m.id = b.id")
);

/// The last `$3` messages of a branch with the answers to each of them, and every root once the first is among them.
/// The number bounds a loop of parents.
const SCREEN: &str = concat!(
    "WITH RECURSIVE branch (id, parent_id, place) AS (",
    "SELECT id, parent_id, CAST(1 AS BIGINT) FROM message WHERE chat_id = $1 AND id = $2 ",
    "UNION ALL SELECT m.id, m.parent_id, b.place + 1 FROM message m JOIN branch b ON m.chat_id = $1 AND m.id = b.parent_id ",
    "WHERE b.place < $3), ",
    "near (id) AS (SELECT id FROM branch ",
    "UNION SELECT m.id FROM branch b JOIN message m ON m.chat_id = $1 AND m.parent_id = b.id ",
    "UNION SELECT m.id FROM message m WHERE m.chat_id = $1 AND m.parent_id IS NULL ",
    "AND EXISTS (SELECT 1 FROM branch WHERE parent_id IS NULL)) ",
    columns!("m.", "FROM near n JOIN message m ON m.chat_id = $1 AND m.id = n.id ORDER BY m.seq")
);

/// Inserts or replaces a message inside `$tx`; a new one goes behind all others of its chat.
macro_rules! put_message {
    ($tx:ident, $message:expr) => {{
        let message: &airis_domain::Message = $message;
        sqlx::query(
            "INSERT INTO message (chat_id, id, seq, parent_id, role, content, output, model, done, usage, error, files, \
             sources, status_history, timestamp, rest) VALUES ($1, $2, \
             (SELECT COALESCE(MAX(seq), 0) + 1 FROM message WHERE chat_id = $1), \
             $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
             ON CONFLICT (chat_id, id) DO UPDATE SET parent_id = excluded.parent_id, role = excluded.role, \
             content = excluded.content, output = excluded.output, model = excluded.model, done = excluded.done, \
             usage = excluded.usage, error = excluded.error, files = excluded.files, sources = excluded.sources, \
             status_history = excluded.status_history, timestamp = excluded.timestamp, rest = excluded.rest",
        )
        .bind(message.chat_id.as_str())
        .bind(crate::json::clean(message.id.as_str()))
        .bind(crate::json::clean_optional(message.parent_id.as_ref().map(airis_domain::MessageId::as_str)))
        .bind(message.role.as_str())
        .bind(crate::json::text(&message.content))
        .bind(crate::json::optional_text(message.output.as_ref()))
        .bind(crate::json::clean_optional(message.model.as_deref()))
        .bind(message.done)
        .bind(crate::json::optional_text(message.usage.as_ref()))
        .bind(crate::json::optional_text(message.error.as_ref()))
        .bind(crate::json::optional_text(message.files.as_ref()))
        .bind(crate::json::optional_text(message.sources.as_ref()))
        .bind(crate::json::optional_text(message.status_history.as_ref()))
        .bind(message.timestamp)
        .bind(crate::json::map_text(&message.rest))
        .execute(&mut *$tx)
        .await?;
    }};
}

/// Reads, patches and writes one message inside `$tx`; evaluates to the message as it is now, if it was there.
macro_rules! patch_message {
    ($tx:ident, $chat:expr, $id:expr, $patch:expr) => {{
        match crate::messages::select_message!($tx, $chat, $id) {
            Some(mut message) => {
                crate::messages::apply(&mut message, $patch);
                crate::messages::put_message!($tx, &message);
                Some(message)
            }
            None => None,
        }
    }};
}

/// One message inside `$tx`, held until its end.
macro_rules! select_message {
    ($tx:ident, $chat:expr, $id:expr) => {{
        let row: Option<crate::messages::MessageRow> =
            sqlx::query_as(crate::db::locked!($tx, crate::messages::select_one!()))
                .bind($chat.as_str())
                .bind($id.as_str())
                .fetch_optional(&mut *$tx)
                .await?;
        row.map(airis_domain::Message::from)
    }};
}

/// One message.
macro_rules! select_one {
    () => {
        crate::messages::columns!("", "FROM message WHERE chat_id = $1 AND id = $2")
    };
}

pub(crate) use {columns, patch_message, put_message, select_message, select_one};

impl Store {
    /// All messages of a chat in the order they were first stored.
    #[boxed]
    pub async fn messages(&self, chat: &ChatId) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = reading!(self, pool =>
            sqlx::query_as(columns!("", "FROM message WHERE chat_id = $1 ORDER BY seq")).bind(chat.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Message::from).collect())
    }

    #[boxed]
    pub async fn message(&self, chat: &ChatId, id: &MessageId) -> Result<Option<Message>> {
        let row: Option<MessageRow> = reading!(self, pool =>
            sqlx::query_as(select_one!()).bind(chat.as_str()).bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(Message::from))
    }

    /// The branch from the root to `leaf`, root first; stops at a missing parent.
    #[boxed]
    pub async fn branch(&self, chat: &ChatId, leaf: &MessageId) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = reading!(self, pool =>
            sqlx::query_as(BRANCH).bind(chat.as_str()).bind(leaf.as_str()).fetch_all(pool).await)?;
        Ok(upwards(rows.into_iter().map(Message::from).collect(), leaf))
    }

    /// What a screen needs of a long chat: the `last` messages of the branch that ends in `leaf`, and all answers to
    /// them, in the order they were first stored.
    #[boxed]
    pub async fn screen(&self, chat: &ChatId, leaf: &MessageId, last: u32) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = reading!(self, pool => sqlx::query_as(SCREEN)
            .bind(chat.as_str()).bind(leaf.as_str()).bind(i64::from(last)).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Message::from).collect())
    }

    /// Inserts or replaces messages by id.
    #[boxed]
    pub async fn put_messages(&self, messages: &[Message]) -> Result<()> {
        transaction!(self, tx => {
            for message in messages {
                put_message!(tx, message);
                keep_messages!(tx, &message.chat_id, [message]);
            }
        });
        Ok(())
    }

    /// `NotFound` when the message is not there.
    #[boxed]
    pub async fn patch_message(&self, chat: &ChatId, id: &MessageId, patch: &MessagePatch) -> Result<()> {
        let found = transaction!(self, tx => {
            let patched = patch_message!(tx, chat, id, patch);
            if let Some(message) = patched.as_ref().filter(|_| patch.content.is_some()) {
                keep_messages!(tx, chat, [message]);
            }
            patched.is_some()
        });
        if found { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Appends one status object to `status_history`. `NotFound` when the message is not there.
    #[boxed]
    pub async fn push_status(&self, chat: &ChatId, id: &MessageId, status: &Json) -> Result<()> {
        let found = transaction!(self, tx => {
            match select_message!(tx, chat, id) {
                Some(mut message) => {
                    let mut history = message.status_history.and_then(|value| value.as_array().cloned()).unwrap_or_default();
                    history.push(status.clone());
                    message.status_history = Some(Json::Array(history));
                    put_message!(tx, &message);
                    true
                }
                None => false,
            }
        });
        if found { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Deletes a message and its direct children; grandchildren move to its parent. The visible leaf moves to the parent
    /// when it was deleted. `NotFound` when the message is not there.
    #[boxed]
    pub async fn delete_message(&self, chat: &ChatId, id: &MessageId) -> Result<()> {
        let found = transaction!(self, tx => {
            match select_message!(tx, chat, id) {
                Some(message) => {
                    let parent = message.parent_id.as_ref().map(MessageId::as_str);
                    sqlx::query("UPDATE message SET parent_id = $3 WHERE chat_id = $1 AND parent_id IN \
                         (SELECT id FROM message WHERE chat_id = $1 AND parent_id = $2)")
                        .bind(chat.as_str()).bind(id.as_str()).bind(parent).execute(&mut *tx).await?;
                    let gone: Vec<String> = sqlx::query_scalar(
                        "DELETE FROM message WHERE chat_id = $1 AND (id = $2 OR parent_id = $2) RETURNING id")
                        .bind(chat.as_str()).bind(id.as_str()).fetch_all(&mut *tx).await?;
                    sqlx::query("UPDATE chat SET updated_at = $3, current_message_id = CASE WHEN current_message_id IS NULL \
                         OR EXISTS (SELECT 1 FROM message m WHERE m.chat_id = chat.id AND m.id = chat.current_message_id) \
                         THEN current_message_id ELSE $2 END WHERE id = $1")
                        .bind(chat.as_str()).bind(parent).bind(now()).execute(&mut *tx).await?;
                    // Last, when nobody can be about to keep the words of a message that goes.
                    for message in gone {
                        sqlx::query("DELETE FROM chat_text WHERE chat_id = $1 AND message_id = $2")
                            .bind(chat.as_str()).bind(message).execute(&mut *tx).await?;
                    }
                    true
                }
                None => false,
            }
        });
        if found { Ok(()) } else { Err(StoreError::NotFound) }
    }
}

/// Puts a branch in order: from the leaf to the root, then turned around.
fn upwards(messages: Vec<Message>, leaf: &MessageId) -> Vec<Message> {
    let mut by_id: HashMap<MessageId, Message> =
        messages.into_iter().map(|message| (message.id.clone(), message)).collect();
    let mut branch = Vec::with_capacity(by_id.len());
    let mut next = Some(leaf.clone());
    // Taken out as they are met, so that a loop of parents ends here as well.
    while let Some(message) = next.and_then(|id| by_id.remove(&id)) {
        next = message.parent_id.clone();
        branch.push(message);
    }
    branch.reverse();
    branch
}

pub(crate) fn apply(message: &mut Message, patch: &MessagePatch) {
    fn set<T: Clone>(field: &mut Option<T>, change: &Option<T>) {
        if change.is_some() {
            field.clone_from(change);
        }
    }
    if let Some(parent) = &patch.parent_id {
        message.parent_id.clone_from(parent);
    }
    if let Some(content) = &patch.content {
        message.content.clone_from(content);
    }
    set(&mut message.output, &patch.output);
    set(&mut message.done, &patch.done);
    set(&mut message.usage, &patch.usage);
    set(&mut message.error, &patch.error);
    set(&mut message.files, &patch.files);
    set(&mut message.sources, &patch.sources);
    set(&mut message.status_history, &patch.status_history);
    message.rest.extend(patch.rest.clone());
}
