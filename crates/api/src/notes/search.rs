//! Looking for notes.

use airis_domain::Note;
use airis_store::{NoteOrder, NoteQuery, NoteSide};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::found::permitted;
use super::list::{PAGE, offset};
use super::views::{NoteListResponse, NoteModel, NoteUserResponse, named, owners};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Query};

/// Which notes, in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words that title or text must have.
    #[serde(default)]
    pub query: Option<String>,
    /// `created`: own ones; `shared`: those of others.
    #[serde(default)]
    pub view_option: Option<String>,
    /// `write`: only those that the caller may change.
    #[serde(default)]
    pub permission: Option<String>,
    /// `title`, `created_at` or `updated_at`.
    #[serde(default)]
    pub order_by: Option<String>,
    /// `asc` or `desc`.
    #[serde(default)]
    pub direction: Option<String>,
    #[serde(default)]
    pub page: Option<i64>,
}

impl SearchQuery {
    fn wanted(self) -> NoteQuery {
        NoteQuery {
            search: self.query.unwrap_or_default(),
            side: match self.view_option.as_deref() {
                Some("created") => NoteSide::Own,
                Some("shared") => NoteSide::Shared,
                _ => NoteSide::All,
            },
            writable: self.permission.as_deref() == Some("write"),
            order: match self.order_by.as_deref() {
                Some("title" | "name") => NoteOrder::Title,
                Some("created_at") => NoteOrder::Created,
                _ => NoteOrder::Updated,
            },
            ascending: self.direction.as_deref() == Some("asc"),
            offset: offset(self.page.unwrap_or(1)),
            limit: Some(PAGE),
        }
    }
}

/// A page of notes that the caller may read.
#[utoipa::path(get, path = "/api/v1/notes/search", tag = "notes", security(("verified" = [])), params(SearchQuery),
    responses((status = 200, body = NoteListResponse)))]
pub async fn search(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> Result<Json<NoteListResponse>> {
    permitted(&app, &person).await?;
    let wanted = query.wanted();
    let notes = app.store.notes(&person.id, &wanted).await?;
    let total = app.store.count_notes(&person.id, &wanted).await?;
    let ids: Vec<String> = notes.iter().map(|note| note.id.clone()).collect();
    let grants = app.store.grants_on(airis_access::NOTE, &ids).await?;
    let owners = owners(&app, &notes).await?;
    let item = |note: &Note| NoteUserResponse { user: named(&owners, note), note: NoteModel::listed(note, &grants) };
    Ok(Json(NoteListResponse { items: notes.iter().map(item).collect(), total }))
}
