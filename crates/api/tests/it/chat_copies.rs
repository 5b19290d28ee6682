//! Copies of chats, and messages that are taken out of them.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};

/// A question that was answered twice; after the second answer it goes on.
async fn chat_of(owner: &Person<'_>, folder: Option<&str>) -> String {
    let message = |id: &str, parent: Option<&str>, children: &[&str], role: &str| {
        let mut message = json!({"id": id, "parentId": parent, "childrenIds": children, "role": role, "content": id});
        message["done"] = json!(true);
        message["timestamp"] = json!(1);
        message
    };
    let messages = json!({
        "q1": message("q1", None, &["a1", "a2"], "user"),
        "a1": message("a1", Some("q1"), &[], "assistant"),
        "a2": message("a2", Some("q1"), &["q2"], "assistant"),
        "q2": message("q2", Some("a2"), &["a3"], "user"),
        "a3": message("a3", Some("q2"), &[], "assistant"),
    });
    let chat = json!({"title": "Tides", "models": ["m"], "history": {"messages": messages, "currentId": "a3"}});
    let made = owner.post("/api/v1/chats/new", json!({"chat": chat, "folder_id": folder})).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

/// The ids of what is in a chat as it is stored, and the one that is shown last.
async fn stored(owner: &Person<'_>, chat: &Value) -> (Vec<String>, String) {
    let chat = owner.get(&format!("/api/v1/chats/{}", chat.as_str().unwrap())).await.ok();
    let history = &chat["chat"]["history"];
    let mut ids: Vec<String> = history["messages"].as_object().unwrap().keys().cloned().collect();
    ids.sort_unstable();
    (ids, history["currentId"].as_str().unwrap().to_owned())
}

async fn tags(owner: &Person<'_>, chat: &str) -> Vec<String> {
    let tags = owner.get(&format!("/api/v1/chats/{chat}/tags")).await.ok();
    tags.as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_clone_has_everything_of_its_chat_and_lives_on_its_own() {
    let server = TestApp::start().await;
    server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let folder = ann.post("/api/v1/folders/", json!({"name": "Sea"})).await.ok()["id"].as_str().unwrap().to_owned();
    let chat = chat_of(&ann, Some(&folder)).await;
    ann.post(&format!("/api/v1/chats/{chat}/tags"), json!({"name": "Big things"})).await.ok();
    ann.post(&format!("/api/v1/chats/{chat}/pin"), Value::Null).await.ok();
    let clone = format!("/api/v1/chats/{chat}/clone");
    let copy = ann.post(&clone, json!({})).await.ok();
    assert_eq!((&copy["title"], &copy["folder_id"]), (&json!("Clone of Tides"), &json!(folder)));
    assert_eq!((&copy["pinned"], &copy["share_id"]), (&json!(false), &Value::Null));
    assert_eq!((&copy["chat"]["originalChatId"], &copy["chat"]["branchPointMessageId"]), (&json!(chat), &json!("a3")));
    let all = ["a1", "a2", "a3", "q1", "q2"].map(str::to_owned).to_vec();
    assert_eq!(stored(&ann, &copy["id"]).await, (all.clone(), "a3".to_owned()));
    assert_eq!(ann.post(&clone, json!({"title": "Mine"})).await.ok()["title"], "Mine");

    // The label stays on the copy when the original loses it, and finds it.
    let id = copy["id"].as_str().unwrap();
    ann.call("DELETE", &format!("/api/v1/chats/{chat}/tags"), Some(json!({"name": "Big things"}))).await.ok();
    assert_eq!((tags(&ann, &chat).await, tags(&ann, id).await), (Vec::<String>::new(), vec!["Big things".to_owned()]));
    let found = ann.post("/api/v1/chats/tags", json!({"name": "big things"})).await.ok();
    assert_eq!(found.as_array().unwrap().len(), 2, "both copies, not the original: {found}");

    ann.call("DELETE", &format!("/api/v1/chats/{chat}"), None).await.ok();
    assert_eq!(stored(&ann, &copy["id"]).await.0, all);
}

#[tokio::test]
async fn a_fork_has_the_branch_up_to_a_message() {
    let server = TestApp::start().await;
    server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let chat = chat_of(&ann, None).await;
    let fork = format!("/api/v1/chats/{chat}/fork");
    let copy = ann.post(&fork, json!({"message_id": "a2"})).await.ok();
    assert_eq!((&copy["title"], &copy["chat"]["branchPointMessageId"]), (&json!("Fork of Tides"), &json!("a2")));
    assert_eq!(stored(&ann, &copy["id"]).await, (vec!["a2".to_owned(), "q1".to_owned()], "a2".to_owned()));
    let whole = ann.call("POST", &fork, None).await.ok();
    let shown = ["a2", "a3", "q1", "q2"].map(str::to_owned).to_vec();
    assert_eq!(stored(&ann, &whole["id"]).await, (shown, "a3".to_owned()));
    assert_eq!(ann.post(&fork, json!({"message_id": "nowhere"})).await.refused(), 404);
    assert_eq!(bob.post(&fork, json!({"message_id": "a2"})).await.refused(), 401);
    assert_eq!(bob.post(&format!("/api/v1/chats/{chat}/clone"), json!({})).await.refused(), 401);
    assert_eq!(stored(&ann, &json!(chat)).await.0.len(), 5, "the original is as it was");
}

#[tokio::test]
async fn a_deleted_message_takes_its_answers_along_and_the_rest_moves_up() {
    let server = TestApp::start().await;
    server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let chat = chat_of(&ann, None).await;
    ann.call("DELETE", &format!("/api/v1/chats/{chat}/messages/a2"), None).await.ok();
    let left = ["a1", "a3", "q1"].map(str::to_owned).to_vec();
    assert_eq!(stored(&ann, &json!(chat)).await, (left, "a3".to_owned()));
    ann.call("DELETE", &format!("/api/v1/chats/{chat}/messages/a3"), None).await.ok();
    assert_eq!(stored(&ann, &json!(chat)).await.1, "a1", "another answer to the same question is shown");
}

#[tokio::test]
async fn who_may_not_edit_or_delete_messages_changes_none() {
    let closed = [("USER_PERMISSIONS_CHAT_EDIT", "false"), ("USER_PERMISSIONS_CHAT_DELETE_MESSAGE", "false")];
    let server = TestApp::with(&closed).await;
    let (admin, ann) = (server.admin().await, server.somebody("ann", "user").await);
    for (person, allowed) in [(&admin, true), (&ann, false)] {
        let chat = chat_of(person, None).await;
        let message = format!("/api/v1/chats/{chat}/messages/a3");
        let edited = person.post(&message, json!({"content": "new"})).await;
        let spoken = person.post(&message, json!({"voice": {"said": true}})).await;
        let deleted = person.call("DELETE", &message, None).await;
        spoken.ok();
        if allowed {
            edited.ok();
            deleted.ok();
        } else {
            assert_eq!((edited.refused(), deleted.refused()), (401, 401));
            let chat = person.get(&format!("/api/v1/chats/{chat}")).await.ok();
            assert_eq!(chat["chat"]["history"]["messages"]["a3"]["content"], "a3");
        }
    }
}
