//! Folders of chats.

pub mod list;
pub mod share;
pub mod view;
pub mod write;

use airis_access::Owned;
use airis_domain::{Folder, Role};

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};

/// Refuses people who may not use folders.
pub(crate) async fn permitted(app: &App, user: &Verified) -> Result<()> {
    if !app.config.flag("folders.enable") {
        return Err(ApiError::forbidden("Folders are switched off"));
    }
    if user.role == Role::Admin
        || airis_access::effective(&app.store, &app.config, user).await?.allows("features.folders")
    {
        return Ok(());
    }
    Err(ApiError::unauthorized())
}

/// The caller's folder of this id; 404 otherwise.
pub(crate) async fn own(app: &App, user: &Verified, id: &str) -> Result<Owned<Folder>> {
    permitted(app, user).await?;
    Owned::folder(&app.store, user, id).await.map_err(|error| match error {
        airis_access::AccessError::NotYours => ApiError::not_found(),
        other => other.into(),
    })
}
