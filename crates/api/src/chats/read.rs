//! Reading one chat.

use axum::extract::State;
use serde_json::json;

use super::view::ChatResponse;
use crate::app::App;
use crate::error::Result;
use crate::extract::Json;
use crate::owned::{ChatAs, Owner};

/// The chat with all its messages; what a running reply has shown so far is laid over them.
#[utoipa::path(get, path = "/api/v1/chats/{id}", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<ChatResponse>)))]
pub async fn read(State(app): State<App>, chat: ChatAs<Owner>) -> Result<Json<ChatResponse>> {
    let mut answer = ChatResponse::load(&app, chat.chat.into_inner()).await?;
    if let Some(object) = answer.chat.as_object_mut() {
        object.entry("share_mode").or_insert(json!("continue"));
    }
    Ok(Json(answer))
}

/// Whether the chat is pinned.
#[utoipa::path(get, path = "/api/v1/chats/{id}/pinned", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<bool>)))]
pub async fn pinned(chat: ChatAs<Owner>) -> Json<bool> {
    Json(chat.pinned)
}
