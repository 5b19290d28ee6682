//! Chats of one folder.

use airis_domain::UserId;
use airis_store::ChatListQuery;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::export::whole;
use super::list::{ordered, page};
use super::view::{ChatResponse, ChatTitleIdResponse};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path, Query};

/// Which page, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FolderListQuery {
    pub page: Option<i64>,
    #[param(required = false)]
    pub sort_by: Option<String>,
    #[param(required = false)]
    pub sort_dir: Option<String>,
}

/// Whole chats of a folder and the folders below it.
#[utoipa::path(get, path = "/api/v1/chats/folder/{folder_id}", tag = "chats", security(("verified" = [])),
    params(("folder_id" = String, Path)), responses((status = 200, body = Vec<ChatResponse>)))]
pub async fn chats(
    State(app): State<App>,
    user: Verified,
    Path(folder): Path<String>,
) -> Result<Json<Vec<ChatResponse>>> {
    let mut ids = Vec::new();
    for folder in with_descendants(&app, &user.id, &folder).await? {
        let wanted = ChatListQuery { archived: Some(false), folder: Some(Some(folder)), ..ChatListQuery::default() };
        ids.extend(app.store.chats(&user.id, &wanted).await?.into_iter().map(|chat| chat.id));
    }
    whole(&app, ids).await
}

/// Lines for the chats of a folder.
#[utoipa::path(get, path = "/api/v1/chats/folder/{folder_id}/list", tag = "chats", security(("verified" = [])),
    params(("folder_id" = String, Path), FolderListQuery),
    responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn list(
    State(app): State<App>,
    user: Verified,
    Path(folder): Path<String>,
    Query(query): Query<FolderListQuery>,
) -> Result<Json<Vec<ChatTitleIdResponse>>> {
    let wanted =
        ChatListQuery { archived: Some(false), folder: Some(Some(folder)), ..page(Some(query.page.unwrap_or(1))) };
    let wanted = ordered(wanted, query.sort_by.as_deref(), query.sort_dir.as_deref());
    let chats = app.store.chats(&user.id, &wanted).await?;
    Ok(Json(ChatTitleIdResponse::list(&app, chats).await?))
}

/// A folder and everything below it; each once, even if the parents form a loop.
pub async fn with_descendants(app: &App, user: &UserId, root: &str) -> Result<Vec<String>> {
    let folders = app.store.folders(user).await?;
    let mut found = vec![root.to_owned()];
    let mut next = 0;
    while let Some(parent) = found.get(next).cloned() {
        for folder in &folders {
            if folder.parent_id.as_deref() == Some(&parent) && !found.contains(&folder.id) {
                found.push(folder.id.clone());
            }
        }
        next += 1;
    }
    Ok(found)
}
