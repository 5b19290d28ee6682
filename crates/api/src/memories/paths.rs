//! The paths at which memories stand.

use airis_domain::Json as Value;
use airis_memory::{Scope, Topic};
use axum::extract::State;
use serde_json::json;

use super::forms::{ListMemoryPathsForm, ReadMemoryPathForm, most};
use super::permitted;
use super::views::MemoryModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// The paths, by name, with how much stands at each.
#[utoipa::path(post, path = "/api/v1/memories/paths", tag = "memories", security(("verified" = [])),
    request_body = ListMemoryPathsForm, responses((status = 200, body = Value)))]
pub async fn list(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<ListMemoryPathsForm>,
) -> Result<Json<Vec<Value>>> {
    permitted(&app, &user).await?;
    let scope = Scope { kind: form.kind.kind(), ..Scope::default() };
    let words = form.query.unwrap_or_default();
    let topics = app.memories.topics(&user.id, &words, &scope, most(form.limit)).await?;
    Ok(Json(topics.into_iter().map(shown).collect()))
}

fn shown(topic: Topic) -> Value {
    json!({"path": topic.path, "count": topic.count, "updated_at": topic.updated_at})
}

/// What stands at a path, the last changed first.
#[utoipa::path(post, path = "/api/v1/memories/path", tag = "memories", security(("verified" = [])),
    request_body = ReadMemoryPathForm, responses((status = 200, body = Value)))]
pub async fn read(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<ReadMemoryPathForm>,
) -> Result<Json<Vec<MemoryModel>>> {
    permitted(&app, &user).await?;
    let scope =
        Scope { kind: form.kind.kind(), path: Some(form.path), below: form.include_children, ..Scope::default() };
    let found = app.memories.search(&user, "", &scope, most(form.limit)).await?;
    Ok(Json(found.into_iter().map(MemoryModel::from).collect()))
}
