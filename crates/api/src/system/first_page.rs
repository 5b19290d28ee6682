//! Lists that the first page asks for. Areas that are not built yet have nothing to list.

use airis_domain::Json as Value;
use axum::extract::State;

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// A note in a list.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct NoteItemResponse {
    pub id: String,
    pub title: String,
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    pub is_pinned: Option<bool>,
    pub updated_at: i64,
    pub created_at: i64,
    #[schema(value_type = Option<Object>)]
    pub user: Option<Value>,
}

/// Notes that the caller has pinned.
#[utoipa::path(get, path = "/api/v1/notes/pinned", tag = "notes", security(("verified" = [])),
    responses((status = 200, body = Vec<NoteItemResponse>)))]
pub async fn pinned_notes(person: Verified, State(app): State<App>) -> Result<Json<Vec<Value>>> {
    Ok(Json(app.store.pinned_notes(&person.id).await?))
}
