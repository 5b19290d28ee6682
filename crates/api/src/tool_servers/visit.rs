//! Somebody's way to the identity provider of a tool server, and back.

use airis_tools::servers::{Back, OAuthError, VISIT_SECONDS};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::caller::{Verified, cookie};
use crate::error::{ApiError, Result};
use crate::extract::{Path, Query};

/// Keeps what somebody left with until they come back.
const COOKIE: &str = "tool_sign_in";

/// Sends the caller to the identity provider of a tool server that they may use.
#[utoipa::path(get, path = "/oauth/clients/{client_id}/authorize", tag = "main", security(("verified" = [])),
    params(("client_id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn leave(person: Verified, State(app): State<App>, Path(server): Path<String>) -> Result<Response> {
    let visit = app.tools.begin(&server, &person).await?.ok_or_else(ApiError::not_found)?;
    redirect(&app, &visit.address, &visit.cookie, VISIT_SECONDS)
}

/// What a provider sends people back with.
#[derive(Deserialize)]
pub struct Returned {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
}

/// Where the provider sends people back to: their tokens are kept, and they are back on the first page.
#[utoipa::path(get, path = "/oauth/clients/{client_id}/callback", tag = "main", security(()),
    params(("client_id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn come_back(
    State(app): State<App>,
    headers: HeaderMap,
    Path(server): Path<String>,
    Query(returned): Query<Returned>,
) -> Result<Response> {
    let outcome = match &returned.error {
        Some(error) => Err(OAuthError::Elsewhere(returned.error_description.clone().unwrap_or_else(|| error.clone()))),
        None => {
            let back = Back { code: &returned.code, state: &returned.state, issuer: returned.iss.as_deref() };
            app.tools.come_back(&server, &cookie(&headers, COOKIE).unwrap_or_default(), back).await
        }
    };
    let address = match outcome {
        Ok(()) => "/".to_owned(),
        Err(OAuthError::Auth(error)) => return Err(error.into()),
        Err(OAuthError::Store(error)) => return Err(error.into()),
        Err(error) => {
            tracing::info!(%error, server, "a sign-in at a tool server failed");
            let words: String = error.to_string().chars().take(300).collect();
            format!("/?error={}", encoded(&words))
        }
    };
    redirect(&app, &address, "", 0)
}

fn redirect(app: &App, address: &str, kept: &str, seconds: i64) -> Result<Response> {
    let settings = app.config.settings();
    // People come back from another site: a strict cookie would not come along.
    let site = if settings.cookie_same_site == "none" { "none" } else { "lax" };
    let secure = if settings.cookie_secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={kept}; HttpOnly; Max-Age={seconds}; Path=/oauth/clients; SameSite={site}{secure}");
    let mut response = StatusCode::FOUND.into_response();
    for (name, value) in
        [(header::LOCATION, address), (header::SET_COOKIE, &cookie), (header::CACHE_CONTROL, "no-store")]
    {
        response.headers_mut().insert(name, HeaderValue::from_str(value).map_err(|_| odd())?);
    }
    Ok(response)
}

fn odd() -> ApiError {
    ApiError::bad_request("The identity provider of this tool server has an address that no browser takes")
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
