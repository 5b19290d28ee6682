//! Long chats read in parts.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};

/// A chat of questions and answers `0`, `1`, …, where `7` was also answered another way.
async fn long_chat(owner: &Person<'_>, count: usize) -> String {
    let mut messages = serde_json::Map::new();
    for number in 0..count {
        let role = if number % 2 == 0 { "user" } else { "assistant" };
        let parent = number.checked_sub(1).map(|before| before.to_string());
        let id = number.to_string();
        messages.insert(
            id.clone(),
            json!({"id": id, "parentId": parent, "role": role, "content": "…", "timestamp": number}),
        );
    }
    messages
        .insert("7b".into(), json!({"id": "7b", "parentId": "6", "role": "assistant", "content": "…", "timestamp": 7}));
    let flat = json!([{"role": "user", "content": "x".repeat(10_000)}]);
    let current = (count - 1).to_string();
    let chat = json!({"title": "Long", "messages": flat, "history": {"messages": messages, "currentId": current}});
    owner.post("/api/v1/chats/new", json!({"chat": chat})).await.ok()["id"].as_str().unwrap().to_owned()
}

fn ids(chat: &Value) -> Vec<&str> {
    let mut ids: Vec<&str> =
        chat["chat"]["history"]["messages"].as_object().unwrap().keys().map(String::as_str).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn the_end_of_a_branch_comes_alone_and_what_is_above_it_when_asked_for() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let id = long_chat(&admin, 10).await;
    let read = async |query: &str| admin.get(&format!("/api/v1/chats/{id}{query}")).await.ok();

    let whole = read("").await;
    assert_eq!(ids(&whole).len(), 11);
    let end = read("?last=2").await;
    assert_eq!(ids(&end), ["8", "9"]);
    assert_eq!((&end["chat"]["history"]["currentId"], &end["current_message_id"]), (&json!("9"), &json!("9")));
    assert_eq!((&end["title"], &end["chat"]["messages"]), (&json!("Long"), &Value::Null));
    let above = read("?last=2&leaf=7").await;
    assert_eq!(ids(&above), ["6", "7", "7b", "8"]);
    assert_eq!(above["chat"]["history"]["messages"]["6"]["childrenIds"], json!(["7", "7b"]));
    assert_eq!(above["chat"]["history"]["currentId"], "9");
    assert_eq!(ids(&read("?last=1000").await), ids(&whole));
    assert_eq!(ids(&read("?last=5&leaf=unknown").await), [""; 0]);

    for (query, status) in [("?last=0", 400), ("?last=1001", 400), ("?last=-1", 422), ("?last=x", 422)] {
        assert_eq!(admin.get(&format!("/api/v1/chats/{id}{query}")).await.refused(), status, "{query}");
    }
    let eve = server.somebody("eve", "user").await;
    assert_eq!(eve.get(&format!("/api/v1/chats/{id}?last=2")).await.refused(), 401);
}

#[tokio::test]
async fn a_chat_whose_last_message_is_not_known_comes_whole() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let id = long_chat(&admin, 10).await;
    let inner = json!({"chat": {"history": {"currentId": "4", "messages": {}}}});
    admin.post(&format!("/api/v1/chats/{id}"), inner).await.ok();
    let chat = admin.get(&format!("/api/v1/chats/{id}?last=2")).await.ok();
    assert_eq!((ids(&chat).len(), &chat["chat"]["history"]["currentId"]), (11, &json!("7b")));
}
