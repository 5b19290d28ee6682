//! Making, changing and deleting folders.

use airis_domain::{Folder, Json as Value, JsonMap, Role, now};
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{own, permitted, view};
use crate::app::App;
use crate::caller::Verified;
use crate::chats::folder::with_descendants;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};

/// A new folder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderForm {
    name: String,
    #[schema(value_type = Option<Object>)]
    data: Option<JsonMap>,
    #[schema(value_type = Option<Object>)]
    meta: Option<JsonMap>,
    parent_id: Option<String>,
}

/// What changes in a folder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderUpdateForm {
    name: Option<String>,
    #[schema(value_type = Option<Object>)]
    data: Option<JsonMap>,
    #[schema(value_type = Option<Object>)]
    meta: Option<JsonMap>,
}

/// Where a folder goes; null puts it at the top.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FolderParentIdForm {
    parent_id: Option<String>,
}

/// Whether a folder shows its contents.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FolderIsExpandedForm {
    is_expanded: bool,
}

/// What happens to the chats of a deleted folder.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeleteQuery {
    delete_contents: Option<bool>,
}

/// Makes a folder.
#[utoipa::path(post, path = "/api/v1/folders/", tag = "folders", security(("verified" = [])),
    request_body = FolderForm, responses((status = 200, body = Value)))]
pub async fn create(State(app): State<App>, user: Verified, Json(form): Json<FolderForm>) -> Result<Json<Value>> {
    permitted(&app, &user).await?;
    if let Some(parent) = &form.parent_id {
        own(&app, &user, parent).await?;
    }
    free_name(&app, &user, form.parent_id.as_deref(), &form.name, None).await?;
    let at = now();
    let folder = Folder {
        id: uuid::Uuid::new_v4().to_string(),
        parent_id: form.parent_id,
        user_id: user.id.clone(),
        name: form.name,
        items: None,
        meta: form.meta.map(Value::Object),
        data: form.data.map(Value::Object),
        is_expanded: false,
        created_at: at,
        updated_at: at,
    };
    app.store.insert_folder(&folder).await?;
    Ok(Json(view::row(&folder)))
}

/// Changes name, data and meta; keys that are not named stay.
#[utoipa::path(post, path = "/api/v1/folders/{id}/update", tag = "folders", security(("verified" = [])),
    params(("id" = String, Path)), request_body = FolderUpdateForm, responses((status = 200, body = Value)))]
pub async fn update(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Json(form): Json<FolderUpdateForm>,
) -> Result<Json<Value>> {
    let mut folder = own(&app, &user, &id).await?.into_inner();
    if let Some(name) = form.name {
        free_name(&app, &user, folder.parent_id.as_deref(), &name, Some(&folder.id)).await?;
        folder.name = name;
    }
    folder.data = laid_over(folder.data, form.data);
    folder.meta = laid_over(folder.meta, form.meta);
    save(&app, folder).await
}

/// Moves a folder.
#[utoipa::path(post, path = "/api/v1/folders/{id}/update/parent", tag = "folders", security(("verified" = [])),
    params(("id" = String, Path)), request_body = FolderParentIdForm, responses((status = 200, body = Value)))]
pub async fn parent(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Json(form): Json<FolderParentIdForm>,
) -> Result<Json<Value>> {
    let mut folder = own(&app, &user, &id).await?.into_inner();
    if let Some(parent) = &form.parent_id {
        own(&app, &user, parent).await?;
        if with_descendants(&app, &user.id, &folder.id).await?.contains(parent) {
            return Err(ApiError::bad_request("A folder cannot be inside itself"));
        }
    }
    free_name(&app, &user, form.parent_id.as_deref(), &folder.name, Some(&folder.id)).await?;
    folder.parent_id = form.parent_id;
    save(&app, folder).await
}

/// Opens or closes a folder.
#[utoipa::path(post, path = "/api/v1/folders/{id}/update/expanded", tag = "folders", security(("verified" = [])),
    params(("id" = String, Path)), request_body = FolderIsExpandedForm, responses((status = 200, body = Value)))]
pub async fn expanded(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Json(form): Json<FolderIsExpandedForm>,
) -> Result<Json<Value>> {
    let mut folder = own(&app, &user, &id).await?.into_inner();
    folder.is_expanded = form.is_expanded;
    save(&app, folder).await
}

/// Deletes a folder and those below it, with their chats or without.
#[utoipa::path(delete, path = "/api/v1/folders/{id}", tag = "folders", security(("verified" = [])),
    params(("id" = String, Path), DeleteQuery), responses((status = 200, body = Value)))]
pub async fn delete(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Query(query): Query<DeleteQuery>,
) -> Result<Json<Value>> {
    let folder = own(&app, &user, &id).await?;
    let with_chats = query.delete_contents.unwrap_or(true);
    if with_chats && user.role != Role::Admin {
        let permissions = airis_access::effective(&app.store, &app.config, &user).await?;
        if !permissions.allows("chat.delete") {
            return Err(ApiError::forbidden("You may not delete chats, so you may only delete the folder around them"));
        }
    }
    let ids = with_descendants(&app, &user.id, &folder.id).await?;
    app.store.delete_folders(&user.id, &ids, !with_chats).await?;
    Ok(Json(Value::Bool(true)))
}

/// Names are unique among brothers and sisters, case ignored.
async fn free_name(app: &App, user: &Verified, parent: Option<&str>, name: &str, own: Option<&str>) -> Result<()> {
    let wanted = name.trim().to_lowercase();
    let taken = app.store.folders(&user.id).await?.into_iter().any(|folder| {
        folder.parent_id.as_deref() == parent
            && Some(folder.id.as_str()) != own
            && folder.name.trim().to_lowercase() == wanted
    });
    if taken { Err(ApiError::bad_request("A folder of this name is already there")) } else { Ok(()) }
}

fn laid_over(stored: Option<Value>, changes: Option<JsonMap>) -> Option<Value> {
    let Some(changes) = changes else { return stored };
    let mut merged = stored.and_then(|value| value.as_object().cloned()).unwrap_or_default();
    merged.extend(changes);
    Some(Value::Object(merged))
}

async fn save(app: &App, mut folder: Folder) -> Result<Json<Value>> {
    folder.updated_at = now();
    app.store.update_folder(&folder).await?;
    Ok(Json(view::row(&folder)))
}
