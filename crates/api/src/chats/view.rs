//! What the contract answers about chats.

use std::collections::HashSet;

use airis_domain::{Chat, ChatId, ChatSummary, Json, JsonMap, Message, MessageId, Tag, UserId};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::blob;
use crate::app::App;
use crate::error::{ApiError, Result};

/// Most messages of a branch in one part.
const MAX_PART: u32 = 1_000;

/// A whole chat.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChatResponse {
    #[schema(value_type = String)]
    pub id: ChatId,
    #[schema(value_type = String)]
    pub user_id: UserId,
    pub title: String,
    /// The chat object: `history`, `models`, `params`, `files`…
    #[schema(value_type = Object)]
    pub chat: Json,
    /// Seconds.
    pub updated_at: i64,
    /// Seconds.
    pub created_at: i64,
    #[schema(required = false)]
    pub share_id: Option<String>,
    pub archived: bool,
    #[schema(required = false)]
    pub pinned: Option<bool>,
    #[schema(value_type = Object, required = false)]
    pub meta: JsonMap,
    #[schema(value_type = Object, required = false)]
    pub variables: Json,
    #[schema(required = false)]
    pub folder_id: Option<String>,
    #[schema(value_type = Option<Vec<Json>>, required = false)]
    pub tasks: Option<Json>,
    #[schema(required = false)]
    pub summary: Option<String>,
    #[schema(required = false)]
    pub current_message_id: Option<String>,
    #[schema(value_type = Option<Object>, required = false)]
    pub context_usage: Option<Json>,
}

impl ChatResponse {
    /// Reads messages and running replies of a chat and puts the answer together.
    pub async fn load(app: &App, chat: Chat) -> Result<Self> {
        let mut messages = app.store.messages(&chat.id).await?;
        let live = app.turns.live(&chat.id).await?;
        if ended_meanwhile(&messages, &live) {
            messages = app.store.messages(&chat.id).await?;
        }
        Ok(Self::of(chat, messages, &live))
    }

    /// The end of a branch only. A chat whose last message is not known, or has answers itself, comes whole.
    pub async fn part(app: &App, mut chat: Chat, last: u32, leaf: Option<MessageId>) -> Result<Self> {
        if !(1..=MAX_PART).contains(&last) {
            return Err(ApiError::bad_request(format!("last must be between 1 and {MAX_PART}")));
        }
        let Some(leaf) = leaf.or_else(|| chat.current_message_id.clone()) else { return Self::load(app, chat).await };
        let mut messages = app.store.screen(&chat.id, &leaf, last).await?;
        let shown = chat.current_message_id.as_ref() == Some(&leaf);
        let inner = messages.iter().any(|message| message.parent_id.as_ref() == Some(&leaf));
        if shown && (inner || messages.is_empty()) {
            return Self::load(app, chat).await;
        }
        // Some clients keep a second, flat list of the messages.
        chat.blob.remove("messages");
        let live = app.turns.live(&chat.id).await?;
        if ended_meanwhile(&messages, &live) {
            messages = app.store.screen(&chat.id, &leaf, last).await?;
        }
        let current = chat.current_message_id.clone();
        let mut answer = Self::of(chat, messages, &live);
        if let Some(history) = answer.chat.pointer_mut("/history/currentId") {
            *history = json!(current);
        }
        answer.current_message_id = current.map(|id| id.to_string());
        Ok(answer)
    }

    /// Puts the answer together.
    pub fn of(chat: Chat, messages: Vec<Message>, live: &[airis_turns::Live]) -> Self {
        let object = blob::write(&chat, messages, live);
        let leaf = object.pointer("/history/currentId").and_then(Json::as_str).map(str::to_owned);
        Self {
            id: chat.id,
            user_id: chat.user_id,
            title: chat.title,
            chat: object,
            updated_at: chat.updated_at,
            created_at: chat.created_at,
            share_id: chat.share_id,
            archived: chat.archived,
            pinned: Some(chat.pinned),
            meta: chat.meta,
            variables: chat.variables.unwrap_or_else(|| json!({})),
            folder_id: chat.folder_id,
            tasks: chat.tasks,
            summary: chat.summary,
            current_message_id: leaf,
            context_usage: None,
        }
    }
}

/// Whether a reply that was not done when it was read does not run any more: its end was stored in between.
fn ended_meanwhile(messages: &[Message], live: &[airis_turns::Live]) -> bool {
    let runs = |message: &Message| live.iter().any(|reply| reply.message_id == message.id);
    messages.iter().any(|message| message.done == Some(false) && !runs(message))
}

/// A line of a chat list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChatTitleIdResponse {
    #[schema(value_type = String)]
    pub id: ChatId,
    pub title: String,
    /// Seconds.
    pub updated_at: i64,
    /// Seconds.
    pub created_at: i64,
    /// Seconds; null: never read.
    #[schema(required = false)]
    pub last_read_at: Option<i64>,
    /// Words around a match of a search.
    #[schema(required = false)]
    pub snippet: Option<String>,
    /// The message that the words were found in; absent where they are in the title only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub message_id: Option<String>,
    /// Whether a reply is being written right now.
    #[schema(required = false)]
    pub active: bool,
    #[schema(required = false)]
    pub archived: bool,
}

impl ChatTitleIdResponse {
    /// Lines for these chats, with those marked that are at work.
    pub async fn list(app: &App, chats: Vec<ChatSummary>) -> Result<Vec<Self>> {
        let ids: Vec<ChatId> = chats.iter().map(|chat| chat.id.clone()).collect();
        let active: HashSet<ChatId> =
            if ids.is_empty() { HashSet::new() } else { app.store.active_chats(&ids).await?.into_iter().collect() };
        let line = |chat: ChatSummary| Self {
            active: active.contains(&chat.id),
            id: chat.id,
            title: chat.title,
            updated_at: chat.updated_at,
            created_at: chat.created_at,
            last_read_at: chat.last_read_at,
            snippet: None,
            message_id: None,
            archived: chat.archived,
        };
        Ok(chats.into_iter().map(line).collect())
    }
}

/// A label of somebody's chats.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TagModel {
    pub id: String,
    pub name: String,
    #[schema(value_type = String)]
    pub user_id: UserId,
    #[schema(value_type = Option<Object>, required = false)]
    pub meta: Option<Json>,
}

impl From<Tag> for TagModel {
    fn from(tag: Tag) -> Self {
        Self { id: tag.id, name: tag.name, user_id: tag.user_id, meta: tag.meta }
    }
}
