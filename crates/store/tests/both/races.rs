//! Many writers at once, and what clients send that no form foresees.

use airis_domain::MessageId;
use airis_store::{ChatPatch, MessagePatch, ModelChatQuery, Store, StoreError, UserPatch};
use serde_json::{Map, Value, json};

use crate::fixture::{chat, message, on_both, person};

on_both! {
    of_many_changes_of_one_row_at_once_none_is_lost
    settings_changed_by_many_at_once_end_in_one_version_each
    a_loop_of_parents_is_read_once_and_no_more
    the_character_that_no_database_takes_is_dropped_from_plain_text
    nothing_is_called_by_that_character
}

fn key(number: usize) -> Map<String, Value> {
    Map::from_iter([(format!("k{number}"), json!(number))])
}

async fn of_many_changes_of_one_row_at_once_none_is_lost(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let chat = chat(&owner.id, "t");
    store.insert_chat(&chat, &[message(&chat.id, "a", None, "1")]).await.unwrap();
    let mut tasks = tokio::task::JoinSet::<Result<(), StoreError>>::new();
    for number in 0..24 {
        let (store, user, id) = (store.clone(), owner.id.clone(), chat.id.clone());
        tasks.spawn(async move {
            store.merge_user_info(&user, &key(number)).await?;
            let patch = ChatPatch { blob: Some(key(number)), ..ChatPatch::default() };
            store.update_chat(&id, &patch).await?;
            let patch = MessagePatch { rest: key(number), ..MessagePatch::default() };
            store.patch_message(&id, &MessageId::from("a"), &patch).await?;
            store.push_status(&id, &MessageId::from("a"), &json!({"description": number})).await
        });
    }
    for outcome in tasks.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(store.user(&owner.id).await.unwrap().unwrap().info.unwrap().as_object().unwrap().len(), 24);
    assert_eq!(store.chat(&chat.id).await.unwrap().unwrap().blob.len(), 24);
    let read = store.message(&chat.id, &MessageId::from("a")).await.unwrap().unwrap();
    assert_eq!(read.rest.len(), 24);
    assert_eq!(read.status_history.unwrap().as_array().unwrap().len(), 24);
}

async fn settings_changed_by_many_at_once_end_in_one_version_each(store: Store) {
    let before = store.config_version().await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16 {
        let store = store.clone();
        // The same keys in both directions: two that each hold one would wait for each other for ever.
        let mut keys = ["a", "b", "c", "d"];
        if number % 2 == 1 {
            keys.reverse();
        }
        let values: Map<String, Value> = keys.iter().map(|name| ((*name).to_owned(), json!(number))).collect();
        tasks.spawn(async move { store.set_config(&values).await });
    }
    let mut versions: Vec<i64> = tasks.join_all().await.into_iter().map(|outcome| outcome.unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (before + 1..=before + 16).collect::<Vec<_>>());
    let stored = store.config().await.unwrap();
    assert!(["b", "c", "d"].iter().all(|name| stored[*name] == stored["a"]), "one change is seen whole: {stored:?}");
}

async fn a_loop_of_parents_is_read_once_and_no_more(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let chat = chat(&owner.id, "t");
    let list = [
        message(&chat.id, "a", Some("c"), "1"),
        message(&chat.id, "b", Some("a"), "2"),
        message(&chat.id, "c", Some("b"), "3"),
        message(&chat.id, "self", Some("self"), "4"),
    ];
    store.insert_chat(&chat, &list).await.unwrap();
    for (leaf, expected) in [("c", &["a", "b", "c"][..]), ("self", &["self"])] {
        let branch = store.branch(&chat.id, &MessageId::from(leaf)).await.unwrap();
        assert_eq!(branch.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), expected);
    }
}

async fn the_character_that_no_database_takes_is_dropped_from_plain_text(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let patch = UserPatch {
        bio: Some(Some("wri\0ter".to_owned())),
        profile_image_url: Some("/a\0.png".to_owned()),
        ..UserPatch::default()
    };
    store.update_user(&owner.id, &patch).await.unwrap();
    let read = store.user(&owner.id).await.unwrap().unwrap();
    assert_eq!((read.bio.as_deref(), read.profile_image_url.as_str()), (Some("writer"), "/a.png"));
    let mut chat = chat(&owner.id, "ti\0tle");
    chat.summary = Some("s\0".to_owned());
    let mut odd = message(&chat.id, "m\0", None, "x\0y");
    odd.model = Some("mo\0del".to_owned());
    store.insert_chat(&chat, &[odd]).await.unwrap();
    let read = store.messages(&chat.id).await.unwrap().remove(0);
    assert_eq!((read.id.as_str(), read.model.as_deref()), ("m", Some("model")));
    assert_eq!(read.content, json!("x\0y"), "JSON carries it escaped");
    let patch = ChatPatch { title: Some("a\0b".to_owned()), ..ChatPatch::default() };
    store.update_chat(&chat.id, &patch).await.unwrap();
    assert_eq!(store.chat(&chat.id).await.unwrap().unwrap().title, "ab");
}

async fn nothing_is_called_by_that_character(store: Store) {
    let found = store.user(&"a\0".into()).await;
    assert!(matches!(found, Ok(None) | Err(StoreError::NotFound)), "{found:?}");
    let found = store.chat(&"a\0".into()).await;
    assert!(matches!(found, Ok(None) | Err(StoreError::NotFound)), "{found:?}");
    assert_eq!(store.feedback("a\0").await.unwrap(), None);
    assert!(store.votes_on("a\0", 0).await.unwrap().is_empty());
    assert!(store.tags_of_model("a\0", 0, 9).await.unwrap().is_empty());
    let query = ModelChatQuery { model: "a\0".to_owned(), limit: 9, ..ModelChatQuery::default() };
    assert_eq!(store.chats_of_model(&query).await.unwrap().1, 0);
}
