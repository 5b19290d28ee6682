//! Pictures: how they are made and changed, and having that done.

pub mod change;
pub mod config;
pub mod make;
pub mod models;
mod settings;
pub mod verify;

use airis_domain::{File, Json as Value, User};
use airis_media::{ImageError, address};
use axum::http::StatusCode;
use serde_json::json;

use crate::app::App;
use crate::error::{ApiError, Result};

/// Refuses everybody where a switch is off, and people without the permission.
async fn permitted(app: &App, user: &User, switch: &str, off: &str) -> Result<()> {
    if !app.config.flag(switch) {
        return Err(ApiError::forbidden(off));
    }
    match app.images.permits(user).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ApiError::forbidden("You may not have pictures made")),
        Err(error) => Err(refusal(user, error)),
    }
}

/// What somebody hears when there is no picture. An engine that fails is no failure of this server.
fn refusal(user: &User, error: ImageError) -> ApiError {
    match error {
        ImageError::Refused(text) => ApiError::bad_request(text),
        ImageError::Busy => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        ImageError::Engine(_) => {
            tracing::warn!(%error, "an image engine failed");
            ApiError::bad_request(error.told(user))
        }
        ImageError::Files(error) => error.into(),
        ImageError::Store(error) => error.into(),
    }
}

/// Pictures as clients see them: where they are.
fn shown(files: &[File]) -> Vec<Value> {
    files.iter().map(|file| json!({"url": address(file)})).collect()
}
