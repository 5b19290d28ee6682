//! The way to a provider.

use airis_identity::SignOnError;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::{address, carry, failed};
use crate::app::App;
use crate::auths::cookies;
use crate::caller::cookie;
use crate::error::Result;
use crate::extract::Path;

/// Sends the browser to a provider.
#[utoipa::path(get, path = "/oauth/{provider}/login", tag = "main", security(()), params(("provider" = String, Path)),
    responses((status = 200, body = Value), (status = 302, description = "To the provider"), (status = 404, body = Value)))]
pub async fn begin(
    State(app): State<App>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response> {
    if !app.sessions.providers().iter().any(|(name, _)| *name == provider) {
        return Ok(failed(&app, &SignOnError::Unknown));
    }
    let base = address::base(&app, &headers, &uri)?;
    let carried = cookie(&headers, cookies::FLIGHT);
    Ok(match app.sessions.depart(&provider, &base, carried.as_deref()).await {
        Ok(departure) => {
            let mut response = address::to(departure.address);
            carry(&mut response, &app, &departure.cookie, departure.seconds);
            response
        }
        Err(error) => failed(&app, &error),
    })
}
