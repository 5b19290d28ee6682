//! Lists of people.

use airis_domain::User;
use airis_store::{UserQuery, UserSort};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{UserGroupIdsListResponse, UserGroupIdsModel, UserInfoListResponse, UserInfoResponse};
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::{Json, Query};

const PAGE: i64 = 30;

/// Which people, in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Part of a name or email.
    #[serde(default)]
    pub query: Option<String>,
    /// `name`, `email`, `role`, `created_at`, `updated_at` or `last_active_at`.
    #[serde(default)]
    pub order_by: Option<String>,
    /// `asc` or `desc`.
    #[serde(default)]
    pub direction: Option<String>,
    /// From 1.
    #[serde(default)]
    pub page: Option<i64>,
}

impl ListQuery {
    fn resolve(self) -> UserQuery {
        let sort = match self.order_by.as_deref() {
            Some("name") => UserSort::Name,
            Some("email") => UserSort::Email,
            Some("role") => UserSort::Role,
            Some("updated_at") => UserSort::UpdatedAt,
            Some("last_active_at") => UserSort::LastActiveAt,
            _ => UserSort::CreatedAt,
        };
        UserQuery {
            search: self.query.filter(|text| !text.is_empty()),
            sort,
            descending: match self.direction.as_deref() {
                Some(direction) => direction == "desc",
                None => sort == UserSort::CreatedAt,
            },
            offset: (self.page.unwrap_or(1).max(1) - 1).saturating_mul(PAGE),
            limit: Some(PAGE),
            ..UserQuery::default()
        }
    }
}

/// A page of accounts.
#[utoipa::path(get, path = "/api/v1/users/", tag = "users", security(("admin" = [])), params(ListQuery),
    responses((status = 200, body = UserGroupIdsListResponse)))]
pub async fn page(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<UserGroupIdsListResponse>> {
    let (people, total) = app.store.users(&query.resolve()).await?;
    let mut users = Vec::with_capacity(people.len());
    for person in people {
        let group_ids = app.store.groups_of(&person.id).await?.into_iter().map(|group| group.id).collect();
        users.push(UserGroupIdsModel { user: person.into(), group_ids });
    }
    Ok(Json(UserGroupIdsListResponse { users, total }))
}

/// Every account.
#[utoipa::path(get, path = "/api/v1/users/all", tag = "users", security(("admin" = [])),
    responses((status = 200, body = UserInfoListResponse)))]
pub async fn all(_admin: Admin, State(app): State<App>) -> Result<Json<UserInfoListResponse>> {
    Ok(listed(app.store.users(&UserQuery::default()).await?))
}

/// People whose name or email has a text in it, for sharing.
#[utoipa::path(get, path = "/api/v1/users/search", tag = "users", security(("verified" = [])), params(ListQuery),
    responses((status = 200, body = UserInfoListResponse)))]
pub async fn search(
    _person: Verified,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<UserInfoListResponse>> {
    Ok(listed(app.store.users(&query.resolve()).await?))
}

fn listed((people, total): (Vec<User>, i64)) -> Json<UserInfoListResponse> {
    Json(UserInfoListResponse { users: people.into_iter().map(UserInfoResponse::listed).collect(), total })
}
