//! One note.

use axum::extract::State;

use super::found::readable;
use super::views::{NoteModel, NoteResponse};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path};

/// A note that the caller may read.
#[utoipa::path(get, path = "/api/v1/notes/{id}", tag = "notes", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<NoteResponse>)))]
pub async fn read(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<NoteResponse>> {
    let found = readable(&app, &person, &id).await?;
    Ok(Json(NoteResponse { note: NoteModel::of(&found.note, &found.grants), write_access: found.may_write() }))
}
