//! Notes as clients see them. Times are nanoseconds.

use airis_domain::{AccessGrant, Json as Value, Note, User};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::models::views::{AccessGrantModel, UserResponse};

/// A whole note.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteModel {
    pub id: String,
    pub user_id: String,
    pub title: String,
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub meta: Option<Value>,
    /// By the caller.
    pub is_pinned: Option<bool>,
    pub access_grants: Vec<AccessGrantModel>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A whole note, and whether the caller may change it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteResponse {
    #[serde(flatten)]
    pub note: NoteModel,
    pub write_access: bool,
}

/// A note in a list, without what is beside its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteItemResponse {
    pub id: String,
    pub title: String,
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    /// By the caller.
    pub is_pinned: Option<bool>,
    pub updated_at: i64,
    pub created_at: i64,
    pub user: Option<UserResponse>,
}

/// The same with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteUserResponse {
    #[serde(flatten)]
    pub note: NoteModel,
    pub user: Option<UserResponse>,
}

/// A page of notes.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteListResponse {
    pub items: Vec<NoteUserResponse>,
    /// On all pages.
    pub total: i64,
}

impl NoteModel {
    /// Everything about a note, and the grants that are its own.
    pub fn of(note: &Note, grants: &[AccessGrant]) -> Self {
        let note = note.clone();
        Self {
            access_grants: grants.iter().filter(|grant| grant.resource_id == note.id).map(Into::into).collect(),
            id: note.id,
            user_id: note.user_id.0,
            title: note.title,
            data: note.data,
            meta: note.meta,
            is_pinned: Some(note.pinned),
            created_at: note.created_at,
            updated_at: note.updated_at,
        }
    }

    /// The same for lists, of whose data only the text is shown.
    pub fn listed(note: &Note, grants: &[AccessGrant]) -> Self {
        Self { data: text_only(note), ..Self::of(note, grants) }
    }
}

impl NoteItemResponse {
    /// Lines of a list.
    pub async fn list(app: &App, notes: Vec<Note>) -> Result<Vec<Self>> {
        let owners = owners(app, &notes).await?;
        let item = |note: Note| Self {
            data: text_only(&note),
            user: named(&owners, &note),
            id: note.id,
            title: note.title,
            is_pinned: Some(note.pinned),
            updated_at: note.updated_at,
            created_at: note.created_at,
        };
        Ok(notes.into_iter().map(item).collect())
    }
}

fn text_only(note: &Note) -> Option<Value> {
    note.data.as_ref().map(|_| json!({"content": {"md": note.text()}}))
}

/// The owners of these notes.
pub async fn owners(app: &App, notes: &[Note]) -> Result<Vec<User>> {
    let mut ids: Vec<_> = notes.iter().map(|note| note.user_id.clone()).collect();
    ids.sort();
    ids.dedup();
    Ok(app.store.users_by_ids(&ids).await?)
}

/// The owner of a note, among those that are known.
pub fn named(owners: &[User], note: &Note) -> Option<UserResponse> {
    owners.iter().find(|owner| owner.id == note.user_id).map(Into::into)
}
