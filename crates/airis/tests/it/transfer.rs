//! Moving in, moving, and backups, as an operator does them.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::program::{Server, airis, refused};

/// The other server's database with one person and one chat; the oldest columns are enough.
const THERE: &str = "
CREATE TABLE user (id TEXT PRIMARY KEY, name TEXT, email TEXT, role TEXT, profile_image_url TEXT, created_at INTEGER,
  updated_at INTEGER, last_active_at INTEGER);
CREATE TABLE auth (id TEXT PRIMARY KEY, email TEXT, password TEXT, active INTEGER);
CREATE TABLE chat (id TEXT PRIMARY KEY, user_id TEXT, title TEXT, chat TEXT, created_at INTEGER, updated_at INTEGER, archived INTEGER);
INSERT INTO user VALUES ('u1', 'Ann', 'ann@example.com', 'admin', '/user.png', 1, 2, 3);
INSERT INTO auth VALUES ('u1', 'ann@example.com', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 1);
INSERT INTO chat VALUES ('c1', 'u1', 'Hello', '{\"history\": {\"messages\": {}}}', 1, 2, 0), ('c2', 'u1', 'Broken', '{', 1, 2, 0);
";

fn there(folder: &Path) -> String {
    let file = folder.join("webui.db");
    let made = async {
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(THERE).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    tokio::runtime::Runtime::new().unwrap().block_on(made);
    file.to_str().unwrap().to_owned()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    airis(folder).args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&told(output)).unwrap()
}

#[test]
fn somebody_moves_in_beside_a_running_server_and_signs_in_with_the_old_password() {
    let folder = tempfile::tempdir().unwrap();
    let from = there(folder.path());
    let server = Server::start_with(folder.path(), &[]);
    let dry = told(&run(folder.path(), &["import", &from, "--dry-run"]));
    assert!(dry.contains("WOULD COME") && dry.contains("Nothing was written"), "{dry}");
    let report = json(&run(folder.path(), &["import", &from, "--json"]));
    let kind =
        |name: &str| report["kinds"].as_array().unwrap().iter().find(|kind| kind["kind"] == name).unwrap().clone();
    assert_eq!((kind("accounts")["brought"].as_u64(), kind("chats")["brought"].as_u64()), (Some(1), Some(1)));
    assert_eq!(report["skipped"][0]["id"], "c2");
    let again = told(&run(folder.path(), &["import", &from]));
    assert!(again.contains("its JSON cannot be read"), "{again}");
    let answer = server.post("/api/v1/auths/signin", r#"{"email": "ann@example.com", "password": "U*U"}"#);
    assert!(answer.starts_with("HTTP/1.1 200") || answer.contains("\"token\""), "{answer}");
}

#[test]
fn an_archive_moves_an_airis_to_another_folder() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let from = there(old.path());
    told(&run(old.path(), &["import", &from]));
    let archive = old.path().join("all.tar.gz");
    let archive = archive.to_str().unwrap();
    let server = Server::start_with(old.path(), &[]);
    assert!(told(&run(old.path(), &["backup", archive])).contains("0 uploaded files"), "while it serves");
    assert!(refused(&run(old.path(), &["backup", archive])).contains("is there already"));
    assert!(refused(&run(old.path(), &["restore", archive, "--force"])).contains("a server uses"));
    drop(server);
    assert!(refused(&run(old.path(), &["restore", archive])).contains("--force"));
    let manifest = json(&run(new.path(), &["restore", archive, "--json"]));
    assert_eq!(manifest["format"], 1);
    assert!(told(&run(new.path(), &["user", "list"])).contains("ann@example.com"));
    assert!(refused(&run(new.path(), &["restore", &from])).contains("no backup of airis"));
}

#[test]
fn tables_are_moved_and_brought_up_to_date() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(told(&run(old.path(), &["migrate", "status"])).contains("missing"));
    assert!(told(&run(old.path(), &["migrate", "up"])).starts_with("applied "));
    assert_eq!(told(&run(old.path(), &["migrate", "up"])), "nothing was missing\n");
    let known = json(&run(old.path(), &["migrate", "status", "--json"]));
    assert!(known.as_array().unwrap().iter().all(|one| one["applied_at"].is_i64()), "{known}");
    told(&run(old.path(), &["import", &there(old.path())]));
    let place = |folder: &Path| format!("sqlite:///{}", folder.join("data/airis.db").display());
    std::fs::create_dir(new.path().join("data")).unwrap();
    let moved = told(&run(old.path(), &["migrate", "--from", &place(old.path()), "--to", &place(new.path())]));
    assert!(moved.contains("every table was compared"), "{moved}");
    assert!(told(&run(new.path(), &["user", "list"])).contains("ann@example.com"));
    assert!(refused(&run(old.path(), &["migrate"])).contains("--from and --to"));
}
