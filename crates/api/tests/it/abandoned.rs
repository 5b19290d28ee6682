//! Replies whose server died, and how long the next one goes on with them.

use airis_domain::{Turn, TurnState, now};
use airis_store::{ChatPatch, NewTurn};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::budgets::{WORDS, reply_of, server_with};

/// A chat with a reply that a dead process was about to write for a key, last heard of at this time; answers its id.
pub async fn cut_turn(server: &TestApp, owner: &Person<'_>, updated_at: i64) -> String {
    let chat = json!({"chat": {"title": "Cut", "models": ["m"], "history": {"currentId": "reply", "messages": {
        "question": {"id": "question", "parentId": null, "childrenIds": ["reply"], "role": "user", "content": "hi"},
        "reply": {"id": "reply", "parentId": "question", "childrenIds": [], "role": "assistant", "content": "",
            "model": "m", "done": false}}}}});
    let chat = owner.post("/api/v1/chats/new", chat).await.ok()["id"].as_str().unwrap().to_owned();
    let checkpoint =
        json!({"model": "m", "body": {"model": "m"}, "background": {}, "parent": "question", "by_key": true});
    let turn = Turn {
        id: "cut".into(),
        chat_id: chat.as_str().into(),
        message_id: "reply".into(),
        user_id: owner.id.as_str().into(),
        state: TurnState::Running,
        owner: "dead".to_owned(),
        fence: 1,
        lease_until_ms: 0,
        checkpoint,
        created_at: 1,
        updated_at,
    };
    let begun = NewTurn {
        new_chat: None,
        chat_id: chat.as_str().into(),
        messages: Vec::new(),
        current_message_id: None,
        patch: ChatPatch::default(),
        turns: vec![turn],
        guest: None,
        after: None,
    };
    server.app.store.begin_turns(&begun).await.unwrap();
    chat
}

#[tokio::test]
async fn a_reply_that_nobody_wrote_for_too_long_is_ended_where_the_operator_wants_that() {
    // As short as the second to last counts as five minutes.
    for (ttl, seconds_ago, goes_on) in [("", 1_000_000, true), ("60", 3_600, false), ("5", 200, true), ("60", 10, true)]
    {
        let server = server_with(&[("REDIS_TASK_TTL", ttl)]).await;
        let admin = server.admin().await;
        let chat = cut_turn(&server, &admin, now() - seconds_ago).await;
        server.app.turns.recover().await.unwrap();
        let reply = reply_of(&admin, &chat).await;
        assert_eq!(reply["content"], if goes_on { WORDS } else { "" }, "{ttl}: {seconds_ago}");
        let told = reply["error"]["content"].as_str().unwrap_or_default();
        assert_eq!(told.contains("gone for too long"), !goes_on, "{told}");
        let left = server.app.store.all_running_turns().await.unwrap();
        assert!(left.is_empty() && (goes_on || reply["error"] != Value::Null));
    }
}
