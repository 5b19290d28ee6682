//! Lists of the caller's chats, sixty to a page.

use airis_domain::UserId;
use airis_store::{ChatListQuery, ChatOrder};
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::view::ChatTitleIdResponse;
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::{Json, Path, Query};

/// Chats on one page.
const PAGE: i64 = 60;

/// Which page of which list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// From 1; without it the whole list.
    page: Option<i64>,
    include_pinned: Option<bool>,
    include_folders: Option<bool>,
    #[param(required = false)]
    sort_by: Option<String>,
    #[param(required = false)]
    sort_dir: Option<String>,
}

/// A page of a list that can be searched and ordered.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchableQuery {
    pub page: Option<i64>,
    pub query: Option<String>,
    pub order_by: Option<String>,
    pub direction: Option<String>,
}

/// Chats that carry a label.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TagFilterForm {
    name: String,
    skip: Option<i64>,
    limit: Option<i64>,
}

type Lines = Json<Vec<ChatTitleIdResponse>>;

/// The sidebar: chats that are neither archived nor, unless asked for, pinned or in a folder.
#[utoipa::path(get, path = "/api/v1/chats/", tag = "chats", security(("verified" = [])), params(ListQuery),
    responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn list(State(app): State<App>, user: Verified, Query(query): Query<ListQuery>) -> Result<Lines> {
    let wanted = ChatListQuery {
        archived: Some(false),
        pinned: (!query.include_pinned.unwrap_or(false)).then_some(false),
        folder: (!query.include_folders.unwrap_or(false)).then_some(None),
        ..page(query.page)
    };
    lines(&app, &user.id, ordered(wanted, query.sort_by.as_deref(), query.sort_dir.as_deref())).await
}

/// The same list at its other address.
#[utoipa::path(get, path = "/api/v1/chats/list", tag = "chats", security(("verified" = [])), params(ListQuery),
    responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn list_alias(app: State<App>, user: Verified, query: Query<ListQuery>) -> Result<Lines> {
    list(app, user, query).await
}

/// Pinned chats.
#[utoipa::path(get, path = "/api/v1/chats/pinned", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn pinned(State(app): State<App>, user: Verified) -> Result<Lines> {
    let wanted = ChatListQuery { archived: Some(false), pinned: Some(true), ..ChatListQuery::default() };
    lines(&app, &user.id, wanted).await
}

/// Archived chats.
#[utoipa::path(get, path = "/api/v1/chats/archived", tag = "chats", security(("verified" = [])),
    params(SearchableQuery), responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn archived(State(app): State<App>, user: Verified, Query(query): Query<SearchableQuery>) -> Result<Lines> {
    let wanted = ChatListQuery { archived: Some(true), search: filled(query.query), ..page(query.page) };
    lines(&app, &user.id, ordered(wanted, query.order_by.as_deref(), query.direction.as_deref())).await
}

/// How many chats are archived.
#[utoipa::path(get, path = "/api/v1/chats/archived/count", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = i64, content_type = "application/json")))]
pub async fn archived_count(State(app): State<App>, user: Verified) -> Result<Json<i64>> {
    let wanted = ChatListQuery { archived: Some(true), ..ChatListQuery::default() };
    Ok(Json(app.store.count_chats(&user.id, &wanted).await?))
}

/// Chats that carry a label.
#[utoipa::path(post, path = "/api/v1/chats/tags", tag = "chats", security(("verified" = [])),
    request_body = TagFilterForm, responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn by_tag(State(app): State<App>, user: Verified, Json(form): Json<TagFilterForm>) -> Result<Lines> {
    let wanted = ChatListQuery {
        tag: Some(super::tags::id(&form.name)),
        offset: form.skip.unwrap_or(0).max(0),
        limit: Some(form.limit.unwrap_or(50).max(0)),
        ..ChatListQuery::default()
    };
    lines(&app, &user.id, wanted).await
}

/// Another person's chats, for an administrator.
#[utoipa::path(get, path = "/api/v1/chats/list/user/{user_id}", tag = "chats", security(("admin" = [])),
    params(("user_id" = String, Path), SearchableQuery), responses((status = 200, body = Vec<ChatTitleIdResponse>)))]
pub async fn of_user(
    State(app): State<App>,
    _admin: Admin,
    Path(user): Path<String>,
    Query(query): Query<SearchableQuery>,
) -> Result<Lines> {
    let wanted = ChatListQuery { search: filled(query.query), ..page(query.page) };
    let wanted = ordered(wanted, query.order_by.as_deref(), query.direction.as_deref());
    lines(&app, &UserId::from(user), wanted).await
}

async fn lines(app: &App, user: &UserId, query: ChatListQuery) -> Result<Lines> {
    let chats = app.store.chats(user, &query).await?;
    Ok(Json(ChatTitleIdResponse::list(app, chats).await?))
}

/// Offset and limit of a page; pages below the first are the first.
pub(crate) fn page(page: Option<i64>) -> ChatListQuery {
    let Some(page) = page else { return ChatListQuery::default() };
    let offset = (page.max(1) - 1).saturating_mul(PAGE);
    ChatListQuery { offset, limit: Some(PAGE), ..ChatListQuery::default() }
}

/// The list in the order that a client names; a name that is not known is the default.
pub(crate) fn ordered(mut query: ChatListQuery, by: Option<&str>, direction: Option<&str>) -> ChatListQuery {
    let up = direction.is_some_and(|direction| direction.eq_ignore_ascii_case("asc"));
    query.order = match by {
        Some("created_at") if up => ChatOrder::FirstCreated,
        Some("created_at") => ChatOrder::LastCreated,
        Some("title") if up => ChatOrder::TitleUp,
        Some("title") => ChatOrder::TitleDown,
        Some("unread_updated_at") => ChatOrder::Unread,
        _ if up => ChatOrder::FirstUpdated,
        _ => ChatOrder::LastUpdated,
    };
    query
}

/// The text to search for, when there is any.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
