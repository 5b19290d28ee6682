//! Chats made by a client itself: new ones, and imported ones.

use airis_domain::{Json as Value, JsonMap, MessageId, now, render};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::blob;
use super::view::ChatResponse;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// A chat object, and where it belongs.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChatForm {
    #[schema(value_type = Object)]
    pub chat: JsonMap,
    #[schema(value_type = Option<Object>)]
    pub variables: Option<JsonMap>,
    pub folder_id: Option<String>,
}

/// A chat from elsewhere, with its dates.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChatImportForm {
    #[schema(value_type = Object)]
    pub chat: JsonMap,
    #[schema(value_type = Option<Object>)]
    pub variables: Option<JsonMap>,
    pub folder_id: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub meta: Option<JsonMap>,
    pub pinned: Option<bool>,
    pub archived: Option<bool>,
    pub current_message_id: Option<String>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
}

/// Several chats from elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChatsImportForm {
    pub chats: Vec<ChatImportForm>,
}

/// Stores a new chat of the caller.
#[utoipa::path(post, path = "/api/v1/chats/new", tag = "chats", security(("verified" = [])), request_body = ChatForm,
    responses((status = 200, body = Option<ChatResponse>)))]
pub async fn create(State(app): State<App>, user: Verified, Json(form): Json<ChatForm>) -> Result<Json<ChatResponse>> {
    let folder = own_folder(&app, &user, form.folder_id).await?;
    let (chat, messages) = blob::read_new(&user, &form.chat, form.variables.map(Value::Object), folder);
    app.store.insert_chat(&chat, &messages).await?;
    Ok(Json(ChatResponse::of(chat, messages, &[])))
}

/// Stores chats from elsewhere; all belong to the caller then.
#[utoipa::path(post, path = "/api/v1/chats/import", tag = "chats", security(("verified" = [])),
    request_body = ChatsImportForm, responses((status = 200, body = Vec<ChatResponse>)))]
pub async fn import(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<ChatsImportForm>,
) -> Result<Json<Vec<ChatResponse>>> {
    let mut stored = Vec::with_capacity(form.chats.len());
    for one in form.chats {
        let folder = own_folder(&app, &user, one.folder_id).await?;
        let (mut chat, messages) = blob::read_new(&user, &one.chat, one.variables.map(Value::Object), folder);
        chat.meta = one.meta.unwrap_or_default();
        chat.pinned = one.pinned.unwrap_or(false);
        chat.archived = one.archived.unwrap_or(false);
        chat.created_at = one.created_at.unwrap_or_else(now);
        chat.updated_at = one.updated_at.unwrap_or(chat.created_at);
        let leaf = one.current_message_id.map(MessageId::from).or_else(|| chat.current_message_id.take());
        chat.current_message_id = render::visible_leaf(&messages, leaf.as_ref());
        app.store.insert_chat(&chat, &messages).await?;
        stored.push(ChatResponse::of(chat, messages, &[]));
    }
    Ok(Json(stored))
}

/// The folder if it is the caller's; a chat is rather in no folder than in a foreign one.
async fn own_folder(app: &App, user: &Verified, folder: Option<String>) -> Result<Option<String>> {
    let Some(id) = folder else { return Ok(None) };
    Ok(app.store.folder(&user.id, &id).await?.map(|folder| folder.id))
}
