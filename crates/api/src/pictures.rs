//! Pictures of people: what may be stored, and how it is served.

use airis_identity::PICTURE_KINDS as KINDS;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;

use crate::error::{ApiError, Result};

/// The standard picture: a grey figure, drawn for this server.
static STANDARD: &[u8] = include_bytes!("../assets/person.png");
/// A picture address that may be stored: a path here, a web address, or a `data:` URI of a known kind. Empty and
/// missing ones are `None`.
pub fn acceptable(url: Option<String>) -> Result<Option<String>> {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(None) };
    let sound = (url.starts_with('/') && !url.starts_with("//"))
        || url.starts_with("https://")
        || url.starts_with("http://")
        || KINDS
            .iter()
            .any(|kind| url.strip_prefix("data:").is_some_and(|rest| rest.starts_with(&format!("{kind};base64,"))));
    if sound { Ok(Some(url)) } else { Err(ApiError::bad_request("This is no picture that can be used")) }
}

/// Serves a stored picture address: bytes of a `data:` URI, a redirect to the web, or the standard picture.
pub fn serve(url: &str) -> Response {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Redirect::temporary(url).into_response();
    }
    let bytes = |(kind, data): (&'static str, Vec<u8>)| {
        ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=3600")], data).into_response()
    };
    decode(url).map_or_else(|| bytes(("image/png", STANDARD.to_vec())), bytes)
}

fn decode(url: &str) -> Option<(&'static str, Vec<u8>)> {
    let rest = url.strip_prefix("data:")?;
    let kind = KINDS.into_iter().find(|kind| rest.starts_with(kind))?;
    let data = rest.split_once("base64,")?.1;
    base64::engine::general_purpose::STANDARD.decode(data).ok().map(|data| (kind, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_no_pictures() {
        for bad in [
            "javascript:alert(1)",
            "data:text/html;base64,PGI+",
            "//evil.example/x.png",
            "data:image/svg+xml;base64,PHN2Zz4=",
        ] {
            assert!(acceptable(Some(bad.to_owned())).is_err(), "{bad}");
        }
        for good in ["/user.png", "https://example.com/me.png", "data:image/png;base64,iVBORw0KGgo="] {
            assert!(acceptable(Some(good.to_owned())).is_ok(), "{good}");
        }
        assert_eq!(acceptable(Some(String::new())).ok(), Some(None));
    }

    #[test]
    fn the_standard_picture_is_a_png() {
        assert!(STANDARD.starts_with(b"\x89PNG"));
    }
}
