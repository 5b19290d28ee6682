//! Reading folders.

use airis_domain::Json as Value;
use airis_store::{ChatListQuery, ChatPatch};
use axum::extract::State;
use serde_json::json;

use super::share::visible;
use super::view::{FolderNameIdResponse, FolderResponse};
use super::{own, permitted};
use crate::app::App;
use crate::caller::Verified;
use crate::chats::folder::with_descendants;
use crate::chats::unread;
use crate::error::Result;
use crate::extract::{Json, Path};

/// Every folder of the caller.
#[utoipa::path(get, path = "/api/v1/folders/", tag = "folders", security(("verified" = [])),
    responses((status = 200, body = Vec<FolderNameIdResponse>)))]
pub async fn list(State(app): State<App>, user: Verified) -> Result<Json<Vec<FolderNameIdResponse>>> {
    permitted(&app, &user).await?;
    let counts = unread::counts(&app, &user.id).await?;
    let folders = app.store.folders(&user.id).await?.into_iter().map(|folder| {
        let unread = counts.get(&folder.id).copied().unwrap_or(0);
        FolderNameIdResponse::of(folder, unread)
    });
    Ok(Json(folders.collect()))
}

/// One folder that the caller owns or was granted.
#[utoipa::path(get, path = "/api/v1/folders/{id}", tag = "folders", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = FolderResponse)))]
pub async fn read(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<FolderResponse>> {
    let (folder, permission) = visible(&app, &user, &id).await?;
    let grants = if folder.user_id == user.id { app.store.grants("folder", &folder.id).await? } else { Vec::new() };
    Ok(Json(FolderResponse::of(folder, grants, permission == "write")))
}

/// Marks the chats of a folder, and of the folders below it, as read.
#[utoipa::path(post, path = "/api/v1/folders/{id}/read", tag = "folders", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn mark_read(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<Value>> {
    let folder = own(&app, &user, &id).await?;
    let ids = with_descendants(&app, &user.id, &folder.id).await?;
    let mut updated = 0;
    for id in &ids {
        let wanted = ChatListQuery { folder: Some(Some(id.clone())), ..ChatListQuery::default() };
        for chat in app.store.chats(&user.id, &wanted).await? {
            if chat.last_read_at.is_none_or(|at| at < chat.updated_at) {
                let now = airis_domain::now().max(chat.updated_at);
                let patch = ChatPatch { last_read_at: Some(Some(now)), ..ChatPatch::default() };
                app.store.update_chat(&chat.id, &patch).await?;
                updated += 1;
            }
        }
    }
    let mut counts = unread::counts(&app, &user.id).await?;
    counts.retain(|folder, _| ids.contains(folder));
    Ok(Json(json!({
        "folder_id": folder.id, "folder_ids": ids, "updated_count": updated, "folder_unread_counts": counts,
    })))
}
