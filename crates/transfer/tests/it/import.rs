//! Everything of a present version, into either database and from either.

use airis_domain::{ChatId, FileId, MessageId, UserId};
use airis_store::FileQuery;
use airis_transfer::Report;
use serde_json::json;

use crate::fixture::{BCRYPT, Home, ROWS, SCHEMA, data_folder, make_postgres};

/// Kind, and how many came.
const ALL: [(&str, u64); 18] = [
    ("accounts", 2),
    ("API keys", 1),
    ("groups", 1),
    ("group members", 1),
    ("settings", 1),
    ("folders", 2),
    ("files", 1),
    ("contents of files", 1),
    ("notes", 1),
    ("prompts", 1),
    ("models", 1),
    ("memories", 1),
    ("knowledge bases", 1),
    ("directories", 2),
    ("files in knowledge bases", 1),
    ("chats", 2),
    ("shared chats", 1),
    ("feedback", 1),
];

fn assert_all_came(report: &Report) {
    for (kind, count) in ALL {
        assert_eq!((report.kind(kind).brought, report.kind(kind).skipped), (count, 0), "{kind}: {report:#?}");
    }
    assert_eq!(report.kind("grants").brought, 3, "{report:#?}");
    assert_eq!(report.kind("grants").skipped, 1, "{report:#?}");
    assert_eq!(report.settings_left_out, ["plugins.unheard_of"]);
    assert_eq!(report.tables_left_out, [("channel".to_owned(), 1)]);
}

async fn assert_all_is_there(home: &Home) {
    let store = &home.store;
    let ada = store.user(&UserId::from("u-ada")).await.unwrap().unwrap();
    assert_eq!((ada.name.as_str(), ada.email.as_str(), ada.role.as_str()), ("Ada Löwe 🦁", "ada@example.com", "admin"));
    assert_eq!((ada.created_at, ada.updated_at, ada.last_active_at), (10, 20, 30));
    assert_eq!(ada.settings, Some(json!({"ui": {"system": "kurz"}})));
    assert_eq!(store.first_user().await.unwrap().unwrap().id, ada.id, "who was first there is first here");
    let proof = store.credentials("ADA@example.com").await.unwrap().unwrap();
    assert_eq!((proof.password_hash.as_str(), proof.session_stamp.as_deref()), (BCRYPT, Some("stamp")));
    assert_eq!(store.user_by_identity("google", "g-1").await.unwrap().unwrap().id, ada.id);
    let bob = store.user(&UserId::from("u-bob")).await.unwrap().unwrap();
    assert_eq!(bob.settings, None);
    assert_eq!(store.user_by_api_key("sk-0123").await.unwrap().unwrap().id, bob.id);
    assert_eq!(store.group_ids_of(&bob.id).await.unwrap(), ["g1"]);
    let settings = store.config().await.unwrap();
    assert_eq!(settings["ui.default_models"], "gpt-x");

    let chat = store.chat(&ChatId::from("c1")).await.unwrap().unwrap();
    assert_eq!(
        (chat.title.as_str(), chat.created_at, chat.updated_at, chat.last_read_at),
        ("Grüße", 100, 200, Some(150))
    );
    assert_eq!((chat.folder_id.as_deref(), chat.share_id.as_deref(), chat.pinned), (Some("f2"), Some("s1"), true));
    assert_eq!(chat.current_message_id, Some(MessageId::from("b")));
    let messages = store.messages(&chat.id).await.unwrap();
    assert_eq!(messages.len(), 2);
    assert_eq!((&messages[0].content, messages[0].timestamp), (&json!("Wie geht es? 🦁"), Some(101)));
    assert_eq!(messages[1].rest["followUps"], json!(["warum?"]));
    assert_eq!(store.tags_of(&ada.id).await.unwrap()[0].name, "Good ones");
    assert_eq!(store.shared_chat("s1").await.unwrap().unwrap().chat_id, chat.id);
    assert_eq!(store.grants("shared_chat", "c1").await.unwrap()[0].principal_id, "u-bob");
    let flat = store.chat(&ChatId::from("c2")).await.unwrap().unwrap();
    assert_eq!((flat.archived, flat.folder_id.as_deref()), (true, None), "a folder that is gone is none");
    assert_eq!(store.messages(&flat.id).await.unwrap().len(), 1);

    assert_eq!(store.folder_by_id("f2").await.unwrap().unwrap().parent_id.as_deref(), Some("f1"));
    let file = store.file_with_text(&FileId::from("file1")).await.unwrap().unwrap();
    assert_eq!((file.content.as_deref(), file.content_type()), (Some("roar!"), "text/plain"));
    assert_eq!(home.files.whole(file.path.as_deref().unwrap(), 100).await.unwrap(), b"roar!");
    let query = FileQuery { limit: 10, ..FileQuery::default() };
    assert_eq!(store.files(&query).await.unwrap().len(), 1);
    let prompt = store.prompt("p1").await.unwrap().unwrap();
    assert_eq!((prompt.command.as_str(), prompt.tags.as_slice()), ("roar", &["loud".to_owned()][..]));
    assert_eq!(store.prompt_versions("p1", 0, 10).await.unwrap()[0].message.as_deref(), Some("first"));
    assert_eq!(store.model("lion").await.unwrap().unwrap().params, json!({"temperature": 0.5}));
    assert_eq!(store.memories(&bob.id).await.unwrap()[0].content, "likes cats");
    let note = store.note(&bob.id, "n1").await.unwrap().unwrap();
    assert_eq!((note.text(), note.pinned, note.updated_at), ("milk", true, 1_700_000_000_000_000_002));
    assert_eq!(store.knowledge_directories("k1").await.unwrap().len(), 2);
    assert_eq!(store.feedback("fb1").await.unwrap().unwrap().created_at, 95);
    assert_eq!(store.grants("folder", "f1").await.unwrap()[0].principal_id, "u-bob");
    let found = store.grants("prompt", "p1").await.unwrap();
    assert_eq!((found.len(), found[0].principal_id.as_str()), (1, "g1"));
}

/// Brings everything, twice; the second time nothing comes.
async fn comes_whole(home: Home, from: &str, uploads: Option<&std::path::Path>) {
    let report = home.try_import(from, uploads, false).await.unwrap();
    assert_all_came(&report);
    assert_all_is_there(&home).await;
    let again = home.try_import(from, uploads, false).await.unwrap();
    for kind in &again.kinds {
        assert_eq!(kind.brought, 0, "{again:#?}");
    }
    for (kind, count) in ALL.iter().filter(|(kind, _)| *kind != "contents of files") {
        assert!(again.kind(kind).known >= *count, "{kind}: {again:#?}");
    }
    assert_all_is_there(&home).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_from_sqlite_into_sqlite() {
    let there = data_folder(&[SCHEMA, ROWS]).await;
    let database = there.path().join("webui.db");
    let before = std::fs::read(&database).unwrap();
    comes_whole(Home::sqlite().await, there.path().to_str().unwrap(), None).await;
    assert!(std::fs::read(&database).unwrap() == before, "nothing was written there");
    assert_eq!(std::fs::read_dir(there.path()).unwrap().count(), 2, "and nothing beside it");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_from_sqlite_into_postgresql() {
    let there = data_folder(&[SCHEMA, ROWS]).await;
    comes_whole(Home::postgres().await, there.path().join("webui.db").to_str().unwrap(), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_from_postgresql() {
    let files = data_folder(&[SCHEMA]).await;
    let uploads = files.path().join("uploads");
    let url = make_postgres(&[SCHEMA, ROWS]).await;
    comes_whole(Home::sqlite().await, &url, Some(&uploads)).await;
    comes_whole(Home::postgres().await, &url, Some(&uploads)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_the_same_and_writes_nothing() {
    let there = data_folder(&[SCHEMA, ROWS]).await;
    let home = Home::sqlite().await;
    let report = home.try_import(there.path().to_str().unwrap(), None, true).await.unwrap();
    assert!(report.dry_run);
    assert_all_came(&report);
    assert_eq!(home.store.count_users().await.unwrap(), 0);
    assert_eq!(home.store.config().await.unwrap().get("ui.default_models"), None);
    assert!(!home.folder.path().join("uploads").join("file1_plan.txt").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_there_comes_the_next_time() {
    let there = data_folder(&[SCHEMA, ROWS]).await;
    let home = Home::sqlite().await;
    let from = there.path().to_str().unwrap();
    home.import(from).await;
    let more = "INSERT INTO chat (id, user_id, title, created_at, updated_at, chat, meta) \
        VALUES ('c3', 'u-bob', 'Later', 300, 300, '{\"history\": {\"messages\": {}}}', '{}')";
    crate::fixture::make_sqlite(&there.path().join("webui.db"), &[more]).await;
    let again = home.import(from).await;
    assert_eq!((again.kind("chats").brought, again.kind("chats").known), (1, 2));
    assert_eq!(home.store.chat(&ChatId::from("c3")).await.unwrap().unwrap().title, "Later");
}
