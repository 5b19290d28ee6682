//! Looking for memories by what they mean and by their words.

use airis_domain::{Json as Value, Memory};
use airis_memory::Scope;
use axum::extract::State;
use serde_json::json;

use super::forms::{QueryMemoryForm, SearchMemoriesForm, most};
use super::permitted;
use super::views::MemoryModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// What is nearest to a text; larger distances are nearer.
#[utoipa::path(post, path = "/api/v1/memories/query", tag = "memories", security(("verified" = [])),
    request_body = QueryMemoryForm, responses((status = 200, body = Value)))]
pub async fn query(State(app): State<App>, user: Verified, Json(form): Json<QueryMemoryForm>) -> Result<Json<Value>> {
    permitted(&app, &user).await?;
    let found = app.memories.query(&user, &form.content, most(form.k.unwrap_or(1))).await?;
    let list = |part: fn(&(Memory, f64)) -> Value| vec![found.iter().map(part).collect::<Vec<_>>()];
    Ok(Json(json!({
        "ids": list(|(memory, _)| json!(memory.id)),
        "documents": list(|(memory, _)| json!(memory.content)),
        "metadatas": list(|(memory, _)| metadata(memory)),
        "distances": list(|(_, near)| json!(near)),
    })))
}

fn metadata(memory: &Memory) -> Value {
    let mut metadata =
        json!({"created_at": memory.created_at, "updated_at": memory.updated_at, "type": memory.kind.as_str()});
    if let Some(path) = &memory.path {
        metadata["path"] = json!(path);
    }
    metadata
}

/// What has the words first, then what is near to them; without words the last changed first.
#[utoipa::path(post, path = "/api/v1/memories/search", tag = "memories", security(("verified" = [])),
    request_body = SearchMemoriesForm, responses((status = 200, body = Vec<MemoryModel>)))]
pub async fn search(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<SearchMemoriesForm>,
) -> Result<Json<Vec<MemoryModel>>> {
    permitted(&app, &user).await?;
    let scope = Scope { kind: form.kind.kind(), path: form.path, below: true, id: form.memory_id };
    let words = form.query.unwrap_or_default();
    let found = app.memories.search(&user, &words, &scope, most(form.limit)).await?;
    Ok(Json(found.into_iter().map(MemoryModel::from).collect()))
}
