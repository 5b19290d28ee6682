//! How much each model is used, where, and how it is liked.

use airis_store::{ModelChat, ModelChatOrder, ModelChatQuery, Span};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::days::{Days, zone};
use super::{SpanQuery, half_page, offered, page};
use crate::app::App;
use crate::caller::Admin;
use crate::chats::text::of_content;
use crate::error::Result;
use crate::evaluations::leaderboard::{HistoryQuery, by_day};
use crate::extract::{Json, Path, Query};

/// Characters of a question in a list.
const PREVIEW: usize = 200;
/// Tags shown with a model.
const TAGS: i64 = 10;

/// Models by use.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelAnalyticsResponse {
    models: Vec<ModelAnalyticsEntry>,
}

/// Use of a model.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelAnalyticsEntry {
    model_id: String,
    /// Replies.
    count: i64,
    #[schema(required = false)]
    unique_users: i64,
    #[schema(required = false)]
    unique_chats: i64,
}

/// Which chats, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChatsQuery {
    /// Seconds since 1970, as the next; both are included.
    start_date: Option<i64>,
    end_date: Option<i64>,
    #[serde(default)]
    #[param(required = false)]
    skip: i64,
    /// At most 100.
    #[serde(default = "half_page")]
    #[param(required = false, maximum = 100)]
    limit: i64,
    /// `updated_at`, `created_at` or `user_name`.
    #[serde(default)]
    #[param(required = false)]
    order_by: String,
    /// `asc` or `desc`.
    #[serde(default)]
    #[param(required = false)]
    direction: String,
}

/// A page of chats.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelChatsResponse {
    chats: Vec<ModelChatEntry>,
    /// How many there are in all.
    total: i64,
}

/// A chat in which a model answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelChatEntry {
    chat_id: String,
    #[schema(required = false)]
    user_id: Option<String>,
    #[schema(required = false)]
    user_name: Option<String>,
    /// How the first question begins; null where administrators may not read chats.
    #[schema(required = false)]
    first_message: Option<String>,
    /// Seconds.
    updated_at: i64,
}

/// How a model is liked, and what for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelOverviewResponse {
    history: Vec<HistoryEntry>,
    tags: Vec<TagEntry>,
}

/// Votes of a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryEntry {
    date: String,
    #[schema(required = false)]
    won: i64,
    #[schema(required = false)]
    lost: i64,
}

/// A tag, and how many chats with the model carry it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagEntry {
    tag: String,
    count: i64,
}

/// Every model that answered, the busiest first.
#[utoipa::path(get, path = "/api/v1/analytics/models", tag = "analytics", security(("admin" = [])),
    params(SpanQuery), responses((status = 200, body = ModelAnalyticsResponse)))]
pub async fn list(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<SpanQuery>,
) -> Result<Json<ModelAnalyticsResponse>> {
    offered(&app)?;
    let found = app.store.replies_by_model(&Span::from(query)).await?;
    let entry = |one: airis_store::ModelUse| ModelAnalyticsEntry {
        model_id: one.model,
        count: one.messages,
        unique_users: one.users,
        unique_chats: one.chats,
    };
    Ok(Json(ModelAnalyticsResponse { models: found.into_iter().map(entry).collect() }))
}

/// Chats in which a model answered.
#[utoipa::path(get, path = "/api/v1/analytics/models/{model_id}/chats", tag = "analytics", security(("admin" = [])),
    params(("model_id" = String, Path), ChatsQuery), responses((status = 200, body = ModelChatsResponse)))]
pub async fn chats(
    _admin: Admin,
    State(app): State<App>,
    Path(model): Path<String>,
    Query(query): Query<ChatsQuery>,
) -> Result<Json<ModelChatsResponse>> {
    offered(&app)?;
    let (offset, limit) = page(query.skip, query.limit)?;
    let order = match query.order_by.as_str() {
        "created_at" => ModelChatOrder::CreatedAt,
        "user_name" => ModelChatOrder::Person,
        _ => ModelChatOrder::UpdatedAt,
    };
    let ascending = query.direction.eq_ignore_ascii_case("asc");
    let wanted = ModelChatQuery { model, from: query.start_date, to: query.end_date, order, ascending, offset, limit };
    let (chats, total) = app.store.chats_of_model(&wanted).await?;
    let readable = app.config.settings().enable_admin_chat_access;
    let chats = chats.into_iter().map(|chat| ModelChatEntry::of(chat, readable)).collect();
    Ok(Json(ModelChatsResponse { chats, total }))
}

impl ModelChatEntry {
    fn of(chat: ModelChat, readable: bool) -> Self {
        let question = chat.question.filter(|_| readable).and_then(|content| of_content(&content));
        Self {
            chat_id: chat.id.0,
            user_id: Some(chat.user_id.0),
            user_name: chat.user_name,
            first_message: question.map(|text| text.chars().take(PREVIEW).collect()),
            updated_at: chat.updated_at,
        }
    }
}

/// Votes on a model day by day, and the tags of the chats it answered in.
#[utoipa::path(get, path = "/api/v1/analytics/models/{model_id}/overview", tag = "analytics", security(("admin" = [])),
    params(("model_id" = String, Path), HistoryQuery), responses((status = 200, body = ModelOverviewResponse)))]
pub async fn overview(
    _admin: Admin,
    State(app): State<App>,
    Path(model): Path<String>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<ModelOverviewResponse>> {
    offered(&app)?;
    let zone = zone(&app);
    let since = Days::last(query.days, airis_domain::now(), &zone).begin(&zone);
    let tags = app.store.tags_of_model(&model, since, TAGS).await?;
    let history = by_day(&app, &model, query.days).await?;
    Ok(Json(ModelOverviewResponse {
        history: history.into_iter().map(|day| HistoryEntry { date: day.date, won: day.won, lost: day.lost }).collect(),
        tags: tags.into_iter().map(|(tag, count)| TagEntry { tag, count }).collect(),
    }))
}
