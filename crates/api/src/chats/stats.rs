//! How much the caller's chats hold: numbers only, for people who look at their use and for those who collect it.

use std::collections::BTreeMap;

use airis_access::effective;
use airis_domain::{Chat, ChatId, Json as Value, Message, Role, User, UserId, render};
use airis_store::{ChatListQuery, ChatOrder};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::tally::{self, AggregateChatStats, MessageStats};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Query};
use crate::owned::{ChatAs, Owner};

/// Chats on one page of an export.
const PAGE: i64 = 60;
/// Chats on one page at most.
const LARGEST_PAGE: i64 = 500;

/// Which page of the use.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// 50 unless said otherwise.
    items_per_page: Option<i64>,
    page: Option<i64>,
}

/// Which chats to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Only chats that changed since, in seconds.
    updated_at: Option<i64>,
    page: Option<i64>,
    /// Everything at once, one JSON object per line.
    #[param(required = false)]
    #[serde(default)]
    stream: bool,
}

/// What is in one chat.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatUsageStatsResponse {
    #[schema(value_type = String)]
    id: ChatId,
    #[serde(flatten)]
    stats: AggregateChatStats,
    tags: Vec<String>,
    /// Seconds.
    last_message_at: i64,
    /// Seconds.
    updated_at: i64,
    /// Seconds.
    created_at: i64,
}

/// A page of chats, and how many there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatUsageStatsListResponse {
    items: Vec<ChatUsageStatsResponse>,
    total: i64,
}

/// One chat without its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatStatsExport {
    #[schema(value_type = String)]
    id: ChatId,
    #[schema(value_type = String)]
    user_id: UserId,
    /// Seconds.
    created_at: i64,
    /// Seconds.
    updated_at: i64,
    tags: Vec<String>,
    stats: AggregateChatStats,
    chat: ChatBody,
}

/// The shape of a chat object.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatBody {
    history: ChatHistoryStats,
}

/// Every message without its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatHistoryStats {
    messages: BTreeMap<String, MessageStats>,
    #[serde(rename = "currentId")]
    current_id: Option<String>,
}

/// A page of an export.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatStatsExportList {
    r#type: String,
    items: Vec<ChatStatsExport>,
    total: i64,
    page: i64,
}

/// What the caller's chats hold, the last changed first.
#[utoipa::path(get, path = "/api/v1/chats/stats/usage", tag = "chats", security(("verified" = [])),
    params(UsageQuery), responses((status = 200, body = ChatUsageStatsListResponse)))]
pub async fn usage(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<UsageQuery>,
) -> Result<Json<ChatUsageStatsListResponse>> {
    let ids = ids(&app, &user, ChatOrder::LastUpdated, None).await?;
    let size = query.items_per_page.unwrap_or(50).clamp(1, LARGEST_PAGE);
    let mut items = Vec::new();
    for id in page(&ids, query.page, size) {
        let Some((chat, messages)) = load(&app, id).await? else { continue };
        items.push(ChatUsageStatsResponse {
            stats: tally::chat(&chat, &messages),
            tags: tags(&chat),
            last_message_at: tally::last_message_at(&chat, &messages).unwrap_or(chat.updated_at),
            updated_at: chat.updated_at,
            created_at: chat.created_at,
            id: chat.id,
        });
    }
    Ok(Json(ChatUsageStatsListResponse { items, total: total(&ids) }))
}

/// The caller's chats without their words, the one that changed longest ago first; needs the permission to export.
#[utoipa::path(get, path = "/api/v1/chats/stats/export", tag = "chats", security(("verified" = [])),
    params(ExportQuery), responses((status = 200, body = ChatStatsExportList)))]
pub async fn export(State(app): State<App>, user: Verified, Query(query): Query<ExportQuery>) -> Result<Response> {
    permitted(&app, &user).await?;
    let ids = ids(&app, &user, ChatOrder::FirstUpdated, query.updated_at).await?;
    if query.stream {
        let lines =
            stream::iter(ids).filter_map(move |id| {
                let app = app.clone();
                async move {
                    line(&app, &id).await.map_err(|error| std::io::Error::other(error.detail.to_string())).transpose()
                }
            });
        return Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response());
    }
    let number = query.page.unwrap_or(1).max(1);
    let mut items = Vec::new();
    for id in page(&ids, Some(number), PAGE) {
        items.extend(load(&app, id).await?.map(|(chat, messages)| without_words(chat, &messages)));
    }
    let answer = ChatStatsExportList { r#type: "chats".to_owned(), items, total: total(&ids), page: number };
    Ok(Json(answer).into_response())
}

/// One chat of the caller without its words; needs the permission to export.
#[utoipa::path(get, path = "/api/v1/chats/stats/export/{chat_id}", tag = "chats", security(("verified" = [])),
    params(("chat_id" = String, Path)), responses((status = 200, body = Option<ChatStatsExport>)))]
pub async fn export_one(State(app): State<App>, chat: ChatAs<Owner>) -> Result<Json<ChatStatsExport>> {
    permitted(&app, &chat.caller).await?;
    let messages = app.store.messages(&chat.id).await?;
    Ok(Json(without_words(chat.chat.into_inner(), &messages)))
}

async fn permitted(app: &App, user: &User) -> Result<()> {
    if user.role == Role::Admin || effective(&app.store, &app.config, user).await?.allows("chat.export") {
        return Ok(());
    }
    Err(ApiError::unauthorized())
}

/// Ids of a person's chats, archived ones included.
async fn ids(app: &App, user: &User, order: ChatOrder, since: Option<i64>) -> Result<Vec<ChatId>> {
    let wanted = ChatListQuery { order, ..ChatListQuery::default() };
    let chats = app.store.chats(&user.id, &wanted).await?.into_iter();
    Ok(chats.filter(|chat| since.is_none_or(|since| chat.updated_at >= since)).map(|chat| chat.id).collect())
}

/// The ids on a page; pages below the first are the first.
fn page(ids: &[ChatId], number: Option<i64>, size: i64) -> &[ChatId] {
    let start = (number.unwrap_or(1).max(1) - 1).saturating_mul(size);
    let at = |index: i64| usize::try_from(index).unwrap_or(usize::MAX).min(ids.len());
    ids.get(at(start)..at(start.saturating_add(size))).unwrap_or_default()
}

fn total(ids: &[ChatId]) -> i64 {
    i64::try_from(ids.len()).unwrap_or(i64::MAX)
}

/// A chat and its messages; `None` when it was deleted meanwhile.
async fn load(app: &App, id: &ChatId) -> Result<Option<(Chat, Vec<Message>)>> {
    let Some(chat) = app.store.chat(id).await? else { return Ok(None) };
    let messages = app.store.messages(id).await?;
    Ok(Some((chat, messages)))
}

async fn line(app: &App, id: &ChatId) -> Result<Option<Bytes>> {
    let Some((chat, messages)) = load(app, id).await? else { return Ok(None) };
    let mut line = serde_json::to_vec(&without_words(chat, &messages)).map_err(ApiError::internal)?;
    line.push(b'\n');
    Ok(Some(Bytes::from(line)))
}

fn without_words(chat: Chat, messages: &[Message]) -> ChatStatsExport {
    let current_id = render::visible_leaf(messages, chat.current_message_id.as_ref()).map(|leaf| leaf.to_string());
    let history = ChatHistoryStats {
        messages: messages.iter().map(|message| (message.id.to_string(), tally::message(message))).collect(),
        current_id,
    };
    ChatStatsExport {
        stats: tally::chat(&chat, messages),
        tags: tags(&chat),
        chat: ChatBody { history },
        created_at: chat.created_at,
        updated_at: chat.updated_at,
        user_id: chat.user_id,
        id: chat.id,
    }
}

fn tags(chat: &Chat) -> Vec<String> {
    let tags = chat.meta.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    tags.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
