//! Folders of chats.

pub mod list;
pub mod share;
pub mod view;
pub mod write;

use airis_access::Owned;
use airis_domain::Folder;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};

/// Refuses people who may not use folders.
pub(crate) async fn permitted(app: &App, user: &Verified) -> Result<()> {
    if !app.config.flag("folders.enable") {
        return Err(ApiError::forbidden("Folders are switched off"));
    }
    if airis_access::may_use_folders(&app.store, &app.config, user).await? {
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
