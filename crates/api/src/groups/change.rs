//! Making, changing and deleting groups.

use airis_domain::{Group, Json as Value, JsonMap, now};
use airis_store::StoreError;
use axum::extract::State;
use serde_json::json;

use super::forms::{GroupForm, GroupUpdateForm, check_name};
use super::read::{known, shown, unknown};
use super::tree::above;
use super::views::GroupResponse;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::happenings::{Happening, tell};

/// Makes a group.
#[utoipa::path(post, path = "/api/v1/groups/create", tag = "groups", security(("admin" = [])), request_body = GroupForm,
    responses((status = 200, body = Option<GroupResponse>)))]
pub async fn create(admin: Admin, State(app): State<App>, Json(form): Json<GroupForm>) -> Result<Json<GroupResponse>> {
    check_name(&form.name)?;
    let parent_group_id = form.parent_group_id.filter(|parent| !parent.is_empty());
    if let Some(parent) = &parent_group_id {
        known(&app, parent).await?;
    }
    let at = now();
    let group = Group {
        id: uuid::Uuid::new_v4().to_string(),
        parent_group_id,
        user_id: admin.id.clone(),
        name: form.name.trim().to_owned(),
        description: form.description,
        data: Some(with_share(&app, form.data.unwrap_or_default())),
        meta: None,
        permissions: form.permissions.map(Value::Object),
        created_at: at,
        updated_at: at,
    };
    app.store.insert_group(&group).await?;
    let happening = Happening::new("group.created", ("group", &group.id)).by(&admin);
    tell(&app, happening.with(json!({"name": group.name})));
    shown(&app, group).await
}

/// Changes a group.
#[utoipa::path(post, path = "/api/v1/groups/id/{id}/update", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path)), request_body = GroupUpdateForm,
    responses((status = 200, body = Option<GroupResponse>)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(form): Json<GroupUpdateForm>,
) -> Result<Json<GroupResponse>> {
    check_name(&form.name)?;
    known(&app, &id).await?;
    let parent = form.parent_group_id.map(|parent| parent.filter(|parent| !parent.is_empty()));
    if let Some(Some(parent)) = &parent {
        let parent = known(&app, parent).await?;
        let groups = app.store.groups().await?;
        if parent.id == id || above(&groups, &parent).iter().any(|group| group.id == id) {
            return Err(ApiError::bad_request("A group cannot be below itself"));
        }
    }
    let change = |group: &mut Group| {
        group.name = form.name.trim().to_owned();
        group.description = form.description;
        if let Some(parent) = parent {
            group.parent_group_id = parent;
        }
        if let Some(permissions) = form.permissions {
            group.permissions = permissions.map(Value::Object);
        }
        if let Some(data) = form.data {
            group.data = data.map(Value::Object);
        }
    };
    let changed = app.store.change_group(&id, change).await.map_err(gone)?;
    tell(&app, Happening::new("group.updated", ("group", &id)).by(&admin));
    shown(&app, changed).await
}

/// Deletes a group, and what was shared with it is so no more.
#[utoipa::path(delete, path = "/api/v1/groups/id/{id}/delete", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<bool>> {
    if !app.store.delete_group(&id).await? {
        return Err(unknown());
    }
    tell(&app, Happening::new("group.deleted", ("group", &id)).by(&admin));
    Ok(Json(true))
}

/// A group that was there a moment ago.
pub fn gone(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => unknown(),
        other => other.into(),
    }
}

/// The data of a new group; where nobody says who may share with it, the server's rule goes.
fn with_share(app: &App, mut data: JsonMap) -> Value {
    let config = data.entry("config").or_insert_with(|| json!({}));
    if let Some(config) = config.as_object_mut() {
        config.entry("share").or_insert_with(|| app.config.settings().default_group_share.clone());
    }
    Value::Object(data)
}
