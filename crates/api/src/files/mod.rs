//! Files that people upload.

pub(crate) mod body;
pub mod content;
pub mod delete;
pub(crate) mod join;
pub mod list;
pub mod one;
pub mod outcomes;
mod range;
pub mod resumable;
mod served;
pub mod status;
pub mod text;
pub mod upload;
mod view;

pub(crate) use delete::{forget, remove_bytes};
pub(crate) use served::{Serving, serve};
pub(crate) use view::FileModelResponse;

use airis_access::{AccessError, Reachable, Readable};
use airis_domain::{File, FileId};
use airis_store::StoreError;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};

/// The file, without its text, if the caller may change it. The contract answers 404 otherwise.
async fn reachable(app: &App, user: &Verified, id: String) -> Result<File> {
    let file = Reachable::file(&app.store, &app.config, user, &FileId(id)).await.map_err(hide)?;
    Ok(file.into_inner())
}

/// The file, without its text, if the caller may read it.
async fn readable(app: &App, user: &Verified, id: String) -> Result<File> {
    let file = Readable::<File>::file(&app.store, &app.config, user, &FileId(id), false).await.map_err(hide)?;
    Ok(file.into_inner())
}

/// The same with its text.
async fn readable_with_text(app: &App, user: &Verified, id: String) -> Result<File> {
    let file = Readable::<File>::file(&app.store, &app.config, user, &FileId(id), true).await.map_err(hide)?;
    Ok(file.into_inner())
}

pub(crate) fn hide(error: AccessError) -> ApiError {
    match error {
        AccessError::NotYours => ApiError::not_found(),
        other => other.into(),
    }
}

/// Deleted between the check and the change.
fn gone(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => ApiError::not_found(),
        other => other.into(),
    }
}
