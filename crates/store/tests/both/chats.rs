//! Conversations, their messages, lists and tags.

use airis_domain::{MessageId, render};
use airis_store::{ChatListQuery, ChatPatch, MessagePatch, Store, StoreError};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::fixture::{chat, message, on_both, person};

on_both! {
    a_branch_is_read_without_its_siblings_and_survives_a_loop
    a_screen_is_the_end_of_a_branch_with_all_answers_to_it
    a_deleted_message_takes_its_replies_and_leaves_what_follows
    lists_are_paged_filtered_and_searched
    tags_belong_to_people_and_go_when_nobody_uses_them
    any_edits_written_as_differences_read_back_as_made
}

async fn a_branch_is_read_without_its_siblings_and_survives_a_loop(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let chat = chat(&owner.id, "t");
    let list = [
        message(&chat.id, "a", None, "1"),
        message(&chat.id, "b", Some("a"), "2"),
        message(&chat.id, "c", Some("a"), "3"),
    ];
    store.insert_chat(&chat, &list).await.unwrap();
    let ids = |list: Vec<airis_domain::Message>| list.into_iter().map(|message| message.id.0).collect::<Vec<_>>();
    assert_eq!(ids(store.branch(&chat.id, &MessageId::from("c")).await.unwrap()), ["a", "c"]);
    assert_eq!(ids(store.messages(&chat.id).await.unwrap()), ["a", "b", "c"]);
    assert!(store.branch(&chat.id, &MessageId::from("x")).await.unwrap().is_empty());
}

async fn a_screen_is_the_end_of_a_branch_with_all_answers_to_it(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let chat = chat(&owner.id, "t");
    let list = [
        message(&chat.id, "a", None, "1"),
        message(&chat.id, "b", Some("a"), "2"),
        message(&chat.id, "b2", Some("a"), "2, again"),
        message(&chat.id, "c", Some("b"), "3"),
        message(&chat.id, "c2", Some("b2"), "3, elsewhere"),
        message(&chat.id, "d", Some("c"), "4"),
        message(&chat.id, "d2", Some("c"), "4, again"),
        message(&chat.id, "root", None, "another beginning"),
        message(&chat.id, "x", Some("y"), "round"),
        message(&chat.id, "y", Some("x"), "and round"),
    ];
    store.insert_chat(&chat, &list).await.unwrap();
    let screen = async |leaf: &str, last: u32| {
        let list = store.screen(&chat.id, &MessageId::from(leaf), last).await.unwrap();
        list.into_iter().map(|message| message.id.0).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(screen("d", 2).await, "c d d2");
    assert_eq!(screen("b", 1).await, "b c");
    assert_eq!(screen("d", 4).await, "a b b2 c d d2 root");
    assert_eq!(screen("x", 1_000).await, "x y");
    assert_eq!(screen("nobody", 10).await, "");
}

async fn a_deleted_message_takes_its_replies_and_leaves_what_follows(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let mut chat = chat(&owner.id, "t");
    chat.current_message_id = Some(MessageId::from("b"));
    let list = [
        message(&chat.id, "a", None, "1"),
        message(&chat.id, "b", Some("a"), "2"),
        message(&chat.id, "c", Some("b"), "3"),
        message(&chat.id, "d", Some("c"), "4"),
    ];
    store.insert_chat(&chat, &list).await.unwrap();
    store.delete_message(&chat.id, &MessageId::from("b")).await.unwrap();
    let left = store.messages(&chat.id).await.unwrap();
    assert_eq!(left.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), ["a", "d"]);
    assert_eq!(left[1].parent_id, Some(MessageId::from("a")));
    assert_eq!(store.chat(&chat.id).await.unwrap().unwrap().current_message_id, Some(MessageId::from("a")));
    let patch = MessagePatch { content: Some(json!("x")), ..MessagePatch::default() };
    let gone = store.patch_message(&chat.id, &MessageId::from("b"), &patch).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

async fn lists_are_paged_filtered_and_searched(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    for number in 0..5 {
        let mut chat = chat(&owner.id, &format!("Chat {number}"));
        chat.updated_at = number;
        chat.pinned = number == 0;
        chat.archived = number == 1;
        if number == 2 {
            chat.meta.insert("internal".to_owned(), json!(true));
        }
        let text = message(&chat.id, "a", None, if number == 3 { "about Straße 100%" } else { "about nothing" });
        store.insert_chat(&chat, &[text]).await.unwrap();
    }
    let titles = async |query: ChatListQuery| {
        store.chats(&owner.id, &query).await.unwrap().into_iter().map(|chat| chat.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(ChatListQuery::default()).await, ["Chat 4", "Chat 3", "Chat 1", "Chat 0"]);
    let page = ChatListQuery {
        archived: Some(false),
        pinned: Some(false),
        offset: 1,
        limit: Some(1),
        ..ChatListQuery::default()
    };
    assert_eq!(titles(page).await, ["Chat 3"]);
    let search = |text: &str| ChatListQuery { search: Some(text.to_owned()), ..ChatListQuery::default() };
    assert_eq!(titles(search("100%")).await, ["Chat 3"]);
    assert_eq!(titles(search("CHAT 4")).await, ["Chat 4"]);
    assert_eq!(store.count_chats(&owner.id, &search("about")).await.unwrap(), 4);
    assert_eq!(store.mark_all_read(&owner.id).await.unwrap(), 3);
}

async fn tags_belong_to_people_and_go_when_nobody_uses_them(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let chat = chat(&owner.id, "t");
    store.insert_chat(&chat, &[]).await.unwrap();
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let tags =
        store.set_chat_tags(&owner.id, &chat.id, &names(&["Big Topic", "big topic", "Other", " "])).await.unwrap();
    assert_eq!(tags.iter().map(|tag| tag.id.as_str()).collect::<Vec<_>>(), ["big_topic", "other"]);
    let tagged = ChatListQuery { tag: Some("other".to_owned()), ..ChatListQuery::default() };
    assert_eq!(store.chats(&owner.id, &tagged).await.unwrap().len(), 1);
    store.set_chat_tags(&owner.id, &chat.id, &names(&["Other"])).await.unwrap();
    assert_eq!(store.tags_of(&owner.id).await.unwrap().len(), 1);
    assert_eq!(store.chat(&chat.id).await.unwrap().unwrap().meta["tags"], json!(["other"]));
}

/// Texts with every kind of character, U+0000 in JSON included.
fn edits() -> impl Strategy<Value = Vec<(u8, String)>> {
    prop::collection::vec((0u8..6, "[a-zß€😀\\x00\" \\\\]{0,12}"), 1..12)
}

async fn any_edits_written_as_differences_read_back_as_made(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let mut runner = TestRunner::new(Config::with_cases(12));
    let cases: Vec<Vec<(u8, String)>> = (0..12).map(|_| edits().new_tree(&mut runner).unwrap().current()).collect();
    for case in cases {
        let chat = chat(&owner.id, "t");
        store.insert_chat(&chat, &[]).await.unwrap();
        let mut expected = serde_json::Map::new();
        for (number, text) in case {
            let id = format!("m{number}");
            let parent = number.checked_sub(1).map(|parent| format!("m{parent}"));
            let edited = json!({"id": id, "parentId": parent, "role": "user", "content": text, "custom": {"z": text, "a": null}});
            expected.insert(id.clone(), edited.clone());
            let stored = store.messages(&chat.id).await.unwrap();
            let incoming = serde_json::Map::from_iter([(id, edited)]);
            let changed = render::changed(&chat.id, &stored, &incoming);
            let patch = ChatPatch { touch: true, ..ChatPatch::default() };
            store.update_chat_with_messages(&chat.id, &patch, &changed).await.unwrap();
        }
        let rows = store.messages(&chat.id).await.unwrap();
        let rendered = render::history(&rows, None);
        for (id, wanted) in expected {
            let got = &rendered["messages"][&id];
            for key in ["content", "custom", "parentId"] {
                assert_eq!(got[key], wanted[key], "{id} {key}");
            }
        }
        let again: &Value = &rendered["messages"];
        assert!(render::changed(&chat.id, &rows, again.as_object().unwrap()).is_empty());
    }
}
