//! Deleting notes.

use axum::extract::State;
use serde_json::json;

use super::found::{missing, owned};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path};
use crate::happenings::{Happening, tell};

/// Deletes a note, and what people asked about it; replies that are being written stop.
#[utoipa::path(delete, path = "/api/v1/notes/{id}/delete", tag = "notes", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<bool>> {
    let note = owned(&app, &person, &id).await?.note;
    for chat in app.store.chats_about_note(&note.id).await? {
        app.turns.stop_chat(&chat).await?;
    }
    if !app.store.delete_note(&note.id).await? {
        return Err(missing());
    }
    app.realtime.review_note(&note.id);
    tell(&app, Happening::new("note.deleted", ("note", &note.id)).by(&person).with(json!({"title": note.title})));
    Ok(Json(true))
}
