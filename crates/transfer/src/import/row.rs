//! A row of the other server, whose columns may be missing in earlier versions.

use std::sync::Arc;

use airis_domain::Json;
use airis_domain::chat_object::clean;

/// Cells by the names of their columns.
pub struct Row {
    pub columns: Arc<Vec<String>>,
    pub cells: Vec<Option<String>>,
}

impl Row {
    /// The text of a cell; `None` when it is empty or there is no such column.
    pub fn text(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.cells.get(at)?.as_deref()
    }

    /// The same without U+0000, which PostgreSQL has no room for.
    pub fn clean(&self, column: &str) -> Option<String> {
        self.text(column).map(|text| text.replace('\0', ""))
    }

    /// A text that must be there and say something.
    pub fn filled(&self, column: &str) -> Option<String> {
        self.clean(column).filter(|text| !text.trim().is_empty())
    }

    pub fn int(&self, column: &str) -> Option<i64> {
        let text = self.text(column)?.trim();
        text.parse().ok().or_else(|| text.parse::<f64>().ok().map(|number| number as i64))
    }

    pub fn flag(&self, column: &str) -> Option<bool> {
        match self.text(column)?.trim() {
            "1" | "t" | "true" => Some(true),
            "0" | "f" | "false" => Some(false),
            _ => None,
        }
    }

    /// JSON that says something; what is broken or null is nothing.
    pub fn json(&self, column: &str) -> Option<Json> {
        let value = read_json(self.text(column)?).ok()?;
        (!value.is_null()).then(|| clean(&value))
    }

    /// When it was made and last changed; what was never changed was changed when it was made.
    pub fn times(&self) -> (i64, i64) {
        let made = self.int("created_at").or_else(|| self.int("timestamp")).or_else(|| self.int("updated_at"));
        let made = made.unwrap_or_else(airis_domain::now);
        (made, self.int("updated_at").unwrap_or(made))
    }
}

/// JSON, even where a text in it was cut in the middle of a character.
pub fn read_json(text: &str) -> serde_json::Result<Json> {
    serde_json::from_str(text).or_else(|error| serde_json::from_str(&without_halves(text)).map_err(|_| error))
}

/// JSON in which halves of surrogate pairs, which stand for no character, are U+FFFD.
fn without_halves(text: &str) -> String {
    let escape = |text: &str| -> Option<u16> {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (written, taken) = match (escape(rest), rest.get(6..).and_then(escape)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (&rest[..12], 12),
            (Some(0xd800..=0xdfff), _) => ("\\ufffd", 6),
            _ => {
                // An escaped backslash is no beginning of anything.
                let taken = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
                (&rest[..taken], taken)
            }
        };
        out.push_str(written);
        rest = &rest[taken..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&str, Option<&str>)]) -> Row {
        Row {
            columns: Arc::new(cells.iter().map(|(name, _)| (*name).to_owned()).collect()),
            cells: cells.iter().map(|(_, cell)| cell.map(str::to_owned)).collect(),
        }
    }

    #[test]
    fn columns_that_are_not_there_are_empty() {
        let row = row(&[("a", Some("x\0y")), ("b", None), ("f", Some("1")), ("n", Some("12.0")), ("j", Some("null"))]);
        assert_eq!((row.clean("a").as_deref(), row.text("b"), row.text("c")), (Some("xy"), None, None));
        assert_eq!((row.flag("f"), row.int("n"), row.json("j"), row.json("a")), (Some(true), Some(12), None, None));
    }

    #[test]
    fn texts_that_were_cut_inside_a_character_are_read() {
        let cut = r#"["\ud83d", "\ude00\n", "\ud83d\ude00", "\\ud83d", "\ud83d\u0041", "ü\"\ud83d"]"#;
        let read = read_json(cut);
        assert_eq!(
            read.ok(),
            Some(serde_json::json!(["\u{fffd}", "\u{fffd}\n", "😀", "\\ud83d", "\u{fffd}A", "ü\"\u{fffd}"]))
        );
        assert!(read_json("{\"a\": ").is_err() && read_json("\\").is_err() && read_json("\"\\u").is_err());
    }

    #[test]
    fn times_are_taken_from_what_there_is() {
        assert_eq!(row(&[("timestamp", Some("7"))]).times(), (7, 7));
        assert_eq!(row(&[("created_at", Some("5")), ("updated_at", Some("9"))]).times(), (5, 9));
    }
}
