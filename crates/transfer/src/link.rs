//! One connection to a database of either kind, on which tables are read and written as they are.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use airis_store::{Place, place, read_postgres_url};
use futures::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row as _};

use crate::error::refuse;
use crate::record::{Record, Value};
use crate::{Result, TransferError};

/// Cells of a row as text, in the order in which they were asked for.
pub type Cells = Vec<Option<String>>;

/// First bytes of every SQLite file.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// An open connection.
#[derive(Debug)]
pub enum Link {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Binds values to a statement of either database.
macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql.to_owned()));
        for value in $values {
            query = match value {
                Value::Text(text) => query.bind(text.replace('\0', "")),
                Value::Int(number) => query.bind(*number),
                Value::Flag(flag) => query.bind(*flag),
            };
        }
        query
    }};
}

impl Link {
    /// Opens a database that is there; nothing is ever written through this.
    pub async fn reading(url: &str, schema: Option<&str>) -> Result<Self> {
        match place(url)? {
            Place::File(path) => {
                let settled = is_settled(&path)?;
                let options = SqliteConnectOptions::new()
                    .filename(&path)
                    .read_only(true)
                    .create_if_missing(false)
                    .immutable(settled)
                    .busy_timeout(Duration::from_secs(30))
                    // Rows may be as large as a chat: few of them wait at a time.
                    .row_buffer_size(2);
                let opened = options.connect().await.map_err(|error| unusable(&path.display().to_string(), &error))?;
                Ok(Self::Sqlite(opened))
            }
            Place::Memory => refuse!("there is nothing in a database that is in memory only"),
            Place::Postgres(url) => Ok(Self::Postgres(postgres(&url, schema).await?)),
        }
    }

    /// Opens a database that is there to be written. Rows may come before those that they refer to.
    pub async fn writing(url: &str, schema: Option<&str>) -> Result<Self> {
        match place(url)? {
            Place::File(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(&path)
                    .create_if_missing(false)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal)
                    .foreign_keys(false)
                    .busy_timeout(Duration::from_secs(30))
                    .row_buffer_size(2);
                let opened = options.connect().await.map_err(|error| unusable(&path.display().to_string(), &error))?;
                Ok(Self::Sqlite(opened))
            }
            Place::Memory => refuse!("a database that is in memory only is gone when this command ends"),
            Place::Postgres(url) => Ok(Self::Postgres(postgres(&url, schema).await?)),
        }
    }

    pub async fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.close().await?,
            Self::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }

    /// How a column is asked for, so that it comes as text whatever it holds.
    pub fn cell(&self, column: &str) -> String {
        match self {
            // Bytes, because old rows may hold text that is no UTF-8.
            Self::Sqlite(_) => format!("CAST({} AS BLOB)", quoted(column)),
            Self::Postgres(_) => format!("CAST({} AS TEXT)", quoted(column)),
        }
    }

    /// Runs statements that take no values.
    pub async fn run(&mut self, sql: &str) -> Result<()> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => _ = sqlx::raw_sql(sql).execute(connection).await?,
            Self::Postgres(connection) => _ = sqlx::raw_sql(sql).execute(connection).await?,
        }
        Ok(())
    }

    /// From here on everything is read as it is now, whatever others write.
    pub async fn hold_still(&mut self) -> Result<()> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.run(begin).await
    }

    /// Runs a statement; how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(connection) => bound!(sql, values).execute(connection).await?.rows_affected(),
            Self::Postgres(connection) => bound!(sql, values).execute(connection).await?.rows_affected(),
        })
    }

    /// All rows of a statement.
    pub async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Cells>> {
        let mut rows = Vec::new();
        self.each(sql, values, async |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// One number.
    pub async fn number(&mut self, sql: &str, values: &[Value]) -> Result<i64> {
        let cell = match self {
            Self::Sqlite(_) => format!("SELECT CAST(({sql}) AS BLOB)"),
            Self::Postgres(_) => format!("SELECT CAST(({sql}) AS TEXT)"),
        };
        let rows = self.rows(&cell, values).await?;
        Ok(rows.first().and_then(|row| row.first()?.as_deref()?.parse().ok()).unwrap_or(0))
    }

    /// Hands over row after row, so that a table of any size is never in memory.
    pub async fn each(
        &mut self,
        sql: &str,
        values: &[Value],
        mut take: impl AsyncFnMut(Cells) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                let mut rows = bound!(sql, values).fetch(connection);
                while let Some(row) = rows.try_next().await? {
                    take(of_sqlite(&row)?).await?;
                }
            }
            Self::Postgres(connection) => {
                let mut rows = bound!(sql, values).fetch(connection);
                while let Some(row) = rows.try_next().await? {
                    take(of_postgres(&row)?).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes a row; false when one that cannot be beside it is there already.
    pub async fn insert(&mut self, record: &Record) -> Result<bool> {
        let names: Vec<String> = record.cells.iter().map(|(name, _)| quoted(name)).collect();
        let places: Vec<String> = (1..=names.len()).map(|at| format!("${at}")).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
            quoted(record.table),
            names.join(", "),
            places.join(", ")
        );
        let values: Vec<Value> = record.cells.iter().map(|(_, value)| value.clone()).collect();
        Ok(self.execute(&sql, &values).await? > 0)
    }

    /// Whether a table has a row with these values.
    pub async fn has(&mut self, table: &str, cells: &[(&str, &str)]) -> Result<bool> {
        let tests: Vec<String> =
            cells.iter().enumerate().map(|(at, (name, _))| format!("{} = ${}", quoted(name), at + 1)).collect();
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", quoted(table), tests.join(" AND "));
        let values: Vec<Value> = cells.iter().map(|(_, value)| Value::from(*value)).collect();
        Ok(self.number(&sql, &values).await? > 0)
    }
}

/// A name as statements have it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn of_sqlite(row: &SqliteRow) -> Result<Cells> {
    let cell = |at: usize| -> Result<Option<String>> {
        let bytes: Option<Vec<u8>> = row.try_get(at)?;
        Ok(bytes.map(|bytes| {
            String::from_utf8(bytes).unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into_owned())
        }))
    };
    (0..row.len()).map(cell).collect()
}

fn of_postgres(row: &PgRow) -> Result<Cells> {
    (0..row.len()).map(|at| Ok(row.try_get(at)?)).collect()
}

async fn postgres(url: &str, schema: Option<&str>) -> Result<PgConnection> {
    let (url, pooled) = read_postgres_url(url);
    let options = PgConnectOptions::from_str(&url)
        .map_err(|_| TransferError::Refused("that is no valid PostgreSQL address".to_owned()))?
        .extra_float_digits(None)
        .application_name("airis transfer");
    let mut options = if pooled { options.statement_cache_capacity(0) } else { options };
    if let Some(schema) = schema.filter(|schema| !schema.is_empty()) {
        options = options.options([("search_path", schema)]);
    }
    let name = format!("the PostgreSQL server at {}:{}", options.get_host(), options.get_port());
    options.connect().await.map_err(|error| unusable(&name, &error))
}

fn unusable(name: &str, error: &sqlx::Error) -> TransferError {
    TransferError::Refused(format!("{name} cannot be used: {error}"))
}

/// Whether nobody can be writing to an SQLite file: one with a write-ahead log has that beside it as long as it is open.
/// Then not even the files beside it are touched. Refuses what is no SQLite file.
fn is_settled(path: &Path) -> Result<bool> {
    let mut head = [0; 20];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => refuse!("there is no file {}", path.display()),
        Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            refuse!("{} cannot be read: {error}", path.display())
        }
        Ok(()) if head.starts_with(MAGIC) => {}
        _ => refuse!("{} is not an SQLite database", path.display()),
    }
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    Ok(head[18] == 2 && !PathBuf::from(log).exists())
}
