//! From one database of airis into another: SQLite and PostgreSQL, either way.

use std::fs::File;
use std::path::Path;

use airis_store::{Place, Store, StoreOptions, known_migrations, place};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::error::refuse;
use crate::link::Link;
use crate::record::Value;
use crate::rows::{count, empty, is_empty, kept_tables, key_of, pieces, put, search_later, sum, versions};
use crate::schema::{ColumnKind, Table};
use crate::{Progress, Result};

/// A database with the PostgreSQL schema that it lies in.
#[derive(Clone, Copy, Debug)]
pub struct Database<'a> {
    pub url: &'a str,
    pub schema: Option<&'a str>,
}

/// What a move did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Whether it went on where an earlier one had stopped.
    pub resumed: bool,
    pub tables: Vec<MovedTable>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovedTable {
    pub table: String,
    pub rows: u64,
    /// Of all rows in any order; the same on both sides.
    pub checksum: String,
}

/// Where a move stands, in the database that is written.
const STATE: &str = "CREATE TABLE IF NOT EXISTS transfer_progress (name TEXT PRIMARY KEY, state TEXT NOT NULL)";
const DONE: &str = "done";

/// Copies every row, piece by piece, and proves that all arrived. The target must be empty, or hold what an earlier move
/// from the same source left there. Fails with one sentence when a server uses either file.
pub async fn move_all(from: Database<'_>, to: Database<'_>, progress: Progress<'_>) -> Result<Moved> {
    if place(from.url)? == place(to.url)? && from.schema == to.schema {
        refuse!("--from and --to are the same database");
    }
    let _unused = unserved(from.url)?;
    let mut source = Link::reading(from.url, from.schema).await?;
    source.hold_still().await?;
    let tables = kept_tables(&mut source).await?;
    let newest: Vec<i64> = known_migrations().map(|(version, _)| version).collect();
    if versions(&mut source).await? != newest {
        refuse!("the tables of --from are of another version; bring them up to date first with `airis migrate up`");
    }
    let _alone = unserved(to.url)?;
    Store::open(&options(to)).await?.close().await;
    let mut target = Link::writing(to.url, to.schema).await?;
    same_tables(&tables, &kept_tables(&mut target).await?)?;
    let resumed = begin(&mut target, &tables, &mark(from)).await?;
    for table in &tables {
        copy(&mut source, &mut target, table, progress).await?;
    }
    let mut moved = Vec::with_capacity(tables.len());
    for (at, table) in tables.iter().enumerate() {
        progress("checking tables", at as u64 + 1, tables.len() as u64);
        let (there, here) = (sum(&mut source, table).await?, sum(&mut target, table).await?);
        if there != here {
            refuse!(
                "the table {} has {} rows there and {} here, or other ones: it was changed meanwhile; empty the new \
                 database and begin again",
                table.name,
                there.rows,
                here.rows
            );
        }
        moved.push(MovedTable { table: table.name.clone(), rows: here.rows, checksum: here.written() });
    }
    search_later(&mut target).await?;
    target.run("DROP TABLE transfer_progress").await?;
    source.close().await?;
    target.close().await?;
    Ok(Moved { resumed, tables: moved })
}

/// Whether a move into a database was begun and not ended: what is in it then is a part of what there was.
pub async fn half_moved(database: Database<'_>) -> Result<bool> {
    if matches!(place(database.url)?, Place::Memory) {
        return Ok(false);
    }
    let mut link = Link::reading(database.url, database.schema).await?;
    let sql = match link {
        Link::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'transfer_progress'",
        Link::Postgres(_) => "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('transfer_progress')",
    };
    let found = link.number(sql, &[]).await? > 0;
    link.close().await?;
    Ok(found)
}

/// How to open a database with everything that this binary knows of its tables.
pub fn options(database: Database<'_>) -> StoreOptions {
    StoreOptions {
        url: database.url.to_owned(),
        pool_size: Some(1),
        pool_max_overflow: 0,
        pool_timeout: 60,
        pool_recycle: 3600,
        schema: database.schema.map(str::to_owned),
        migrate: true,
    }
}

/// Takes the right to serve from an SQLite file for as long as the answer is held; nothing to take on PostgreSQL.
pub fn unserved(url: &str) -> Result<Option<File>> {
    let Place::File(path) = place(url)? else { return Ok(None) };
    lock(&path)
}

fn lock(path: &Path) -> Result<Option<File>> {
    let beside = path.with_extension("serve.lock");
    // Where there never was a server there is no such file, and none is made.
    let Ok(file) = File::open(&beside) else { return Ok(None) };
    if file.try_lock().is_err() {
        refuse!("a server uses {}; stop it first", path.display());
    }
    Ok(Some(file))
}

/// What tells a source from others.
fn mark(from: Database<'_>) -> String {
    hex::encode(Sha256::digest(format!("{} {}", from.url, from.schema.unwrap_or_default())))
}

/// Both sides must have the same tables with the same columns.
fn same_tables(there: &[Table], here: &[Table]) -> Result<()> {
    let shape = |tables: &[Table]| {
        let names = |table: &Table| {
            let mut columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            columns.sort_unstable();
            format!("{} ({})", table.name, columns.join(", "))
        };
        let mut shape: Vec<String> = tables.iter().map(names).collect();
        shape.sort();
        shape
    };
    let (there, here) = (shape(there), shape(here));
    match there.iter().find(|table| !here.contains(table)).or_else(|| here.iter().find(|table| !there.contains(table)))
    {
        Some(table) => refuse!("the two databases differ in the table {table}"),
        None => Ok(()),
    }
}

/// Makes the target ready; whether an earlier move of the same source goes on.
async fn begin(target: &mut Link, tables: &[Table], mark: &str) -> Result<bool> {
    target.run(STATE).await?;
    match state(target, "").await? {
        Some(known) if known == mark => return Ok(true),
        Some(_) => refuse!("another move into this database was begun and not ended; empty it first"),
        None => {}
    }
    if !is_empty(target).await? {
        target.run("DROP TABLE transfer_progress").await?;
        refuse!("the database that --to names is not empty");
    }
    target.begin().await?;
    empty(target, tables).await?;
    set_state(target, "", mark).await?;
    target.commit().await?;
    Ok(false)
}

async fn state(target: &mut Link, name: &str) -> Result<Option<String>> {
    let sql = format!("SELECT {} FROM transfer_progress WHERE name = $1", target.cell("state"));
    Ok(target.rows(&sql, &[name.into()]).await?.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
}

async fn set_state(target: &mut Link, name: &str, state: &str) -> Result<()> {
    let sql = "INSERT INTO transfer_progress (name, state) VALUES ($1, $2) \
        ON CONFLICT (name) DO UPDATE SET state = excluded.state";
    target.execute(sql, &[name.into(), state.into()]).await?;
    Ok(())
}

async fn copy(
    source: &mut Link,
    target: &mut Link,
    table: &Table,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> Result<()> {
    let after = match state(target, &table.name).await? {
        Some(state) if state == DONE => return Ok(()),
        Some(key) => read_key(table, &key),
        None => None,
    };
    let total = count(source, &table.name).await?;
    let mut done = if after.is_some() { count(target, &table.name).await?.min(total) } else { 0 };
    pieces(source, table, after.as_deref(), async |rows| {
        target.begin().await?;
        put(target, table, &rows).await?;
        if let Some(row) = rows.last() {
            set_state(target, &table.name, &write_key(&key_of(table, row))).await?;
        }
        target.commit().await?;
        done = (done + rows.len() as u64).min(total);
        progress(&table.name, done, total);
        Ok(())
    })
    .await?;
    set_state(target, &table.name, DONE).await
}

fn write_key(key: &[Value]) -> String {
    let cells: Vec<_> = key
        .iter()
        .map(|value| match value {
            Value::Text(text) => json!(text),
            Value::Int(number) => json!(number),
            Value::Flag(flag) => json!(flag),
        })
        .collect();
    json!(cells).to_string()
}

/// The key behind which a table goes on; `None` for one that is to be copied from its beginning.
fn read_key(table: &Table, text: &str) -> Option<Vec<Value>> {
    let cells: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    let kinds: Vec<ColumnKind> = crate::rows::keys(table).map(|column| column.kind).collect();
    let whole = cells.len() == kinds.len() && !kinds.is_empty();
    let values = cells.into_iter().map(|cell| match cell {
        serde_json::Value::String(text) => Some(Value::Text(text)),
        number => number.as_i64().map(Value::Int),
    });
    values.collect::<Option<Vec<_>>>().filter(|_| whole)
}

/// One migration: its number, its name, and when it was applied, in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Migration {
    pub version: i64,
    pub name: String,
    pub applied_at: Option<i64>,
}

/// Every migration that this binary or the database knows. Nothing is written.
pub async fn migrations(database: Database<'_>) -> Result<Vec<Migration>> {
    let mut known: Vec<Migration> = known_migrations()
        .map(|(version, name)| Migration { version, name: name.to_owned(), applied_at: None })
        .collect();
    if let Place::File(path) = place(database.url)?
        && !path.exists()
    {
        return Ok(known);
    }
    let mut link = Link::reading(database.url, database.schema).await?;
    if crate::schema::tables(&mut link).await?.iter().any(|table| table.name == "schema_migration") {
        let cells = ["version", "name", "applied_at"].map(|column| link.cell(column)).join(", ");
        for row in link.rows(&format!("SELECT {cells} FROM schema_migration m ORDER BY m.version"), &[]).await? {
            let [Some(version), name, at] = &row[..] else { continue };
            let (Ok(version), at) = (version.parse(), at.as_deref().and_then(|at| at.parse().ok())) else { continue };
            match known.iter_mut().find(|one| one.version == version) {
                Some(one) => one.applied_at = at.or(Some(0)),
                None => known.push(Migration {
                    version,
                    name: name.clone().unwrap_or_default(),
                    applied_at: at.or(Some(0)),
                }),
            }
        }
    }
    link.close().await?;
    Ok(known)
}
