//! Uploaded bytes on their way to a browser, so that nothing in them runs as a page of this server.

use airis_files::Files;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio_util::io::ReaderStream;

use super::range::{Wanted, wanted};
use crate::error::Result;

/// What a browser may show in its own window: it runs no script, whatever it holds.
const SHOWN: [&str; 7] =
    ["application/pdf", "image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp"];
/// A page of its own, without scripts and without a way to this server.
const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:";

/// How a file is to be served.
pub struct Serving<'a> {
    pub place: &'a str,
    pub name: &'a str,
    pub content_type: &'a str,
    /// Changes when the bytes do; `None` where nobody knows.
    pub tag: Option<String>,
    /// Offered as a download whatever it is.
    pub attachment: bool,
    /// Shown in the window whatever it is; the sandbox holds it.
    pub page: bool,
}

/// Streams a file, or the part of it that is asked for.
pub async fn serve(files: &Files, request: &HeaderMap, what: Serving<'_>) -> Result<Response> {
    let size = files.size(what.place).await?;
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some(tag) = what.tag.as_ref().filter(|tag| known.contains(tag.as_str())) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag.clone())]).into_response());
    }
    let (status, first, length) = match wanted(request, what.tag.as_deref().unwrap_or_default(), size) {
        Wanted::All => (StatusCode::OK, 0, size),
        Wanted::Part(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Nothing => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let reader = files.read(what.place, first, length).await?;
    let mut response = (status, Body::from_stream(ReaderStream::new(reader))).into_response();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let kind = essence(what.content_type);
    let shown = SHOWN.contains(&kind.as_str())
        || kind == "text/plain"
        || kind.starts_with("audio/")
        || kind.starts_with("video/");
    let inline = what.page || (shown && !what.attachment);
    set(header::CONTENT_TYPE, if kind.starts_with("text/") { what.content_type } else { &kind });
    set(header::CONTENT_LENGTH, &length.to_string());
    set(header::CONTENT_DISPOSITION, &disposition(inline, what.name));
    set(header::ACCEPT_RANGES, "bytes");
    if let Some(tag) = &what.tag {
        set(header::ETAG, tag);
    }
    // Whoever may see it today may not tomorrow: kept, but asked for again.
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // A sandbox would keep browsers from showing PDFs, which run nothing.
    if kind != "application/pdf" {
        set(header::CONTENT_SECURITY_POLICY, SANDBOX);
    }
    if status == StatusCode::PARTIAL_CONTENT {
        set(header::CONTENT_RANGE, &format!("bytes {first}-{}/{size}", first + length - 1));
    }
    Ok(response)
}

/// The kind without parameters; what makes no sense is just bytes.
fn essence(content_type: &str) -> String {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let sound = kind.split_once('/').is_some_and(|(area, name)| !area.is_empty() && !name.is_empty())
        && kind.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"!#$&^_.+-/".contains(&sign));
    if sound { kind } else { "application/octet-stream".to_owned() }
}

/// `inline` or `attachment` with the name in a form that takes every character.
fn disposition(inline: bool, name: &str) -> String {
    let mut text = format!("{}; filename*=UTF-8''", if inline { "inline" } else { "attachment" });
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(disposition(false, "notes.txt"), "attachment; filename*=UTF-8''notes.txt");
        assert_eq!(disposition(true, "a\"\r\n ä"), "inline; filename*=UTF-8''a%22%0D%0A%20%C3%A4");
    }

    #[test]
    fn a_kind_that_makes_no_sense_is_just_bytes() {
        assert_eq!(essence("Text/Plain; charset=utf-8"), "text/plain");
        for bad in ["", "html", "text/", "text/html\r\nx: y", "text/ht ml"] {
            assert_eq!(essence(bad), "application/octet-stream", "{bad:?}");
        }
    }
}
