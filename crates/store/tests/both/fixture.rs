//! A fresh, empty database of either kind.

use std::sync::atomic::{AtomicU32, Ordering};

use airis_domain::{Chat, ChatId, JsonMap, Message, MessageId, MessageRole, Role, UserId};
use airis_store::{NewUser, Store, StoreOptions};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// A database; its files go with it.
pub struct Fresh {
    pub store: Store,
    _folder: TempDir,
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

pub async fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:///{}", folder.path().join("airis.db").display());
    Fresh { store: Store::open(&options(&url)).await.unwrap(), _folder: folder }
}

/// The address of a database of its own on the test server.
pub async fn postgres_url() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("AIRIS_TEST_POSTGRES").expect("run the tests through scripts/postgres.sh");
    let name = format!("store_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

pub async fn postgres() -> Fresh {
    let store = Store::open(&options(&postgres_url().await)).await.unwrap();
    Fresh { store, _folder: tempfile::tempdir().unwrap() }
}

/// PostgreSQL as it is used through a pooler: every statement in a transaction, nothing prepared outside of one.
pub async fn pooled() -> Fresh {
    let url = format!("{}?pgbouncer=true", postgres_url().await);
    Fresh { store: Store::open(&options(&url)).await.unwrap(), _folder: tempfile::tempdir().unwrap() }
}

/// Runs each test on both databases, and on PostgreSQL as through a pooler.
macro_rules! on_both {
    ($($name:ident)+) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name($crate::fixture::sqlite().await.store).await; })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name($crate::fixture::postgres().await.store).await; })+
        }
        mod on_pooled_postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name($crate::fixture::pooled().await.store).await; })+
        }
    };
}
pub(crate) use on_both;

pub fn person(name: &str) -> NewUser {
    NewUser {
        id: UserId::random(),
        name: name.to_owned(),
        email: format!("{name}@Example.com"),
        role: Role::User,
        profile_image_url: "/user.png".to_owned(),
        password_hash: "hash".to_owned(),
        session_stamp: Some("stamp".to_owned()),
    }
}

pub fn chat(owner: &UserId, title: &str) -> Chat {
    Chat {
        id: ChatId::random(),
        user_id: owner.clone(),
        title: title.to_owned(),
        blob: JsonMap::new(),
        current_message_id: None,
        meta: JsonMap::new(),
        folder_id: None,
        share_id: None,
        archived: false,
        pinned: false,
        tasks: None,
        summary: None,
        variables: None,
        last_read_at: None,
        created_at: 1,
        updated_at: 1,
    }
}

pub fn message(chat: &ChatId, id: &str, parent: Option<&str>, text: &str) -> Message {
    Message {
        id: MessageId::from(id),
        chat_id: chat.clone(),
        parent_id: parent.map(MessageId::from),
        role: MessageRole::User,
        content: json!(text),
        output: None,
        model: None,
        done: None,
        usage: None,
        error: None,
        files: None,
        sources: None,
        status_history: None,
        timestamp: Some(1),
        rest: JsonMap::new(),
    }
}
