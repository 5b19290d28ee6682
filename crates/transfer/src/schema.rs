//! What tables there are, and what is in them.

use std::collections::HashSet;

use crate::Result;
use crate::link::{Link, quoted};

/// A column; `key` when it is part of the primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
    pub key: bool,
}

/// How a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    Int,
    Flag,
}

impl ColumnKind {
    fn of(declared: &str) -> Self {
        let declared = declared.to_lowercase();
        if declared.contains("bool") {
            Self::Flag
        } else if declared.contains("int") {
            Self::Int
        } else {
            Self::Text
        }
    }
}

/// A table; `parents` are its columns that refer to others, with the table that each refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub parents: Vec<(String, String)>,
}

impl Table {
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known.name == column)
    }
}

/// Every plain table, sorted by name.
pub async fn tables(link: &mut Link) -> Result<Vec<Table>> {
    let (names, columns, parents) = match link {
        Link::Sqlite(_) => (
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
             AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name",
            "SELECT name, type, CAST(pk AS TEXT) FROM pragma_table_info($1) ORDER BY cid",
            "SELECT \"from\", \"table\" FROM pragma_foreign_key_list($1)",
        ),
        Link::Postgres(_) => (
            "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY 1",
            "SELECT CAST(a.attname AS TEXT), format_type(a.atttypid, a.atttypmod), \
             CASE WHEN EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary \
             AND a.attnum = ANY (i.indkey)) THEN '1' ELSE '0' END FROM pg_attribute a \
             WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            "SELECT CAST(a.attname AS TEXT), CAST(f.relname AS TEXT) FROM pg_constraint k \
             JOIN pg_class f ON f.oid = k.confrelid \
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) \
             WHERE k.contype = 'f' AND k.conrelid = to_regclass($1)",
        ),
    };
    let found = link.rows(names, &[]).await?;
    let mut tables = Vec::with_capacity(found.len());
    for name in found.into_iter().filter_map(|row| row.into_iter().next().flatten()) {
        // PostgreSQL reads it as a name in a statement, SQLite as it is.
        let asked = match link {
            Link::Sqlite(_) => name.clone(),
            Link::Postgres(_) => quoted(&name),
        };
        let columns = link.rows(columns, &[asked.as_str().into()]).await?.into_iter().filter_map(|row| {
            let mut cells = row.into_iter();
            let name = cells.next()??;
            let kind = ColumnKind::of(&cells.next().flatten().unwrap_or_default());
            Some(Column { name, kind, key: cells.next().flatten().is_some_and(|place| place != "0") })
        });
        let columns = columns.collect();
        let parents = link.rows(parents, &[asked.as_str().into()]).await?.into_iter().filter_map(|row| {
            let mut cells = row.into_iter();
            Some((cells.next()??, cells.next()??))
        });
        tables.push(Table { parents: parents.collect(), columns, name });
    }
    Ok(tables)
}

/// The tables in an order in which each comes behind those that it refers to.
pub fn in_order(tables: Vec<Table>) -> Vec<Table> {
    let names: HashSet<String> = tables.iter().map(|table| table.name.clone()).collect();
    let mut waiting = tables;
    let mut placed: HashSet<String> = HashSet::new();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = |table: &Table| {
            table
                .parents
                .iter()
                .all(|(_, parent)| *parent == table.name || placed.contains(parent) || !names.contains(parent))
        };
        // Tables that refer to each other in a circle come as they are.
        let at = waiting.iter().position(ready).unwrap_or(0);
        let table = waiting.remove(at);
        placed.insert(table.name.clone());
        ordered.push(table);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_behind_those_that_it_refers_to() {
        let table = |name: &str, parents: &[&str]| Table {
            name: name.to_owned(),
            columns: Vec::new(),
            parents: parents.iter().map(|parent| ("x".to_owned(), (*parent).to_owned())).collect(),
        };
        let tables = vec![table("a", &["c", "a"]), table("b", &["a"]), table("c", &["elsewhere"])];
        let names: Vec<String> = in_order(tables).into_iter().map(|table| table.name).collect();
        assert_eq!(names, ["c", "a", "b"]);
    }
}
