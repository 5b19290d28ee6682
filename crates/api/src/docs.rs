//! The OpenAPI document and a page that shows it.

use std::collections::BTreeMap;
use std::fmt::Write;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder, PathItem};

/// The document before any route has joined. The four schemes say who may call: `current` anybody signed in,
/// `verified` user or admin, `admin`, and `human` an interactive session.
pub fn base() -> OpenApi {
    let mut components = Components::new();
    for name in ["current", "verified", "admin", "human"] {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title("airis").version(env!("CARGO_PKG_VERSION")).build())
        .components(Some(components))
        .build()
}

/// `/openapi.json` and `/docs`.
pub fn routes<S: Clone + Send + Sync + 'static>(document: &OpenApi) -> Router<S> {
    let json = serde_json::to_string(document).unwrap_or_default();
    let page = page(document);
    Router::new()
        .route("/openapi.json", get(async move || ([(header::CONTENT_TYPE, "application/json")], json).into_response()))
        .route("/docs", get(async move || shown(page)))
}

fn shown(page: String) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'self'")], Html(page)).into_response()
}

/// A page without scripts: areas, then their operations with address, caller and meaning.
fn page(document: &OpenApi) -> String {
    let mut areas: BTreeMap<&str, Vec<(&'static str, &str, &Operation)>> = BTreeMap::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            let area = operation.tags.as_ref().and_then(|tags| tags.first()).map_or("other", String::as_str);
            areas.entry(area).or_default().push((method, path, operation));
        }
    }
    let count: usize = areas.values().map(Vec::len).sum();
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>airis API</title><h1>airis API</h1><p>{count} operations. The same for programs: \
         <a href=\"/openapi.json\">openapi.json</a>. Send <code>Authorization: Bearer</code> with a session token or an \
         API key.</p><nav><ul>"
    );
    for (area, list) in &areas {
        _ = write!(html, "<li><a href=\"#{area}\">{area}</a> ({})</li>", list.len());
    }
    html.push_str("</ul></nav>");
    for (area, list) in &areas {
        _ = write!(html, "<h2 id=\"{area}\">{area}</h2><dl>");
        for (method, path, operation) in list {
            let meaning = operation.summary.as_deref().or(operation.description.as_deref()).unwrap_or_default();
            _ = write!(
                html,
                "<dt><code>{method} {}</code> <small>{}</small></dt><dd>{}</dd>",
                escaped(path),
                who(operation),
                escaped(meaning)
            );
        }
        html.push_str("</dl>");
    }
    html.push_str("</html>");
    html
}

/// The operations of an address.
pub fn operations(item: &PathItem) -> Vec<(&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
        ("HEAD", &item.head),
        ("OPTIONS", &item.options),
    ];
    all.into_iter().filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation))).collect()
}

/// Who may call an operation, as its security entry says; `nobody said` when it has none.
pub fn who(operation: &Operation) -> String {
    let Some(entries) = &operation.security else { return "nobody said".to_owned() };
    let names: Vec<String> = entries
        .iter()
        .filter_map(|entry| serde_json::to_value(entry).ok())
        .filter_map(|entry| entry.as_object().and_then(|entry| entry.keys().next().cloned()))
        .collect();
    if names.is_empty() { "public".to_owned() } else { names.join(", ") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
