//! A row that is about to be written.

use airis_domain::Json;

/// What a cell or a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Int(i64),
    Flag(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A row by the names of its columns; those that are not named are null.
#[derive(Clone, Debug)]
pub struct Record {
    pub table: &'static str,
    pub cells: Vec<(&'static str, Value)>,
}

impl Record {
    pub fn of(table: &'static str) -> Self {
        Self { table, cells: Vec::new() }
    }

    /// A text, or null.
    pub fn text<'t>(mut self, column: &'static str, value: impl Into<Option<&'t str>>) -> Self {
        if let Some(text) = value.into() {
            self.cells.push((column, Value::Text(text.replace('\0', ""))));
        }
        self
    }

    /// A number, or null.
    pub fn int(mut self, column: &'static str, value: impl Into<Option<i64>>) -> Self {
        if let Some(number) = value.into() {
            self.cells.push((column, Value::Int(number)));
        }
        self
    }

    pub fn flag(mut self, column: &'static str, value: bool) -> Self {
        self.cells.push((column, Value::Flag(value)));
        self
    }

    /// JSON as text, or null.
    pub fn json<'t>(mut self, column: &'static str, value: impl Into<Option<&'t Json>>) -> Self {
        if let Some(json) = value.into() {
            self.cells.push((column, Value::Text(json.to_string())));
        }
        self
    }
}
