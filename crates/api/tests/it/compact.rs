//! Long chats that go on from a summary.

use std::sync::{Arc, Mutex};

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};

/// A provider that answers everything with the same words and remembers what it was asked.
async fn provider() -> (String, Arc<Mutex<Vec<Value>>>) {
    let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
    let seen = asked.clone();
    let answer = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": " The short of it. "}}]});
    let router =
        Router::new().route("/v1/models", get(async || Json(json!({"data": [{"id": "m", "object": "model"}]})))).route(
            "/v1/chat/completions",
            post(async move |Json(body): Json<Value>| {
                seen.lock().unwrap().push(body);
                Json(answer)
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, asked)
}

#[tokio::test]
async fn a_summary_is_kept_with_the_message_that_it_ends_with() {
    let (address, asked) = provider().await;
    let server = TestApp::with(&[
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", address.as_str()),
        ("OPENAI_API_KEYS", "k"),
    ])
    .await;
    let admin = server.admin().await;
    let message = |id: &str, parent: Value, role: &str| {
        json!({"id": id, "parentId": parent, "role": role, "content": format!("words of {id}"), "timestamp": 1,
            "model": (role == "assistant").then_some("m"), "done": true})
    };
    let messages = json!({
        "1": message("1", Value::Null, "user"), "2": message("2", json!("1"), "assistant"),
        "3": message("3", json!("2"), "user"), "4": message("4", json!("3"), "assistant"),
    });
    let chat = json!({"chat": {"title": "t", "history": {"messages": messages, "currentId": "4"}}});
    let id = admin.post("/api/v1/chats/new", chat).await.ok()["id"].as_str().unwrap().to_owned();
    let compact = format!("/api/v1/chats/{id}/compact");
    assert_eq!(admin.post(&compact, json!({"model": "no-such-model"})).await.refused(), 404);
    assert_eq!(admin.post(&compact, json!({"model": 1})).await.refused(), 422);
    let form = json!({"ENABLE_CONTEXT_COMPACTION": true, "CONTEXT_COMPACTION_PROMPT_TEMPLATE": "",
        "CONTEXT_COMPACTION_RETENTION_PERCENTAGE": 50});
    admin.post("/api/v1/chats/config", form).await.ok();
    let done = admin.call("POST", &compact, None).await.ok();
    assert_eq!((&done["checkpoint_message_id"], &done["context_summary"]), (&json!("2"), &json!("The short of it.")));
    let prompt = asked.lock().unwrap()[0]["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(
        prompt.contains("words of 1") && prompt.contains("words of 2") && !prompt.contains("words of 3"),
        "{prompt}"
    );
    let stored = admin.get(&format!("/api/v1/chats/{id}")).await.ok();
    assert_eq!(stored["chat"]["history"]["messages"]["2"]["contextSummary"], "The short of it.");
    go_on(&admin, &id, &asked).await;
    let empty = admin.post("/api/v1/chats/new", json!({"chat": {"title": "t"}})).await.ok()["id"].clone();
    let nothing = format!("/api/v1/chats/{}/compact", empty.as_str().unwrap());
    assert_eq!(admin.post(&nothing, json!({"model": "m"})).await.refused(), 400);
    assert_eq!(admin.call("POST", &nothing, None).await.refused(), 400);
}

/// Asks one thing more, with a limit that the chat is beyond.
async fn go_on(person: &Person<'_>, chat: &str, asked: &Mutex<Vec<Value>>) {
    let question = json!({"id": "5", "parentId": "4", "role": "user", "content": "words of 5", "timestamp": 1});
    let body = json!({"model": "m", "stream": false, "session_id": "s", "chat_id": chat, "id": "6",
        "user_message": question, "params": {"compact_token_threshold": 1}});
    let before = asked.lock().unwrap().len();
    person.post("/api/chat/completions", body).await.ok();
    for _ in 0..600 {
        if asked.lock().unwrap().len() >= before + 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let asked = asked.lock().unwrap()[before..].iter().map(Value::to_string).collect::<Vec<_>>();
    let [summing, replying] = asked.as_slice() else { panic!("{asked:?}") };
    let says = |request: &String, words: &[&str]| words.iter().map(|word| request.contains(word)).collect::<Vec<_>>();
    let words = ["The short of it.", "words of 1", "words of 2", "words of 3", "words of 4", "words of 5"];
    assert_eq!(says(summing, &words), [true, false, false, true, true, false], "the last summary and what followed");
    assert_eq!(says(replying, &words), [true, false, false, false, false, true], "the summary and the question");
}
