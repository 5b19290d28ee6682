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
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
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
    for _ in 0..600 {
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

#[tokio::test]
async fn what_a_guest_puts_into_a_chat_is_shown_to_its_readers_and_names_no_file_of_others() {
    let (url, _heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let cara = server.somebody("cara", "user").await;
    let upload = async |person: &Person<'_>, name: &str| {
        person.upload(name, "text/plain", name.as_bytes()).await["id"].as_str().unwrap().to_owned()
    };
    let (shared, secret, brought) =
        (upload(&ann, "shared.txt").await, upload(&ann, "secret.txt").await, upload(&bob, "brought.txt").await);
    let messages = json!({
        "q": {"id": "q", "parentId": null, "role": "user", "content": "Why?", "files": [{"type": "file", "id": shared}]},
        "a": {"id": "a", "parentId": "q", "role": "assistant", "content": "Because.", "model": "m", "done": true},
    });
    let chat = json!({"title": "Ours", "history": {"messages": messages, "currentId": "a"}});
    let chat = ann.post("/api/v1/chats/new", json!({"chat": chat})).await.ok()["id"].as_str().unwrap().to_owned();
    ann.post(&format!("/api/v1/chats/{chat}/share"), json!({"share_mode": "continue"})).await.ok();
    let access = format!("/api/v1/chats/shared/{chat}/access/update");
    let grant = |person: &Person<'_>, permission: &str| json!({"principal_type": "user", "principal_id": person.id, "permission": permission});
    let grants = json!([grant(&bob, "read"), grant(&bob, "write"), grant(&cara, "read")]);
    ann.post(&access, json!({"access_grants": grants, "share_mode": "continue"})).await.ok();

    let files = json!([{"type": "file", "id": brought}, {"type": "file", "id": secret}]);
    let body = json!({
        "model": "m", "stream": true, "session_id": "s", "chat_id": chat, "parent_id": "a", "id": "g2", "messages": [],
        "user_message": {"id": "g1", "parentId": "a", "childrenIds": ["g2"], "role": "user", "models": ["m"],
            "content": format!("![](/api/v1/files/{secret}/content)"), "files": files, "user_id": ann.id,
            "user": {"id": ann.id, "name": "ann"}},
    });
    bob.post("/api/chat/completions", body).await.ok();
    let content = |id: &str| format!("/api/v1/files/{id}/content");
    // Those who read the chat read what is in it, and nobody reads what was only named.
    for person in [&ann, &bob, &cara] {
        assert_eq!(person.get(&content(&brought)).await.text, "brought.txt");
        assert_eq!(person.get(&content(&shared)).await.text, "shared.txt");
    }
    for person in [&bob, &cara] {
        assert_eq!(person.get(&content(&secret)).await.refused(), 404);
    }
    assert_eq!(bob.call("DELETE", &format!("/api/v1/files/{shared}"), None).await.refused(), 404);
    assert_eq!(ann.call("DELETE", &format!("/api/v1/files/{brought}"), None).await.refused(), 404);
    let stored = ann.get(&format!("/api/v1/chats/{chat}")).await.ok();
    assert_eq!(stored["chat"]["history"]["messages"]["g1"]["user"], json!({"id": bob.id, "name": "bob"}));
    // The same of a copy.
    ann.post(&access, json!({"access_grants": [grant(&cara, "read")], "share_mode": null})).await.ok();
    assert_eq!(cara.get(&content(&brought)).await.text, "brought.txt");
    assert_eq!(cara.get(&content(&shared)).await.text, "shared.txt");
    for person in [&bob, &cara] {
        assert_eq!(person.get(&content(&secret)).await.refused(), 404);
    }
    assert_eq!(bob.get(&content(&shared)).await.refused(), 404, "what was given was taken back");
    ann.call("DELETE", &format!("/api/v1/chats/{chat}/share"), None).await.ok();
    for id in [&brought, &shared] {
        assert_eq!(cara.get(&content(id)).await.refused(), 404);
    }
    assert_eq!(ann.get(&content(&brought)).await.text, "brought.txt", "it is still in her chat");
}

#[tokio::test]
async fn a_guests_question_moves_the_chat_up_in_its_owners_list_at_once() {
    let (url, _heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let new = async |title: &str| {
        let message = json!({"a": {"id": "a", "parentId": null, "role": "assistant", "content": "Yes?", "done": true}});
        let chat = json!({"title": title, "history": {"messages": message, "currentId": "a"}});
        admin.post("/api/v1/chats/new", json!({"chat": chat})).await.ok()["id"].as_str().unwrap().to_owned()
    };
    let chat = new("older").await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    new("newer").await;
    admin.post(&format!("/api/v1/chats/{chat}/share"), json!({"share_mode": "continue"})).await.ok();
    let grant = |permission: &str| json!({"principal_type": "user", "principal_id": ann.id, "permission": permission});
    let form = json!({"access_grants": [grant("read"), grant("write")], "share_mode": "continue"});
    admin.post(&format!("/api/v1/chats/shared/{chat}/access/update"), form).await.ok();
    let first = async || admin.get("/api/v1/chats/?page=1").await.ok()[0]["title"].clone();
    assert_eq!(first().await, "newer");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let mut told = server.app.bus.room_events();
    say(&ann, &chat, "g1", "g2").await.ok();
    assert_eq!(first().await, "older");
    let room = format!("user:{}", admin.id);
    let mut lists = 0;
    while lists < 2 {
        let event = tokio::time::timeout(Duration::from_secs(30), told.recv()).await.unwrap().unwrap();
        lists += usize::from(event.room == room && event.payload["data"]["type"] == "chat:list");
    }
}
