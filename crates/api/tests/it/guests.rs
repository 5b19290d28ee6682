//! People who say something in a chat of another that was shared with them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::Person;
use crate::attached::{provider, server};

/// Says something in a chat; the reply is `reply`.
async fn say(person: &Person<'_>, chat: &str, question: &str, reply: &str) -> crate::app::Reply {
    let body = json!({
        "model": "m", "stream": true, "session_id": "s", "chat_id": chat, "parent_id": "a", "id": reply, "messages": [],
        "background_tasks": {"title_generation": true}, "chat_variables": {"name": "stolen"},
        "user_message": {"id": question, "parentId": "a", "childrenIds": [reply], "role": "user", "content": "And then?",
            "models": ["m"]},
    });
    person.post("/api/chat/completions", body).await
}

#[tokio::test]
async fn a_guest_who_may_write_adds_to_a_chat_and_replaces_nothing() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let (ann, bob) = (server.somebody(&admin, "ann", "user").await, server.somebody(&admin, "bob", "user").await);
    let messages = json!({
        "q": {"id": "q", "parentId": null, "role": "user", "content": "Why?"},
        "a": {"id": "a", "parentId": "q", "role": "assistant", "content": "Because.", "model": "m", "done": true},
    });
    let chat = json!({"title": "Ours", "history": {"messages": messages, "currentId": "a"}});
    let id = admin.post("/api/v1/chats/new", json!({"chat": chat})).await.ok()["id"].as_str().unwrap().to_owned();
    let link = admin.post(&format!("/api/v1/chats/{id}/share"), json!({"share_mode": "continue"})).await.ok();
    let link = format!("/api/v1/chats/share/{}", link["share_id"].as_str().unwrap());
    let access = format!("/api/v1/chats/shared/{id}/access/update");
    let grant = |person: &Person<'_>, permission: &str| json!({"principal_type": "user", "principal_id": person.id, "permission": permission});
    let grants = json!([grant(&ann, "read"), grant(&ann, "write"), grant(&bob, "read")]);
    admin.post(&access, json!({"access_grants": grants, "share_mode": "continue"})).await.ok();
    assert_eq!(ann.get(&link).await.ok()["chat"]["write_access"], true);
    assert_eq!(bob.get(&link).await.ok()["chat"]["write_access"], Value::Null);

    assert_eq!(say(&bob, &id, "b1", "b2").await.refused(), 404, "to read is not to write");
    for (question, reply) in [("q", "g2"), ("g1", "a"), ("g1", "q")] {
        assert!(say(&ann, &id, question, reply).await.refused() >= 400, "{question} {reply}");
    }
    say(&ann, &id, "g1", "g2").await.ok();
    let asked = heard.recv().await.unwrap();
    assert_eq!(asked["messages"].as_array().unwrap().len(), 3, "what was said before is known: {asked}");
    let mut stored = Value::Null;
    for _ in 0..200 {
        stored = admin.get(&format!("/api/v1/chats/{id}")).await.ok();
        if stored["chat"]["history"]["messages"]["g2"]["done"] == true {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let history = &stored["chat"]["history"];
    assert_eq!((&history["currentId"], &history["messages"]["g2"]["content"]), (&json!("g2"), &json!("yes")));
    assert_eq!(history["messages"]["g1"]["user"], json!({"id": ann.id, "name": "ann"}));
    assert_eq!(
        (&history["messages"]["q"]["content"], &history["messages"]["a"]["content"]),
        (&json!("Why?"), &json!("Because."))
    );
    assert_eq!((&stored["title"], &stored["variables"]), (&json!("Ours"), &json!({})));

    admin.post(&access, json!({"access_grants": [grant(&ann, "read")]})).await.ok();
    assert_eq!(say(&ann, &id, "g3", "g4").await.refused(), 404, "what was given can be taken back");
}
