//! JSON columns are text on both databases.

use std::borrow::Cow;

use airis_domain::{Json, JsonMap};

/// Text of a JSON value.
pub(crate) fn text(value: &Json) -> String {
    value.to_string()
}

/// Text of an optional value; null counts as a value.
pub(crate) fn optional_text(value: Option<&Json>) -> Option<String> {
    value.map(text)
}

/// Text of an object.
pub(crate) fn map_text(map: &JsonMap) -> String {
    serde_json::to_string(map).unwrap_or_else(|_| "{}".to_owned())
}

/// A column's value; text that is not JSON (a hand-edited row) reads as null.
pub(crate) fn parse(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or(Json::Null)
}

pub(crate) fn parse_optional(text: Option<String>) -> Option<Json> {
    text.map(|text| parse(&text))
}

/// An object column; anything else reads as empty.
pub(crate) fn parse_map(text: &str) -> JsonMap {
    serde_json::from_str(text).unwrap_or_default()
}

/// PostgreSQL has no U+0000 in text, and SQLite tools stop at it: it is dropped from plain text.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) }
}

/// The same for text that may be missing.
pub(crate) fn clean_optional(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(clean)
}
