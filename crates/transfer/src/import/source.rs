//! The database of the other server: recognised, and only ever read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::row::Row;
use crate::Result;
use crate::error::refuse;
use crate::link::{Link, quoted};
use crate::schema;

/// The database in a data folder.
const DATABASE: &str = "webui.db";
/// Tables and columns that every version of it has.
const SIGNS: [(&str, &str); 4] = [("user", "email"), ("auth", "password"), ("chat", "chat"), ("chat", "user_id")];

/// Where the bytes of its files are.
#[derive(Clone, Debug)]
pub enum Uploads {
    /// In this folder.
    Folder(PathBuf),
    /// Nobody said.
    Unknown,
}

pub struct Source {
    link: Link,
    tables: BTreeMap<String, Arc<Vec<String>>>,
    pub uploads: Uploads,
}

impl Source {
    /// Opens `webui.db`, the folder that it lies in, or a `postgres://` address. Refuses what is no such database.
    pub async fn open(from: &str, uploads: Option<&Path>) -> Result<Self> {
        let (url, beside) = located(from)?;
        let mut link = Link::reading(&url, None).await?;
        link.hold_still().await?;
        let known = match schema::tables(&mut link).await {
            Ok(known) => known,
            Err(error) => refuse!("{} cannot be read: {error}", shown(from)),
        };
        let has = |table: &str, column: &str| known.iter().any(|one| one.name == table && one.has(column));
        if has("account", "email") && has("setting", "value") {
            refuse!("{} is a database of airis; `airis migrate` and `airis restore` move those", shown(from));
        }
        if let Some((table, _)) = SIGNS.iter().find(|(table, column)| !has(table, column)) {
            refuse!("{} is not a database of Open WebUI: it has no table \"{table}\" as that has", shown(from));
        }
        let names = |table: schema::Table| {
            let columns = table.columns.into_iter().map(|column| column.name).collect();
            (table.name, Arc::new(columns))
        };
        let uploads = match uploads.map(Path::to_owned).or(beside) {
            Some(folder) if folder.is_dir() => Uploads::Folder(folder),
            Some(folder) if uploads.is_some() => refuse!("{} is no folder", folder.display()),
            _ => Uploads::Unknown,
        };
        Ok(Self { link, tables: known.into_iter().map(names).collect(), uploads })
    }

    pub fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    pub fn has_column(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|columns| columns.iter().any(|name| name == column))
    }

    /// Names of all tables.
    pub fn tables(&self) -> Vec<String> {
        self.tables.keys().cloned().collect()
    }

    /// Rows of a table; none where there is no such table.
    pub async fn count(&mut self, table: &str, filter: &str) -> Result<u64> {
        if !self.has(table) {
            return Ok(0);
        }
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {filter}", quoted(table));
        Ok(u64::try_from(self.link.number(&sql, &[]).await?).unwrap_or(0))
    }

    /// Hands over the rows of a table one after the other, ordered by a column if there is one of this name.
    pub async fn each(
        &mut self,
        table: &str,
        filter: &str,
        order: &str,
        mut take: impl AsyncFnMut(Row) -> Result<()>,
    ) -> Result<()> {
        let Some(columns) = self.tables.get(table).cloned() else { return Ok(()) };
        let cells: Vec<String> = columns.iter().map(|column| self.link.cell(column)).collect();
        let order = if columns.iter().any(|column| column == order) {
            // Named with its table: alone it would be the text that is asked for.
            format!(" ORDER BY t.{}", quoted(order))
        } else {
            String::new()
        };
        let sql = format!("SELECT {} FROM {} t WHERE {filter}{order}", cells.join(", "), quoted(table));
        self.link.each(&sql, &[], async |cells| take(Row { columns: columns.clone(), cells }).await).await
    }

    pub async fn close(self) -> Result<()> {
        self.link.close().await
    }
}

/// The address of a database, and the folder of uploads that would lie beside it.
fn located(from: &str) -> Result<(String, Option<PathBuf>)> {
    if ["postgres", "sqlite"].iter().any(|kind| from.starts_with(kind) && from.contains(':')) {
        return Ok((from.to_owned(), None));
    }
    let given = Path::new(from);
    let file = if given.is_dir() { given.join(DATABASE) } else { given.to_owned() };
    if !file.is_file() {
        refuse!(
            "there is no file {}; give the path of a {DATABASE}, its folder, or a postgres:// address",
            file.display()
        );
    }
    let file = std::path::absolute(&file).unwrap_or(file);
    let beside = file.parent().map(|folder| folder.join("uploads"));
    Ok((format!("sqlite:///{}", file.display()), beside))
}

/// What was given, without what might be a password.
fn shown(from: &str) -> String {
    match (from.split_once("://"), from.rsplit_once('@')) {
        (Some((kind, _)), Some((_, place))) => format!("{kind}://…@{place}"),
        _ => from.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(shown("postgres://me:secret@db/webui"), "postgres://…@db/webui");
        assert_eq!(shown("/data/webui.db"), "/data/webui.db");
    }
}
