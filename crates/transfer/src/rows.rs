//! Rows of whole tables in a form that is the same for both databases, read and written piece by piece.

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection};

use crate::Result;
use crate::error::refuse;
use crate::link::{Cells, Link, quoted};
use crate::record::Value;
use crate::schema::{Column, ColumnKind, Table, in_order, tables};

/// What each database makes for itself, or what lives only as long as a server does.
const OWN: [&str; 4] = ["schema_migration", "chat_text", "chat_unsearched", "transfer_progress"];
/// How tables begin that belong to the bus, and to the passages that are made again from the files.
const OTHERS: [&str; 2] = ["fleet_", "vector_"];
/// A piece that is written at once: this many rows, or this many bytes.
const PIECE_ROWS: usize = 500;
const PIECE_BYTES: usize = 4 << 20;

/// Tables with what people have, each behind those that it refers to. Refuses what is no database of airis.
pub async fn kept_tables(link: &mut Link) -> Result<Vec<Table>> {
    let all = tables(link).await?;
    if !all.iter().any(|table| table.name == "schema_migration") || !all.iter().any(|table| table.name == "account") {
        refuse!("there is no database of airis");
    }
    let others = |name: &str| OTHERS.iter().any(|of| name.starts_with(of));
    let kept = |table: &Table| !OWN.contains(&table.name.as_str()) && !others(&table.name);
    Ok(in_order(all.into_iter().filter(kept).collect()))
}

/// Numbers of the migrations that a database has had.
pub async fn versions(link: &mut Link) -> Result<Vec<i64>> {
    let sql = format!("SELECT {} FROM schema_migration m ORDER BY m.version", link.cell("version"));
    let rows = link.rows(&sql, &[]).await?;
    Ok(rows.into_iter().filter_map(|row| row.into_iter().next()??.parse().ok()).collect())
}

/// How many rows a table has.
pub async fn count(link: &mut Link, table: &str) -> Result<u64> {
    let rows = link.number(&format!("SELECT COUNT(*) FROM {}", quoted(table)), &[]).await?;
    Ok(u64::try_from(rows).unwrap_or(0))
}

/// Whether nobody has anything in a database: settings do not count.
pub async fn is_empty(link: &mut Link) -> Result<bool> {
    Ok(count(link, "account").await? == 0 && count(link, "chat").await? == 0)
}

/// Hands over the rows of a table in pieces, those behind a key alone if one is given.
pub async fn pieces(
    link: &mut Link,
    table: &Table,
    after: Option<&[Value]>,
    mut take: impl AsyncFnMut(Vec<Cells>) -> Result<()>,
) -> Result<()> {
    let cells: Vec<String> = table.columns.iter().map(|column| link.cell(&column.name)).collect();
    // Named with their table: alone they would be the texts that are asked for.
    let keys: Vec<String> = keys(table).map(|column| format!("t.{}", quoted(&column.name))).collect();
    let mut sql = format!("SELECT {} FROM {} t", cells.join(", "), quoted(&table.name));
    if let Some(after) = after {
        let places: Vec<String> = (1..=after.len()).map(|at| format!("${at}")).collect();
        sql.push_str(&format!(" WHERE ({}) > ({})", keys.join(", "), places.join(", ")));
    }
    if !keys.is_empty() {
        sql.push_str(&format!(" ORDER BY {}", keys.join(", ")));
    }
    let whole = refers_to_itself(table);
    let (mut piece, mut bytes) = (Vec::new(), 0);
    link.each(&sql, after.unwrap_or_default(), async |mut row| {
        for (cell, column) in row.iter_mut().zip(&table.columns) {
            *cell = cell.take().map(|text| plain(text, column.kind));
        }
        bytes += row.iter().flatten().map(String::len).sum::<usize>();
        piece.push(row);
        if !whole && (piece.len() >= PIECE_ROWS || bytes >= PIECE_BYTES) {
            bytes = 0;
            take(std::mem::take(&mut piece)).await?;
        }
        Ok(())
    })
    .await?;
    if piece.is_empty() { Ok(()) } else { take(piece).await }
}

/// Columns of the primary key.
pub fn keys(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|column| column.key)
}

/// The key of a row, as conditions have it.
pub fn key_of(table: &Table, row: &Cells) -> Vec<Value> {
    let cells = table.columns.iter().zip(row).filter(|(column, _)| column.key);
    cells
        .map(|(column, cell)| {
            let text = cell.clone().unwrap_or_default();
            match (column.kind, text.parse::<i64>()) {
                (ColumnKind::Int, Ok(number)) => Value::Int(number),
                _ => Value::Text(text),
            }
        })
        .collect()
}

/// Rows that refer to rows of their own table are written at once, as no order of keys puts parents first.
fn refers_to_itself(table: &Table) -> bool {
    table.parents.iter().any(|(_, parent)| *parent == table.name)
}

/// A cell as both databases have it.
fn plain(text: String, kind: ColumnKind) -> String {
    match kind {
        ColumnKind::Flag => (matches!(text.as_str(), "1" | "t" | "true")).to_string(),
        ColumnKind::Int => text,
        ColumnKind::Text if text.contains('\0') => text.replace('\0', ""),
        ColumnKind::Text => text,
    }
}

/// Writes rows inside the transaction that is open; those that are there stay.
pub async fn put(link: &mut Link, table: &Table, rows: &[Cells]) -> Result<()> {
    match link {
        Link::Sqlite(connection) => put_sqlite(connection, table, rows).await,
        Link::Postgres(connection) => put_postgres(connection, table, rows).await,
    }
}

async fn put_sqlite(connection: &mut SqliteConnection, table: &Table, rows: &[Cells]) -> Result<()> {
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let places: Vec<String> = (1..=names.len()).map(|at| format!("${at}")).collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
        quoted(&table.name),
        names.join(", "),
        places.join(", ")
    );
    for row in rows {
        let mut query = sqlx::query(AssertSqlSafe(sql.clone()));
        for (cell, column) in row.iter().zip(&table.columns) {
            query = match (column.kind, cell) {
                (ColumnKind::Flag, Some(text)) => query.bind(text == "true"),
                (ColumnKind::Int, Some(text)) => query.bind(text.parse::<i64>().ok()),
                (_, cell) => query.bind(cell.clone()),
            };
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// One statement for all rows: each column comes as one list of texts.
async fn put_postgres(connection: &mut PgConnection, table: &Table, rows: &[Cells]) -> Result<()> {
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let lists: Vec<String> = (1..=names.len()).map(|at| format!("CAST(${at} AS TEXT[])")).collect();
    let cells = table.columns.iter().map(|column| {
        let kind = match column.kind {
            ColumnKind::Text => "TEXT",
            ColumnKind::Int => "BIGINT",
            ColumnKind::Flag => "BOOLEAN",
        };
        format!("CAST(r.{} AS {kind})", quoted(&column.name))
    });
    let sql = format!(
        "INSERT INTO {} ({}) SELECT {} FROM UNNEST({}) AS r ({}) ON CONFLICT DO NOTHING",
        quoted(&table.name),
        names.join(", "),
        cells.collect::<Vec<_>>().join(", "),
        lists.join(", "),
        names.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for at in 0..table.columns.len() {
        let list: Vec<Option<String>> = rows.iter().map(|row| row.get(at).cloned().flatten()).collect();
        query = query.bind(list);
    }
    query.execute(connection).await?;
    Ok(())
}

/// A number of a table's rows that does not depend on their order: how many there are, and what is in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub rows: u64,
    sum: u128,
}

impl Sum {
    pub fn add(&mut self, row: &Cells) {
        let mut hash = Sha256::new();
        for cell in row {
            match cell {
                Some(text) => {
                    hash.update((text.len() as u64 + 1).to_le_bytes());
                    hash.update(text.as_bytes());
                }
                None => hash.update(0_u64.to_le_bytes()),
            }
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(first));
        self.rows += 1;
    }

    /// The sum in hexadecimal digits.
    pub fn written(&self) -> String {
        format!("{:032x}", self.sum)
    }
}

/// The sum of a table.
pub async fn sum(link: &mut Link, table: &Table) -> Result<Sum> {
    let mut sum = Sum::default();
    pieces(link, table, None, async |rows| {
        rows.iter().for_each(|row| sum.add(row));
        Ok(())
    })
    .await?;
    Ok(sum)
}

/// Empties all tables, so that nothing is beside what comes: rows that migrations made, and whatever there was.
pub async fn empty(link: &mut Link, tables: &[Table]) -> Result<()> {
    for table in tables.iter().rev() {
        link.run(&format!("DELETE FROM {}", quoted(&table.name))).await?;
    }
    // Words for searching belong to chats; where nothing refers to them they would stay.
    link.run("DELETE FROM chat_text").await?;
    link.run("DELETE FROM chat_unsearched").await
}

/// Has the texts of all chats made searchable, which a server does while it runs.
pub async fn search_later(link: &mut Link) -> Result<()> {
    let sql = "INSERT INTO chat_unsearched (chat_id, updated_at) SELECT id, updated_at FROM chat WHERE TRUE ON CONFLICT DO NOTHING";
    link.run(sql).await
}

impl Link {
    /// Begins to write.
    pub async fn begin(&mut self) -> Result<()> {
        let begin = if matches!(self, Self::Sqlite(_)) { "BEGIN IMMEDIATE" } else { "BEGIN" };
        self.run(begin).await
    }

    pub async fn commit(&mut self) -> Result<()> {
        self.run("COMMIT").await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_knows_no_order_and_tells_nothing_from_an_empty_text() {
        let row = |cells: &[Option<&str>]| cells.iter().map(|cell| cell.map(str::to_owned)).collect::<Cells>();
        let (a, b) = (row(&[Some("a"), None]), row(&[Some(""), Some("b")]));
        let sum = |rows: &[&Cells]| {
            rows.iter().fold(Sum::default(), |mut sum, row| {
                sum.add(row);
                sum
            })
        };
        assert_eq!(sum(&[&a, &b]), sum(&[&b, &a]));
        assert_ne!(sum(&[&row(&[None])]), sum(&[&row(&[Some("")])]));
        assert_ne!(sum(&[&row(&[Some("ab"), Some("c")])]), sum(&[&row(&[Some("a"), Some("bc")])]));
    }
}
