//! Helpers that models may start.

use airis_domain::JsonMap;
use axum::extract::State;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings_form::{Changes, SettingsForm, settings_form};

settings_form! {
    /// Whether models may start helpers, how many, and how far these may go.
    SubagentsConfigForm {
        enable "ENABLE_SUBAGENTS": bool = "subagents.enable",
        background "SUBAGENTS_BACKGROUND_ENABLED": bool = "subagents.background_enabled",
        max_concurrent "SUBAGENTS_MAX_CONCURRENT": i64 = "subagents.max_concurrent",
        max_async "SUBAGENTS_MAX_ASYNC": i64 = "subagents.max_async",
        max_iterations "SUBAGENTS_MAX_ITERATIONS": i64 = "subagents.max_iterations",
        max_output "SUBAGENTS_MAX_OUTPUT": i64 = "subagents.max_output",
        system_prompt "SUBAGENTS_SYSTEM_PROMPT": String = "subagents.system_prompt",
    }
}

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/configs/subagents", tag = "configs", security(("admin" = [])),
    responses((status = 200, body = SubagentsConfigForm)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(SubagentsConfigForm::view(&app.config))
}

/// Changes the settings.
#[utoipa::path(post, path = "/api/v1/configs/subagents", tag = "configs", security(("admin" = [])),
    request_body = SubagentsConfigForm, responses((status = 200, body = SubagentsConfigForm)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    changes: Changes<SubagentsConfigForm>,
) -> Result<Json<JsonMap>> {
    if let Some((key, _)) = changes.keys.iter().find(|(_, value)| value.as_i64().is_some_and(|number| number < 1)) {
        return Err(ApiError::bad_request(format!("{key} must be 1 or more")));
    }
    let now = changes.save(&app).await?;
    tell(&app, Happening::new("config.updated", ("config", "subagents")).by(&admin));
    Ok(Json(now))
}
