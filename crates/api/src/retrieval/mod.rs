//! Making texts searchable and searching them.

pub mod batch;
pub mod bench;
pub mod config;
pub mod embedding;
pub mod process;
pub mod query;
pub mod reset;
mod settings;
pub mod web;
pub mod web_search;
mod web_settings;

use airis_domain::{Role, User};

use crate::app::App;
use crate::error::{ApiError, Result};

/// Refuses people without a permission; administrators need none.
async fn permitted(app: &App, user: &User, switch: &str, refusal: &str) -> Result<()> {
    if user.role == Role::Admin || airis_access::effective(&app.store, &app.config, user).await?.allows(switch) {
        return Ok(());
    }
    Err(ApiError::forbidden(refusal))
}
