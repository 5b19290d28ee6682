//! Lists of notes.

use airis_store::NoteQuery;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::found::permitted;
use super::views::NoteItemResponse;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Query};

/// Notes on a page.
pub const PAGE: i64 = 60;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// From 1; absent: all notes.
    #[serde(default)]
    pub page: Option<i64>,
}

/// Notes that the caller may read, the last changed first.
#[utoipa::path(get, path = "/api/v1/notes/", tag = "notes", security(("verified" = [])), params(PageQuery),
    responses((status = 200, body = Vec<NoteItemResponse>)))]
pub async fn all(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Vec<NoteItemResponse>>> {
    permitted(&app, &person).await?;
    let wanted = match query.page {
        Some(page) => NoteQuery { offset: offset(page), limit: Some(PAGE), ..NoteQuery::default() },
        None => NoteQuery::default(),
    };
    let notes = app.store.notes(&person.id, &wanted).await?;
    Ok(Json(NoteItemResponse::list(&app, notes).await?))
}

/// Notes that the caller has pinned, in the order of pinning.
#[utoipa::path(get, path = "/api/v1/notes/pinned", tag = "notes", security(("verified" = [])),
    responses((status = 200, body = Vec<NoteItemResponse>)))]
pub async fn pinned(person: Verified, State(app): State<App>) -> Result<Json<Vec<NoteItemResponse>>> {
    permitted(&app, &person).await?;
    let notes = app.store.pinned_notes(&person.id).await?;
    Ok(Json(NoteItemResponse::list(&app, notes).await?))
}

/// How many notes stand before a page; before the first there is none.
pub fn offset(page: i64) -> i64 {
    (page.max(1) - 1).saturating_mul(PAGE)
}
