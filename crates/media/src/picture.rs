//! The bytes of a picture, and of which kind they really are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{ImageError, Result};

/// Bytes of the largest picture.
pub const LARGEST: usize = 24 * 1024 * 1024;

/// A picture of a kind that browsers show and that cannot run.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Vec<u8>,
    /// Such as `image/png`.
    pub kind: &'static str,
    /// The ending of a file that holds it.
    pub ending: &'static str,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Picture({}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl Picture {
    /// What the bytes themselves say counts, whatever somebody calls them.
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        let (kind, ending) = kind(&bytes)?;
        (bytes.len() <= LARGEST).then_some(Self { bytes, kind, ending })
    }

    /// The same of text in base64, with or without the beginning of a `data:` address.
    pub fn of_text(text: &str) -> Option<Self> {
        let text = if text.starts_with("data:") { text.split_once("base64,")?.1 } else { text };
        let plain: String = text.chars().filter(|sign| !sign.is_ascii_whitespace()).collect();
        Self::of(STANDARD.decode(plain).ok()?)
    }

    pub fn text(&self) -> String {
        STANDARD.encode(&self.bytes)
    }
}

/// What an engine that sends no picture is said to do.
pub fn none() -> ImageError {
    ImageError::Refused("The service sent something that is no picture".to_owned())
}

/// At least one picture.
pub fn some(pictures: Vec<Picture>) -> Result<Vec<Picture>> {
    if pictures.is_empty() { Err(none()) } else { Ok(pictures) }
}

fn kind(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(("image/png", "png"))
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(("image/jpeg", "jpg"))
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(("image/gif", "gif"))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(("image/webp", "webp"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_as_a_picture_is_one() {
        let kind = |bytes: &[u8]| Picture::of(bytes.to_vec()).map(|picture| picture.kind);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n rest"), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(kind(b"GIF89a"), Some("image/gif"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for wrong in [&b""[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"RIFF\0\0\0\0WAVE", b"PNG"] {
            assert_eq!(kind(wrong), None);
        }
    }

    #[test]
    fn base64_is_read_bare_and_in_addresses() {
        let text = STANDARD.encode(b"GIF89a");
        for text in [text.clone(), format!("data:image/png;base64,{text}"), format!("{}\n{}", &text[..4], &text[4..])] {
            assert_eq!(Picture::of_text(&text).map(|picture| picture.kind), Some("image/gif"));
        }
        assert_eq!(Picture::of_text("data:image/gif,GIF89a"), None);
        assert_eq!(Picture::of_text("§"), None);
    }
}
