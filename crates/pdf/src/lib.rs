//! The text of PDF files, page by page. Reads what files really hold instead of what their tables of contents claim, so that
//! damaged ones are read as far as they go; knows nothing of pictures, and opens nothing that needs a password.

mod cmap;
mod content;
mod document;
mod encoding;
mod filter;
mod font;
mod glyphs;
mod layout;
mod object;
mod pages;
mod parse;

use std::time::Instant;

/// Why a file has no text here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    #[error("damaged, or no PDF")]
    Damaged,
    #[error("protected by a password")]
    Protected,
    #[error("holds more than is read of one file")]
    TooLarge,
    #[error("took too long")]
    Late,
}

pub(crate) type Result<T> = std::result::Result<T, PdfError>;

/// How much of a file is read at most, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub end: Instant,
    /// Bytes of text.
    pub characters: usize,
}

/// The text of every page in its order; empty where a page has none, as when it was scanned.
pub fn pages(bytes: &[u8], limits: &Limits) -> std::result::Result<Vec<String>, PdfError> {
    let mut document = document::Document::read(bytes, limits)?;
    let pages = pages::of(&mut document)?;
    let mut texts = Vec::with_capacity(pages.len());
    let mut left = limits.characters;
    for page in &pages {
        document.look()?;
        let text = content::text(&mut document, page)?;
        left = left.checked_sub(text.len()).ok_or(PdfError::TooLarge)?;
        texts.push(text);
    }
    Ok(texts)
}
