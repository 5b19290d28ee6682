//! Pinning notes: everybody for themselves.

use axum::extract::State;
use serde_json::json;

use super::found::{readable, refused};
use super::views::NoteModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path};
use crate::happenings::{Happening, tell};

/// Pins a note for the caller, or takes the pin out.
#[utoipa::path(post, path = "/api/v1/notes/{id}/pin", tag = "notes", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<NoteModel>)))]
pub async fn pin(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<NoteModel>> {
    let mut found = readable(&app, &person, &id).await?;
    found.note.pinned = app.store.toggle_note_pin(&person.id, &found.note.id).await.map_err(refused)?;
    let event = if found.note.pinned { "note.pinned" } else { "note.unpinned" };
    let happening = Happening::new(event, ("note", &found.note.id));
    tell(&app, happening.by(&person).with(json!({"title": found.note.title})));
    Ok(Json(NoteModel::of(&found.note, &found.grants)))
}
