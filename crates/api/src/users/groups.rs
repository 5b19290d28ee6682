//! Groups that people are in.

use airis_domain::{Json as Value, UserId};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::one::known;
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::{Json, Path, Query};
use crate::groups::views::{GroupModel, named};

/// Whether groups above a person's groups count.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroupsQuery {
    #[serde(default)]
    #[param(required = false)]
    pub include_inherited: bool,
}

/// Groups that the caller is in.
#[utoipa::path(get, path = "/api/v1/users/groups", tag = "users", security(("verified" = [])), params(GroupsQuery),
    responses((status = 200, body = Vec<GroupModel>)))]
pub async fn own(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<GroupsQuery>,
) -> Result<Json<Vec<GroupModel>>> {
    groups(&app, &person.id, &query).await
}

/// Groups that a person is in.
#[utoipa::path(get, path = "/api/v1/users/{user_id}/groups", tag = "users", security(("admin" = [])),
    params(("user_id" = String, Path), GroupsQuery), responses((status = 200, body = Vec<GroupModel>)))]
pub async fn of(
    _admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<GroupsQuery>,
) -> Result<Json<Vec<GroupModel>>> {
    let user = known(&app, &id).await?;
    groups(&app, &user.id, &query).await
}

async fn groups(app: &App, user: &UserId, query: &GroupsQuery) -> Result<Json<Vec<GroupModel>>> {
    let mut groups =
        if query.include_inherited { app.store.groups().await? } else { app.store.groups_of(user).await? };
    if query.include_inherited {
        let ids = app.store.group_ids_of(user).await?;
        groups.retain(|group| ids.contains(&group.id));
    }
    Ok(Json(groups.into_iter().map(GroupModel::from).collect()))
}

/// Ids and names of the groups that somebody was put into.
pub async fn names(app: &App, user: &UserId) -> Result<Vec<Value>> {
    Ok(app.store.groups_of(user).await?.iter().map(named).collect())
}
