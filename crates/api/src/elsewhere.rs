//! Addresses and methods that no route answers.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;
use crate::caller::Maybe;
use crate::client;
use crate::error::ApiError;

/// Addresses that belong to the server; the client never resolves them.
const SERVERS_OWN: [&str; 6] = ["/api", "/openai", "/ollama", "/ws", "/oauth", "/cache"];

/// Areas that the contract has and this server has not, or not whole: nothing is there, whatever the method.
const NOT_BUILT: [&str; 10] = [
    "/api/v1/apps",
    "/api/v1/automations",
    "/api/v1/calendars",
    "/api/v1/channels",
    "/api/v1/functions",
    "/api/v1/notifications",
    "/api/v1/pipelines",
    "/api/v1/scim",
    "/api/v1/skills",
    "/api/v1/tools",
];

/// Pictures of the server where programs of others look for them, and where the client has them.
const PICTURES: [(&str, &str); 4] = [
    ("favicon.png", "icons/icon-192.png"),
    ("static/favicon.png", "icons/icon-192.png"),
    ("static/logo.png", "icons/icon-512.png"),
    ("static/apple-touch-icon.png", "icons/touch-180.png"),
];

/// No route has this address: a file of the client, the page, or nothing. Who reads without a session does not learn
/// which addresses of the API exist; whoever writes hears that it is for reading.
pub async fn address(Maybe(caller): Maybe, State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    let settings = app.config.settings();
    let within = |area: &&str| path.strip_prefix(*area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if SERVERS_OWN.iter().any(within) {
        if !reads && !NOT_BUILT.iter().any(within) {
            return refused_method();
        }
        let refusal = if caller.is_some() { ApiError::not_found() } else { ApiError::not_authenticated() };
        return refusal.into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return refused_method();
    }
    let name = path.trim_start_matches('/');
    let picture = PICTURES.iter().find(|(known, _)| *known == name).map(|(_, file)| *file);
    if let Some(file) = client::file(picture.unwrap_or(name), request.headers(), settings) {
        return file;
    }
    // A missing picture or script must not turn into a page.
    let is_file = name.starts_with("static/") || name.starts_with("assets/") || name.ends_with(".js");
    if is_file { ApiError::not_found().into_response() } else { client::page(request.headers(), settings) }
}

/// The address has a route, but not for this method. Reading gets the page, as with any address of the client.
pub async fn method(State(app): State<App>, request: Request) -> Response {
    if request.method() == Method::GET {
        return client::page(request.headers(), app.config.settings());
    }
    refused_method()
}

fn refused_method() -> Response {
    let allow = [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))];
    (StatusCode::METHOD_NOT_ALLOWED, allow, Json(json!({"detail": "Method Not Allowed"}))).into_response()
}
