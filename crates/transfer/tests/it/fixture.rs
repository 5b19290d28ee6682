//! Fresh databases of either kind, and databases of the other server as its documents describe them.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use airis_config::Config;
use airis_domain::JsonMap;
use airis_files::Files;
use airis_store::{Store, StoreOptions};
use airis_transfer::{Import, Report, TransferError, import};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tempfile::TempDir;

/// An empty airis: its database, its uploads, and where they are.
pub struct Home {
    pub store: Store,
    pub url: String,
    pub files: Files,
    pub folder: TempDir,
}

impl Home {
    pub async fn at(url: String, folder: TempDir) -> Self {
        let store = Store::open(&options(&url)).await.unwrap();
        let files = Files::local(&folder.path().join("uploads"));
        Self { store, url, files, folder }
    }

    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::at(sqlite_url(&folder.path().join("airis.db")), folder).await
    }

    pub async fn postgres() -> Self {
        Self::at(postgres_url().await, tempfile::tempdir().unwrap()).await
    }

    pub async fn import(&self, from: &str) -> Report {
        self.try_import(from, None, false).await.unwrap()
    }

    pub async fn try_import(&self, from: &str, uploads: Option<&Path>, dry_run: bool) -> Result<Report, TransferError> {
        let asked = Import {
            from,
            uploads,
            store: &self.store,
            database_url: &self.url,
            schema: None,
            files: &self.files,
            settings: &known_settings(),
            dry_run,
        };
        import(&asked, &mut |_, _, _| ()).await
    }
}

pub fn options(url: &str) -> StoreOptions {
    StoreOptions {
        url: url.to_owned(),
        pool_size: None,
        pool_max_overflow: 0,
        pool_timeout: 120,
        pool_recycle: 3600,
        schema: None,
        migrate: true,
    }
}

pub fn known_settings() -> JsonMap {
    Config::from_env(&|_| None).unwrap().defaults()
}

pub fn sqlite_url(file: &Path) -> String {
    format!("sqlite:///{}", file.display())
}

/// The address of a database of its own on the test server.
pub async fn postgres_url() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("AIRIS_TEST_POSTGRES").expect("run the tests through scripts/postgres.sh");
    let name = format!("transfer_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// Runs statements on a new SQLite file.
pub async fn make_sqlite(file: &Path, statements: &[&str]) {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    for sql in statements {
        sqlx::raw_sql(AssertSqlSafe((*sql).to_owned())).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// The same on a new PostgreSQL database; its address.
pub async fn make_postgres(statements: &[&str]) -> String {
    let url = postgres_url().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    for sql in statements {
        sqlx::raw_sql(AssertSqlSafe((*sql).to_owned())).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    url
}

/// Tables of version 0.12.4, as far as they matter here.
pub const SCHEMA: &str = r#"
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
CREATE TABLE "user" (id VARCHAR NOT NULL PRIMARY KEY, name VARCHAR, email VARCHAR, role VARCHAR, profile_image_url TEXT,
  last_active_at BIGINT, updated_at BIGINT, created_at BIGINT, username VARCHAR(50), bio TEXT, gender TEXT,
  date_of_birth DATE, timezone VARCHAR, oauth JSON, info JSON, settings JSON, scim JSON, variables JSON);
CREATE TABLE auth (id VARCHAR NOT NULL PRIMARY KEY, email VARCHAR, password TEXT, active BOOLEAN, mfa JSON, session_stamp TEXT);
CREATE TABLE api_key (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, "key" TEXT NOT NULL, data JSON, expires_at BIGINT,
  last_used_at BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE "group" (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, name TEXT, description TEXT, data JSON, meta JSON,
  permissions JSON, created_at BIGINT, updated_at BIGINT, parent_group_id TEXT);
CREATE TABLE group_member (id TEXT NOT NULL PRIMARY KEY, group_id TEXT NOT NULL, user_id TEXT NOT NULL, created_at BIGINT,
  updated_at BIGINT);
CREATE TABLE access_grant (id TEXT NOT NULL PRIMARY KEY, resource_type TEXT NOT NULL, resource_id TEXT NOT NULL,
  principal_type TEXT NOT NULL, principal_id TEXT NOT NULL, permission TEXT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE config ("key" TEXT NOT NULL PRIMARY KEY, value JSON NOT NULL, updated_at BIGINT);
CREATE TABLE folder (id TEXT NOT NULL, parent_id TEXT, user_id TEXT NOT NULL, name TEXT NOT NULL, items JSON, meta JSON,
  is_expanded BOOLEAN NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, data JSON, PRIMARY KEY (id, user_id));
CREATE TABLE tag (id VARCHAR NOT NULL, name VARCHAR, user_id VARCHAR, meta JSON, PRIMARY KEY (id, user_id));
CREATE TABLE chat (id VARCHAR NOT NULL PRIMARY KEY, user_id VARCHAR, title TEXT, created_at BIGINT, updated_at BIGINT,
  share_id TEXT UNIQUE, archived BOOLEAN, chat JSON, pinned BOOLEAN, meta JSON DEFAULT '{}' NOT NULL, folder_id TEXT,
  tasks JSON, summary TEXT, last_read_at BIGINT, current_message_id TEXT, variables JSON, timer_at BIGINT);
CREATE TABLE shared_chat (id TEXT NOT NULL PRIMARY KEY, chat_id TEXT NOT NULL, user_id TEXT NOT NULL, title TEXT, chat JSON,
  created_at BIGINT, updated_at BIGINT);
CREATE TABLE file (id VARCHAR NOT NULL PRIMARY KEY, user_id VARCHAR, filename TEXT, meta JSON, created_at BIGINT, hash TEXT,
  data JSON, updated_at BIGINT, path TEXT);
CREATE TABLE knowledge (id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT, meta JSON,
  created_at BIGINT NOT NULL, updated_at BIGINT, data JSON);
CREATE TABLE knowledge_directory (id TEXT NOT NULL PRIMARY KEY, knowledge_id TEXT NOT NULL, parent_id TEXT,
  name TEXT NOT NULL, user_id TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE knowledge_file (id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, knowledge_id TEXT NOT NULL,
  file_id TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, directory_id TEXT);
CREATE TABLE prompt (id TEXT NOT NULL PRIMARY KEY, command VARCHAR, user_id VARCHAR NOT NULL, name TEXT NOT NULL,
  content TEXT NOT NULL, data JSON, meta JSON, is_active BOOLEAN NOT NULL, version_id TEXT, tags JSON,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE prompt_history (id TEXT NOT NULL PRIMARY KEY, prompt_id TEXT NOT NULL, parent_id TEXT, snapshot JSON NOT NULL,
  user_id TEXT NOT NULL, commit_message TEXT, created_at BIGINT NOT NULL);
CREATE TABLE model (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, base_model_id TEXT, name TEXT, params TEXT, meta TEXT,
  updated_at BIGINT, created_at BIGINT, is_active BOOLEAN NOT NULL, version_id TEXT);
CREATE TABLE model_history (id TEXT NOT NULL PRIMARY KEY, model_id TEXT NOT NULL, parent_id TEXT, snapshot JSON NOT NULL,
  user_id TEXT NOT NULL, commit_message TEXT, created_at BIGINT NOT NULL);
CREATE TABLE memory (id VARCHAR NOT NULL PRIMARY KEY, user_id VARCHAR, content TEXT, updated_at BIGINT, created_at BIGINT,
  type VARCHAR DEFAULT 'context' NOT NULL, path TEXT, meta JSON);
CREATE TABLE note (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, title TEXT, data JSON, meta JSON, created_at BIGINT,
  updated_at BIGINT);
CREATE TABLE pinned_note (id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, note_id TEXT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE feedback (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, version BIGINT, type TEXT, data JSON, meta JSON,
  snapshot JSON, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE channel (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, name TEXT, created_at BIGINT);
"#;

/// bcrypt of "U*U".
pub const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

/// Two people with one of everything.
pub const ROWS: &str = r#"
INSERT INTO alembic_version VALUES ('0bd252b206fb');
INSERT INTO "user" (id, name, email, role, profile_image_url, last_active_at, updated_at, created_at, oauth, settings) VALUES
  ('u-ada', 'Ada Löwe 🦁', 'Ada@Example.com', 'admin', '/user.png', 30, 20, 10, '{"google": {"sub": "g-1"}}',
   '{"ui": {"system": "kurz"}}'),
  ('u-bob', 'Bob', 'bob@example.com', 'user', '/user.png', 31, 21, 11, NULL, 'null');
INSERT INTO auth VALUES ('u-ada', 'ada@example.com', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', TRUE, NULL, 'stamp'),
  ('u-bob', 'bob@example.com', '', TRUE, NULL, NULL);
INSERT INTO api_key VALUES ('key_u-bob', 'u-bob', 'sk-0123', NULL, NULL, NULL, 12, 12);
INSERT INTO "group" VALUES ('g1', 'u-ada', 'Lions', 'who roar', NULL, NULL, '{"chat": {"edit": false}}', 5, 6, NULL);
INSERT INTO group_member VALUES ('gm1', 'g1', 'u-bob', 7, 7);
INSERT INTO config VALUES ('ui.default_models', '"gpt-x"', 9), ('ui.enable_signup', 'true', 9), ('plugins.unheard_of', '1', 9);
INSERT INTO folder VALUES ('f1', NULL, 'u-ada', 'Work', NULL, NULL, TRUE, 5, 6, '{"system_prompt": "be brief"}'),
  ('f2', 'f1', 'u-ada', 'Deeper', NULL, NULL, FALSE, 5, 6, NULL);
INSERT INTO tag VALUES ('good_ones', 'Good ones', 'u-ada', NULL);
INSERT INTO chat (id, user_id, title, created_at, updated_at, share_id, archived, chat, pinned, meta, folder_id, last_read_at) VALUES
  ('c1', 'u-ada', 'Grüße', 100, 200, 's1', FALSE, '{"title": "Grüße", "models": ["m"], "history": {"currentId": "b", "messages": {
    "a": {"id": "a", "parentId": null, "childrenIds": ["b"], "role": "user", "content": "Wie geht es? 🦁", "timestamp": 101},
    "b": {"id": "b", "parentId": "a", "childrenIds": [], "role": "assistant", "content": "Gut", "model": "m", "done": true,
      "timestamp": 102, "followUps": ["warum?"]}}}}', TRUE, '{"tags": ["good_ones"]}', 'f2', 150),
  ('c2', 'u-bob', 'Flat', 100, 100, NULL, TRUE, '{"messages": [{"role": "user", "content": "x"}]}', NULL, '{}', 'f-gone', NULL);
INSERT INTO shared_chat VALUES ('s1', 'c1', 'u-ada', 'Grüße', '{"title": "Grüße", "history": {"messages": {}}}', 120, 121);
INSERT INTO file VALUES ('file1', 'u-ada', 'plan.txt', '{"name": "plan.txt", "content_type": "text/plain", "size": 5}', 50, 'h',
  '{"status": "completed", "content": "roar!"}', 51, '/app/backend/data/uploads/file1_plan.txt');
INSERT INTO knowledge VALUES ('k1', 'u-ada', 'Lions', 'all about them', NULL, 60, 61, NULL);
INSERT INTO knowledge_directory VALUES ('d2', 'k1', 'd1', 'inner', 'u-ada', 60, 60), ('d1', 'k1', NULL, 'outer', 'u-ada', 61, 61);
INSERT INTO knowledge_file VALUES ('kf1', 'u-ada', 'k1', 'file1', 62, 62, 'd2');
INSERT INTO prompt VALUES ('p1', 'roar', 'u-ada', 'Roar', 'Roar at {{name}}', '{}', '{}', TRUE, 'v1', '["loud"]', 70, 71);
INSERT INTO prompt_history VALUES ('v1', 'p1', NULL, '{"name": "Roar"}', 'u-ada', 'first', 70);
INSERT INTO model VALUES ('lion', 'u-ada', 'm', 'Lion', '{"temperature": 0.5}', '{"description": "roars"}', 81, 80, TRUE, NULL);
INSERT INTO memory VALUES ('m1', 'u-bob', 'likes cats', 90, 90, 'user', NULL, NULL);
INSERT INTO note VALUES ('n1', 'u-bob', 'List', '{"content": {"md": "milk"}}', NULL, 1700000000000000001, 1700000000000000002);
INSERT INTO pinned_note VALUES ('pn1', 'u-bob', 'n1', 1700000000000000003);
INSERT INTO feedback VALUES ('fb1', 'u-ada', 0, 'rating', '{"rating": 1, "model_id": "m"}', '{"chat_id": "c1"}', NULL, 95, 96);
INSERT INTO access_grant VALUES ('ag1', 'prompt', 'p1', 'group', 'g1', 'read', 97), ('ag2', 'shared_chat', 'c1', 'user', 'u-bob', 'read', 97),
  ('ag3', 'model', 'lion', 'user', 'u-gone', 'read', 97), ('ag5', 'folder', 'f1', 'user', 'u-bob', 'read', 97), ('ag4', 'tool', 't', 'user', '*', 'read', 97);
INSERT INTO channel VALUES ('ch1', 'u-ada', 'general', 1);
"#;

/// A data folder of the other server with these rows.
pub async fn data_folder(statements: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    make_sqlite(&folder.path().join("webui.db"), statements).await;
    std::fs::create_dir(folder.path().join("uploads")).unwrap();
    std::fs::write(folder.path().join("uploads/file1_plan.txt"), "roar!").unwrap();
    folder
}

/// Runs a statement on a PostgreSQL that is there.
pub async fn run_postgres(url: &str, sql: &'static str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
