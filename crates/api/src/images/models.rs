//! Models that make pictures.

use airis_domain::Json as Value;
use airis_media::Model;
use axum::extract::State;

use super::refusal;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// Models of the engine that administrators chose.
#[utoipa::path(get, path = "/api/v1/images/models", tag = "images", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn list(State(app): State<App>, user: Verified) -> Result<Json<Vec<Value>>> {
    let models = app.images.models().await.map_err(|error| refusal(&user, error))?;
    Ok(Json(models.iter().map(Model::view).collect()))
}
