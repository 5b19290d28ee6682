//! Changing notes.

use airis_store::NoteUpdate;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::forms::{NoteUpdateForm, RevisionQuery};
use super::found::{refused, tell_readers, writable};
use super::views::NoteModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};
use crate::happenings::{Happening, tell};

/// Changes a note; who has it open sees it.
#[utoipa::path(post, path = "/api/v1/notes/{id}/update", tag = "notes", security(("verified" = [])),
    params(("id" = String, Path), RevisionQuery), request_body = NoteUpdateForm,
    responses((status = 200, body = Option<NoteModel>)))]
pub async fn update(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Query(made_of): Query<RevisionQuery>,
    Json(form): Json<NoteUpdateForm>,
) -> Result<Json<NoteModel>> {
    let found = writable(&app, &person, &id).await?;
    let patch = form.patch();
    let outcome = app.store.update_note(&person.id, &found.note.id, &patch, made_of.revision).await.map_err(refused)?;
    let NoteUpdate::Saved(note) = outcome else {
        return Err(ApiError::new(StatusCode::CONFLICT, "Somebody else has changed this note; nothing was saved"));
    };
    tell_readers(&app, &note, patch.data.as_ref(), &found.grants);
    tell(&app, Happening::new("note.updated", ("note", &note.id)).by(&person).with(json!({"title": note.title})));
    Ok(Json(NoteModel::of(&note, &found.grants)))
}
