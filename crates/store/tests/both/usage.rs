//! What somebody's messages add up to.

use airis_domain::MessageRole;
use airis_store::Store;
use serde_json::json;

use crate::fixture::{chat, message, on_both, person};

on_both! {
    only_ones_own_dated_messages_are_counted
}

async fn only_ones_own_dated_messages_are_counted(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap();
    let bob = store.insert_user(&person("bob")).await.unwrap();
    let (own, foreign) = (chat(&ada.id, "own"), chat(&bob.id, "foreign"));
    let mut question = message(&own.id, "q", None, "?");
    question.timestamp = Some(1_700_000_000_000);
    let mut undated = message(&own.id, "u", None, "?");
    undated.timestamp = None;
    let mut reply = message(&own.id, "r", Some("q"), "!");
    (reply.role, reply.timestamp, reply.model) = (MessageRole::Assistant, Some(1_600_000_000), Some("m".to_owned()));
    reply.usage = Some(json!({"total_tokens": 3}));
    reply.output = Some(json!([
        {"type": "function_call", "name": "time"},
        {"type": "function_call_output", "name": "not this"},
        {"type": "function_call", "name": "time"},
    ]));
    let mut theirs = reply.clone();
    theirs.chat_id = foreign.id.clone();
    store.insert_chat(&own, &[question, undated, reply]).await.unwrap();
    store.insert_chat(&foreign, &[theirs]).await.unwrap();
    let found = store.used_messages(&ada.id).await.unwrap();
    let line: Vec<_> = found.iter().map(|used| (used.role.as_str(), used.timestamp)).collect();
    assert_eq!(line, [("assistant", 1_600_000_000), ("user", 1_700_000_000)], "milliseconds are read as seconds");
    assert_eq!(found[0].usage, Some(json!({"total_tokens": 3})));
    assert_eq!(store.called_tools(&ada.id, 1_600_000_000, 1_600_000_001).await.unwrap(), ["time", "time"]);
    assert_eq!(store.called_tools(&ada.id, 0, 1_600_000_000).await.unwrap(), Vec::<String>::new());
}
