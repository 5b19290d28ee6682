//! Taking judgements back, all at once.

use axum::extract::State;

use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::Json;

/// Deletes the caller's judgements; false when there were none.
#[utoipa::path(delete, path = "/api/v1/evaluations/feedbacks", tag = "evaluations", security(("verified" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn own(user: Verified, State(app): State<App>) -> Result<Json<bool>> {
    Ok(Json(app.store.delete_feedbacks(Some(&user.id)).await?))
}

/// Deletes everybody's judgements; false when there were none.
#[utoipa::path(delete, path = "/api/v1/evaluations/feedbacks/all", tag = "evaluations", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn everybody(_admin: Admin, State(app): State<App>) -> Result<Json<bool>> {
    Ok(Json(app.store.delete_feedbacks(None).await?))
}
