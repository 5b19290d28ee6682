//! Which replies run, and stopping them.

use airis_access::{AccessError, JoinedChat};
use airis_domain::{ChatId, Json as Value, TurnId};
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};

/// Every running reply.
#[utoipa::path(get, path = "/api/tasks", tag = "main", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn all(State(app): State<App>, _admin: Admin) -> Result<Json<Value>> {
    Ok(Json(json!({ "tasks": app.turns.all_running().await? })))
}

/// Stops one reply, on whichever instance it runs.
#[utoipa::path(post, path = "/api/tasks/stop/{task_id}", tag = "main", security(("admin" = [])),
    params(("task_id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn stop(State(app): State<App>, _admin: Admin, Path(id): Path<String>) -> Result<Json<Value>> {
    let id = TurnId::from(id);
    let stopped = app.turns.stop(&id).await?;
    let message =
        if stopped { format!("Task {id} successfully stopped.") } else { format!("Task with ID {id} not found.") };
    Ok(Json(json!({ "status": stopped, "message": message })))
}

/// Running replies of a chat; none when the caller has no part in it.
#[utoipa::path(get, path = "/api/tasks/chat/{chat_id}", tag = "main", security(("verified" = [])),
    params(("chat_id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn of_chat(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<Value>> {
    let id = ChatId::from(id);
    let running = if joined(&app, &user, &id).await? { app.turns.running(&id).await? } else { Vec::new() };
    Ok(Json(json!({ "task_ids": running })))
}

/// Stops every reply of a chat and closes what was left open.
#[utoipa::path(post, path = "/api/tasks/chat/{chat_id}/stop", tag = "main", security(("verified" = [])),
    params(("chat_id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn stop_chat(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<Value>> {
    let id = ChatId::from(id);
    if !joined(&app, &user, &id).await? {
        return Err(ApiError::not_found());
    }
    app.turns.stop_chat(&id).await?;
    Ok(Json(json!({ "status": true, "message": "Nothing of this chat runs any more." })))
}

/// Whether the caller may say something in a chat; a temporary one belongs to whoever holds its socket.
async fn joined(app: &App, user: &Verified, id: &ChatId) -> Result<bool> {
    if id.is_temporary() {
        let session = id.as_str().split_once(':').map_or("", |(_, session)| session);
        return Ok(app.realtime.owner(&session.into()).await.is_some_and(|owner| owner == user.id));
    }
    match JoinedChat::of(&app.store, user, id).await {
        Ok(_) => Ok(true),
        Err(AccessError::Store(error)) => Err(error.into()),
        Err(_) => Ok(false),
    }
}
