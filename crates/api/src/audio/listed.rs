//! Models and voices that read aloud.

use airis_domain::Json as Value;
use airis_media::audio::Named;
use axum::extract::State;
use serde_json::json;

use super::refusal;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// Models of the service that administrators chose; none where the browser reads aloud.
#[utoipa::path(get, path = "/api/v1/audio/models", tag = "audio", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn models(State(app): State<App>, user: Verified) -> Result<Json<Value>> {
    let models = app.audio.models().await.map_err(|error| refusal(&user, error))?;
    Ok(Json(json!({"models": shown(&models)})))
}

/// Voices of that service.
#[utoipa::path(get, path = "/api/v1/audio/voices", tag = "audio", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn voices(State(app): State<App>, user: Verified) -> Result<Json<Value>> {
    let voices = app.audio.voices().await.map_err(|error| refusal(&user, error))?;
    Ok(Json(json!({"voices": shown(&voices)})))
}

fn shown(list: &[Named]) -> Vec<Value> {
    list.iter().map(Named::view).collect()
}
