//! Everything that is remembered.

use axum::extract::State;

use super::permitted;
use super::views::MemoryModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// Everything of the caller's, in the order it was stored.
#[utoipa::path(get, path = "/api/v1/memories/", tag = "memories", security(("verified" = [])),
    responses((status = 200, body = Vec<MemoryModel>)))]
pub async fn list(State(app): State<App>, user: Verified) -> Result<Json<Vec<MemoryModel>>> {
    permitted(&app, &user).await?;
    Ok(Json(app.memories.all(&user.id).await?.into_iter().map(MemoryModel::from).collect()))
}
