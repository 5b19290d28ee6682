//! Sharing notes with people.

use airis_domain::Note;
use axum::extract::State;
use serde_json::json;

use super::forms::NoteAccessGrantsForm;
use super::found::owned;
use super::views::NoteModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::happenings::{Happening, tell};

/// Replaces the grants of a note; those that the caller may not give are left out.
#[utoipa::path(post, path = "/api/v1/notes/{id}/access/update", tag = "notes", security(("verified" = [])),
    params(("id" = String, Path)), request_body = NoteAccessGrantsForm,
    responses((status = 200, body = Option<NoteModel>)))]
pub async fn update(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<NoteAccessGrantsForm>,
) -> Result<Json<NoteModel>> {
    let found = owned(&app, &person, &id).await?;
    if !found.rights.shares::<Note>() {
        return Err(ApiError::forbidden("You may not share notes"));
    }
    let grants = found.rights.grants::<Note>(&found.note.id, &form.access_grants)?;
    app.store.set_grants(airis_access::NOTE, &found.note.id, &grants).await?;
    app.realtime.review_note(&found.note.id);
    let happening = Happening::new("note.access_updated", ("note", &found.note.id));
    tell(&app, happening.by(&person).with(json!({"title": found.note.title})));
    Ok(Json(NoteModel::of(&found.note, &grants)))
}
