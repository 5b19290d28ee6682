//! Changing a chat: by the client's object, its parameters, its folder, archive and pin.

use airis_domain::{Chat, Json as Value, JsonMap};
use airis_store::ChatPatch;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::create::ChatForm;
use super::view::ChatResponse;
use super::{blob, text};
use crate::app::App;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json};
use crate::owned::{ChatAs, Owner};

/// The folder a chat goes to; null takes it out.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChatFolderIdForm {
    folder_id: Option<String>,
}

/// Lays the client's object over the chat; only what differs is written.
#[utoipa::path(post, path = "/api/v1/chats/{id}", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = ChatForm, responses((status = 200, body = Option<ChatResponse>)))]
pub async fn update(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Json(form): Json<ChatForm>,
) -> Result<Json<ChatResponse>> {
    let stored = app.store.messages(&chat.id).await?;
    let live = app.turns.live(&chat.id).await?;
    let (mut patch, changed) = blob::read_changes(&chat.caller, &chat.id, &form.chat, &stored, &live);
    patch.variables = form.variables.map(|variables| Some(Value::Object(variables)));
    let updated = app.store.update_chat_with_messages(&chat.id, &patch, &changed).await?;
    Ok(Json(ChatResponse::load(&app, updated).await?))
}

/// Lays parameters over those of the chat; null removes one. Answers all of them.
#[utoipa::path(patch, path = "/api/v1/chats/{id}/params", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = Object, responses((status = 200, body = Object)))]
pub async fn params(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Json(FreeForm(form)): Json<FreeForm>,
) -> Result<Json<Value>> {
    let mut params = chat.blob.get("params").and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, value) in &form {
        if value.is_null() {
            params.shift_remove(key);
        } else {
            params.insert(key.clone(), text::clean(value));
        }
    }
    let params = Value::Object(params);
    let patch =
        ChatPatch { blob: Some(JsonMap::from_iter([("params".to_owned(), params.clone())])), ..ChatPatch::default() };
    app.store.update_chat(&chat.id, &patch).await?;
    Ok(Json(params))
}

/// Moves the chat into a folder of the caller, or out of any.
#[utoipa::path(post, path = "/api/v1/chats/{id}/folder", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = ChatFolderIdForm,
    responses((status = 200, body = Option<ChatResponse>)))]
pub async fn folder(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Json(form): Json<ChatFolderIdForm>,
) -> Result<Json<ChatResponse>> {
    if let Some(id) = &form.folder_id {
        app.store.folder(&chat.user_id, id).await?.ok_or_else(ApiError::not_found)?;
    }
    apply(&app, &chat, ChatPatch { folder_id: Some(form.folder_id), ..ChatPatch::default() }).await
}

/// Archives the chat, or takes it back.
#[utoipa::path(post, path = "/api/v1/chats/{id}/archive", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<ChatResponse>)))]
pub async fn archive(State(app): State<App>, chat: ChatAs<Owner>) -> Result<Json<ChatResponse>> {
    let archived = Some(!chat.archived);
    let pinned = (!chat.archived).then_some(false);
    apply(&app, &chat, ChatPatch { archived, pinned, ..ChatPatch::default() }).await
}

/// Pins the chat, or unpins it.
#[utoipa::path(post, path = "/api/v1/chats/{id}/pin", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<ChatResponse>)))]
pub async fn pin(State(app): State<App>, chat: ChatAs<Owner>) -> Result<Json<ChatResponse>> {
    apply(&app, &chat, ChatPatch { pinned: Some(!chat.pinned), ..ChatPatch::default() }).await
}

async fn apply(app: &App, chat: &Chat, patch: ChatPatch) -> Result<Json<ChatResponse>> {
    let updated = app.store.update_chat(&chat.id, &patch).await?;
    Ok(Json(ChatResponse::load(app, updated).await?))
}
