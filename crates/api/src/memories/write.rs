//! Remembering, changing and forgetting one thing, and forgetting everything.

use airis_memory::{Change, Source};
use axum::extract::State;

use super::forms::{AddMemoryForm, MemoryUpdateModel};
use super::permitted;
use super::views::MemoryModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path};

/// Remembers something.
#[utoipa::path(post, path = "/api/v1/memories/add", tag = "memories", security(("verified" = [])),
    request_body = AddMemoryForm, responses((status = 200, body = Option<MemoryModel>)))]
pub async fn add(State(app): State<App>, user: Verified, Json(form): Json<AddMemoryForm>) -> Result<Json<MemoryModel>> {
    permitted(&app, &user).await?;
    let new = Change { content: Some(form.content), kind: Some(form.kind.into()), path: form.path };
    let memory = app.memories.add(&user.id, new, Source::Manual).await?;
    app.memories.learn(&user).await?;
    Ok(Json(memory.into()))
}

/// Changes something.
#[utoipa::path(post, path = "/api/v1/memories/{memory_id}/update", tag = "memories", security(("verified" = [])),
    params(("memory_id" = String, Path)), request_body = MemoryUpdateModel,
    responses((status = 200, body = Option<MemoryModel>)))]
pub async fn update(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Json(form): Json<MemoryUpdateModel>,
) -> Result<Json<MemoryModel>> {
    permitted(&app, &user).await?;
    let memory = app.memories.change(&user.id, &id, form.into()).await?;
    app.memories.learn(&user).await?;
    Ok(Json(memory.into()))
}

/// Forgets something; false when it was not there.
#[utoipa::path(delete, path = "/api/v1/memories/{memory_id}", tag = "memories", security(("verified" = [])),
    params(("memory_id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<bool>> {
    permitted(&app, &user).await?;
    Ok(Json(app.memories.remove(&user.id, &id).await?))
}

/// Forgets everything of the caller's; false when there was nothing.
#[utoipa::path(delete, path = "/api/v1/memories/delete/user", tag = "memories", security(("verified" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn clear(State(app): State<App>, user: Verified) -> Result<Json<bool>> {
    permitted(&app, &user).await?;
    Ok(Json(app.memories.clear(&user.id).await?))
}
