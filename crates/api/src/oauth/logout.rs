//! A provider says that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0).

use airis_identity::LogoutProblem;
// Under another name, as the document says nothing of the fields.
use axum::Form as Fields;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::error::{ApiError, Result};
use crate::happenings::{Happening, tell};

/// What a provider posts.
#[derive(Deserialize)]
pub struct Notice {
    logout_token: String,
}

/// Ends every session of the person whom the token names. Somebody unknown is signed out already.
#[utoipa::path(post, path = "/oauth/backchannel-logout", tag = "main", security(()),
    responses((status = 200, body = Value), (status = 400, body = Value), (status = 404, body = Value)))]
pub async fn end(
    State(app): State<App>,
    notice: std::result::Result<Fields<Notice>, FormRejection>,
) -> Result<Response> {
    if !app.config.settings().enable_oauth_backchannel_logout {
        return Err(ApiError::not_found());
    }
    let Ok(Fields(Notice { logout_token })) = notice else { return Ok(refused("logout_token is missing")) };
    match app.sessions.logged_out_elsewhere(&logout_token).await {
        Ok(user) => {
            if let Some(user) = user {
                app.realtime.disconnect_user(&user.id);
                tracing::info!(user = %user.id, "signed out by an identity provider");
                tell(&app, Happening::new("auth.sessions_revoked", ("user", user.id.as_str())).from("oauth"));
            }
            Ok(axum::Json(json!({})).into_response())
        }
        Err(LogoutProblem::Invalid(reason)) => Ok(refused(&reason)),
        Err(LogoutProblem::Auth(error)) => Err(error.into()),
    }
}

fn refused(reason: &str) -> Response {
    tracing::info!(reason, "a logout that an identity provider asked for was refused");
    let body = json!({"error": "invalid_request", "error_description": reason});
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}
