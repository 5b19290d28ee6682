//! Tables of a PostgreSQL with vectors (pgvector), in a transaction that can only read.

use std::str::FromStr;

use airis_domain::JsonMap;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Postgres, Transaction};

use super::{ExternalError, Result, Server, Shelf, of_cosine};
use crate::Found;

/// A column of a table: its name, its kind, and how many numbers its vectors have.
type Column = (String, String, i32);

pub async fn names(server: &Server) -> Result<Vec<String>> {
    let mut connection = open(server).await?;
    let names = sqlx::query_as(
        "SELECT DISTINCT n.nspname::text, c.relname::text FROM pg_attribute a \
         JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_type t ON t.oid = a.atttypid \
         WHERE t.typname IN ('vector', 'halfvec') AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT a.attisdropped \
         LIMIT 1000",
    )
    .fetch_all(&mut connection)
    .await;
    let names: Vec<(String, String)> = names.map_err(told)?;
    // A failure to say goodbye changes nothing.
    let _ = connection.close().await;
    Ok(names
        .into_iter()
        .map(|(schema, table)| if schema == "public" { table } else { format!("{schema}.{table}") })
        .collect())
}

pub async fn near(server: &Server, shelf: &Shelf, vector: &[f32], limit: usize) -> Result<Vec<Found>> {
    let mut connection = open(server).await?;
    let found = look(&mut connection, shelf, vector, limit).await;
    let _ = connection.close().await;
    found
}

async fn look(connection: &mut PgConnection, shelf: &Shelf, vector: &[f32], limit: usize) -> Result<Vec<Found>> {
    let (schema, table) = shelf.name.split_once('.').unwrap_or(("public", &shelf.name));
    let mut tx = connection.begin().await.map_err(told)?;
    // The database gives up by itself where nobody waits any more.
    for rule in ["SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = '15s'"] {
        sqlx::query(rule).execute(&mut *tx).await.map_err(told)?;
    }
    let columns = columns(&mut tx, schema, table).await?;
    let wanted = shelf.setting("vector_field");
    let is_vector = |column: &&Column| matches!(column.1.as_str(), "vector" | "halfvec");
    let column = columns.iter().filter(is_vector).find(|column| wanted.is_none_or(|wanted| wanted == column.0));
    let Some((field, kind, numbers)) = column else {
        return Err(ExternalError(format!("There is no table \"{}\" with vectors", shelf.name)));
    };
    let vectors: Vec<String> = columns.iter().filter(is_vector).map(|column| literal(&column.0)).collect();
    let id = shelf.setting("id_field").or_else(|| columns.iter().any(|column| column.0 == "id").then_some("id"));
    let mut bound: Vec<String> = vec![written(vector, *numbers)];
    let mut conditions = vec![format!("{} IS NOT NULL", quoted(field))];
    for (name, value) in shelf.filter() {
        bound.push(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        conditions.push(format!("{}::text = ${}", quoted(name), bound.len()));
    }
    // Names come from the table itself, or stand in quotes; values are bound.
    let sql = format!(
        "SELECT COALESCE({}::text, ''), (to_jsonb(shelf) - ARRAY[{}])::text, ({field} <=> $1::{kind})::float8 \
         FROM {}.{} AS shelf WHERE {} ORDER BY {field} <=> $1::{kind} LIMIT {limit}",
        id.map_or_else(|| "''".to_owned(), quoted),
        vectors.join(", "),
        quoted(schema),
        quoted(table),
        conditions.join(" AND "),
        field = quoted(field),
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for value in &bound {
        query = query.bind(value);
    }
    let rows: Vec<(String, String, f64)> = query.fetch_all(&mut *tx).await.map_err(told)?;
    let passage = |(id, fields, distance): (String, String, f64)| {
        let fields: JsonMap = serde_json::from_str(&fields).unwrap_or_default();
        shelf.passage(id, fields, of_cosine(1.0 - distance))
    };
    Ok(rows.into_iter().map(passage).collect())
}

async fn columns(tx: &mut Transaction<'_, Postgres>, schema: &str, table: &str) -> Result<Vec<Column>> {
    sqlx::query_as(
        "SELECT a.attname::text, t.typname::text, a.atttypmod FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid \
         WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
    )
    .bind(schema)
    .bind(table)
    .fetch_all(&mut **tx)
    .await
    .map_err(told)
}

/// A vector as the database writes it. One that is shorter than those of the table gets noughts, as those who fill such
/// tables do; the angle stays.
fn written(vector: &[f32], numbers: i32) -> String {
    let missing = usize::try_from(numbers).unwrap_or_default().saturating_sub(vector.len());
    let numbers = vector.iter().copied().chain(std::iter::repeat_n(0.0, missing));
    format!("[{}]", numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(","))
}

async fn open(server: &Server) -> Result<PgConnection> {
    let wrong = |_| ExternalError("The address of a database looks like postgresql://host:5432/name".to_owned());
    let mut options = PgConnectOptions::from_str(server.endpoint.trim()).map_err(wrong)?;
    let (name, password) = (server.secret(&["username", "user"]), server.secret(&["password"]));
    if !name.is_empty() {
        options = options.username(&name);
    }
    if !password.is_empty() {
        options = options.password(&password);
    }
    if let Some(database) = server.setting("database") {
        options = options.database(database);
    }
    PgConnection::connect_with(&options.disable_statement_logging()).await.map_err(told)
}

fn told(error: sqlx::Error) -> ExternalError {
    let text = match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    };
    ExternalError(format!("the database says: {text}"))
}

/// A name in a query.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\"").replace('\0', ""))
}

/// A text in a query.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\0', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quoted("a\"; DROP TABLE x; --"), "\"a\"\"; DROP TABLE x; --\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(written(&[0.5, -1.0], 4), "[0.5,-1,0,0]");
        assert_eq!(written(&[0.5], -1), "[0.5]");
    }
}
