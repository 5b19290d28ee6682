//! New notes.

use airis_domain::{Note, now_nanos};
use axum::extract::State;
use serde_json::json;

use super::forms::NoteForm;
use super::found::permitted;
use super::views::NoteModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::rights::Rights;

/// Stores a note.
#[utoipa::path(post, path = "/api/v1/notes/create", tag = "notes", security(("verified" = [])),
    request_body = NoteForm, responses((status = 200, body = Option<NoteModel>)))]
pub async fn create(person: Verified, State(app): State<App>, Json(form): Json<NoteForm>) -> Result<Json<NoteModel>> {
    permitted(&app, &person).await?;
    let id = uuid::Uuid::new_v4().to_string();
    let rights = Rights::of(&app, &person).await?;
    let grants = rights.grants::<Note>(&id, form.access_grants.as_deref().unwrap_or_default())?;
    let at = now_nanos();
    let note = Note {
        id,
        user_id: person.id.clone(),
        title: form.title.replace('\0', ""),
        data: form.data.map(|data| data.0.into()),
        meta: form.meta.map(|meta| meta.0.into()),
        pinned: false,
        created_at: at,
        updated_at: at,
    };
    app.store.insert_note(&note, &grants).await?;
    tell(&app, Happening::new("note.created", ("note", &note.id)).by(&person).with(json!({"title": note.title})));
    Ok(Json(NoteModel::of(&note, &grants)))
}
