//! A row of every shape in every table goes to PostgreSQL and back, and is the same to the last byte.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::Command;

use airis_transfer::{Database, half_moved, move_all};
use futures::FutureExt;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};

use crate::fixture::{Home, postgres_url, sqlite_url};

/// Rows of each table; as many as there are shapes of a value.
const ROWS: usize = 7;
const NUMBERS: [i64; ROWS] = [0, -1, i64::MAX, i64::MIN, 9_007_199_254_740_993, 1_700_000_000_000_000_001, 42];
const TEXTS: [&str; ROWS - 1] = [
    "",
    "Grüße 世界 שלום 👩‍👩‍👧‍👦 e\u{301} \u{202e}x\u{202c}",
    "{\"a\": [1, null, 1.50, \"\\u0000 ü\"], \"a\": 9007199254740993}",
    "it's \"quoted\" \\ \\N \t\r\n\u{1}\u{7f}\u{2028}",
    "NULL",
    " 007 ",
];
/// What each database makes for itself: when it was set up, and the words for searching.
const MADE_ANEW: [&str; 3] = ["schema_migration", "chat_text", "chat_unsearched"];

struct Column {
    name: String,
    kind: String,
    nullable: bool,
    /// Whether two rows may not have the same value here.
    telling: bool,
    /// Whether an index has it, which has no room for long texts.
    sought: bool,
    parent: Option<(String, String)>,
}

type Tables = BTreeMap<String, Vec<Column>>;

enum Cell {
    Text(String),
    Number(i64),
    Null,
}

async fn open(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).foreign_keys(false).connect().await.unwrap()
}

async fn texts(connection: &mut SqliteConnection, sql: String) -> Vec<Vec<Option<String>>> {
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect()
}

async fn tables(connection: &mut SqliteConnection) -> Tables {
    let names = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'";
    let mut tables = Tables::new();
    for name in texts(connection, names.to_owned()).await.into_iter().filter_map(|row| row[0].clone()) {
        if MADE_ANEW.contains(&name.as_str()) {
            continue;
        }
        let sought = format!(
            "SELECT i.name, CAST(l.\"unique\" AS TEXT) FROM pragma_index_list('{name}') l, pragma_index_info(l.name) i"
        );
        let sought = texts(connection, sought).await;
        let parents = format!("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list('{name}')");
        let parents = texts(connection, parents).await;
        let all = format!(
            "SELECT name, type, CAST(\"notnull\" OR pk AS TEXT), CAST(pk > 0 AS TEXT) FROM pragma_table_info('{name}')"
        );
        let column = |row: Vec<Option<String>>| {
            let name = row[0].clone().unwrap();
            let indexes: Vec<_> = sought.iter().filter(|index| index[0].as_ref() == Some(&name)).collect();
            let parent = parents.iter().find(|parent| parent[0].as_ref() == Some(&name));
            Column {
                kind: row[1].clone().unwrap(),
                nullable: row[2].as_deref() == Some("0"),
                telling: row[3].as_deref() == Some("1") || indexes.iter().any(|index| index[1].as_deref() == Some("1")),
                sought: !indexes.is_empty(),
                parent: parent.map(|parent| (parent[1].clone().unwrap(), parent[2].clone().unwrap())),
                name,
            }
        };
        tables.insert(name.clone(), texts(connection, all).await.into_iter().map(column).collect());
    }
    tables
}

/// What a row has in a column; rows refer to those with the same number, and within a table to the next one.
fn cell(tables: &Tables, table: &str, at: usize, row: usize) -> Cell {
    let column = &tables[table][at];
    let shape = (row + at) % ROWS;
    if let Some((parent, to)) = &column.parent {
        if column.nullable && shape == 0 {
            return Cell::Null;
        }
        let row = if parent == table { (row + 1) % ROWS } else { row };
        return cell(tables, parent, tables[parent].iter().position(|column| column.name == *to).unwrap(), row);
    }
    match column.kind.as_str() {
        "BIGINT" if column.telling => Cell::Number(NUMBERS[row]),
        "TEXT" if column.telling => Cell::Text(format!("{table}.{} {row} Ü🦁'\"", column.name)),
        _ if column.nullable && shape == 0 => Cell::Null,
        "BIGINT" => Cell::Number(NUMBERS[shape]),
        "BOOLEAN" => Cell::Number((shape % 2) as i64),
        "TEXT" if shape == 0 && !column.sought => Cell::Text("ö".repeat(100_000)),
        "TEXT" => Cell::Text(TEXTS[shape % TEXTS.len()].to_owned()),
        kind => panic!("{table}.{} is of a kind that this test does not fill: {kind}", column.name),
    }
}

/// Rows of every shape in every table of an airis that nobody has used.
async fn filled() -> (Home, Tables) {
    let home = Home::sqlite().await;
    let mut connection = open(&home.folder.path().join("airis.db")).await;
    let tables = tables(&mut connection).await;
    for (table, columns) in &tables {
        let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let places = vec!["?"; names.len()].join(", ");
        for row in 0..ROWS {
            let sql = format!("INSERT OR REPLACE INTO \"{table}\" ({}) VALUES ({places})", names.join(", "));
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for at in 0..columns.len() {
                query = match cell(&tables, table, at, row) {
                    Cell::Text(text) => query.bind(text),
                    Cell::Number(number) => query.bind(number),
                    Cell::Null => query.bind(None::<String>),
                };
            }
            query.execute(&mut connection).await.unwrap();
        }
    }
    let broken = texts(&mut connection, "SELECT \"table\", parent FROM pragma_foreign_key_check".to_owned()).await;
    assert!(broken.is_empty(), "rows refer to rows that are there: {broken:?}");
    connection.close().await.unwrap();
    (home, tables)
}

/// Every cell of every row as SQLite writes it in statements, in an order that only the rows decide.
async fn dump(file: &Path, tables: &Tables) -> Vec<String> {
    let mut connection = open(file).await;
    let mut lines = Vec::new();
    for (table, columns) in tables {
        let mut names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        names.sort_unstable();
        let cells: Vec<String> = names.iter().map(|name| format!("'{name}=' || quote(\"{name}\")")).collect();
        let rows = texts(&mut connection, format!("SELECT {} FROM \"{table}\"", cells.join(" || ' ' || "))).await;
        let mut rows: Vec<String> =
            rows.into_iter().map(|row| format!("{table}: {}", row[0].as_deref().unwrap())).collect();
        rows.sort_unstable();
        assert!(rows.len() >= ROWS, "{table} has rows");
        lines.append(&mut rows);
    }
    connection.close().await.unwrap();
    lines
}

fn assert_same(before: &[String], after: &[String]) {
    let (there, here): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
    let short =
        |lines: Vec<&&String>| lines.iter().map(|line| line.chars().take(400).collect()).collect::<Vec<String>>();
    assert_eq!(short(there.difference(&here).collect()), short(here.difference(&there).collect()));
    assert_eq!(before.len(), after.len());
}

const fn database(url: &str) -> Database<'_> {
    Database { url, schema: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_goes_to_postgresql_and_back_byte_for_byte() {
    let (home, tables) = filled().await;
    let before = dump(&home.folder.path().join("airis.db"), &tables).await;
    let postgres = postgres_url().await;
    let there = move_all(database(&home.url), database(&postgres), &mut |_, _, _| ()).await.unwrap();
    let told: Vec<&str> = there.tables.iter().map(|moved| moved.table.as_str()).collect();
    assert!(tables.keys().all(|table| told.contains(&table.as_str())), "{told:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("back.db");
    move_all(database(&postgres), database(&sqlite_url(&file)), &mut |_, _, _| ()).await.unwrap();
    assert_same(&before, &dump(&file, &tables).await);
}

/// Ends every connection to a database, as a restart of its server does.
fn cut(url: &str) {
    let (server, name) = url.rsplit_once('/').unwrap();
    let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let psql = std::env::var("AIRIS_TEST_PSQL").expect("run the tests through scripts/postgres.sh");
    let done = Command::new(psql).args(["-q", "-o", "/dev/null", "-c", &sql, &format!("{server}/postgres")]).status();
    assert!(done.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_cut_off_in_every_way_ends_with_every_byte() {
    let (home, tables) = filled().await;
    let before = dump(&home.folder.path().join("airis.db"), &tables).await;
    let postgres = postgres_url().await;
    // The database goes away at one table after the other; each time it is said, and the next try goes on behind it.
    let mut tries = 0;
    loop {
        let mut calls = 0;
        let mut interrupt = |name: &str, _: u64, _: u64| {
            calls += 1;
            if calls == 9 && name != "checking tables" {
                cut(&postgres);
            }
        };
        match move_all(database(&home.url), database(&postgres), &mut interrupt).await {
            Ok(moved) => break assert!(moved.resumed),
            Err(error) => {
                let told = error.to_string();
                assert!(!told.is_empty() && !told.contains('\n'), "{told}");
                assert!(half_moved(database(&postgres)).await.unwrap(), "no server starts on it");
            }
        }
        tries += 1;
        assert!(tries < 50, "it comes nearer to its end each time");
    }
    assert!(tries > 3, "it was cut off: {tries}");
    // And the process dies on the way back.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("back.db");
    let back = sqlite_url(&file);
    for at in [1, 7, 20] {
        let mut calls = 0;
        let mut die = |_: &str, _: u64, _: u64| {
            calls += 1;
            assert!(calls < at, "the power fails here");
        };
        let died = AssertUnwindSafe(move_all(database(&postgres), database(&back), &mut die)).catch_unwind().await;
        assert!(died.is_err());
        assert!(half_moved(database(&back)).await.unwrap());
    }
    let moved = move_all(database(&postgres), database(&back), &mut |_, _, _| ()).await.unwrap();
    assert!(moved.resumed);
    assert!(!half_moved(database(&postgres)).await.unwrap() && !half_moved(database(&back)).await.unwrap());
    assert_same(&before, &dump(&file, &tables).await);
}
