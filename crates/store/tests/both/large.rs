//! Costs that must not grow with what is stored. Times are generous: they tell a scan from an index, not one machine from
//! another.

use std::time::{Duration, Instant};

use airis_domain::MessageId;
use airis_store::{ChatListQuery, ChatPatch, NewTurn, Store};

use crate::fixture::{chat, message, on_both, person, sqlite};

on_both! {
    a_page_of_many_chats_is_read_at_once
    words_are_found_at_once_in_many_chats
}

/// The quickest of many runs, or the first that is quick enough: what else a machine does can make them only slower.
async fn quickest(enough: Duration, mut run: impl AsyncFnMut()) -> Duration {
    let mut least = Duration::MAX;
    for _ in 0..50 {
        let begin = Instant::now();
        run().await;
        least = least.min(begin.elapsed());
        if least < enough {
            break;
        }
    }
    least
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
        let enough = Duration::from_millis(50);
        let took = quickest(enough, async || {
            store.chats(&owner.id, &query).await.unwrap();
        })
        .await;
        assert!(took < enough, "{name} of {count} chats took {took:?}");
    }
}

async fn words_are_found_at_once_in_many_chats(store: Store) {
    const MESSAGES: usize = 20;
    let (owner, other) = (store.insert_user(&person("ada")).await.unwrap(), person("bob"));
    store.insert_user(&other).await.unwrap();
    let count: usize = std::env::var("AIRIS_TEST_CHATS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    // A few words are everywhere, most are nearly nowhere, as in any language.
    let mut seed = 1_u64;
    let mut word = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = f64::from(u32::try_from(seed >> 33).unwrap()) / f64::from(1_u32 << 31);
        format!("w{:04}", 20_000_f64.powf(random) as u32)
    };
    for number in 0..count {
        let mut chat = chat(if number % 10 == 0 { &other.id } else { &owner.id }, &format!("Chat {number}"));
        chat.updated_at = i64::try_from(number).unwrap();
        let list: Vec<_> = (0..MESSAGES)
            .map(|number| message(&chat.id, &format!("m{number}"), None, &[(); 30].map(|()| word()).join(" ")))
            .collect();
        store.insert_chat(&chat, &list).await.unwrap();
    }
    for text in
        ["w0001", "w0001 w0002", "w0030", "w0999", "w1", "w19", "w0001 w9999", "\"w0001 w0002\"", "zebra", "chat 7"]
    {
        let query = ChatListQuery { search: Some(text.to_owned()), limit: Some(60), ..ChatListQuery::default() };
        let mut found = 0;
        let enough = Duration::from_millis(100);
        let took = quickest(enough, async || found = store.find_chats(&owner.id, &query).await.unwrap().len()).await;
        if std::env::var("AIRIS_TEST_CHATS").is_ok() {
            eprintln!("{} {text}: {found} in {took:?}", store.kind());
        }
        assert!(took < enough, "{text} in {count} chats took {took:?}");
        // Of what is rare there may be nothing.
        let some = match text {
            "zebra" => 0..=0,
            "w0001" | "w0030" | "w1" => 60..=60,
            _ => 0..=60,
        };
        assert!(some.contains(&found), "{text}: {found}");
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
            quickest(Duration::ZERO, async || {
                number += 1;
                let new = NewTurn {
                    new_chat: None,
                    chat_id: chat.id.clone(),
                    messages: vec![message(&chat.id, &format!("n{number}"), Some(&ids[length - 1]), "next")],
                    current_message_id: Some(MessageId::from(format!("n{number}"))),
                    patch: ChatPatch { touch: true, ..ChatPatch::default() },
                    turns: Vec::new(),
                    guest: None,
                    after: None,
                };
                store.begin_turns(&new).await.unwrap();
            })
            .await,
        );
    }
    assert!(took[1] < took[0] * 4 + Duration::from_millis(5), "{took:?}");
}
