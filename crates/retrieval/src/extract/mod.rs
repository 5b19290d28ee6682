//! The text of files: plain text and its relatives, pages of the web, office documents, books and mails. Every reader has
//! the same bounds, so that no file keeps the server busy or fills its memory.

mod archive;
mod book;
mod bounds;
mod html;
mod mail;
mod markup;
mod open_document;
mod rich_text;
mod sheets;
mod slides;
mod table;
mod word;

pub use bounds::Bounds;
pub use html::{links, readable, verbatim};
pub use markup::{Markup, Token};

use airis_domain::JsonMap;
use airis_files::{Unreadable, extension, text_of};

/// Why a file has no text here, said to the person who gave it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    #[error("This server does not take text from {0} yet")]
    Format(&'static str),
    #[error("The file holds no text")]
    Empty,
    #[error("The file is damaged, or is not what its name says")]
    Damaged,
    #[error("The file is protected by a password")]
    Protected,
    #[error("The file holds more than this server reads of one file")]
    TooLarge,
    #[error("Reading the file took too long")]
    Late,
}

/// A part of a document that is split by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    pub text: String,
    /// From 1 on, where the document has pages.
    pub page: Option<u32>,
    /// What the part is called, such as the name of a sheet.
    pub title: Option<String>,
    /// What a service knows of it besides.
    pub known: JsonMap,
}

impl Section {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// What a file is, as far as its first bytes and its name tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Pdf,
    Word,
    Slides,
    Sheets,
    OpenDocument,
    Book,
    Html,
    Table(char),
    Mail,
    RichText,
    Text,
}

/// The sections of a file. Runs long: not for a thread that serves requests.
pub fn extract(
    name: &str,
    content_type: &str,
    bytes: &[u8],
    bounds: &mut Bounds,
) -> Result<Vec<Section>, ExtractError> {
    let mut sections = match kind(name, content_type, bytes)? {
        Kind::Pdf => pages(bytes, bounds)?,
        Kind::Word => word::read(bytes, bounds)?,
        Kind::Slides => slides::read(bytes, bounds)?,
        Kind::Sheets => sheets::read(bytes, bounds)?,
        Kind::OpenDocument => open_document::read(bytes, bounds)?,
        Kind::Book => book::read(bytes, bounds)?,
        Kind::Html => vec![Section::plain(html::text(&text(content_type, bytes)?, bounds)?)],
        Kind::Table(separator) => table::read(&text(content_type, bytes)?, separator, bounds)?,
        Kind::Mail => mail::read(bytes, bounds)?,
        Kind::RichText => vec![Section::plain(rich_text::read(bytes, bounds)?)],
        Kind::Text => vec![Section::plain(text(content_type, bytes)?)],
    };
    for section in &mut sections {
        // A database keeps no U+0000, and nobody reads one.
        if section.text.contains('\0') {
            section.text = section.text.replace('\0', "");
        }
    }
    sections.retain(|section| !section.text.trim().is_empty());
    if sections.is_empty() { Err(ExtractError::Empty) } else { Ok(sections) }
}

/// The text of one file inside of an archive, wherever it lies there.
pub fn text_inside(bytes: &[u8], name: &str) -> Result<String, ExtractError> {
    let mut archive = archive::Archive::open(bytes)?;
    let path = archive.names().into_iter().find(|path| path.rsplit('/').next() == Some(name));
    archive.needed(&path.ok_or(ExtractError::Empty)?, &mut Bounds::usual(bytes.len()))
}

fn kind(name: &str, content_type: &str, bytes: &[u8]) -> Result<Kind, ExtractError> {
    let ending = extension(name);
    if bytes.starts_with(b"%PDF") {
        return Ok(Kind::Pdf);
    }
    if bytes.starts_with(b"{\\rtf") {
        return Ok(Kind::RichText);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return archive::kind(bytes);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(ExtractError::Format("old office documents, or such with a password"));
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Ok(match (ending.as_str(), kind.as_str()) {
        ("html" | "htm" | "xhtml", _) | (_, "text/html" | "application/xhtml+xml") => Kind::Html,
        ("csv", _) | (_, "text/csv") => Kind::Table(','),
        ("tsv" | "tab", _) | (_, "text/tab-separated-values") => Kind::Table('\t'),
        ("eml" | "mht" | "mhtml", _) | (_, "message/rfc822") => Kind::Mail,
        _ => Kind::Text,
    })
}

fn text(content_type: &str, bytes: &[u8]) -> Result<String, ExtractError> {
    text_of(content_type, bytes).map_err(|unreadable| match unreadable {
        Unreadable::Format(what) => ExtractError::Format(what),
        Unreadable::Empty => ExtractError::Empty,
    })
}

fn pages(bytes: &[u8], bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let limits = airis_pdf::Limits { end: bounds.end(), characters: bounds.left() };
    let pages = airis_pdf::pages(bytes, &limits).map_err(|error| match error {
        airis_pdf::PdfError::Damaged => ExtractError::Damaged,
        airis_pdf::PdfError::Protected => ExtractError::Protected,
        airis_pdf::PdfError::TooLarge => ExtractError::TooLarge,
        airis_pdf::PdfError::Late => ExtractError::Late,
    })?;
    if pages.iter().all(|page| page.trim().is_empty()) {
        return Err(ExtractError::Format("scanned pages"));
    }
    let section = |(page, text)| Section { text, page: Some(page), ..Section::default() };
    Ok((1..).zip(pages).map(section).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_their_first_bytes_say_and_then_what_their_name_says() {
        for (name, content_type, bytes, expected) in [
            ("a.txt", "text/plain", &b"%PDF-1.7"[..], Kind::Pdf),
            ("a.doc", "application/msword", b"{\\rtf1}", Kind::RichText),
            ("a.HTM", "", b"<p>", Kind::Html),
            ("page", "text/html; charset=utf-8", b"<p>", Kind::Html),
            ("a.csv", "application/octet-stream", b"a,b", Kind::Table(',')),
            ("a.eml", "", b"From: x", Kind::Mail),
            ("main.rs", "", b"fn main() {}", Kind::Text),
            ("a.md", "text/markdown", b"# A", Kind::Text),
        ] {
            assert_eq!(kind(name, content_type, bytes).unwrap(), expected, "{name}");
        }
        assert!(kind("a.xls", "", b"\xD0\xCF\x11\xE0").is_err());
    }

    #[test]
    fn what_holds_no_text_says_so() {
        let read = |name: &str, bytes: &[u8]| extract(name, "", bytes, &mut Bounds::usual(bytes.len()));
        assert_eq!(read("a.txt", b" \n").unwrap_err(), ExtractError::Empty);
        assert_eq!(read("a.html", b"<script>x</script>").unwrap_err(), ExtractError::Empty);
        assert_eq!(read("a.docx", b"PK\x03\x04 nonsense").unwrap_err(), ExtractError::Damaged);
        assert_eq!(read("a.bin", b"a\0b").unwrap_err(), ExtractError::Format("this kind of file"));
    }
}
