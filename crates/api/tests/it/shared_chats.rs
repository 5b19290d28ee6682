//! Links to chats: what they show, to whom, and when they end.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{Person, Reply, TestApp};
use crate::attached::{provider, server};

async fn chat_of(owner: &Person<'_>) -> String {
    let meta = json!({"session_id": "private"});
    let messages = json!({
        "q": {"id": "q", "parentId": null, "childrenIds": ["a"], "role": "user", "content": "why", "meta": meta},
        "a": {"id": "a", "parentId": "q", "childrenIds": [], "role": "assistant", "content": "because", "model": "m", "done": true, "meta": meta},
    });
    let chat = json!({"title": "Mine", "models": ["m"], "params": {"system": "private"}, "system": "private",
        "history": {"messages": messages, "currentId": "a"}});
    let form = json!({"chat": chat, "variables": {"name": "private"}});
    text(&owner.post("/api/v1/chats/new", form).await.ok()["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn share(owner: &Person<'_>, chat: &str) -> String {
    text(&owner.call("POST", &format!("/api/v1/chats/{chat}/share"), None).await.ok()["share_id"])
}

async fn allow(owner: &Person<'_>, chat: &str, principal: (&str, &str)) {
    let grant = json!({"principal_type": principal.0, "principal_id": principal.1, "permission": "read"});
    let address = format!("/api/v1/chats/shared/{chat}/access/update");
    owner.post(&address, json!({"access_grants": [grant]})).await.ok();
}

async fn rename(owner: &Person<'_>, chat: &str, title: &str) {
    owner.post(&format!("/api/v1/chats/{chat}"), json!({"chat": {"title": title}})).await.ok();
}

#[tokio::test]
async fn a_link_shows_a_copy_until_it_is_renewed_and_nothing_when_it_is_taken_back() {
    let server = TestApp::start().await;
    server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let chat = chat_of(&ann).await;
    let link = format!("/api/v1/chats/share/{}", share(&ann, &chat).await);
    allow(&ann, &chat, ("user", bob.id.as_str())).await;
    rename(&ann, &chat, "Later").await;
    let seen = bob.get(&link).await.ok();
    assert_eq!((&seen["title"], &seen["chat"]["share_mode"]), (&json!("Mine"), &Value::Null));
    assert_eq!(format!("/api/v1/chats/share/{}", share(&ann, &chat).await), link);
    assert_eq!(bob.get(&link).await.ok()["title"], "Later");
    let listed = ann.get("/api/v1/chats/shared").await.ok();
    assert_eq!((listed[0]["chat_id"].as_str(), listed[0]["title"].as_str()), (Some(chat.as_str()), Some("Later")));
    assert_eq!(ann.get("/api/v1/chats/shared?query=nothing").await.ok(), json!([]));
    assert_eq!(ann.get("/api/v1/chats/shared?page=x").await.refused(), 422);
    assert_eq!(bob.get("/api/v1/chats/shared").await.ok(), json!([]));
    assert_eq!(ann.call("DELETE", &format!("/api/v1/chats/{chat}/share"), None).await.ok(), json!(true));
    assert_eq!(bob.get(&link).await.refused(), 401);
    assert_eq!(ann.get(&link).await.refused(), 401);
    let renewed = share(&ann, &chat).await;
    assert_ne!(format!("/api/v1/chats/share/{renewed}"), link);
    assert_eq!(bob.get(&format!("/api/v1/chats/share/{renewed}")).await.refused(), 401, "grants ended with the link");
}

#[tokio::test]
async fn readers_learn_what_was_said_and_not_how_the_owner_works() {
    let server = TestApp::start().await;
    server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let chat = chat_of(&ann).await;
    let folder = text(&ann.post("/api/v1/folders/", json!({"name": "private"})).await.ok()["id"]);
    ann.post(&format!("/api/v1/chats/{chat}/folder"), json!({"folder_id": folder})).await.ok();
    for mode in [Value::Null, json!("continue")] {
        let shared = ann.post(&format!("/api/v1/chats/{chat}/share"), json!({"share_mode": mode})).await.ok();
        allow(&ann, &chat, ("user", "*")).await;
        allow(&ann, &chat, ("user", bob.id.as_str())).await;
        let link = format!("/api/v1/chats/share/{}", text(&shared["share_id"]));
        let reply = bob.get(&link).await;
        assert!(!reply.text.contains("private") && !reply.text.contains(&folder), "{mode}: {}", reply.text);
        assert_eq!(reply.ok()["chat"]["history"]["messages"]["a"]["content"], "because");
        assert!(ann.get(&link).await.text.contains("private"), "the owner sees everything");
    }
}

#[tokio::test]
async fn a_live_link_shows_the_chat_as_it_is() {
    let server = TestApp::start().await;
    server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let chat = chat_of(&ann).await;
    let id = share(&ann, &chat).await;
    let link = format!("/api/v1/chats/share/{id}");
    let access = format!("/api/v1/chats/shared/{chat}/access/update");
    let grants = json!([{"principal_type": "user", "principal_id": bob.id, "permission": "read"}]);
    ann.post(&access, json!({"access_grants": grants, "share_mode": "continue"})).await.ok();
    rename(&ann, &chat, "Later").await;
    let seen = bob.get(&link).await.ok();
    assert_eq!((&seen["title"], &seen["chat"]["share_mode"]), (&json!("Later"), &json!("continue")));
    assert_eq!((&seen["id"], &seen["share_id"]), (&json!(chat), &json!(id)));
    allow(&ann, &chat, ("user", bob.id.as_str())).await;
    assert_eq!(bob.get(&link).await.ok()["chat"]["share_mode"], "continue", "a mode that is not named stays");
    ann.post(&access, json!({"access_grants": grants, "share_mode": null})).await.ok();
    rename(&ann, &chat, "Much later").await;
    assert_eq!(bob.get(&link).await.ok()["title"], "Later");
}

#[tokio::test]
async fn every_circle_of_readers_must_be_allowed_by_the_operator() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let bob = server.somebody("bob", "user").await;
    let pending = server.somebody("pat", "pending").await;
    let chat = chat_of(&ann).await;
    let link = format!("/api/v1/chats/share/{}", share(&ann, &chat).await);
    let access = format!("/api/v1/chats/shared/{chat}/access");
    let switch = async |area: &str, key: &str, on: bool| {
        let mut tree = admin.get("/api/v1/users/default/permissions").await.ok();
        tree[area][key] = json!(on);
        admin.post("/api/v1/users/default/permissions", tree).await.ok();
    };
    let heard = async || {
        let anonymous = server.call("GET", &link, None).await.status.as_u16();
        (bob.get(&link).await.status.as_u16(), pending.get(&link).await.status.as_u16(), anonymous)
    };
    assert_eq!(heard().await, (401, 401, 401));
    for (principal, key, readers) in
        [(("user", "*"), "public_chats", (200, 401, 401)), (("anyone", "*"), "open_chats", (200, 200, 200))]
    {
        allow(&ann, &chat, principal).await;
        assert_eq!(ann.get(&access).await.ok(), json!([]), "dropped without {key}");
        switch("sharing", key, true).await;
        allow(&ann, &chat, principal).await;
        assert_eq!(ann.get(&access).await.ok()[0]["principal_type"], principal.0);
        assert_eq!(heard().await, readers, "{key}");
    }
    assert_eq!(bob.get(&access).await.refused(), 401);
    assert_eq!(server.call("GET", "/api/v1/chats/share/unknown", None).await.refused(), 401);
    switch("chat", "share", false).await;
    assert_eq!(ann.call("POST", &format!("/api/v1/chats/{chat}/share"), None).await.refused(), 401);
    assert_eq!(ann.post(&format!("{access}/update"), json!({"access_grants": []})).await.refused(), 401);
    assert_eq!(
        ann.call("DELETE", "/api/v1/chats/share/all", None).await.ok(),
        json!(true),
        "taking back is always allowed"
    );
    assert_eq!(heard().await, (401, 401, 401));
}

#[tokio::test]
async fn administrators_follow_every_link_only_where_the_operator_lets_them_see_chats() {
    for (variable, seen) in
        [("NO_SUCH_VARIABLE", 200), ("BYPASS_ADMIN_ACCESS_CONTROL", 401), ("ENABLE_ADMIN_CHAT_ACCESS", 401)]
    {
        let server = TestApp::with(&[(variable, "false")]).await;
        let admin = server.admin().await;
        let ann = server.somebody("ann", "user").await;
        let chat = chat_of(&ann).await;
        let link = format!("/api/v1/chats/share/{}", share(&ann, &chat).await);
        assert_eq!(admin.get(&link).await.status.as_u16(), seen, "{variable}");
    }
}

#[tokio::test]
async fn a_copy_belongs_to_whoever_takes_it() {
    let server = TestApp::start().await;
    server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let chat = chat_of(&ann).await;
    let id = share(&ann, &chat).await;
    let take = format!("/api/v1/chats/{id}/clone/shared");
    assert_eq!(bob.call("POST", &take, None).await.refused(), 401);
    assert_eq!(bob.call("POST", &format!("/api/v1/chats/{chat}/clone/shared"), None).await.refused(), 401);
    allow(&ann, &chat, ("user", bob.id.as_str())).await;
    let copy = bob.call("POST", &take, None).await.ok();
    assert_eq!((&copy["user_id"], &copy["title"]), (&json!(bob.id), &json!("Clone of Mine")));
    assert_eq!((&copy["chat"]["originalChatId"], &copy["chat"]["branchPointMessageId"]), (&json!(id), &json!("a")));
    assert_eq!(copy["share_id"], Value::Null);
    let stored = bob.get(&format!("/api/v1/chats/{}", text(&copy["id"]))).await.ok();
    let message = &stored["chat"]["history"]["messages"]["q"];
    assert_eq!((&message["user_id"], &message["user"]["name"]), (&json!(bob.id), &json!("bob")));
    assert!(!stored.to_string().contains("private"));
}

#[tokio::test]
async fn forms_that_make_no_sense_are_explained() {
    let server = TestApp::start().await;
    let ann = server.admin().await;
    let chat = chat_of(&ann).await;
    let (share, access) = (format!("/api/v1/chats/{chat}/share"), format!("/api/v1/chats/shared/{chat}/access/update"));
    for address in [&share, &access] {
        let reply = ann.post(address, json!({"share_mode": "snapshot", "access_grants": []})).await;
        assert_eq!(reply.refused(), 422);
        let finding = &reply.json()["detail"][0];
        assert_eq!((&finding["type"], &finding["loc"]), (&json!("literal_error"), &json!(["body", "share_mode"])));
        assert_eq!((&finding["input"], &finding["ctx"]), (&json!("snapshot"), &json!({"expected": "'continue'"})));
    }
    assert_eq!(ann.post(&share, json!([])).await.refused(), 422);
    assert_eq!(ann.post(&share, Value::Null).await.ok()["id"], chat.as_str());
    assert_eq!(ann.post(&access, json!({})).await.refused(), 422);
    assert_eq!(ann.post(&access, json!({"access_grants": [1]})).await.refused(), 422);
    let grant =
        |who: &str, permission: &str| json!({"principal_type": "user", "principal_id": who, "permission": permission});
    for grant in
        [json!({}), grant("x", "own"), grant("", "read"), grant("\u{0}", "read"), grant(&"x".repeat(300), "read")]
    {
        assert_eq!(ann.post(&access, json!({"access_grants": [grant]})).await.refused(), 400);
    }
    let twice = json!({"access_grants": [grant("ü", "read"), grant("ü", "read"), grant("ü", "write")]});
    ann.post(&access, twice).await.ok();
    assert_eq!(ann.get(&access.replace("/update", "")).await.ok().as_array().unwrap().len(), 2);
    assert_eq!(ann.post(&format!("/api/v1/chats/{chat}/fork"), json!({"message_id": 1})).await.refused(), 422);
}

#[tokio::test]
async fn a_link_shows_the_files_of_its_chat_and_lets_nobody_change_them() {
    let server = TestApp::start().await;
    server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let mut files = Vec::new();
    for name in ["shown.txt", "named.txt", "hidden.txt"] {
        files.push(text(&ann.upload(name, "text/plain", b"4711").await["id"]));
    }
    let stolen = text(&ann.upload("stolen.txt", "text/plain", b"secret").await["id"]);
    let question = |files: Value, content: String| {
        let question =
            json!({"id": "q", "parentId": null, "childrenIds": [], "role": "user", "content": content, "files": files});
        json!({"chat": {"title": "t", "models": ["m"], "history": {"messages": {"q": question}, "currentId": "q"}}})
    };
    let form = question(json!([{"type": "file", "id": files[0]}]), format!("![](/api/v1/files/{}/content)", files[1]));
    let chat = text(&ann.post("/api/v1/chats/new", form).await.ok()["id"]);
    let content = |id: &str| format!("/api/v1/files/{id}/content");
    assert_eq!(bob.get(&content(&files[0])).await.refused(), 404);
    share(&ann, &chat).await;
    allow(&ann, &chat, ("user", bob.id.as_str())).await;
    for id in &files[..2] {
        assert_eq!(bob.get(&content(id)).await.text, "4711");
        bob.get(&format!("/api/v1/files/{id}")).await.ok();
        assert_eq!(bob.call("DELETE", &format!("/api/v1/files/{id}"), None).await.refused(), 404);
        let update = format!("/api/v1/files/{id}/data/content/update");
        assert_eq!(bob.post(&update, json!({"content": "x"})).await.refused(), 404);
    }
    assert_eq!(bob.get(&content(&files[2])).await.refused(), 404);
    // Whoever names a file of another in a chat of their own does not get it by sharing that chat with themselves.
    let form = question(json!([{"type": "file", "id": stolen}]), String::new());
    let own = text(&bob.post("/api/v1/chats/new", form).await.ok()["id"]);
    share(&bob, &own).await;
    allow(&bob, &own, ("user", bob.id.as_str())).await;
    assert_eq!(bob.get(&content(&stolen)).await.refused(), 404);
    ann.call("DELETE", &format!("/api/v1/chats/{chat}/share"), None).await.ok();
    assert_eq!(bob.get(&content(&files[0])).await.refused(), 404);
}

/// Says something below `a`; the reply is `g2`.
async fn say(person: &Person<'_>, chat: &str) -> Reply {
    let body = json!({
        "model": "m", "stream": true, "session_id": "s", "chat_id": chat, "parent_id": "a", "id": "g2", "messages": [],
        "user_message": {"id": "g1", "parentId": "a", "childrenIds": ["g2"], "role": "user", "content": "And then?",
            "models": ["m"]},
    });
    person.post("/api/chat/completions", body).await
}

#[tokio::test]
async fn a_group_reads_a_chat_or_takes_part_in_it_as_long_as_somebody_is_in_it() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let (bob, cara) = (server.somebody("bob", "user").await, server.somebody("cara", "user").await);
    let dora = server.somebody("dora", "user").await;
    let group = async |name: &str, member: &Person<'_>| {
        let made = admin.post("/api/v1/groups/create", json!({"name": name, "description": ""})).await.ok();
        let group = text(&made["id"]);
        admin.post(&format!("/api/v1/groups/id/{group}/users/add"), json!({"user_ids": [member.id]})).await.ok();
        group
    };
    let (readers, writers) = (group("Readers", &bob).await, group("Writers", &cara).await);
    let chat = chat_of(&admin).await;
    let link = format!("/api/v1/chats/share/{}", share(&admin, &chat).await);
    let access = format!("/api/v1/chats/shared/{chat}/access/update");
    let grant = |group: &str, permission: &str| json!({"principal_type": "group", "principal_id": group, "permission": permission});

    // A copy is read and nothing else, whatever else the group was let do.
    let grants = json!([grant(&readers, "read"), grant(&writers, "read"), grant(&writers, "write")]);
    admin.post(&access, json!({"access_grants": grants})).await.ok();
    for person in [&bob, &cara] {
        assert_eq!(person.get(&link).await.ok()["chat"]["history"]["messages"]["a"]["content"], "because");
        assert_eq!(say(person, &chat).await.refused(), 404, "nobody takes part in a copy");
    }
    assert_eq!(dora.get(&link).await.refused(), 401);

    admin.post(&access, json!({"access_grants": grants, "share_mode": "continue"})).await.ok();
    assert_eq!(bob.get(&link).await.ok()["chat"]["write_access"], Value::Null);
    assert_eq!(cara.get(&link).await.ok()["chat"]["write_access"], true);
    for person in [&bob, &dora] {
        assert_eq!(say(person, &chat).await.refused(), 404);
    }
    say(&cara, &chat).await.ok();
    heard.recv().await.unwrap();
    let mut seen = Value::Null;
    for _ in 0..600 {
        seen = bob.get(&link).await.ok()["chat"]["history"]["messages"].clone();
        if seen["g2"]["done"] == true {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((&seen["g1"]["content"], &seen["g2"]["content"]), (&json!("And then?"), &json!("yes")));
    let stored = admin.get(&format!("/api/v1/chats/{chat}")).await.ok();
    assert_eq!(stored["chat"]["history"]["messages"]["g1"]["user"], json!({"id": cara.id, "name": "cara"}));

    admin.post(&format!("/api/v1/groups/id/{writers}/users/remove"), json!({"user_ids": [cara.id]})).await.ok();
    assert_eq!(cara.get(&link).await.refused(), 401, "who left the group reads no more");
    assert_eq!(say(&cara, &chat).await.refused(), 404);
    admin.call("DELETE", &format!("/api/v1/groups/id/{readers}/delete"), None).await.ok();
    assert_eq!(bob.get(&link).await.refused(), 401, "a group that is gone opens nothing");
}
