//! Switches about connections.

use airis_domain::JsonMap;
use axum::extract::State;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings_form::{Changes, SettingsForm, settings_form};

settings_form! {
    /// Connections of people's own, and the cache of base models.
    ConnectionsConfigForm {
        direct_connections "ENABLE_DIRECT_CONNECTIONS": bool = "direct.enable",
        direct_integrations "ENABLE_DIRECT_INTEGRATIONS": Option<bool> = "direct.integrations.enable",
        base_models_cache "ENABLE_BASE_MODELS_CACHE": bool = "models.base_models_cache",
    }
}

/// Shows the switches.
#[utoipa::path(get, path = "/api/v1/configs/connections", tag = "configs", security(("admin" = [])),
    responses((status = 200, body = ConnectionsConfigForm)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(ConnectionsConfigForm::view(&app.config))
}

/// Changes the switches.
#[utoipa::path(post, path = "/api/v1/configs/connections", tag = "configs", security(("admin" = [])),
    request_body = ConnectionsConfigForm, responses((status = 200, body = ConnectionsConfigForm)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    changes: Changes<ConnectionsConfigForm>,
) -> Result<Json<JsonMap>> {
    let now = changes.save(&app).await?;
    tell(&app, Happening::new("config.connections.updated", ("config", "connections")).by(&admin));
    Ok(Json(now))
}
