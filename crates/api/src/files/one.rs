//! One file: what is known of it, and its name.

use airis_files::base_name;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::FileModel;
use super::{reachable, readable_with_text};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};

/// A new name.
#[derive(Deserialize, ToSchema)]
pub struct FileRenameForm {
    pub filename: String,
}

/// Everything about a file, its text included.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<FileModel>, content_type = "application/json")))]
pub async fn read(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<Option<FileModel>>> {
    Ok(Json(Some(readable_with_text(&app, &user, id).await?.into())))
}

/// Gives a file another name; where its bytes are kept does not change.
#[utoipa::path(post, path = "/api/v1/files/{id}/rename", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = FileModel)))]
pub async fn rename(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Json(form): Json<FileRenameForm>,
) -> Result<Json<FileModel>> {
    let file = reachable(&app, &user, id).await?;
    let name = base_name(&form.filename);
    if name.is_empty() {
        return Err(ApiError::bad_request("A file needs a name"));
    }
    app.store.rename_file(&file.id, &name).await.map_err(super::gone)?;
    Ok(Json(readable_with_text(&app, &user, file.id.0).await?.into()))
}
