//! What clients send about notes.

use airis_store::NotePatch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::extract::FreeForm;

/// A note to store.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NoteForm {
    pub title: String,
    /// `content` with the text: `md`, and whatever else a client makes of it.
    #[serde(default)]
    pub data: Option<FreeForm>,
    #[serde(default)]
    pub meta: Option<FreeForm>,
    /// Those that the caller may not give are left out.
    #[serde(default)]
    pub access_grants: Option<Vec<FreeForm>>,
}

/// What to change; what is missing or null stays as it is, and so do keys of objects that are not named.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NoteUpdateForm {
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub data: Option<FreeForm>,
    #[serde(default)]
    pub meta: Option<FreeForm>,
}

impl NoteUpdateForm {
    pub fn patch(self) -> NotePatch {
        let object = |sent: Option<FreeForm>| sent.map(|sent| sent.0.into());
        NotePatch { title: self.title, data: object(self.data), meta: object(self.meta) }
    }
}

/// A change that was made of a certain state of the note.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RevisionQuery {
    /// `updated_at` of that state in microseconds; when the note is another by now, nothing is saved (409). Absent: the
    /// change is saved in any case.
    #[serde(default)]
    pub revision: Option<i64>,
}

/// Whom a note is shared with.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NoteAccessGrantsForm {
    pub access_grants: Vec<FreeForm>,
}
