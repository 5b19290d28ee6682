//! Addresses of this server, as browsers and providers see them.

use airis_outbound::Url;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::error::{ApiError, Result};

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The address of this server: the one that is set, or the one that the browser asked for. The provider knows which
/// addresses are ours and sends nobody elsewhere.
pub fn base(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<String> {
    let set = app.config.text("webui.url");
    let set = set.trim().trim_end_matches('/');
    if !set.is_empty() {
        return Ok(set.to_owned());
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    let scheme = text(FORWARDED_PROTO).and_then(|value| value.split(',').next()).map(str::trim);
    let scheme = scheme.filter(|scheme| ["http", "https"].contains(scheme)).unwrap_or("http");
    let unknown = || ApiError::bad_request("The request does not say which address it was sent to; set WEBUI_URL");
    let address = format!("{scheme}://{}", host.ok_or_else(unknown)?);
    let plain = Url::parse(&address).is_ok_and(|url| {
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
    });
    if plain { Ok(address) } else { Err(unknown()) }
}

/// Sends the browser somewhere.
pub fn to(address: String) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, address)]).into_response()
}

/// Sends the browser to the page for signing in, with something to tell it.
pub fn page(app: &App, told: &[(&str, &str)]) -> Response {
    let set = app.config.text("webui.url");
    let mut address = format!("{}/auth", set.trim().trim_end_matches('/'));
    if let Ok(mut url) = Url::parse("query:/")
        && !told.is_empty()
    {
        url.query_pairs_mut().extend_pairs(told);
        address = format!("{address}?{}", url.query().unwrap_or_default());
    }
    to(address)
}
