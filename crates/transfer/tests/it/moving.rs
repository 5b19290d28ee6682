//! From SQLite to PostgreSQL and back, whole or in several goes.

use std::panic::AssertUnwindSafe;

use airis_domain::{ChatId, UserId};
use airis_store::{ChatListQuery, Store};
use airis_transfer::{Database, Moved, TransferError, migrations, move_all};
use futures::FutureExt;

use crate::fixture::{Home, ROWS, SCHEMA, data_folder, options, postgres_url, run_postgres, sqlite_url};

fn database(url: &str) -> Database<'_> {
    Database { url, schema: None }
}

async fn moved(from: &str, to: &str) -> Result<Moved, TransferError> {
    move_all(database(from), database(to), &mut |_, _, _| ()).await
}

/// Rows and checksum of every table.
fn sums(moved: &Moved) -> Vec<(&str, u64, &str)> {
    moved.tables.iter().map(|table| (table.table.as_str(), table.rows, table.checksum.as_str())).collect()
}

fn in_order(moved: &Moved) -> Vec<(&str, u64, &str)> {
    let mut sums = sums(moved);
    sums.sort_unstable();
    sums
}

/// An airis with one of everything and more chats than are written at once.
async fn filled() -> (Home, tempfile::TempDir) {
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300) \
        INSERT INTO chat (id, user_id, title, created_at, updated_at, chat, meta) SELECT 'many-' || i, 'u-bob', 'Löwe ' || i, i, i, \
        '{\"history\": {\"messages\": {\"a\": {\"id\": \"a\", \"role\": \"user\", \"content\": \"needle' || i || '\"}}}}', '{}' FROM n";
    let there = data_folder(&[SCHEMA, ROWS, many]).await;
    let home = Home::sqlite().await;
    home.import(there.path().to_str().unwrap()).await;
    (home, there)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_postgresql_and_back_is_what_it_was() {
    let (home, _there) = filled().await;
    let postgres = postgres_url().await;
    let first = moved(&home.url, &postgres).await.unwrap();
    assert!(!first.resumed);
    let rows = |table: &str| first.tables.iter().find(|one| one.table == table).unwrap().rows;
    assert_eq!((rows("account"), rows("chat"), rows("message")), (2, 1302, 1303));
    // Passages lie there where PostgreSQL is used; they are made again from the files.
    run_postgres(&postgres, "CREATE TABLE vector_passage (id BIGINT PRIMARY KEY, place REAL[])").await;
    let folder = tempfile::tempdir().unwrap();
    let back = sqlite_url(&folder.path().join("back.db"));
    let second = moved(&postgres, &back).await.unwrap();
    assert_eq!(in_order(&first), in_order(&second));
    for url in [&postgres, &back] {
        let store = Store::open(&options(url)).await.unwrap();
        assert_eq!(store.messages(&ChatId::from("c1")).await.unwrap().len(), 2);
        assert_eq!(store.config_version().await.unwrap(), home.store.config_version().await.unwrap());
        while store.keep_older_texts().await.unwrap() {}
        let query = ChatListQuery { search: Some("needle777".to_owned()), limit: Some(10), ..ChatListQuery::default() };
        let found = store.chats(&UserId::from("u-bob"), &query).await.unwrap();
        assert!(found.iter().any(|chat| chat.id.as_str() == "many-777"), "texts are found again: {found:?}");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_cut_off_goes_on() {
    let (home, _there) = filled().await;
    for postgres in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let to = if postgres { postgres_url().await } else { sqlite_url(&folder.path().join("new.db")) };
        let cut = |name: &str, done: u64, _: u64| assert!(!(name == "chat" && done >= 500), "the power fails here");
        let mut cut = cut;
        let cut_off = AssertUnwindSafe(move_all(database(&home.url), database(&to), &mut cut)).catch_unwind().await;
        assert!(cut_off.is_err());
        let mut chats_again = 0;
        let mut count = |name: &str, done: u64, _: u64| {
            if name == "chat" && chats_again == 0 {
                chats_again = done;
            }
        };
        let whole = move_all(database(&home.url), database(&to), &mut count).await.unwrap();
        assert!(whole.resumed);
        assert!(chats_again > 500, "what was there is not copied again: {chats_again}");
        let other = tempfile::tempdir().unwrap();
        let straight = moved(&home.url, &sqlite_url(&other.path().join("x.db"))).await.unwrap();
        assert_eq!(in_order(&whole), in_order(&straight));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_would_do_harm_is_refused_with_one_sentence() {
    let (home, _there) = filled().await;
    let used = Home::sqlite().await;
    let there = data_folder(&[SCHEMA, ROWS]).await;
    used.import(there.path().to_str().unwrap()).await;
    let empty = tempfile::tempdir().unwrap();
    let nowhere = sqlite_url(&empty.path().join("nowhere.db"));
    let other = sqlite_url(&there.path().join("webui.db"));
    for (from, to, sentence) in [
        (&home.url, &home.url, "the same database"),
        (&home.url, &used.url, "is not empty"),
        (&nowhere, &used.url, "there is no file"),
        (&other, &nowhere, "no database of airis"),
    ] {
        let told = moved(from, to).await.unwrap_err().to_string();
        assert!(told.contains(sentence) && !told.contains('\n'), "{told}");
    }
    let _serving = home.store.lock_for_serving().unwrap();
    let told = moved(&home.url, &nowhere).await.unwrap_err().to_string();
    assert!(told.contains("a server uses"), "{told}");
    assert_eq!(used.store.count_users().await.unwrap(), 2, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_are_listed_as_they_are_applied() {
    for home in [Home::sqlite().await, Home::postgres().await] {
        let known = migrations(database(&home.url)).await.unwrap();
        assert!(known.len() > 10 && known.iter().all(|one| one.applied_at.is_some()), "{known:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let none = migrations(database(&sqlite_url(&folder.path().join("none.db")))).await.unwrap();
    assert!(none.iter().all(|one| one.applied_at.is_none()) && !folder.path().join("none.db").exists());
}
