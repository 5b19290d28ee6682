//! What the owner has read.

use std::collections::BTreeMap;

use airis_domain::{Json as Value, RoomEvent, UserId};
use airis_store::{ChatListQuery, ChatPatch};
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;
use crate::owned::{ChatAs, Owner};

/// Marks every chat of the caller as read.
#[utoipa::path(post, path = "/api/v1/chats/read", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn read_all(State(app): State<App>, user: Verified) -> Result<Json<Value>> {
    let updated = app.store.mark_all_read(&user.id).await?;
    let counts = counts(&app, &user.id).await?;
    Ok(Json(json!({ "updated_count": updated, "folder_unread_counts": counts })))
}

/// Marks one chat as unread.
#[utoipa::path(post, path = "/api/v1/chats/{id}/unread", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn unread(State(app): State<App>, chat: ChatAs<Owner>) -> Result<Json<Value>> {
    let patch = ChatPatch { last_read_at: Some(Some(0)), ..ChatPatch::default() };
    app.store.update_chat(&chat.id, &patch).await?;
    let mut counts = counts(&app, &chat.user_id).await?;
    counts.retain(|folder, _| chat.folder_id.as_ref() == Some(folder));
    let data = json!({ "chat_id": chat.id, "last_read_at": 0, "folder_unread_counts": counts });
    app.bus.emit(RoomEvent {
        room: format!("user:{}", chat.user_id),
        event: "events".to_owned(),
        payload: json!({ "chat_id": chat.id, "data": { "type": "chat:list", "data": data } }),
        except: None,
        trace: None,
    });
    let answer = json!({
        "chat_id": chat.id, "last_read_at": 0, "folder_id": chat.folder_id, "folder_unread_counts": counts,
    });
    Ok(Json(answer))
}

/// Unread chats by folder, for every folder of a person that holds chats or not.
pub async fn counts(app: &App, user: &UserId) -> Result<BTreeMap<String, i64>> {
    let mut counts: BTreeMap<String, i64> =
        app.store.folders(user).await?.into_iter().map(|folder| (folder.id, 0)).collect();
    if counts.is_empty() {
        return Ok(counts);
    }
    let open = ChatListQuery { archived: Some(false), ..ChatListQuery::default() };
    for chat in app.store.chats(user, &open).await? {
        let unread = chat.last_read_at.is_none_or(|at| at < chat.updated_at);
        if let Some(count) = chat.folder_id.filter(|_| unread).and_then(|folder| counts.get_mut(&folder)) {
            *count += 1;
        }
    }
    Ok(counts)
}
