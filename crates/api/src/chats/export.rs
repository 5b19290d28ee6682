//! Everything at once, for people who take their chats along.

use airis_domain::{ChatId, Role};
use airis_store::ChatListQuery;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, stream};

use super::view::ChatResponse;
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// Every chat of the caller, one JSON object per line, oldest first. Read one by one: the export of a large account
/// needs no more memory than its largest chat.
#[utoipa::path(get, path = "/api/v1/chats/all", tag = "chats", security(("verified" = [])),
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub async fn all(State(app): State<App>, user: Verified) -> Result<Response> {
    let ids = app.store.chat_ids_of(&user.id).await?;
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines(app, ids))).into_response())
}

fn lines(app: App, ids: Vec<ChatId>) -> impl Stream<Item = std::result::Result<Bytes, std::io::Error>> + Send {
    stream::iter(ids).filter_map(move |id| {
        let app = app.clone();
        async move {
            match line(&app, &id).await {
                Ok(Some(bytes)) => Some(Ok(bytes)),
                Ok(None) => None,
                Err(error) => Some(Err(std::io::Error::other(error.detail.to_string()))),
            }
        }
    })
}

/// One chat as a line; `None` when it was deleted meanwhile.
async fn line(app: &App, id: &ChatId) -> Result<Option<Bytes>> {
    let Some(chat) = app.store.chat(id).await? else { return Ok(None) };
    let mut line = serde_json::to_vec(&ChatResponse::load(app, chat).await?).map_err(ApiError::internal)?;
    line.push(b'\n');
    Ok(Some(Bytes::from(line)))
}

/// Archived chats of the caller, whole.
#[utoipa::path(get, path = "/api/v1/chats/all/archived", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = Vec<ChatResponse>)))]
pub async fn archived(State(app): State<App>, user: Verified) -> Result<Json<Vec<ChatResponse>>> {
    let wanted = ChatListQuery { archived: Some(true), ..ChatListQuery::default() };
    let ids = app.store.chats(&user.id, &wanted).await?.into_iter().map(|chat| chat.id).collect();
    whole(&app, ids).await
}

/// Every chat of everybody, for an administrator who may export.
#[utoipa::path(get, path = "/api/v1/chats/all/db", tag = "chats", security(("admin" = [])),
    responses((status = 200, body = Vec<ChatResponse>)))]
pub async fn everybody(State(app): State<App>, admin: Admin) -> Result<Json<Vec<ChatResponse>>> {
    if admin.role != Role::Admin || !app.config.settings().enable_admin_export {
        return Err(ApiError::unauthorized());
    }
    let (users, _) = app.store.users(&airis_store::UserQuery::default()).await?;
    let mut ids = Vec::new();
    for user in users {
        ids.extend(app.store.chat_ids_of(&user.id).await?);
    }
    whole(&app, ids).await
}

/// Whole chats by id, in that order.
pub(super) async fn whole(app: &App, ids: Vec<ChatId>) -> Result<Json<Vec<ChatResponse>>> {
    let mut chats = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(chat) = app.store.chat(&id).await? {
            chats.push(ChatResponse::load(app, chat).await?);
        }
    }
    Ok(Json(chats))
}
