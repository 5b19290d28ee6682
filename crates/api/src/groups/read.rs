//! Lists of groups, and one of them.

use std::collections::HashSet;

use airis_domain::{Group, Json as Value, Role};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{GroupExportResponse, GroupInfoResponse, GroupResponse};
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};

/// Which groups.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShareQuery {
    /// `true`: groups that the caller may share things with; `false`: known groups that are no such group.
    #[serde(default)]
    pub share: Option<bool>,
}

/// Every group for an administrator, otherwise those that the caller was put into.
#[utoipa::path(get, path = "/api/v1/groups/", tag = "groups", security(("verified" = [])), params(ShareQuery),
    responses((status = 200, body = Vec<GroupResponse>)))]
pub async fn list(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<ShareQuery>,
) -> Result<Json<Vec<GroupResponse>>> {
    let is_admin = person.role == Role::Admin;
    let direct: HashSet<String> = app.store.groups_of(&person.id).await?.into_iter().map(|group| group.id).collect();
    let inherited: HashSet<String> = app.store.group_ids_of(&person.id).await?.into_iter().collect();
    // Not said, or `members`: whoever is in it.
    let shares = |group: &Group| {
        let rule = group.setting("share").and_then(Value::as_bool);
        rule.unwrap_or_else(|| is_admin || inherited.contains(&group.id))
    };
    let wanted = |group: &Group| match query.share {
        Some(true) => shares(group),
        Some(false) => (is_admin || direct.contains(&group.id)) && !shares(group),
        None => is_admin || direct.contains(&group.id),
    };
    let counts = app.store.count_members().await?;
    let groups = app.store.groups().await?.into_iter().filter(wanted);
    Ok(Json(groups.map(|group| GroupResponse::counted(group, &counts)).collect()))
}

/// A group.
#[utoipa::path(get, path = "/api/v1/groups/id/{id}", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<GroupResponse>)))]
pub async fn read(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<GroupResponse>> {
    shown(&app, known(&app, &id).await?).await
}

/// Name and size of a group, so that people see whom a thing is shared with.
#[utoipa::path(get, path = "/api/v1/groups/id/{id}/info", tag = "groups", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<GroupInfoResponse>)))]
pub async fn info(
    _person: Verified,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<GroupInfoResponse>> {
    let Json(group) = shown(&app, known(&app, &id).await?).await?;
    Ok(Json(group.into()))
}

/// A group with the ids of the people in it.
#[utoipa::path(get, path = "/api/v1/groups/id/{id}/export", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<GroupExportResponse>)))]
pub async fn export(
    _admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<GroupExportResponse>> {
    let Json(group) = shown(&app, known(&app, &id).await?).await?;
    let pairs = app.store.memberships_below(&id).await?;
    let user_ids = pairs.into_iter().filter(|(group, _)| *group == id).map(|(_, user)| user.to_string()).collect();
    Ok(Json(GroupExportResponse { group, user_ids }))
}

/// A group that must exist.
pub async fn known(app: &App, id: &str) -> Result<Group> {
    app.store.group(id).await?.ok_or_else(unknown)
}

/// The answer where there is no such group.
pub fn unknown() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "There is no group with this id")
}

/// A group with its size.
pub async fn shown(app: &App, group: Group) -> Result<Json<GroupResponse>> {
    Ok(Json(GroupResponse::counted(group, &app.store.count_members().await?)))
}
