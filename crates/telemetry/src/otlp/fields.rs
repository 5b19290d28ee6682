//! What spans and events say about themselves, taken from the fields of `tracing`.

use std::fmt;

use tracing::field::{Field, Visit};

/// Bytes of a text that are kept.
const LONGEST: usize = 2048;

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Bool(bool),
    Int(i64),
    Float(f64),
}

/// Hands each field with its value to a function.
pub(crate) struct Each<F>(pub(crate) F);

impl<F: FnMut(&'static str, Value)> Visit for Each<F> {
    fn record_str(&mut self, field: &Field, value: &str) {
        (self.0)(field.name(), Value::Text(cut(value).to_owned()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        (self.0)(field.name(), Value::Bool(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        (self.0)(field.name(), Value::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        (self.0)(field.name(), Value::Int(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        (self.0)(field.name(), Value::Float(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = format!("{value:?}");
        text.truncate(cut(&text).len());
        (self.0)(field.name(), Value::Text(text));
    }
}

/// The beginning of a text, whole characters of it.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = format!("{}ü and more", "x".repeat(LONGEST - 1));
        assert_eq!(cut(&text).len(), LONGEST - 1);
        assert_eq!(cut("short"), "short");
    }
}
