//! What is older, broken, missing or already taken.

use airis_domain::{ChatId, FileId, UserId};
use airis_store::{NewUser, Store};
use airis_transfer::Report;
use serde_json::json;

use crate::fixture::{Home, ROWS, SCHEMA, data_folder, make_sqlite};

/// An early version: one tree of settings, keys and members in rows of others, links as chats, access in the things.
const EARLY: &str = r#"
CREATE TABLE migratehistory (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE user (id VARCHAR PRIMARY KEY, name VARCHAR, email VARCHAR, role VARCHAR, profile_image_url TEXT, api_key VARCHAR,
  created_at INTEGER, updated_at INTEGER, last_active_at INTEGER, settings TEXT, info TEXT, oauth_sub TEXT);
CREATE TABLE auth (id VARCHAR PRIMARY KEY, email VARCHAR, password TEXT, active INTEGER);
CREATE TABLE chat (id VARCHAR PRIMARY KEY, user_id VARCHAR, title TEXT, chat TEXT, created_at INTEGER, updated_at INTEGER,
  share_id TEXT, archived INTEGER);
CREATE TABLE config (id INTEGER PRIMARY KEY, data JSON, version INTEGER);
CREATE TABLE "group" (id TEXT PRIMARY KEY, user_id TEXT, name TEXT, description TEXT, user_ids JSON, created_at BIGINT, updated_at BIGINT);
CREATE TABLE prompt (id INTEGER PRIMARY KEY, command VARCHAR, user_id VARCHAR, title TEXT, content TEXT, timestamp INTEGER, access_control JSON);
CREATE TABLE knowledge (id TEXT PRIMARY KEY, user_id TEXT, name TEXT, description TEXT, data JSON, meta JSON, access_control JSON,
  created_at BIGINT, updated_at BIGINT);
CREATE TABLE file (id TEXT PRIMARY KEY, user_id TEXT, filename TEXT, meta JSON, created_at INTEGER, path TEXT, data JSON);
CREATE TABLE model (id TEXT PRIMARY KEY, user_id TEXT, base_model_id TEXT, name TEXT, params TEXT, meta TEXT, access_control JSON,
  created_at INTEGER, updated_at INTEGER);
INSERT INTO user VALUES ('u1', 'Ann', 'ann@example.com', 'admin', '/user.png', 'sk-old', 1, 2, 3, NULL, NULL, 'oidc@sub-1');
INSERT INTO auth VALUES ('u1', 'ann@example.com', '$2b$hash', 1);
INSERT INTO config VALUES (1, '{"version": 0, "ui": {"default_models": "old", "prompt_suggestions": []}}', 0);
INSERT INTO "group" VALUES ('g', 'u1', 'Old', '', '["u1", "gone"]', 1, 1);
INSERT INTO prompt VALUES (1, '/hello', 'u1', 'Hello', 'Say hello', 5, NULL), (2, '/mine', 'u1', 'Mine', 'x', 5, '{}');
INSERT INTO file VALUES ('f', 'u1', 'a.txt', '{}', 1, '/data/uploads/f_a.txt', '{"content": "text"}');
INSERT INTO knowledge VALUES ('k', 'u1', 'K', 'd', '{"file_ids": ["f"]}', NULL, '{"read": {"group_ids": ["g"], "user_ids": []}}', 1, 1);
INSERT INTO model VALUES ('m', 'u1', 'base', 'M', '{}', '{}', NULL, 1, 1);
INSERT INTO chat VALUES ('c', 'u1', 'T', '{"history": {"messages": {"a": {"id": "a", "role": "user", "content": "hi"}}, "currentId": "a"}}', 1, 2, 'link', 0);
INSERT INTO chat VALUES ('link', 'shared-c', 'T', '{"title": "T", "history": {"messages": {}}}', 1, 2, NULL, 0);
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_early_version_comes_as_well() {
    let there = tempfile::tempdir().unwrap();
    let file = there.path().join("webui.db");
    make_sqlite(&file, &[EARLY]).await;
    for home in [Home::sqlite().await, Home::postgres().await] {
        let report = home.import(file.to_str().unwrap()).await;
        let store = &home.store;
        assert_eq!(store.user_by_api_key("sk-old").await.unwrap().unwrap().id, UserId::from("u1"));
        assert!(store.user_by_identity("oidc", "sub-1").await.unwrap().is_some());
        assert_eq!(store.group_ids_of(&UserId::from("u1")).await.unwrap(), ["g"]);
        assert_eq!(store.config().await.unwrap()["ui.default_models"], "old");
        let chat = store.chat(&ChatId::from("c")).await.unwrap().unwrap();
        assert_eq!((chat.share_id.as_deref(), chat.last_read_at), (Some("link"), Some(2)), "nothing is unread");
        assert_eq!(store.grants("shared_chat", "c").await.unwrap()[0].principal_id, "*");
        assert!(store.chat(&ChatId::from("link")).await.unwrap().is_none(), "a link is no chat");
        let prompts = store.prompts().await.unwrap();
        let hello = prompts.iter().find(|prompt| prompt.command == "hello").unwrap();
        assert_eq!((hello.name.as_str(), hello.created_at), ("Hello", 5));
        assert_eq!(store.grants("prompt", &hello.id).await.unwrap()[0].principal_id, "*");
        let mine = prompts.iter().find(|prompt| prompt.command == "mine").unwrap();
        assert!(store.grants("prompt", &mine.id).await.unwrap().is_empty());
        assert_eq!(store.grants("knowledge", "k").await.unwrap()[0].principal_id, "g");
        assert_eq!(report.kind("files in knowledge bases").brought, 1);
        assert_eq!(report.kind("group members").skipped, 1);
        let kept = store.file_with_text(&FileId::from("f")).await.unwrap().unwrap();
        assert_eq!((kept.content.as_deref(), kept.path), (Some("text"), None), "its text is there without its bytes");
        let again = home.import(file.to_str().unwrap()).await;
        assert_eq!(again.kinds.iter().map(|kind| kind.brought).sum::<u64>(), 0, "{again:#?}");
    }
}

fn reasons<'r>(report: &'r Report, kind: &str) -> Vec<(&'r str, &'r str)> {
    let of_kind = report.skipped.iter().filter(|one| one.kind == kind);
    of_kind.map(|one| (one.id.as_str(), one.reason.as_str())).collect()
}

async fn settle(store: &Store, email: &str) -> UserId {
    let id = UserId::random();
    let user = NewUser {
        id: id.clone(),
        name: "Here".to_owned(),
        email: email.to_owned(),
        role: airis_domain::Role::Admin,
        profile_image_url: "/user.png".to_owned(),
        password_hash: "mine".to_owned(),
        session_stamp: None,
    };
    store.insert_user(&user).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_has_an_account_keeps_it_and_gets_what_comes() {
    let there = data_folder(&[SCHEMA, ROWS]).await;
    let home = Home::sqlite().await;
    let here = settle(&home.store, "ADA@example.com").await;
    let report = home.import(there.path().to_str().unwrap()).await;
    assert_eq!((report.kind("accounts").brought, report.kind("accounts").skipped), (1, 1));
    assert!(reasons(&report, "accounts")[0].1.contains("ada@example.com has an account here"));
    assert_eq!(home.store.credentials("ada@example.com").await.unwrap().unwrap().password_hash, "mine");
    assert_eq!(home.store.chat(&ChatId::from("c1")).await.unwrap().unwrap().user_id, here);
    assert_eq!(home.store.shared_chat("s1").await.unwrap().unwrap().user_id, here);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_stays_behind_with_its_reason_and_the_rest_comes() {
    let broken = r#"
        INSERT INTO chat (id, user_id, title, created_at, updated_at, chat, meta) VALUES
          ('broken', 'u-ada', 'B', 1, 1, '{"history": ', '{}'), ('list', 'u-ada', 'L', 1, 1, '[1]', '{}'),
          ('empty', 'u-ada', 'E', 1, 1, NULL, '{}'), ('orphan', 'u-gone', 'O', 1, 1, '{}', '{}'),
          ('nul', 'u-ada', 'N' || char(0) || 'ul', 1, 1,
           '{"history": {"messages": {"a": {"id": "a", "role": "user", "content": "x\u0000y"}}}}', 'not json');
        INSERT INTO memory (id, user_id, content, created_at, updated_at) VALUES ('nul', 'u-ada', 'a' || char(0) || 'b', 1, 1);
        INSERT INTO file VALUES ('file2', 'u-ada', 'lost.txt', '{}', 1, NULL, '{"status": "pending"}', 1, 'C:\data\uploads\lost.txt'),
          ('file3', 'u-ada', 'cloud.txt', '{}', 1, NULL, '{}', 1, 's3://bucket/cloud.txt');
        INSERT INTO prompt VALUES ('p2', 'taken', 'u-ada', 'T', 'x', '{}', '{}', TRUE, NULL, '[]', 1, 1);
        UPDATE "user" SET bio = CAST(x'ff41' AS TEXT) WHERE id = 'u-bob';
    "#;
    let there = data_folder(&[SCHEMA, ROWS, broken]).await;
    let from = there.path().to_str().unwrap();
    for home in [Home::sqlite().await, Home::postgres().await] {
        let report = home.import(from).await;
        let chats = reasons(&report, "chats");
        let reason = |id: &str| chats.iter().find(|(chat, _)| *chat == id).unwrap().1;
        assert!(reason("broken").contains("JSON cannot be read"), "{report:#?}");
        assert!(reason("list").contains("no chat object"));
        assert!(reason("empty").contains("no content"));
        assert!(reason("orphan").contains("not here"));
        let nul = home.store.chat(&ChatId::from("nul")).await.unwrap().unwrap();
        assert_eq!(nul.title, "Nul");
        assert_eq!(home.store.messages(&nul.id).await.unwrap()[0].content, json!("xy"));
        assert_eq!(home.store.memories(&UserId::from("u-ada")).await.unwrap()[0].content, "ab");
        let bytes = reasons(&report, "contents of files");
        assert!(bytes.iter().any(|(id, reason)| *id == "file2" && reason.contains("there is no file")), "{bytes:?}");
        assert!(bytes.iter().any(|(id, reason)| *id == "file3" && reason.contains("cloud")), "{bytes:?}");
        assert_eq!(report.kind("files").brought, 3, "what is known of them comes");
        let bob = home.store.user(&UserId::from("u-bob")).await.unwrap().unwrap();
        assert_eq!(bob.bio.as_deref(), Some("\u{fffd}A"));
    }
    // The bytes turn up later.
    let home = Home::sqlite().await;
    home.import(from).await;
    std::fs::write(there.path().join("uploads/lost.txt"), "found").unwrap();
    home.import(from).await;
    let file = home.store.file(&FileId::from("file2")).await.unwrap().unwrap();
    assert_eq!(home.files.whole(file.path.as_deref().unwrap(), 10).await.unwrap(), b"found");
}

/// What databases that were in use hold, and no description of them says.
#[tokio::test(flavor = "multi_thread")]
async fn what_programs_and_other_versions_left_behind_comes_as_it_was_meant() {
    let odd = r#"
        INSERT INTO chat (id, user_id, title, created_at, updated_at, chat, meta) VALUES
          ('asked', 'u-ada', 'A', 1, 1, '{"history": {"currentId": "a", "messages": {
            "q": {"id": "q", "parentId": null, "childrenIds": ["a"], "role": "user", "content": "Who asks?"},
            "a": {"id": "a", "parentId": null, "childrenIds": [], "role": "assistant", "content": "A program."}}}}', '{}'),
          ('cut', 'u-ada', 'C', 1, 1, '{"history": {"messages": {
            "q": {"id": "q", "role": "user", "content": "half \ud83d of \ud83d\ude00"}}}}', '{"tags": ["\ude00"]}');
        INSERT INTO config VALUES ('rag.mineru_api_timeout', '60', 9), ('rag.top_k', '"7"', 9);
    "#;
    let there = data_folder(&[SCHEMA, ROWS, odd]).await;
    for home in [Home::sqlite().await, Home::postgres().await] {
        let report = home.import(there.path().to_str().unwrap()).await;
        assert_eq!((report.kind("chats").brought, report.kind("chats").skipped), (4, 0), "{report:#?}");
        assert_eq!((report.kind("settings").brought, report.kind("settings").skipped), (3, 0), "{report:#?}");
        let messages = home.store.messages(&ChatId::from("asked")).await.unwrap();
        let reply = messages.iter().find(|message| message.id.as_str() == "a").unwrap();
        assert_eq!(reply.parent_id.as_ref().unwrap().as_str(), "q");
        let cut = home.store.messages(&ChatId::from("cut")).await.unwrap();
        assert_eq!(cut[0].content, json!("half \u{fffd} of 😀"));
        let settings = home.store.config().await.unwrap();
        assert_eq!((&settings["rag.mineru_api_timeout"], &settings["rag.top_k"]), (&json!("60"), &json!(7)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_of_forty_megabytes_comes_whole() {
    let huge = "INSERT INTO chat (id, user_id, title, created_at, updated_at, chat, meta) SELECT 'huge', 'u-ada', 'Huge', 1, 1, \
        '{\"history\": {\"messages\": {\"a\": {\"id\": \"a\", \"role\": \"user\", \"content\": \"' \
        || replace(hex(zeroblob(20000000)), '00', 'lö') || '\"}}}}', '{}'";
    let there = data_folder(&[SCHEMA, ROWS, huge]).await;
    let home = Home::sqlite().await;
    let report = home.import(there.path().to_str().unwrap()).await;
    assert_eq!(report.kind("chats").brought, 3);
    let messages = home.store.messages(&ChatId::from("huge")).await.unwrap();
    assert_eq!(messages[0].content.as_str().unwrap().len(), 60_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_such_database_is_refused_with_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(place("text"), "not a database at all, but a text").unwrap();
    std::fs::write(place("short"), "").unwrap();
    make_sqlite(&folder.path().join("other.db"), &["CREATE TABLE a (b TEXT)"]).await;
    let home = Home::sqlite().await;
    let own = home.folder.path().join("airis.db").to_str().unwrap().to_owned();
    for (from, sentence) in [
        (place("nowhere"), "there is no file"),
        (folder.path().to_str().unwrap().to_owned(), "webui.db"),
        (place("text"), "is not an SQLite database"),
        (place("short"), "is not an SQLite database"),
        (place("other.db"), "it has no table"),
        (own, "is a database of airis"),
        ("postgres://nobody:secret@127.0.0.1:1/x".to_owned(), "cannot be used"),
    ] {
        let told = home.try_import(&from, None, false).await.unwrap_err().to_string();
        assert!(told.contains(sentence) && !told.contains("secret") && !told.contains('\n'), "{from}: {told}");
    }
    let told = home.try_import(&place("other.db"), Some(folder.path().join("no").as_path()), false).await;
    assert!(told.is_err());
    assert_eq!(home.store.count_users().await.unwrap(), 0);
}
