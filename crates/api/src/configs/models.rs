//! Preselected models, their order, and what every model starts from.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::{FreeForm, Json};
use crate::happenings::{Happening, tell};
use crate::settings_form::{Changes, SettingsForm, settings_form};

settings_form! {
    /// Which models come first.
    ModelsConfigForm {
        default_models "DEFAULT_MODELS": Option<String> = "ui.default_models" (required),
        pinned_models "DEFAULT_PINNED_MODELS": Option<String> = "ui.default_pinned_models" (required),
        order "MODEL_ORDER_LIST": Option<Vec<String>> = "ui.model_order_list" (required),
        metadata "DEFAULT_MODEL_METADATA": Option<FreeForm> = "models.default_metadata",
        params "DEFAULT_MODEL_PARAMS": Option<FreeForm> = "models.default_params",
    }
}

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/configs/models", tag = "configs", security(("admin" = [])),
    responses((status = 200, body = ModelsConfigForm)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(ModelsConfigForm::view(&app.config))
}

/// Changes the settings.
#[utoipa::path(post, path = "/api/v1/configs/models", tag = "configs", security(("admin" = [])),
    request_body = ModelsConfigForm, responses((status = 200, body = ModelsConfigForm)))]
pub async fn update(admin: Admin, State(app): State<App>, changes: Changes<ModelsConfigForm>) -> Result<Json<JsonMap>> {
    let now = changes.save(&app).await?;
    tell(&app, Happening::new("config.models.updated", ("config", "models")).by(&admin));
    Ok(Json(now))
}

/// What every model's meta data starts from.
#[utoipa::path(get, path = "/api/v1/configs/models/defaults", tag = "configs", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn defaults(_person: Verified, State(app): State<App>) -> Json<Value> {
    Json(json!({"DEFAULT_MODEL_METADATA": app.config.get("models.default_metadata")}))
}
