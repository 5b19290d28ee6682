//! Texts that people write, keep, and share.

use crate::{Json, UserId};

/// A note, as somebody sees it. Times are nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub id: String,
    pub user_id: UserId,
    pub title: String,
    /// `content` with the text in several forms (`md`, `html`, `json`), and whatever clients keep beside it.
    pub data: Option<Json>,
    pub meta: Option<Json>,
    /// Whether it is pinned by whoever looks at it.
    pub pinned: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Note {
    /// Its text, as Markdown.
    pub fn text(&self) -> &str {
        self.data.as_ref().and_then(|data| data.pointer("/content/md")?.as_str()).unwrap_or_default()
    }

    /// Which state of the note this is: a number that grows with every change and that clients can hold exactly, which
    /// nanoseconds are too many for.
    pub fn revision(&self) -> i64 {
        self.updated_at / 1_000
    }
}
