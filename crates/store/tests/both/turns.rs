//! Leases and fences.

use airis_domain::{MessageId, MessageRole, Turn, TurnId, TurnState, now};
use airis_store::{ChatPatch, MessagePatch, NewTurn, Store, StoreError};
use serde_json::json;

use crate::fixture::{chat, message, on_both, person};

on_both! {
    of_two_that_reach_for_a_turn_one_gets_it
    an_old_fence_writes_nothing
    a_turn_of_a_deleted_chat_is_gone
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
