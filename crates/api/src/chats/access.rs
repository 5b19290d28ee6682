//! Who may follow the link to a chat.

use airis_access::{SHARED_CHAT, Sharer};
use airis_domain::AccessGrant;
use axum::extract::State;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::share::{ShareMode, answer, link};
use super::view::ChatResponse;
use crate::app::App;
use crate::error::Result;
use crate::extract::{FreeForm, Json};
use crate::owned::{ChatAs, Owner};
use crate::rights::whole;

/// Who may follow a link, and what it shows; a mode that is not named stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChatAccessGrantsForm {
    access_grants: Vec<FreeForm>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<ShareMode>)]
    share_mode: Option<Option<ShareMode>>,
}

/// Keeps null apart from a field that is not there.
fn named<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Option<ShareMode>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Who may follow the link.
#[utoipa::path(get, path = "/api/v1/chats/shared/{id}/access", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Vec<Object>)))]
pub async fn read(State(app): State<App>, chat: ChatAs<Owner>) -> Result<Json<Vec<AccessGrant>>> {
    Ok(Json(app.store.grants(SHARED_CHAT, chat.id.as_str()).await?))
}

/// Replaces who may follow the link; what the caller may not give is left out. Without a link it holds for the next.
#[utoipa::path(post, path = "/api/v1/chats/shared/{id}/access/update", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = ChatAccessGrantsForm,
    responses((status = 200, body = Option<ChatResponse>)))]
pub async fn update(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Json(form): Json<ChatAccessGrantsForm>,
) -> Result<Json<ChatResponse>> {
    let sharer = Sharer::of(&app.store, &app.config, &chat.caller).await?;
    let grants = whole(SHARED_CHAT, chat.id.as_str(), &["user", "group", "anyone"], &form.access_grants)?;
    app.store.set_grants(SHARED_CHAT, chat.id.as_str(), &sharer.may_give(grants)).await?;
    match form.share_mode {
        Some(mode) if chat.share_id.is_some() => link(&app, &chat, mode).await?,
        _ => app.realtime.review_chat(&chat.id, &chat.user_id),
    }
    answer(&app, &chat).await
}
