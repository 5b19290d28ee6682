//! Deleting chats, and archiving all at once.

use airis_access::Owned;
use airis_domain::ChatId;
use axum::extract::State;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use airis_domain::Role;

/// Deletes a chat of the caller with its messages; replies that are being written stop. An administrator may delete
/// anybody's.
#[utoipa::path(delete, path = "/api/v1/chats/{id}", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn one(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<bool>> {
    let id = ChatId::from(id);
    if user.role == Role::Admin {
        app.store.chat(&id).await?.ok_or_else(ApiError::not_found)?;
    } else {
        Owned::chat(&app.store, &user, &id).await.map_err(hide)?;
        permitted(&app, &user).await?;
    }
    app.turns.stop_chat(&id).await?;
    Ok(Json(app.store.delete_chat(&id).await?))
}

/// Deletes every chat of the caller.
#[utoipa::path(delete, path = "/api/v1/chats/", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn all(State(app): State<App>, user: Verified) -> Result<Json<bool>> {
    if user.role != Role::Admin {
        permitted(&app, &user).await?;
    }
    for turn in app.store.running_turns_of(&user.id).await? {
        app.turns.stop(&turn.id).await?;
    }
    app.store.delete_chats_of(&user.id).await?;
    Ok(Json(true))
}

/// Archives every chat of the caller.
#[utoipa::path(post, path = "/api/v1/chats/archive/all", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn archive_all(State(app): State<App>, user: Verified) -> Result<Json<bool>> {
    app.store.archive_chats_of(&user.id, true).await?;
    Ok(Json(true))
}

/// Takes every chat of the caller back from the archive.
#[utoipa::path(post, path = "/api/v1/chats/unarchive/all", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn unarchive_all(State(app): State<App>, user: Verified) -> Result<Json<bool>> {
    app.store.archive_chats_of(&user.id, false).await?;
    Ok(Json(true))
}

async fn permitted(app: &App, user: &Verified) -> Result<()> {
    let permissions = airis_access::effective(&app.store, &app.config, user).await?;
    if permissions.allows("chat.delete") { Ok(()) } else { Err(ApiError::unauthorized()) }
}

/// Here the contract answers 404 where it answers 401 elsewhere.
fn hide(error: airis_access::AccessError) -> ApiError {
    match error {
        airis_access::AccessError::NotYours => ApiError::not_found(),
        other => other.into(),
    }
}
