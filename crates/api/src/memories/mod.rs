//! What people want models to remember.

pub mod find;
mod forms;
pub mod list;
pub mod meaning;
pub mod operations;
pub mod paths;
mod views;
pub mod write;

use airis_domain::Role;
use airis_memory::{PERMISSION, SWITCH};

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};

/// Refuses people for whom nothing is remembered.
async fn permitted(app: &App, user: &Verified) -> Result<()> {
    if !app.config.flag(SWITCH) {
        return Err(ApiError::forbidden("Memories are switched off"));
    }
    if user.role == Role::Admin || airis_access::effective(&app.store, &app.config, user).await?.allows(PERMISSION) {
        return Ok(());
    }
    Err(ApiError::unauthorized())
}
