//! Reading one chat.

use airis_access::Readable;
use airis_domain::{ChatId, MessageId};
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::links;
use super::view::ChatResponse;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path, Query};
use crate::owned::{ChatAs, Owner};

/// A part of a long chat.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PartQuery {
    /// Only so many messages from the end of the branch, 1 to 1000, with all answers to each of them; absent: all messages.
    last: Option<u32>,
    /// The message that the branch ends in; absent: the one that is shown last.
    leaf: Option<String>,
}

/// The chat with all its messages, or with the end of a branch; what a running reply has shown so far is laid over them.
/// With whom its folder was shared reads it, too.
#[utoipa::path(get, path = "/api/v1/chats/{id}", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path), PartQuery), responses((status = 200, body = Option<ChatResponse>)))]
pub async fn read(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Query(part): Query<PartQuery>,
) -> Result<Json<ChatResponse>> {
    let chat = Readable::chat(&app.store, &app.config, &user, &ChatId::from(id)).await?.into_inner();
    let own = chat.user_id == user.id;
    let mut answer = match part.last {
        Some(last) => ChatResponse::part(&app, chat, last, part.leaf.map(MessageId::from)).await?,
        None => ChatResponse::load(&app, chat).await?,
    };
    if let Some(object) = answer.chat.as_object_mut() {
        object.entry("share_mode").or_insert(json!("continue"));
    }
    Ok(Json(if own { answer } else { links::for_others(answer)? }))
}

/// Whether the chat is pinned.
#[utoipa::path(get, path = "/api/v1/chats/{id}/pinned", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<bool>)))]
pub async fn pinned(chat: ChatAs<Owner>) -> Json<bool> {
    Json(chat.pinned)
}
