//! Links to chats: giving them away and taking them back.

use airis_access::Sharer;
use airis_domain::Chat;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::blob;
use super::view::ChatResponse;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Given, Json};
use crate::owned::{ChatAs, Owner};

/// What a link shows when it shows no copy.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub enum ShareMode {
    /// The chat as it is, and goes on.
    #[serde(rename = "continue")]
    Continue,
}

/// How to share; without a mode, a copy of the chat as it is now.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ShareChatForm {
    share_mode: Option<ShareMode>,
}

/// Makes a link to the chat, or renews what the link shows. Who may follow it is said elsewhere.
#[utoipa::path(post, path = "/api/v1/chats/{id}/share", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = Option<ShareChatForm>,
    responses((status = 200, body = Option<ChatResponse>)))]
pub async fn share(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Given(form): Given<ShareChatForm>,
) -> Result<Json<ChatResponse>> {
    Sharer::of(&app.store, &app.config, &chat.caller).await?;
    link(&app, &chat, form.and_then(|form| form.share_mode)).await?;
    answer(&app, &chat).await
}

/// Takes the link away, with everything that was granted; true also when there was none.
#[utoipa::path(delete, path = "/api/v1/chats/{id}/share", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<bool>)))]
pub async fn unshare(State(app): State<App>, chat: ChatAs<Owner>) -> Result<Json<bool>> {
    app.store.unshare_chat(&chat.id).await?;
    app.realtime.review_chat(&chat.id, &chat.user_id);
    Ok(Json(true))
}

/// Takes every link of the caller away.
#[utoipa::path(delete, path = "/api/v1/chats/share/all", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn unshare_all(State(app): State<App>, user: Verified) -> Result<Json<bool>> {
    for chat in app.store.unshare_chats_of(&user.id).await? {
        app.realtime.review_chat(&chat, &user.id);
    }
    Ok(Json(true))
}

/// Points the chat's link at a copy of what the chat is now, or at the chat itself.
pub(super) async fn link(app: &App, chat: &Chat, mode: Option<ShareMode>) -> Result<()> {
    let snapshot = match mode {
        Some(ShareMode::Continue) => None,
        None => {
            let mut messages = app.store.messages(&chat.id).await?;
            // A reply that is still being written stays as it was at this moment.
            for message in &mut messages {
                message.done = message.done.map(|_| true);
            }
            Some(blob::write(chat, messages, &[]))
        }
    };
    app.store.share_chat(&chat.id, snapshot.as_ref()).await?;
    app.realtime.review_chat(&chat.id, &chat.user_id);
    Ok(())
}

/// The chat as it is after a change of its link.
pub(super) async fn answer(app: &App, chat: &Chat) -> Result<Json<ChatResponse>> {
    let chat = app.store.chat(&chat.id).await?.ok_or_else(ApiError::unauthorized)?;
    Ok(Json(ChatResponse::load(app, chat).await?))
}
