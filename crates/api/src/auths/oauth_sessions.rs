//! Sessions of the caller with other identity providers.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::happenings::{Happening, tell};

/// Forgets the caller's sessions with a provider.
#[utoipa::path(delete, path = "/api/v1/auths/oauth/sessions/{provider}", tag = "auths", security(("verified" = [])),
    params(("provider" = String, Path)), responses((status = 200, body = bool, content_type = "application/json"), (status = 404, body = Value)))]
pub async fn delete(person: Verified, State(app): State<App>, Path(provider): Path<String>) -> Result<Json<bool>> {
    if app.store.delete_oauth_sessions(&person.id, &provider).await? == 0 {
        return Err(ApiError::new(StatusCode::NOT_FOUND, format!("You have no session with {provider}")));
    }
    let happening = Happening::new("auth.oauth_session.deleted", ("user", person.id.as_str())).by(&person);
    tell(&app, happening.with(json!({"provider": provider})));
    Ok(Json(true))
}
