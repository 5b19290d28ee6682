//! Moving in, moving, and backups, as an operator does them.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::program::{Server, airis, refused, told_to};

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
    execute(&file, THERE);
    file.to_str().unwrap().to_owned()
}

/// Statements on a database that is made where it is missing.
fn execute(file: &Path, sql: &'static str) {
    let done = async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    tokio::runtime::Runtime::new().unwrap().block_on(done);
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
fn no_server_starts_on_a_database_that_only_a_part_was_moved_into() {
    let folder = tempfile::tempdir().unwrap();
    told(&run(folder.path(), &["import", &there(folder.path())]));
    execute(
        &folder.path().join("data/airis.db"),
        "CREATE TABLE transfer_progress (name TEXT PRIMARY KEY, state TEXT NOT NULL)",
    );
    assert!(refused(&run(folder.path(), &["serve"])).contains("run the same `airis migrate` again"));
    execute(&folder.path().join("data/airis.db"), "DROP TABLE transfer_progress");
    Server::start_with(folder.path(), &[]);
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

/// Copies between a folder and a real store that speaks S3, whose address comes from `scripts/object-stores.sh`.
#[test]
fn uploads_are_copied_into_a_bucket_and_back_and_what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    told(&told_to(folder.path(), &["user", "add", "ada@example.com", "--password-stdin"], "a long password\n"));
    let uploads = folder.path().join("data/uploads");
    std::fs::create_dir_all(&uploads).unwrap();
    std::fs::write(uploads.join("f1_a.txt"), "first").unwrap();
    std::fs::write(uploads.join("f2_b.txt"), vec![7; 300_000]).unwrap();
    let rows = "INSERT INTO file (id, user_id, filename, search_name, path, meta, created_at, updated_at)
        SELECT column1, account.id, column1, column1, column2, '{}', 1, 1 FROM account, (VALUES
        ('f1', '/app/data/uploads/f1_a.txt'), ('f2', '/app/data/uploads/f2_b.txt'), ('f3', '/app/data/uploads/f3_gone.txt'))";
    execute(&folder.path().join("data/airis.db"), rows);
    let given =
        |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("run the tests through scripts/object-stores.sh"));
    let (endpoint, key) = (given("AIRIS_TEST_S3"), given("AIRIS_TEST_OBJECT_KEY"));
    let copy = |from: &str, to: &str, more: &[&str]| {
        let mut command = airis(folder.path());
        command.envs([("S3_BUCKET_NAME", "files"), ("S3_ENDPOINT_URL", &endpoint), ("S3_ACCESS_KEY_ID", "airis")]);
        command.envs([("S3_SECRET_ACCESS_KEY", key.as_str()), ("S3_KEY_PREFIX", "copied")]);
        command.args(["storage", "copy", "--from", from, "--to", to]).args(more).output().unwrap()
    };
    // Two come; the one that is gone is named, and the command fails for it.
    let first = copy("local", "s3", &[]);
    assert!(String::from_utf8_lossy(&first.stdout).contains("copied 2 files"), "{first:?}");
    assert_eq!(first.status.code(), Some(1));
    let problem = String::from_utf8_lossy(&first.stderr);
    assert!(problem.contains("f3_gone.txt") && problem.contains("1 file could not be copied"), "{problem}");
    // Asked once more it finds them there; an empty folder gets both.
    let again = copy("local", "s3", &["--json"]);
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!((again["copied"].as_u64(), again["there"].as_u64()), (Some(0), Some(2)));
    std::fs::remove_dir_all(&uploads).unwrap();
    copy("s3", "local", &[]);
    assert_eq!(std::fs::read(uploads.join("f1_a.txt")).unwrap(), b"first");
    assert_eq!(std::fs::read(uploads.join("f2_b.txt")).unwrap(), vec![7; 300_000]);
    assert!(refused(&copy("local", "tape", &[])).contains("none of local, s3, gcs, azure"));
    assert!(refused(&copy("s3", "s3", &[])).contains("both say s3"));
}
