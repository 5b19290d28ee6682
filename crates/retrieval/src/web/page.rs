//! A page of the web: what people read there, and what is known of it.

use airis_domain::{JsonMap, User};
use airis_files::extension;
use encoding_rs::{Encoding, WINDOWS_1252};
use serde_json::json;

use super::load::Fetched;
use crate::extract::{Bounds, ExtractError, Section, extract, readable, verbatim};

/// Bytes in which a page says how it is encoded.
const HEAD: usize = 2048;

/// What is at an address, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// As it was asked for.
    pub url: String,
    pub title: String,
    /// What the page says of itself.
    pub description: String,
    pub language: String,
    /// Every text of it as it stands there, for clients that show it.
    pub content: String,
    /// What people read, in parts.
    pub sections: Vec<Section>,
}

impl Page {
    /// A page of which only this text is known.
    pub fn of_text(url: String, title: String, text: String) -> Self {
        let sections = vec![Section::plain(text.clone())];
        Self { url, title, content: text, sections, ..Self::default() }
    }

    /// Reads what was fetched. Runs long: not for a thread that serves requests.
    pub fn read(url: String, fetched: &Fetched) -> Result<Self, ExtractError> {
        let bytes = fetched.bytes.as_slice();
        let bounds = || Bounds::usual(bytes.len());
        if !is_markup(fetched) {
            let name = fetched.url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
            let sections = extract(name, &fetched.content_type, bytes, &mut bounds())?;
            let content = sections.iter().map(|section| section.text.as_str()).collect::<Vec<_>>().join("\n\n");
            return Ok(Self { url, content, sections, ..Self::default() });
        }
        let source = decoded(&fetched.content_type, bytes).replace('\0', "");
        let shown = readable(&source, &mut bounds())?;
        let text = if shown.text.is_empty() { shown.description.clone() } else { shown.text };
        if text.trim().is_empty() {
            return Err(ExtractError::Empty);
        }
        Ok(Self {
            url,
            title: shown.title,
            description: shown.description,
            language: shown.language,
            content: verbatim(&source, &mut bounds())?,
            sections: vec![Section::plain(text)],
        })
    }

    /// What people read of it.
    pub fn text(&self) -> String {
        self.sections.iter().map(|section| section.text.as_str()).collect::<Vec<_>>().join("\n\n")
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        if self.title.is_empty() { &self.url } else { &self.title }
    }

    /// What goes with each of its passages.
    pub fn metadata(&self, user: &User) -> JsonMap {
        let known = [
            ("name", self.name()),
            ("source", self.url.as_str()),
            ("title", self.title.as_str()),
            ("description", self.description.as_str()),
            ("language", self.language.as_str()),
            ("created_by", user.id.as_str()),
        ];
        let known = known.into_iter().filter(|(_, value)| !value.is_empty());
        known.map(|(key, value)| (key.to_owned(), json!(value))).collect()
    }

    /// Its first characters alone.
    #[must_use]
    pub fn cut(mut self, most: usize) -> Self {
        cut(&mut self.content, most);
        let mut left = most;
        self.sections.retain_mut(|section| {
            cut(&mut section.text, left);
            left -= section.text.chars().count().min(left);
            !section.text.is_empty()
        });
        self
    }
}

fn cut(text: &mut String, most: usize) {
    if let Some((at, _)) = text.char_indices().nth(most) {
        text.truncate(at);
    }
}

/// Whether it is a page, and not a document; what calls itself a page and holds zeros is neither.
fn is_markup(fetched: &Fetched) -> bool {
    let kind = fetched.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let named = ["html", "htm", "xhtml"].contains(&extension(fetched.url.path()).as_str());
    let says = matches!(kind.as_str(), "text/html" | "application/xhtml+xml") || (kind.is_empty() && named);
    let bytes = &fetched.bytes;
    says && !bytes.starts_with(b"%PDF") && !bytes.iter().take(8 * 1024).any(|byte| *byte == 0)
}

/// UTF-8 where it is that, whatever was said; otherwise as the server says, as the page says, or as old programs wrote.
fn decoded(content_type: &str, bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.trim_start_matches('\u{feff}').to_owned();
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    let said = charset(content_type).or_else(|| charset(&head));
    let encoding = said.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(WINDOWS_1252);
    encoding.decode(bytes).0.into_owned()
}

fn charset(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let label = lower.split_once("charset=")?.1.trim_start_matches(['"', '\'', ' ']);
    let label: String =
        label.chars().take_while(|sign| sign.is_ascii_alphanumeric() || "-_:.".contains(*sign)).collect();
    Some(label).filter(|label| !label.is_empty())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use airis_outbound::Url;

    use super::*;

    fn page(kind: &str, address: &str, bytes: &[u8]) -> Result<Page, ExtractError> {
        let fetched =
            Fetched { url: Url::parse(address).unwrap(), content_type: kind.to_owned(), bytes: bytes.to_vec() };
        Page::read(address.to_owned(), &fetched)
    }

    #[test]
    fn pages_are_read_in_the_encoding_that_they_have() {
        let read = |kind: &str, bytes: &[u8]| page(kind, "http://a.example/", bytes).unwrap().text();
        assert_eq!(read("text/html; charset=shift_jis", b"<p>\x93\xfa\x96{</p>"), "日本");
        assert_eq!(read("text/html", b"<meta charset='koi8-r'><p>\xf0\xf2\xe9</p>"), "ПРИ");
        assert_eq!(read("text/html; charset=nonsense", b"<p>K\xe4se</p>"), "Käse");
        assert_eq!(read("text/html; charset=iso-8859-1", "<p>Käse</p>".as_bytes()), "Käse");
        assert_eq!(read("text/html", b"\xff\xfe<\0p\0>\0a\0b\0"), "ab");
    }

    #[test]
    fn documents_are_read_as_what_they_are_and_nonsense_is_refused() {
        let table = page("text/csv", "http://a.example/t.csv", b"name,age\nAnn,9\n").unwrap();
        assert!(table.text().contains("Ann"), "{table:?}");
        for (kind, bytes) in [("text/html", &b"\0\x01\x02"[..]), ("image/png", b"\x89PNG"), ("video/mp4", b"x")] {
            assert!(matches!(page(kind, "http://a.example/x", bytes), Err(ExtractError::Format(_))), "{kind}");
        }
        assert_eq!(page("text/html", "http://a.example/", b"<script>x</script>"), Err(ExtractError::Empty));
    }

    #[test]
    fn a_page_is_called_by_its_title_and_cut_where_it_is_too_long() {
        let page = page("text/html", "http://a.example/", "<title>Ö</title><p>äöü".as_bytes()).unwrap();
        assert_eq!((page.name(), page.content.as_str(), page.text().as_str()), ("Ö", "Öäöü", "äöü"));
        let page = page.cut(2);
        assert_eq!((page.content.as_str(), page.text().as_str()), ("Öä", "äö"));
        assert!(page.cut(0).sections.is_empty());
    }
}
