//! Speech: how it is made and heard, and having that done.

pub mod config;
pub mod listed;
mod settings;
pub mod speak;
pub mod transcribe;

use airis_domain::User;
use airis_media::audio::AudioError;
use axum::http::StatusCode;

use crate::app::App;
use crate::error::{ApiError, Result};

/// Refuses people without a permission.
async fn permitted(app: &App, user: &User, permission: &'static str, refused: &str) -> Result<()> {
    match app.audio.permits(user, permission).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ApiError::forbidden(refused)),
        Err(error) => Err(refusal(user, error)),
    }
}

/// What somebody hears when there is nothing to be heard. A service that fails is no failure of this server.
fn refusal(user: &User, error: AudioError) -> ApiError {
    match error {
        AudioError::Refused(text) => ApiError::bad_request(text),
        AudioError::Busy => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        AudioError::Engine(_) => {
            tracing::warn!(%error, "a speech service failed");
            ApiError::bad_request(error.told(user))
        }
        AudioError::Files(error) => error.into(),
        AudioError::Store(error) => error.into(),
    }
}
