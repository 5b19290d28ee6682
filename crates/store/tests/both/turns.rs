//! Leases and fences.

use airis_domain::{MessageId, MessageRole, Turn, TurnId, TurnState, now};
use airis_store::{ChatPatch, MessagePatch, NewTurn, Store, StoreError};
use serde_json::json;

use crate::fixture::{chat, message, on_both, person};

on_both! {
    of_two_that_reach_for_a_turn_one_gets_it
    an_old_fence_writes_nothing
    a_turn_of_a_deleted_chat_is_gone
    of_two_that_go_on_from_an_ended_turn_one_does
    what_ended_lately_is_found
}

pub async fn begun(store: &Store) -> Turn {
    let owner = store.insert_user(&person("ada")).await.unwrap();
    let chat = chat(&owner.id, "t");
    let mut reply = message(&chat.id, "r", None, "");
    reply.role = MessageRole::Assistant;
    let turn = Turn {
        id: TurnId::random(),
        chat_id: chat.id.clone(),
        message_id: MessageId::from("r"),
        user_id: owner.id.clone(),
        state: TurnState::Running,
        owner: "one".to_owned(),
        fence: 1,
        lease_until_ms: 1_000,
        checkpoint: json!({"a": 1}),
        created_at: now(),
        updated_at: now(),
    };
    let new = NewTurn {
        chat_id: chat.id.clone(),
        new_chat: Some(chat),
        messages: vec![reply],
        current_message_id: None,
        patch: ChatPatch::default(),
        turns: vec![turn.clone()],
        guest: None,
        after: None,
    };
    store.begin_turns(&new).await.unwrap();
    turn
}

fn says(text: &str) -> MessagePatch {
    MessagePatch { content: Some(json!(text)), ..MessagePatch::default() }
}

async fn of_two_that_reach_for_a_turn_one_gets_it(store: Store) {
    let turn = begun(&store).await;
    assert_eq!(store.orphaned_turns(2_000, None).await.unwrap().len(), 1);
    assert!(store.orphaned_turns(500, None).await.unwrap().is_empty());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, id) = (store.clone(), turn.id.clone());
        tasks.spawn(async move { store.take_turn(&id, 1, &format!("taker {number}"), 9_000).await });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(2))).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::LeaseLost))).count(), 7);
}

async fn an_old_fence_writes_nothing(store: Store) {
    let turn = begun(&store).await;
    store.checkpoint_turn(&turn.id, 1, &json!({"step": 1}), &says("first")).await.unwrap();
    let fence = store.take_turn(&turn.id, 1, "two", 9_000).await.unwrap();
    let late = store.checkpoint_turn(&turn.id, 1, &json!({}), &says("late")).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)));
    assert_eq!(store.message(&turn.chat_id, &turn.message_id).await.unwrap().unwrap().content, json!("first"));
    store.finish_turn(&turn.id, fence, TurnState::Done, &says("whole")).await.unwrap();
    let again = store.finish_turn(&turn.id, fence, TurnState::Failed, &says("twice")).await;
    assert!(matches!(again, Err(StoreError::LeaseLost)), "a final state stays");
    assert_eq!(store.message(&turn.chat_id, &turn.message_id).await.unwrap().unwrap().content, json!("whole"));
    assert!(store.all_running_turns().await.unwrap().is_empty());
}

async fn a_turn_of_a_deleted_chat_is_gone(store: Store) {
    let turn = begun(&store).await;
    assert_eq!(store.running_turns(&turn.chat_id).await.unwrap().len(), 1);
    assert!(store.delete_chat(&turn.chat_id).await.unwrap());
    let late = store.finish_turn(&turn.id, 1, TurnState::Done, &says("x")).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)));
}

async fn of_two_that_go_on_from_an_ended_turn_one_does(store: Store) {
    let paused = begun(&store).await;
    let next = |after: (TurnId, i64)| NewTurn {
        new_chat: None,
        chat_id: paused.chat_id.clone(),
        messages: Vec::new(),
        current_message_id: None,
        patch: ChatPatch::default(),
        turns: vec![Turn { id: TurnId::random(), ..paused.clone() }],
        guest: None,
        after: Some(after),
    };
    let runs = store.begin_turns(&next((paused.id.clone(), 1))).await;
    assert!(matches!(runs, Err(StoreError::LeaseLost)), "it has not ended");
    store.pause_turn(&paused.id, 1, &json!({}), &MessagePatch::default()).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, new) = (store.clone(), next((paused.id.clone(), 1)));
        tasks.spawn(async move { store.begin_turns(&new).await });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(store.running_turns(&paused.chat_id).await.unwrap().len(), 1);
}

async fn what_ended_lately_is_found(store: Store) {
    let turn = begun(&store).await;
    let since = now() - 5;
    assert!(store.turns_ended_since(since).await.unwrap().is_empty(), "it runs");
    store.finish_turn(&turn.id, 1, TurnState::Done, &says("whole")).await.unwrap();
    assert_eq!(store.turns_ended_since(since).await.unwrap().len(), 1);
    assert!(store.turns_ended_since(now() + 5).await.unwrap().is_empty());
}
