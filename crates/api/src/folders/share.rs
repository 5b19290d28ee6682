//! Folders that others may see.

use airis_access::{FOLDER, shows_folder};
use airis_domain::{Folder, Json as Value};
use airis_store::ChatListQuery;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::view::FolderResponse;
use super::{own, permitted};
use crate::app::App;
use crate::caller::Verified;
use crate::chats::folder::FolderListQuery;
use crate::chats::list;
use crate::chats::view::ChatTitleIdResponse;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json, Path, Query};
use crate::rights::Rights;

/// Who may see a folder.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FolderAccessGrantsForm {
    #[schema(value_type = Vec<Object>)]
    access_grants: Vec<FreeForm>,
    #[schema(value_type = Option<String>)]
    share_mode: Option<Value>,
}

/// Folders of others that the caller may see.
#[utoipa::path(get, path = "/api/v1/folders/shared", tag = "folders", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn shared(State(app): State<App>, user: Verified) -> Result<Json<Value>> {
    permitted(&app, &user).await?;
    let groups = app.store.group_ids_of(&user.id).await?;
    let mut shared: Vec<String> = Vec::new();
    for grant in app.store.grants_of_type(FOLDER).await? {
        if shows_folder(&grant, &user.id, &groups) && !shared.contains(&grant.resource_id) {
            shared.push(grant.resource_id);
        }
    }
    let mut folders = Vec::new();
    for id in shared {
        let Some(folder) = app.store.folder_by_id(&id).await?.filter(|folder| folder.user_id != user.id) else {
            continue;
        };
        let owner = app.store.user(&folder.user_id).await?;
        let mut entry = json!(FolderResponse::of(folder, Vec::new(), false));
        entry["user"] = json!(owner.map(|owner| json!({ "id": owner.id, "name": owner.name })));
        folders.push(entry);
    }
    Ok(Json(Value::Array(folders)))
}

/// Chats of a folder that is shared, or the caller's own.
#[utoipa::path(get, path = "/api/v1/folders/{id}/shared/chats", tag = "folders", security(("verified" = [])),
    params(("id" = String, Path), FolderListQuery), responses((status = 200, body = Value)))]
pub async fn chats(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Query(query): Query<FolderListQuery>,
) -> Result<Json<Value>> {
    let (folder, permission) = visible(&app, &user, &id).await?;
    let wanted = ChatListQuery {
        archived: Some(false),
        folder: Some(Some(folder.id)),
        ..query.page.map_or_else(ChatListQuery::default, |page| list::page(Some(page)))
    };
    let wanted = list::ordered(wanted, query.sort_by.as_deref(), query.sort_dir.as_deref());
    let lines = ChatTitleIdResponse::list(&app, app.store.chats(&folder.user_id, &wanted).await?).await?;
    Ok(Json(json!({ "chats": lines, "folder_permission": permission })))
}

/// Replaces who may see a folder; needs the permission to share folders. What the caller may not give is left out.
#[utoipa::path(post, path = "/api/v1/folders/{id}/access/update", tag = "folders", security(("verified" = [])),
    params(("id" = String, Path)), request_body = FolderAccessGrantsForm, responses((status = 200, body = Value)))]
pub async fn grant(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Json(form): Json<FolderAccessGrantsForm>,
) -> Result<Json<Value>> {
    let folder = own(&app, &user, &id).await?.into_inner();
    let rights = Rights::of(&app, &user).await?;
    if !rights.shares::<Folder>() {
        return Err(ApiError::forbidden("You may not share folders"));
    }
    let _ = form.share_mode;
    let grants = rights.grants::<Folder>(&folder.id, &form.access_grants)?;
    app.store.set_grants(FOLDER, &folder.id, &grants).await?;
    Ok(Json(json!(FolderResponse::of(folder, grants, true))))
}

/// A folder that the caller owns or was granted, and what they may do in it.
pub(super) async fn visible(app: &App, user: &Verified, id: &str) -> Result<(Folder, &'static str)> {
    match own(app, user, id).await {
        Ok(folder) => return Ok((folder.into_inner(), "write")),
        Err(error) if error.status != axum::http::StatusCode::NOT_FOUND => return Err(error),
        Err(_) => {}
    }
    let groups = app.store.group_ids_of(&user.id).await?;
    let grants = app.store.grants(FOLDER, id).await?;
    let mine: Vec<_> = grants.iter().filter(|grant| shows_folder(grant, &user.id, &groups)).collect();
    if mine.is_empty() {
        return Err(ApiError::not_found());
    }
    let folder = app.store.folder_by_id(id).await?.ok_or_else(ApiError::not_found)?;
    let writes = mine.iter().any(|grant| grant.permission == "write");
    Ok((folder, if writes { "write" } else { "read" }))
}
