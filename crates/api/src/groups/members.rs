//! People of a group.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use airis_domain::UserId;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::change::gone;
use super::forms::UserIdsForm;
use super::read::{known, shown};
use super::views::GroupResponse;
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{Json, Path, Query};
use crate::happenings::{Happening, tell};
use crate::users::views::{UserInfoResponse, is_present};

const PAGE: usize = 30;

/// How somebody came into a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Membership {
    /// Was put into it.
    Direct,
    /// Is in a group below it only.
    Inherited,
    /// Either.
    #[default]
    Effective,
}

/// Which people.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MembersQuery {
    #[serde(default)]
    #[param(inline, required = false)]
    pub membership: Membership,
    /// Part of a name or email.
    #[serde(default)]
    #[param(required = false)]
    pub query: String,
    /// From 1.
    #[serde(default)]
    #[param(value_type = i64, required = false, minimum = 1)]
    pub page: Option<NonZeroUsize>,
}

/// Somebody in a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupMemberInfo {
    #[serde(flatten)]
    pub user: UserInfoResponse,
    /// `direct` or `inherited`.
    #[schema(value_type = String)]
    pub membership_type: &'static str,
    /// The groups below that the person was put into.
    #[schema(required = false)]
    pub via_group_ids: Vec<String>,
}

/// A page of people, and how many there are of each kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupMembersResponse {
    pub items: Vec<GroupMemberInfo>,
    pub total: usize,
    #[schema(value_type = BTreeMap<String, i64>)]
    pub counts: BTreeMap<&'static str, usize>,
}

/// People who were put into a group.
#[utoipa::path(post, path = "/api/v1/groups/id/{id}/users", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Vec<UserInfoResponse>)))]
pub async fn people(
    _admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Vec<UserInfoResponse>>> {
    known(&app, &id).await?;
    let pairs = app.store.memberships_below(&id).await?;
    let mut people = app.store.people_below(&id).await?;
    people.retain(|person| pairs.iter().any(|(group, user)| *group == id && *user == person.id));
    let shown = people.into_iter().map(|person| {
        let is_active = is_present(&person);
        UserInfoResponse { is_active, ..UserInfoResponse::listed(person) }
    });
    Ok(Json(shown.collect()))
}

/// Puts people into a group.
#[utoipa::path(post, path = "/api/v1/groups/id/{id}/users/add", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path)), request_body = UserIdsForm, responses((status = 200, body = Option<GroupResponse>)))]
pub async fn add(
    admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(form): Json<UserIdsForm>,
) -> Result<Json<GroupResponse>> {
    let people = ids(form);
    app.store.add_members(&id, &people).await.map_err(gone)?;
    let happening = Happening::new("group.member_added", ("group", &id)).by(&admin);
    tell(&app, happening.with(json!({"user_ids": people})));
    shown(&app, known(&app, &id).await?).await
}

/// Takes people out of a group.
#[utoipa::path(post, path = "/api/v1/groups/id/{id}/users/remove", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path)), request_body = UserIdsForm, responses((status = 200, body = Option<GroupResponse>)))]
pub async fn remove(
    admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(form): Json<UserIdsForm>,
) -> Result<Json<GroupResponse>> {
    let people = ids(form);
    app.store.remove_members(&id, &people).await.map_err(gone)?;
    let happening = Happening::new("group.member_removed", ("group", &id)).by(&admin);
    tell(&app, happening.with(json!({"user_ids": people})));
    shown(&app, known(&app, &id).await?).await
}

/// A page of the people whom a group reaches, and through which groups.
#[utoipa::path(get, path = "/api/v1/groups/id/{id}/members", tag = "groups", security(("admin" = [])),
    params(("id" = String, Path), MembersQuery), responses((status = 200, body = GroupMembersResponse)))]
pub async fn inspect(
    _admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<MembersQuery>,
) -> Result<Json<GroupMembersResponse>> {
    known(&app, &id).await?;
    let mut groups: BTreeMap<UserId, Vec<String>> = BTreeMap::new();
    for (group, user) in app.store.memberships_below(&id).await? {
        groups.entry(user).or_default().push(group);
    }
    let part = query.query.trim().to_lowercase();
    let mut people = app.store.people_below(&id).await?;
    people.retain(|person| person.name.to_lowercase().contains(&part) || person.email.contains(&part));
    let all: Vec<GroupMemberInfo> = people
        .into_iter()
        .map(|person| {
            let mut via_group_ids = groups.remove(&person.id).unwrap_or_default();
            let through = via_group_ids.len();
            via_group_ids.retain(|group| *group != id);
            let membership_type = if via_group_ids.len() < through { "direct" } else { "inherited" };
            // When somebody was here last is not for this list.
            let user = UserInfoResponse { last_active_at: None, ..UserInfoResponse::listed(person) };
            GroupMemberInfo { user, membership_type, via_group_ids }
        })
        .collect();
    let direct = all.iter().filter(|member| member.membership_type == "direct").count();
    let counts = BTreeMap::from([("direct", direct), ("inherited", all.len() - direct), ("effective", all.len())]);
    let wanted: Vec<GroupMemberInfo> = all
        .into_iter()
        .filter(|member| match query.membership {
            Membership::Direct => member.membership_type == "direct",
            Membership::Inherited => member.membership_type == "inherited",
            Membership::Effective => true,
        })
        .collect();
    let total = wanted.len();
    let skip = (query.page.map_or(1, NonZeroUsize::get) - 1).saturating_mul(PAGE);
    Ok(Json(GroupMembersResponse { items: wanted.into_iter().skip(skip).take(PAGE).collect(), total, counts }))
}

fn ids(form: UserIdsForm) -> Vec<UserId> {
    form.user_ids.unwrap_or_default().into_iter().map(UserId::from).collect()
}
