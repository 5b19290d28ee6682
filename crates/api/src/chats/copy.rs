//! Copies of a chat: whole, or up to a message.

use airis_domain::{Chat, ChatId, Json as Value, JsonMap, Message, MessageId, now, render};
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::tags;
use super::view::ChatResponse;
use crate::app::App;
use crate::error::{ApiError, Result};
use crate::extract::{Given, Json};
use crate::owned::{ChatAs, Owner};

/// Title of the copy.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CloneForm {
    title: Option<String>,
}

/// The message to copy up to; without one, the visible leaf.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ForkForm {
    message_id: Option<String>,
}

/// A copy of a whole chat.
#[utoipa::path(post, path = "/api/v1/chats/{id}/clone", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = CloneForm, responses((status = 200, body = Option<ChatResponse>)))]
pub async fn clone(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Json(form): Json<CloneForm>,
) -> Result<Json<ChatResponse>> {
    let messages = app.store.messages(&chat.id).await?;
    let title = form.title.unwrap_or_else(|| format!("Clone of {}", chat.title));
    let leaf = render::visible_leaf(&messages, chat.current_message_id.as_ref());
    store(&app, &chat, title, messages, leaf).await
}

/// A copy of the branch that ends with a message.
#[utoipa::path(post, path = "/api/v1/chats/{id}/fork", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = Option<ForkForm>,
    responses((status = 200, body = Option<ChatResponse>)))]
pub async fn fork(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Given(form): Given<ForkForm>,
) -> Result<Json<ChatResponse>> {
    let asked = form.and_then(|form| form.message_id).map(MessageId::from);
    let leaf = asked.or_else(|| chat.current_message_id.clone()).ok_or_else(ApiError::not_found)?;
    let branch = app.store.branch(&chat.id, &leaf).await?;
    if branch.is_empty() {
        return Err(ApiError::not_found());
    }
    store(&app, &chat, format!("Fork of {}", chat.title), branch, Some(leaf)).await
}

async fn store(
    app: &App,
    origin: &Chat,
    title: String,
    mut messages: Vec<Message>,
    leaf: Option<MessageId>,
) -> Result<Json<ChatResponse>> {
    let id = ChatId::random();
    let at = now();
    let mut blob = origin.blob.clone();
    blob.insert("originalChatId".to_owned(), json!(origin.id));
    if let Some(leaf) = &leaf {
        blob.insert("branchPointMessageId".to_owned(), json!(leaf));
    }
    for message in &mut messages {
        message.chat_id = id.clone();
        // A copy of a reply that is still being written stays as it was at this moment.
        message.done = message.done.map(|_| true);
    }
    let meta: JsonMap =
        origin.meta.iter().filter(|(key, _)| *key == "tags").map(|(k, v)| (k.clone(), v.clone())).collect();
    let copy = Chat {
        id,
        user_id: origin.user_id.clone(),
        title,
        blob,
        current_message_id: leaf,
        meta,
        folder_id: origin.folder_id.clone(),
        share_id: None,
        archived: false,
        pinned: false,
        tasks: None,
        summary: None,
        variables: origin.variables.clone().filter(Value::is_object),
        last_read_at: Some(at),
        created_at: at,
        updated_at: at,
    };
    app.store.insert_chat(&copy, &messages).await?;
    let labels = tags::names(app, origin).await?;
    if !labels.is_empty() {
        app.store.set_chat_tags(&copy.user_id, &copy.id, &labels).await?;
    }
    Ok(Json(ChatResponse::of(copy, messages, &[])))
}
