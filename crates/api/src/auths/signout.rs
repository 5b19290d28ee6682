//! Ending a session.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::cookies;
use crate::app::App;
use crate::caller::{cookie, token};
use crate::error::Result;
use crate::extract::Json;
use crate::happenings::{Happening, tell};

/// Ends the session of the shown token, if any, and clears the cookies. Whoever came from an identity provider is told
/// where to end the session there.
#[utoipa::path(post, path = "/api/v1/auths/signout", tag = "auths", security(()), responses((status = 200, body = Object)))]
pub async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let settings = app.config.settings();
    let elsewhere = cookie(&headers, cookies::ELSEWHERE);
    let mut redirect = settings.signout_redirect_url.clone();
    if let Some(token) = token(&headers, &settings.custom_api_key_header)
        && let Some(claims) = app.sessions.revoke(&token).await?
    {
        app.realtime.disconnect_user(&claims.id);
        if let Some(session) = &elsewhere {
            redirect = app.sessions.leave(&claims.id, session).await?.or(redirect);
        }
        if let Some(user) = app.store.user(&claims.id).await? {
            tell(&app, Happening::new("auth.logout", ("user", user.id.as_str())).by(&user));
        }
    }
    let answer = match redirect {
        Some(url) => json!({"status": true, "redirect_url": url}),
        None => json!({"status": true}),
    };
    let mut response = Json(answer).into_response();
    cookies::clear(response.headers_mut(), settings);
    if elsewhere.is_some() {
        cookies::clear_elsewhere(response.headers_mut(), settings);
    }
    Ok(response)
}
