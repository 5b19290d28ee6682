//! Lists that the first page asks for. Areas that are not built yet have nothing to list.

use airis_domain::Json as Value;
use axum::extract::State;

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// Notes that the caller has pinned.
#[utoipa::path(get, path = "/api/v1/notes/pinned", tag = "notes", security(("verified" = [])),
    responses((status = 200, body = Vec<Object>)))]
pub async fn pinned_notes(person: Verified, State(app): State<App>) -> Result<Json<Vec<Value>>> {
    Ok(Json(app.store.pinned_notes(&person.id).await?))
}
