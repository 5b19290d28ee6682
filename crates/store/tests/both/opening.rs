//! Opening databases that are new, shared, locked, damaged or from the future.

use airis_store::{Store, StoreError, StoreOptions};

use crate::fixture::{options, postgres_url};

async fn all_open_at_once(url: String) {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let url = url.clone();
        tasks.spawn(async move { Store::open(&options(&url)).await.map(|_| ()) });
    }
    for outcome in tasks.join_all().await {
        outcome.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_may_open_a_new_sqlite_file_at_once_and_one_may_serve() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:///{}", folder.path().join("a/airis.db").display());
    all_open_at_once(url.clone()).await;
    let (one, two) = (Store::open(&options(&url)).await.unwrap(), Store::open(&options(&url)).await.unwrap());
    let lock = one.lock_for_serving().unwrap();
    assert!(lock.is_held());
    assert!(matches!(two.lock_for_serving(), Err(StoreError::Open(text)) if text.contains("already serves")));
    drop(lock);
    two.lock_for_serving().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_may_open_a_new_postgres_database_at_once() {
    all_open_at_once(postgres_url().await).await;
}

#[tokio::test]
async fn what_is_no_database_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airis.db");
    std::fs::write(&path, "this is a text, and long enough to be looked at as a header of a file").unwrap();
    let error = Store::open(&options(&format!("sqlite:///{}", path.display()))).await.unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
    // A server that is not there may come yet: it is asked until the time for it is over.
    let briefly = StoreOptions { pool_timeout: 1, ..options("postgresql://nobody@127.0.0.1:1/none") };
    let error = Store::open(&briefly).await.unwrap_err();
    assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_opened_unless_something_was_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airis.db");
    let url = format!("sqlite:///{}", path.display());
    Store::open(&options(&url)).await.unwrap().close().await;
    let later = async |version: i64, name: &str| {
        let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap();
        sqlx::query("INSERT INTO schema_migration (version, name, applied_at) VALUES ($1, $2, 0)")
            .bind(version)
            .bind(name)
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
    };
    later(998, "something_more").await;
    Store::open(&options(&url)).await.unwrap().close().await;
    later(999, "contract_998_something_less").await;
    let error = Store::open(&options(&url)).await.unwrap_err();
    assert!(error.to_string().contains("newer than this binary"), "{error}");
}

#[tokio::test]
async fn a_migration_that_was_left_out_is_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airis.db");
    let url = format!("sqlite:///{}", path.display());
    Store::open(&options(&url)).await.unwrap().close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlx::raw_sql(
        "DELETE FROM schema_migration WHERE version = 3; DROP INDEX chat_page; DROP INDEX chat_shelf; \
         CREATE INDEX chat_list ON chat (user_id, updated_at DESC, id); CREATE INDEX chat_pinned ON chat (user_id, pinned);",
    )
    .execute(&pool)
    .await
    .unwrap();
    Store::open(&options(&url)).await.unwrap().close().await;
    let made: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name IN ('chat_page', 'chat_shelf')")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(made, 2);
    pool.close().await;
}
