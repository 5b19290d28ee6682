//! Notes, looked for. Their writers come later, so rows are made by hand.

use airis_store::{NewUser, Store};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::fixture::{options, person, postgres_url};

/// One note with the word, one of somebody else, one whose JSON has the word as a key only.
fn rows(owner: &NewUser, other: &NewUser) -> String {
    let note = |id: &str, owner: &NewUser, title: &str, data: &str, at: i64| {
        format!("INSERT INTO note VALUES ('{id}', '{}', '{title}', '{data}', NULL, {at}, {at});", owner.id)
    };
    let text = r#"{"content": {"md": "a Quokka_1 runs"}}"#;
    [
        note("text", owner, "Animals", text, 1),
        note("title", owner, "quokka_1", "null", 2),
        note("key", owner, "Nothing", r#"{"quokka_1": 1, "content": {"md": "none"}}"#, 3),
        note("sign", owner, "Nothing", r#"{"content": {"md": "quokkas1"}}"#, 4),
        note("foreign", other, "quokka_1", text, 5),
        format!("INSERT INTO pinned_note VALUES ('{}', 'text', 1);", owner.id),
    ]
    .concat()
}

async fn own_notes_are_found(store: &Store, owner: &NewUser) {
    let found = store.find_notes(&owner.id, "QUOKKA_1", 10).await.unwrap();
    let short: Vec<_> = found.iter().map(|note| (note.id.as_str(), note.text.as_str(), note.pinned)).collect();
    assert_eq!(short, [("title", "", false), ("text", "a Quokka_1 runs", true)]);
    assert_eq!(store.find_notes(&owner.id, "", 2).await.unwrap().len(), 2);
}

#[tokio::test]
async fn own_notes_are_found_by_title_and_text_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airis.db");
    let store = Store::open(&options(&format!("sqlite:///{}", path.display()))).await.unwrap();
    let (ann, bob) = (person("ann"), person("bob"));
    store.insert_user(&ann).await.unwrap();
    store.insert_user(&bob).await.unwrap();
    let mut raw = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows(&ann, &bob))).execute(&mut raw).await.unwrap();
    own_notes_are_found(&store, &ann).await;
}

#[tokio::test]
async fn own_notes_are_found_by_title_and_text_on_postgres() {
    let url = postgres_url().await;
    let store = Store::open(&options(&url)).await.unwrap();
    let (ann, bob) = (person("ann"), person("bob"));
    store.insert_user(&ann).await.unwrap();
    store.insert_user(&bob).await.unwrap();
    let mut raw = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows(&ann, &bob))).execute(&mut raw).await.unwrap();
    own_notes_are_found(&store, &ann).await;
}
