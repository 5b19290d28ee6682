//! The text of files that are text.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes at the beginning that are looked at to tell text from anything else.
const PROBE: usize = 8 * 1024;
/// How formats begin that hold text which is not simply there, and what people call them.
const WRAPPED: [(&[u8], &str); 4] = [
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "an office document or archive"),
    (b"\xD0\xCF\x11\xE0", "an old office document"),
    (b"{\\rtf", "an RTF document"),
];

/// Why a file has no text here, said to the person who gave it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("this server does not take text from {0} yet")]
    Format(&'static str),
    #[error("the file holds no text")]
    Empty,
}

/// Reads plain text, Markdown, tables, source code and the like, whatever they call themselves. Tries UTF-8, UTF-16 with
/// its mark, and then what old Windows programs wrote, which takes any bytes.
pub fn text_of(content_type: &str, bytes: &[u8]) -> Result<String, Unreadable> {
    let kind = content_type.split('/').next().unwrap_or_default();
    let medium = match kind {
        "image" if !content_type.starts_with("image/svg") => Some("pictures"),
        "audio" => Some("sound"),
        "video" => Some("video"),
        "font" => Some("fonts"),
        _ => None,
    };
    if let Some(medium) = medium {
        return Err(Unreadable::Format(medium));
    }
    if let Some((_, name)) = WRAPPED.iter().find(|(begin, _)| bytes.starts_with(begin)) {
        return Err(Unreadable::Format(name));
    }
    let marked = [(&b"\xFF\xFE"[..], UTF_16LE), (b"\xFE\xFF", UTF_16BE), (b"\xEF\xBB\xBF", UTF_8)];
    let marked = marked.iter().find(|(mark, _)| bytes.starts_with(mark));
    if marked.is_none() && bytes.iter().take(PROBE).any(|byte| *byte == 0) {
        return Err(Unreadable::Format("this kind of file"));
    }
    let text = match marked {
        Some((mark, encoding)) => decode(encoding, &bytes[mark.len()..]),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => decode(WINDOWS_1252, bytes),
        },
    };
    // A database keeps no U+0000, and nobody reads one.
    let text = if text.contains('\0') { text.replace('\0', "") } else { text };
    if text.trim().is_empty() { Err(Unreadable::Empty) } else { Ok(text) }
}

fn decode(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_the_encodings_that_people_have() {
        let cases: [(&[u8], &str); 5] = [
            ("Käse 🧀".as_bytes(), "Käse 🧀"),
            (b"\xEF\xBB\xBFa,b", "a,b"),
            (b"K\xE4se \x80", "Käse €"),
            (b"\xFF\xFEK\x00\xE4\x00", "Kä"),
            (b"\xFE\xFF\x00K\x00\xE4", "Kä"),
        ];
        for (bytes, text) in cases {
            assert_eq!(text_of("text/plain", bytes).as_deref(), Ok(text));
        }
        assert_eq!(text_of("application/octet-stream", b"fn main() {}").as_deref(), Ok("fn main() {}"));
    }

    #[test]
    fn what_is_no_text_is_not_taken_for_text() {
        assert_eq!(text_of("text/plain", b"%PDF-1.7\n"), Err(Unreadable::Format("a PDF")));
        assert_eq!(text_of("text/plain", b"a\0b"), Err(Unreadable::Format("this kind of file")));
        assert_eq!(text_of("image/png", b"plain"), Err(Unreadable::Format("pictures")));
        assert_eq!(text_of("text/plain", b" \n\t "), Err(Unreadable::Empty));
    }
}
