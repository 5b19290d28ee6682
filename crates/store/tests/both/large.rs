//! Costs that must not grow with what is stored. Times are generous: they tell a scan from an index, not one machine from
//! another.

use std::time::{Duration, Instant};

use airis_domain::MessageId;
use airis_store::{ChatListQuery, ChatPatch, NewTurn, Store};

use crate::fixture::{chat, message, on_both, person, sqlite};

on_both! { a_page_of_many_chats_is_read_at_once }

/// The median of a few runs.
async fn typical(mut run: impl AsyncFnMut()) -> Duration {
    let mut times = Vec::new();
    for _ in 0..9 {
        let begin = Instant::now();
        run().await;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    times[4]
}

async fn a_page_of_many_chats_is_read_at_once(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let count: i64 = std::env::var("AIRIS_TEST_CHATS").ok().and_then(|text| text.parse().ok()).unwrap_or(3_000);
    for number in 0..count {
        let mut chat = chat(&owner.id, &format!("Chat {number}"));
        chat.updated_at = number;
        chat.blob.insert("params".to_owned(), serde_json::json!({"system": "x".repeat(800)}));
        chat.pinned = number == 7;
        chat.archived = number == 8;
        if number == 9 {
            chat.folder_id = Some("f".to_owned());
        }
        store.insert_chat(&chat, &[]).await.unwrap();
    }
    let page = ChatListQuery {
        archived: Some(false),
        pinned: Some(false),
        folder: Some(None),
        limit: Some(60),
        ..ChatListQuery::default()
    };
    for (name, query) in [
        ("first page", page.clone()),
        ("page 100", ChatListQuery { offset: count / 2, ..page.clone() }),
        ("pinned", ChatListQuery { pinned: Some(true), archived: Some(false), ..ChatListQuery::default() }),
        ("archived", ChatListQuery { archived: Some(true), limit: Some(60), ..ChatListQuery::default() }),
        ("folder", ChatListQuery { folder: Some(Some("f".to_owned())), limit: Some(60), ..ChatListQuery::default() }),
        ("tag", ChatListQuery { tag: Some("f".to_owned()), limit: Some(60), ..ChatListQuery::default() }),
    ] {
        let took = typical(async || {
            store.chats(&owner.id, &query).await.unwrap();
        })
        .await;
        assert!(took < Duration::from_millis(50), "{name} of {count} chats took {took:?}");
    }
}

/// PostgreSQL plans by statistics that it gathers a minute after so many rows came at once: only SQLite is told apart here.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_chat_is_continued_as_cheaply_as_a_short_one() {
    let fresh = sqlite().await;
    let store = &fresh.store;
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let mut took = Vec::new();
    for length in [10, 10_000] {
        let chat = chat(&owner.id, "t");
        let ids: Vec<String> = (0..length).map(|number| format!("m{number}")).collect();
        let list: Vec<_> = (0..length)
            .map(|number| {
                message(
                    &chat.id,
                    &ids[number],
                    number.checked_sub(1).map(|before| ids[before].as_str()),
                    &"x".repeat(400),
                )
            })
            .collect();
        store.insert_chat(&chat, &list).await.unwrap();
        let mut number = 0;
        took.push(
            typical(async || {
                number += 1;
                let new = NewTurn {
                    new_chat: None,
                    chat_id: chat.id.clone(),
                    messages: vec![message(&chat.id, &format!("n{number}"), Some(&ids[length - 1]), "next")],
                    current_message_id: Some(MessageId::from(format!("n{number}"))),
                    patch: ChatPatch { touch: true, ..ChatPatch::default() },
                    turns: Vec::new(),
                };
                store.begin_turns(&new).await.unwrap();
            })
            .await,
        );
    }
    assert!(took[1] < took[0] * 4 + Duration::from_millis(5), "{took:?}");
}
