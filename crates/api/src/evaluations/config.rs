//! Models that are compared blindly.

use airis_domain::JsonMap;
use axum::extract::State;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{FreeForm, Json};
use crate::settings_form::{Changes, SettingsForm, settings_form};

settings_form! {
    /// Whether people may be given a model that they do not see the name of, and out of which ones.
    UpdateConfigForm {
        enable "ENABLE_EVALUATION_ARENA_MODELS": Option<bool> = "evaluation.arena.enable",
        models "EVALUATION_ARENA_MODELS": Option<Vec<FreeForm>> = "evaluation.arena.models",
    }
}

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/evaluations/config", tag = "evaluations", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(UpdateConfigForm::view(&app.config))
}

/// Changes the settings; null leaves one as it is.
#[utoipa::path(post, path = "/api/v1/evaluations/config", tag = "evaluations", security(("admin" = [])),
    request_body = UpdateConfigForm, responses((status = 200, body = Value)))]
pub async fn update(
    _admin: Admin,
    State(app): State<App>,
    mut changes: Changes<UpdateConfigForm>,
) -> Result<Json<JsonMap>> {
    changes.keys.retain(|_, value| !value.is_null());
    Ok(Json(changes.save(&app).await?))
}
