//! One note, and what the caller may do with it.

use airis_domain::{AccessGrant, Note, RoomEvent, User};
use airis_store::StoreError;
use axum::http::StatusCode;
use serde_json::json;

use super::views::NoteModel;
use crate::app::App;
use crate::error::{ApiError, Result};
use crate::rights::{Rights, Shareable};

/// A note that was found, its grants, and what the caller may do.
pub struct Found<'a> {
    pub note: Note,
    pub grants: Vec<AccessGrant>,
    pub rights: Rights<'a>,
}

impl Found<'_> {
    pub fn may_write(&self) -> bool {
        self.rights.writes(&self.note, &self.grants)
    }
}

/// Refuses people who may not use notes.
pub async fn permitted(app: &App, user: &User) -> Result<()> {
    if !app.config.flag("notes.enable") {
        return Err(ApiError::forbidden("Notes are switched off"));
    }
    if airis_access::may_use_notes(&app.store, &app.config, user).await? {
        Ok(())
    } else {
        Err(ApiError::unauthorized())
    }
}

/// The note with this id, when the caller may read it.
pub async fn readable<'a>(app: &App, user: &'a User, id: &str) -> Result<Found<'a>> {
    let found = known(app, user, id).await?;
    if found.rights.reads(&found.note, &found.grants) { Ok(found) } else { Err(foreign()) }
}

/// The note with this id, when the caller may change it.
pub async fn writable<'a>(app: &App, user: &'a User, id: &str) -> Result<Found<'a>> {
    let found = known(app, user, id).await?;
    if found.may_write() { Ok(found) } else { Err(foreign()) }
}

/// The note with this id, when it is the caller's.
pub async fn owned<'a>(app: &App, user: &'a User, id: &str) -> Result<Found<'a>> {
    let found = known(app, user, id).await?;
    if found.rights.rules(&found.note) { Ok(found) } else { Err(foreign()) }
}

async fn known<'a>(app: &App, user: &'a User, id: &str) -> Result<Found<'a>> {
    permitted(app, user).await?;
    let note = app.store.note(&user.id, id).await?.ok_or_else(missing)?;
    let grants = app.store.grants(Note::KIND, &note.id).await?;
    Ok(Found { note, grants, rights: Rights::of(app, user).await? })
}

/// What callers hear of a note that is not there (any more).
pub fn missing() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "There is no such note")
}

/// Here the contract tells what is not there from what is not the caller's.
fn foreign() -> ApiError {
    ApiError::forbidden("This note is not yours, or you may not do that with it")
}

/// An error of the store about a note.
pub fn refused(error: StoreError) -> ApiError {
    if matches!(error, StoreError::NotFound) { missing() } else { error.into() }
}

/// Tells everybody who has the note open what it is now; of its data only `data`.
pub fn tell_readers(app: &App, note: &Note, data: Option<&airis_domain::Json>, grants: &[AccessGrant]) {
    let mut payload = json!(NoteModel::of(note, grants));
    if let Some(data) = data {
        payload["data"] = data.clone();
    }
    if let Some(row) = payload.as_object_mut() {
        // A pin belongs to whoever looks at the note.
        row.remove("is_pinned");
    }
    let room = airis_realtime::note_room(&note.id);
    app.bus.emit(RoomEvent { room, event: "events:note".to_owned(), payload, except: None, trace: None });
}
