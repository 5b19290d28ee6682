//! Message rows: reading a tree, a branch, one; writing only what changed.

use airis_domain::{ChatId, Json, JsonMap, Message, MessageId};

use crate::{Result, Store};

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

impl Store {
    /// All messages of a chat in the order they were first stored.
    pub async fn messages(&self, chat: &ChatId) -> Result<Vec<Message>> {
        todo!()
    }

    pub async fn message(&self, chat: &ChatId, id: &MessageId) -> Result<Option<Message>> {
        todo!()
    }

    /// The branch from the root to `leaf`, root first; stops at a missing parent or a loop.
    pub async fn branch(&self, chat: &ChatId, leaf: &MessageId) -> Result<Vec<Message>> {
        todo!()
    }

    /// Inserts or replaces messages by id.
    pub async fn put_messages(&self, chat: &ChatId, messages: &[Message]) -> Result<()> {
        todo!()
    }

    /// `NotFound` when the message is not there.
    pub async fn patch_message(&self, chat: &ChatId, id: &MessageId, patch: &MessagePatch) -> Result<()> {
        todo!()
    }

    /// Appends one status object to `status_history`.
    pub async fn push_status(&self, chat: &ChatId, id: &MessageId, status: &Json) -> Result<()> {
        todo!()
    }

    /// Deletes a message and its direct children; grandchildren move to its parent. Repairs the visible leaf.
    pub async fn delete_message(&self, chat: &ChatId, id: &MessageId) -> Result<()> {
        todo!()
    }
}
