//! The web client inside the binary: files, their cache rules, and the page behind every address of the client's own.

use std::io::Read;

use airis_config::Settings;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use rust_embed::{EmbeddedFile, RustEmbed};

/// What `web/dist` held when the binary was built.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Files;

/// Scripts and styles come from here alone, and nothing runs that is written into a page.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob: https: http:; media-src 'self' data: blob:; font-src 'self' data:; \
    connect-src 'self' ws: wss:; worker-src 'self' blob:; frame-src 'self' blob: data:; object-src 'none'; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'self'";
/// The page that shows pages of replies: it belongs to nobody, takes scripts and pictures from the web, and asks no server.
const PREVIEW: &str = "preview.html";
const PREVIEW_POLICY: &str = "sandbox allow-scripts; default-src 'none'; \
    script-src 'unsafe-inline' 'unsafe-eval' https: blob: data:; style-src 'unsafe-inline' https:; \
    img-src https: data: blob:; font-src https: data:; media-src https: data: blob:; connect-src data: blob:; \
    worker-src blob: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";
/// Encodings that the client's build leaves beside its files, best first.
const PACKED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
/// A file that is sent as it lies there.
const PLAIN: &str = "";
/// One that lies there packed only, for somebody who takes it plain only.
const UNPACK: &str = "identity";

/// A file of the client by its path without the leading slash.
pub fn file(path: &str, request: &HeaderMap, settings: &Settings) -> Option<Response> {
    let (encoding, file) = negotiate(path, request)?;
    let tag = format!("\"{}\"", short_hash(&file));
    if request
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.contains(&tag))
    {
        return Some((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let body = if encoding == UNPACK { unpacked(&file)? } else { file.data.into_owned() };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, kind(path));
    set(header::ETAG, &tag);
    set(header::VARY, "accept-encoding");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Names of built assets carry a hash of their content; everything else is asked for again.
    set(
        header::CACHE_CONTROL,
        if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" },
    );
    if ![PLAIN, UNPACK].contains(&encoding) {
        set(header::CONTENT_ENCODING, encoding);
    }
    if path.ends_with(".html") && !settings.security_headers.iter().any(|(name, _)| *name == "content-security-policy")
    {
        set(header::CONTENT_SECURITY_POLICY, if path == PREVIEW { PREVIEW_POLICY } else { POLICY });
        set(header::REFERRER_POLICY, "same-origin");
    }
    Some(response)
}

/// The page of every address that the client itself resolves.
pub fn page(request: &HeaderMap, settings: &Settings) -> Response {
    file("index.html", request, settings).unwrap_or_else(|| {
        let text = "This server was built without its web client; its API answers under /api.";
        (
            StatusCode::OK,
            [(header::CACHE_CONTROL, "no-cache"), (header::CONTENT_TYPE, "text/html; charset=utf-8")],
            text,
        )
            .into_response()
    })
}

/// The smallest form of a file that the browser takes, and what it is. Most are only there packed.
fn negotiate(path: &str, request: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |encoding: &str| {
        accepted.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            parts.next() == Some(encoding) && parts.next() != Some("q=0")
        })
    };
    let packed = |suffix: &str| Files::get(&format!("{path}{suffix}"));
    PACKED
        .into_iter()
        .filter(|(encoding, _)| takes(encoding))
        .find_map(|(encoding, suffix)| Some((encoding, packed(suffix)?)))
        .or_else(|| Some((PLAIN, Files::get(path)?)))
        .or_else(|| Some((UNPACK, packed(".gz")?)))
}

/// For the few programs that take nothing packed.
fn unpacked(file: &EmbeddedFile) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(file.data.as_ref()).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn short_hash(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}
