//! Parts of the page that are hidden from everybody.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings;

/// Part of the page and whether it is shown.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct InterfaceVisibilityForm {
    pub visibility: BTreeMap<String, bool>,
}

/// Replaces the map.
#[utoipa::path(post, path = "/api/v1/configs/interface/visibility", tag = "configs", security(("admin" = [])),
    request_body = InterfaceVisibilityForm, responses((status = 200, body = InterfaceVisibilityForm)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<InterfaceVisibilityForm>,
) -> Result<Json<InterfaceVisibilityForm>> {
    settings::write_one(&app, "ui.visibility", json!(form.visibility)).await?;
    tell(&app, Happening::new("config.updated", ("config", "ui.visibility")).by(&admin));
    Ok(Json(form))
}
