//! Notices shown to everybody.

use airis_domain::Json as Value;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings;

/// One notice.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BannerModel {
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub i18n: Option<Value>,
    pub id: String,
    /// `info`, `success`, `warning` or `error`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub title: Option<String>,
    pub content: String,
    pub dismissible: bool,
    /// Seconds.
    pub timestamp: i64,
}

/// All notices.
#[derive(Deserialize, ToSchema)]
pub struct SetBannersForm {
    pub banners: Vec<BannerModel>,
}

/// Shows the notices.
#[utoipa::path(get, path = "/api/v1/configs/banners", tag = "configs", security(("verified" = [])),
    responses((status = 200, body = Vec<BannerModel>)))]
pub async fn read(_person: Verified, State(app): State<App>) -> Json<Value> {
    Json(app.config.get("ui.banners"))
}

/// Replaces the notices.
#[utoipa::path(post, path = "/api/v1/configs/banners", tag = "configs", security(("admin" = [])),
    request_body = SetBannersForm, responses((status = 200, body = Vec<BannerModel>)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<SetBannersForm>,
) -> Result<Json<Vec<BannerModel>>> {
    let value = serde_json::to_value(&form.banners).map_err(ApiError::internal)?;
    settings::write_one(&app, "ui.banners", value).await?;
    tell(
        &app,
        Happening::new("config.banners.updated", ("config", "ui.banners"))
            .by(&admin)
            .with(json!({"count": form.banners.len()})),
    );
    Ok(Json(form.banners))
}
