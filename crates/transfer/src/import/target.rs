//! The database of airis, into which rows come as they were, with their ids and their times.

use std::collections::HashSet;

use airis_store::{Store, StoreError};

use crate::Result;
use crate::link::Link;
use crate::record::{Record, Value};

pub struct Target<'a> {
    pub store: &'a Store,
    link: Link,
    /// Whether nothing is written.
    pub dry: bool,
    /// What would be there by now, where nothing is written.
    imagined: HashSet<(&'static str, String)>,
}

impl<'a> Target<'a> {
    pub fn new(store: &'a Store, link: Link, dry: bool) -> Self {
        Self { store, link, dry, imagined: HashSet::new() }
    }

    /// Writes a row; false when one that cannot be beside it is there already.
    pub async fn insert(&mut self, record: &Record) -> Result<bool> {
        if self.dry {
            self.imagine(record.table, first(record));
            return Ok(true);
        }
        self.link.insert(record).await
    }

    /// Runs a statement that changes rows which are there.
    pub async fn change(&mut self, sql: &str, values: &[Value]) -> Result<()> {
        if !self.dry {
            self.link.execute(sql, values).await?;
        }
        Ok(())
    }

    /// Remembers what would have been written.
    pub fn imagine(&mut self, table: &'static str, id: &str) {
        self.imagined.insert((table, id.to_owned()));
    }

    /// Whether a table has a row of this id.
    pub async fn has(&mut self, table: &'static str, id: &str) -> Result<bool> {
        Ok(self.imagined.contains(&(table, id.to_owned())) || self.link.has(table, &[("id", id)]).await?)
    }

    /// Whether a table has a row with these values.
    pub async fn has_such(&mut self, table: &str, cells: &[(&str, &str)]) -> Result<bool> {
        self.link.has(table, cells).await
    }

    /// One text of a row.
    pub async fn text(&mut self, table: &str, column: &str, key: (&str, &str)) -> Result<Option<String>> {
        let sql = format!("SELECT {} FROM {table} WHERE {} = $1", self.link.cell(column), key.0);
        let rows = self.link.rows(&sql, &[key.1.into()]).await?;
        Ok(rows.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
    }

    /// The next number of a column that orders a table.
    pub async fn next(&mut self, table: &str, column: &str) -> Result<i64> {
        Ok(self.link.number(&format!("SELECT COALESCE(MAX({column}), 0) FROM {table}"), &[]).await? + 1)
    }

    pub async fn close(self) -> Result<()> {
        self.link.close().await
    }
}

/// What tells a record from others of its table.
fn first(record: &Record) -> &str {
    match record.cells.first() {
        Some((_, Value::Text(text))) => text,
        _ => "",
    }
}

/// Whether a row could not be written because one like it is there, or because what it belongs to is not.
pub fn is_refused(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(_) | StoreError::NotFound)
}
