//! Numbers about chats, and the settings of chats.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};

async fn chat_of(owner: &Person<'_>, title: &str) -> String {
    let message = |id: &str, parent: Value, role: &str, content: &str, at: i64| {
        json!({"id": id, "parentId": parent, "childrenIds": [], "role": role, "content": content, "timestamp": at,
            "model": (role == "assistant").then_some("m")})
    };
    let mut rated = message("b", json!("q"), "assistant", "other", 108);
    rated["annotation"] = json!({"rating": -1, "tags": ["short"]});
    rated["usage"] = json!({"completion_tokens": 7});
    let messages = json!({
        "q": message("q", Value::Null, "user", "secret", 100), "a": message("a", json!("q"), "assistant", "words", 104),
        "b": rated,
    });
    let chat = json!({"title": title, "history": {"messages": messages, "currentId": "b"}});
    owner.post("/api/v1/chats/new", json!({"chat": chat})).await.ok()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn use_is_counted_by_chat_and_page() {
    let server = TestApp::start().await;
    let ann = server.admin().await;
    for title in ["One", "Two", "Three"] {
        chat_of(&ann, title).await;
    }
    let address = "/api/v1/chats/stats/usage";
    let all = ann.get(address).await.ok();
    assert_eq!((all["items"].as_array().unwrap().len(), &all["total"]), (3, &json!(3)));
    let mut one = all["items"][0].clone();
    for time in ["id", "updated_at", "created_at"] {
        one.as_object_mut().unwrap().remove(time);
    }
    assert_eq!(
        one,
        json!({
            "models": {"m": 1}, "message_count": 2, "history_models": {"m": 2}, "history_message_count": 3,
            "history_user_message_count": 1, "history_assistant_message_count": 2, "average_response_time": 6.0,
            "average_user_message_content_length": 6.0, "average_assistant_message_content_length": 5.0,
            "tags": [], "last_message_at": 108,
        })
    );
    let pages =
        async |query: &str| ann.get(&format!("{address}?{query}")).await.ok()["items"].as_array().unwrap().len();
    assert_eq!((pages("items_per_page=2").await, pages("items_per_page=2&page=2").await), (2, 1));
    assert_eq!((pages("items_per_page=-5&page=-5").await, pages("page=9223372036854775807").await), (1, 0));
    assert_eq!(ann.get(&format!("{address}?page=x")).await.refused(), 422);
}

#[tokio::test]
async fn an_export_of_numbers_holds_no_words() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let chat = chat_of(&ann, "secret title").await;
    let address = "/api/v1/chats/stats/export";
    let reply = ann.get(address).await;
    assert!(!reply.text.contains("secret") && !reply.text.contains("words"), "{}", reply.text);
    let list = reply.ok();
    assert_eq!((&list["type"], &list["total"], &list["page"]), (&json!("chats"), &json!(1), &json!(1)));
    let one = ann.get(&format!("{address}/{chat}")).await.ok();
    assert_eq!(list["items"], json!([one]));
    assert_eq!(one["chat"]["history"]["currentId"], "b");
    assert_eq!(
        one["chat"]["history"]["messages"]["b"],
        json!({"id": "b", "role": "assistant", "model": "m", "content_length": 5, "token_count": 7, "timestamp": 108,
            "rating": -1, "tags": ["short"]})
    );
    let lines = ann.get(&format!("{address}?stream=true")).await;
    assert_eq!(lines.headers["content-type"], "application/x-ndjson");
    assert_eq!(serde_json::from_str::<Value>(lines.text.trim()).unwrap(), one);
    assert_eq!(ann.get(&format!("{address}?updated_at=99999999999")).await.ok()["total"], 0);
    assert_eq!(bob.get(address).await.ok()["items"], json!([]));
    assert_eq!(bob.get(&format!("{address}/{chat}")).await.refused(), 401);
    let mut tree = admin.get("/api/v1/users/default/permissions").await.ok();
    tree["chat"]["export"] = json!(false);
    admin.post("/api/v1/users/default/permissions", tree).await.ok();
    for address in [address.to_owned(), format!("{address}/{chat}")] {
        assert_eq!(ann.get(&address).await.refused(), 401);
    }
}

#[tokio::test]
async fn settings_of_chats_are_kept_and_those_left_out_stay() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let address = "/api/v1/chats/config";
    let before = admin.get(address).await.ok();
    assert_eq!(before["CONTEXT_COMPACTION_TOKEN_THRESHOLD"], 80000);
    assert_eq!(
        (&before["CONTEXT_COMPACTION_TOKEN_CAP"], &before["TOOL_SEARCH_ALWAYS_LOADED"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(admin.post(address, before.clone()).await.ok(), before);
    let mut form = json!({"ENABLE_CONTEXT_COMPACTION": false, "CONTEXT_COMPACTION_PROMPT_TEMPLATE": "",
        "TOOL_SEARCH_ALWAYS_LOADED": ["time"], "ENABLE_TOOL_PERMISSIONS": null});
    let after = admin.post(address, form.clone()).await.ok();
    assert_eq!(
        (&after["TOOL_SEARCH_ALWAYS_LOADED"], &after["ENABLE_TOOL_PERMISSIONS"]),
        (&json!(["time"]), &json!(false))
    );
    assert_eq!(after["TOOL_SEARCH_DEFER_THRESHOLD"], before["TOOL_SEARCH_DEFER_THRESHOLD"]);
    form["ENABLE_CONTEXT_COMPACTION"] = json!("yes");
    assert_eq!(admin.post(address, form).await.refused(), 422);
}
