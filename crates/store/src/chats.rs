//! Conversations: one row each, written together with their messages.

use crate::row::row;
use airis_domain::{Chat, ChatId, Json, JsonMap, Message, MessageId, Turn, TurnId, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::chat_text::{keep_messages, keep_title};
use crate::db::{locked, reading, transaction};
use crate::messages::put_message;
use crate::turns::insert_turn;
use crate::{Result, Store, StoreError, json};

/// Fields to change; `None` leaves a field as it is, `Some(None)` clears it.
#[derive(Clone, Debug, Default)]
pub struct ChatPatch {
    pub title: Option<String>,
    /// Top-level blob keys to set.
    pub blob: Option<JsonMap>,
    pub current_message_id: Option<Option<MessageId>>,
    pub meta: Option<JsonMap>,
    pub folder_id: Option<Option<String>>,
    pub share_id: Option<Option<String>>,
    pub archived: Option<bool>,
    pub pinned: Option<bool>,
    pub tasks: Option<Option<Json>>,
    pub summary: Option<Option<String>>,
    pub variables: Option<Option<Json>>,
    pub last_read_at: Option<Option<i64>>,
    /// Whether `updated_at` moves to now.
    pub touch: bool,
}

/// Everything that one request to the model writes, in one transaction.
#[derive(Clone, Debug)]
pub struct NewTurn {
    /// `Some` creates the chat.
    pub new_chat: Option<Chat>,
    pub chat_id: ChatId,
    /// User message and assistant placeholders; existing ids are updated.
    pub messages: Vec<Message>,
    pub current_message_id: Option<MessageId>,
    pub patch: ChatPatch,
    /// One per assistant message.
    pub turns: Vec<Turn>,
    /// Who writes into a chat of somebody else; messages that are new are remembered as theirs.
    pub guest: Option<UserId>,
    /// The ended turn that these go on from, with its fence as it was read: who reads the same later is refused.
    pub after: Option<(TurnId, i64)>,
}

row! {
    struct ChatRow {
        id: String,
        user_id: String,
        title: String,
        blob: String,
        current_message_id: Option<String>,
        meta: String,
        folder_id: Option<String>,
        share_id: Option<String>,
        archived: bool,
        pinned: bool,
        tasks: Option<String>,
        summary: Option<String>,
        variables: Option<String>,
        last_read_at: Option<i64>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<ChatRow> for Chat {
    fn from(row: ChatRow) -> Self {
        Self {
            id: row.id.into(),
            user_id: row.user_id.into(),
            title: row.title,
            blob: json::parse_map(&row.blob),
            current_message_id: row.current_message_id.map(MessageId::from),
            meta: json::parse_map(&row.meta),
            folder_id: row.folder_id,
            share_id: row.share_id,
            archived: row.archived,
            pinned: row.pinned,
            tasks: json::parse_optional(row.tasks),
            summary: row.summary,
            variables: json::parse_optional(row.variables),
            last_read_at: row.last_read_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One whole chat.
macro_rules! select_chat {
    () => {
        "SELECT id, user_id, title, blob, current_message_id, meta, folder_id, share_id, archived, pinned, tasks, \
         summary, variables, last_read_at, created_at, updated_at FROM chat WHERE id = $1"
    };
}

/// Inserts a chat row inside `$tx`.
macro_rules! insert_chat {
    ($tx:ident, $chat:expr) => {{
        let chat: &Chat = $chat;
        sqlx::query(
            "INSERT INTO chat (id, user_id, title, blob, current_message_id, meta, internal, folder_id, share_id, archived, \
             pinned, tasks, summary, variables, last_read_at, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        )
        .bind(json::clean(chat.id.as_str()))
        .bind(chat.user_id.as_str())
        .bind(json::clean(&chat.title))
        .bind(json::map_text(&chat.blob))
        .bind(json::clean_optional(chat.current_message_id.as_ref().map(MessageId::as_str)))
        .bind(json::map_text(&chat.meta))
        .bind(is_internal(&chat.meta))
        .bind(json::clean_optional(chat.folder_id.as_deref()))
        .bind(json::clean_optional(chat.share_id.as_deref()))
        .bind(chat.archived)
        .bind(chat.pinned)
        .bind(json::optional_text(chat.tasks.as_ref()))
        .bind(json::clean_optional(chat.summary.as_deref()))
        .bind(json::optional_text(chat.variables.as_ref()))
        .bind(chat.last_read_at)
        .bind(chat.created_at)
        .bind(chat.updated_at)
        .execute(&mut *$tx)
        .await?;
    }};
}

/// Reads, patches and writes a chat row inside `$tx`; evaluates to the chat as it is now.
macro_rules! patch_chat {
    ($tx:ident, $id:expr, $patch:expr) => {{
        let row: Option<ChatRow> =
            sqlx::query_as(locked!($tx, select_chat!())).bind($id.as_str()).fetch_optional(&mut *$tx).await?;
        let mut chat = Chat::from(row.ok_or(StoreError::NotFound)?);
        apply(&mut chat, $patch);
        sqlx::query(
            "UPDATE chat SET title = $2, blob = $3, current_message_id = $4, meta = $5, internal = $6, folder_id = $7, \
             archived = $8, pinned = $9, tasks = $10, summary = $11, variables = $12, last_read_at = $13, updated_at = $14, \
             share_id = $15 WHERE id = $1",
        )
        .bind(chat.id.as_str())
        .bind(json::clean(&chat.title))
        .bind(json::map_text(&chat.blob))
        .bind(json::clean_optional(chat.current_message_id.as_ref().map(MessageId::as_str)))
        .bind(json::map_text(&chat.meta))
        .bind(is_internal(&chat.meta))
        .bind(json::clean_optional(chat.folder_id.as_deref()))
        .bind(chat.archived)
        .bind(chat.pinned)
        .bind(json::optional_text(chat.tasks.as_ref()))
        .bind(json::clean_optional(chat.summary.as_deref()))
        .bind(json::optional_text(chat.variables.as_ref()))
        .bind(chat.last_read_at)
        .bind(chat.updated_at)
        .bind(json::clean_optional(chat.share_id.as_deref()))
        .execute(&mut *$tx)
        .await?;
        chat
    }};
}

impl Store {
    /// Stores a new chat with its messages. `Conflict("id")` when the id is taken.
    #[boxed]
    pub async fn insert_chat(&self, chat: &Chat, messages: &[Message]) -> Result<()> {
        transaction!(self, tx => {
            insert_chat!(tx, chat);
            for message in messages {
                put_message!(tx, message);
            }
            keep_title!(tx, chat);
            keep_messages!(tx, &chat.id, messages);
        });
        Ok(())
    }

    /// Stores a new chat about a note; it goes with the note. `NotFound` when that is gone.
    #[boxed]
    pub async fn insert_note_chat(&self, note: &str, chat: &Chat) -> Result<()> {
        transaction!(self, tx => {
            insert_chat!(tx, chat);
            sqlx::query("INSERT INTO note_chat (chat_id, note_id) VALUES ($1, $2)")
                .bind(chat.id.as_str()).bind(note).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Chats of somebody about a note, the last changed first.
    #[boxed]
    pub async fn note_chats(&self, user: &UserId, note: &str) -> Result<Vec<Chat>> {
        let rows: Vec<ChatRow> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, title, blob, current_message_id, meta, folder_id, share_id, archived, pinned, tasks, \
             summary, variables, last_read_at, created_at, updated_at FROM chat WHERE user_id = $1 \
             AND id IN (SELECT chat_id FROM note_chat WHERE note_id = $2) ORDER BY updated_at DESC, created_at DESC, id")
            .bind(user.as_str()).bind(note).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(Chat::from).collect())
    }

    #[boxed]
    pub async fn chat(&self, id: &ChatId) -> Result<Option<Chat>> {
        let row: Option<ChatRow> =
            reading!(self, pool => sqlx::query_as(select_chat!()).bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(Chat::from))
    }

    /// `NotFound` when the chat is gone.
    #[boxed]
    pub async fn update_chat(&self, id: &ChatId, patch: &ChatPatch) -> Result<Chat> {
        self.update_chat_with_messages(id, patch, &[]).await
    }

    /// Applies a patch and a set of changed messages in one transaction (the diff of a client's blob).
    #[boxed]
    pub async fn update_chat_with_messages(&self, id: &ChatId, patch: &ChatPatch, changed: &[Message]) -> Result<Chat> {
        let chat = transaction!(self, tx => {
            let chat = patch_chat!(tx, id, patch);
            for message in changed {
                put_message!(tx, message);
            }
            if patch.title.is_some() {
                keep_title!(tx, &chat);
            }
            if !changed.is_empty() {
                keep_messages!(tx, &chat.id, changed);
            }
            chat
        });
        Ok(chat)
    }

    /// Deletes a chat with its messages, its turns and what others were granted. False when it was not there.
    #[boxed]
    pub async fn delete_chat(&self, id: &ChatId) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'shared_chat' AND resource_id = $1")
                .bind(id.as_str()).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM chat WHERE id = $1").bind(id.as_str()).execute(&mut *tx).await?.rows_affected()
        });
        Ok(deleted > 0)
    }

    #[boxed]
    pub async fn delete_chats_of(&self, user: &UserId) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'shared_chat' AND resource_id IN \
                 (SELECT id FROM chat WHERE user_id = $1)").bind(user.as_str()).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM chat WHERE user_id = $1").bind(user.as_str()).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Writes chat, messages and turns together. `NotFound` when the chat is gone.
    #[boxed]
    pub async fn begin_turns(&self, new: &NewTurn) -> Result<()> {
        transaction!(self, tx => {
            if let Some((before, fence)) = &new.after {
                let taken = sqlx::query(
                    "UPDATE turn SET fence = fence + 1 WHERE id = $1 AND fence = $2 AND state <> 'running'")
                    .bind(before.as_str()).bind(*fence).execute(&mut *tx).await?;
                if taken.rows_affected() == 0 {
                    return Err(StoreError::LeaseLost);
                }
            }
            match &new.new_chat {
                Some(chat) => {
                    insert_chat!(tx, chat);
                    keep_title!(tx, chat);
                }
                None => {
                    let mut patch = new.patch.clone();
                    if new.current_message_id.is_some() {
                        patch.current_message_id = Some(new.current_message_id.clone());
                    }
                    let _ = patch_chat!(tx, new.chat_id, &patch);
                }
            }
            for message in &new.messages {
                let known: Option<i64> = match &new.guest {
                    None => Some(0),
                    Some(_) => sqlx::query_scalar("SELECT seq FROM message WHERE chat_id = $1 AND id = $2")
                        .bind(new.chat_id.as_str()).bind(json::clean(message.id.as_str()))
                        .fetch_optional(&mut *tx).await?,
                };
                put_message!(tx, message);
                if let (Some(guest), None) = (&new.guest, known) {
                    sqlx::query("INSERT INTO guest_message (chat_id, message_id, user_id) VALUES ($1, $2, $3)")
                        .bind(new.chat_id.as_str()).bind(json::clean(message.id.as_str())).bind(guest.as_str())
                        .execute(&mut *tx).await?;
                }
            }
            keep_messages!(tx, &new.chat_id, &new.messages);
            for turn in &new.turns {
                insert_turn!(tx, turn);
            }
        });
        Ok(())
    }
}

fn is_internal(meta: &JsonMap) -> bool {
    meta.get("internal").and_then(Json::as_bool).unwrap_or(false)
}

fn apply(chat: &mut Chat, patch: &ChatPatch) {
    fn set<T: Clone>(field: &mut T, change: &Option<T>) {
        if let Some(value) = change {
            *field = value.clone();
        }
    }
    set(&mut chat.title, &patch.title);
    set(&mut chat.current_message_id, &patch.current_message_id);
    set(&mut chat.meta, &patch.meta);
    set(&mut chat.folder_id, &patch.folder_id);
    set(&mut chat.share_id, &patch.share_id);
    set(&mut chat.archived, &patch.archived);
    set(&mut chat.pinned, &patch.pinned);
    set(&mut chat.tasks, &patch.tasks);
    set(&mut chat.summary, &patch.summary);
    set(&mut chat.variables, &patch.variables);
    set(&mut chat.last_read_at, &patch.last_read_at);
    if let Some(blob) = &patch.blob {
        chat.blob.extend(blob.clone());
    }
    if patch.touch {
        chat.updated_at = now();
    }
}
