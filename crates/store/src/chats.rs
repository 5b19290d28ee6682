//! Conversations, their lists and tags.

use airis_domain::{Chat, ChatId, ChatSummary, Json, JsonMap, Message, MessageId, Tag, Turn, UserId};

use crate::{Result, Store};

/// Which chats to list. Internal chats (`meta.internal`) are never listed. Newest `updated_at` first.
#[derive(Clone, Debug, Default)]
pub struct ChatListQuery {
    pub archived: Option<bool>,
    pub pinned: Option<bool>,
    /// `None`: any; `Some(None)`: chats in no folder; `Some(Some(id))`: chats of that folder.
    pub folder: Option<Option<String>>,
    pub tag: Option<String>,
    /// Text in the title or in messages, case ignored.
    pub search: Option<String>,
    pub offset: i64,
    pub limit: Option<i64>,
}

/// Fields to change; `None` leaves a field as it is, `Some(None)` clears it.
#[derive(Clone, Debug, Default)]
pub struct ChatPatch {
    pub title: Option<String>,
    /// Top-level blob keys to set.
    pub blob: Option<JsonMap>,
    pub current_message_id: Option<Option<MessageId>>,
    pub meta: Option<JsonMap>,
    pub folder_id: Option<Option<String>>,
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
}

impl Store {
    /// Stores a new chat with its messages.
    pub async fn insert_chat(&self, chat: &Chat, messages: &[Message]) -> Result<()> {
        todo!()
    }

    pub async fn chat(&self, id: &ChatId) -> Result<Option<Chat>> {
        todo!()
    }

    pub async fn update_chat(&self, id: &ChatId, patch: &ChatPatch) -> Result<Chat> {
        todo!()
    }

    /// Applies a patch and a set of changed messages in one transaction (the diff of a client's blob).
    pub async fn update_chat_with_messages(&self, id: &ChatId, patch: &ChatPatch, changed: &[Message]) -> Result<Chat> {
        todo!()
    }

    /// Deletes a chat with its messages and turns. False when it was not there.
    pub async fn delete_chat(&self, id: &ChatId) -> Result<bool> {
        todo!()
    }

    pub async fn delete_chats_of(&self, user: &UserId) -> Result<()> {
        todo!()
    }

    pub async fn archive_chats_of(&self, user: &UserId, archived: bool) -> Result<()> {
        todo!()
    }

    pub async fn chats(&self, user: &UserId, query: &ChatListQuery) -> Result<Vec<ChatSummary>> {
        todo!()
    }

    pub async fn count_chats(&self, user: &UserId, query: &ChatListQuery) -> Result<i64> {
        todo!()
    }

    /// Ids of every chat of a user (export), oldest first.
    pub async fn chat_ids_of(&self, user: &UserId) -> Result<Vec<ChatId>> {
        todo!()
    }

    /// Marks every unread chat of a user as read; returns how many changed.
    pub async fn mark_all_read(&self, user: &UserId) -> Result<i64> {
        todo!()
    }

    /// All tags of a user.
    pub async fn tags_of(&self, user: &UserId) -> Result<Vec<Tag>> {
        todo!()
    }

    /// Creates missing tags of a user by name, writes their ids to `meta.tags` of the chat (replacing them), and
    /// removes tags of this user that no chat carries any more.
    pub async fn set_chat_tags(&self, user: &UserId, chat: &ChatId, names: &[String]) -> Result<Vec<Tag>> {
        todo!()
    }

    pub async fn tags_by_ids(&self, user: &UserId, ids: &[String]) -> Result<Vec<Tag>> {
        todo!()
    }

    /// Writes chat, messages and turns together.
    pub async fn begin_turns(&self, new: &NewTurn) -> Result<()> {
        todo!()
    }
}
