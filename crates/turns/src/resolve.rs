//! Deciding about a tool call that waits: the paused reply goes on in a turn of its own.

use std::sync::Arc;

use airis_domain::{ChatId, Json, MessageId, Turn, TurnId, TurnState, User, now};
use airis_store::{ChatPatch, NewTurn, StoreError};
use serde_json::json;

use crate::form::Background;
use crate::{Inner, Start, Started, TurnError, begin, elsewhere, items, lease, recover, run};

/// What somebody says to a call that waits.
#[derive(Clone, Debug)]
pub struct Decision {
    pub call: String,
    pub allowed: bool,
}

pub async fn resolve(
    inner: &Arc<Inner>,
    user: &User,
    chat: &ChatId,
    message: &MessageId,
    decision: &Decision,
) -> Result<Started, TurnError> {
    // Others go on from what is stored.
    let hand_on = inner.is_draining();
    if hand_on && !inner.bus.has_peers() {
        return Err(TurnError::Draining);
    }
    // Two answers to one question: the second must see the first.
    let _one = inner.deciding.lock().await;
    let chat = begin::joined(inner, user, chat).await?.chat;
    let mut message = inner.store.message(&chat.id, message).await?.ok_or(TurnError::ChatNotFound)?;
    let paused = inner.store.turn_of_message(&chat.id, &message.id).await?.ok_or(TurnError::ChatNotFound)?;
    if paused.user_id != user.id {
        return Err(TurnError::Forbidden("only who asked decides about the tools of a reply".to_owned()));
    }
    let mut output = message.output.as_ref().and_then(Json::as_array).cloned().unwrap_or_default();
    decide(&mut output, decision)?;
    let gone = || TurnError::Conflict("this reply does not wait for anybody".to_owned());
    if paused.state == TurnState::Running {
        return Err(gone());
    }
    let (model, body) = begin::kept(&paused.checkpoint).ok_or_else(gone)?;
    let resolved = recover::found(inner, user, &model, &message).await?;
    inner.providers.may_reply(user, &resolved.base, &resolved.id).await?;
    let turn = TurnId::random();
    let mut checkpoint = paused.checkpoint;
    // What is there stays: the reply grows behind it.
    checkpoint["extends"] = json!(true);
    let flag = |name: &str| checkpoint["background"][name] == true;
    let background = Background { title: flag("title"), tags: flag("tags"), follow_ups: flag("follow_ups") };
    let first = checkpoint["first"] != false;
    message.output = Some(json!(output));
    message.done = Some(false);
    message.rest.entry("meta").or_insert_with(|| json!({}))["task_id"] = json!(turn);
    let (id, parent) = (message.id.clone(), message.parent_id.clone());
    let row = Turn {
        id: turn.clone(),
        chat_id: chat.id.clone(),
        message_id: id.clone(),
        user_id: user.id.clone(),
        state: TurnState::Running,
        owner: if hand_on { String::new() } else { inner.instance.clone() },
        fence: begin::FENCE,
        lease_until_ms: if hand_on { 0 } else { lease::until(inner) },
        checkpoint,
        // Newer than the one that it follows, within the same second too: the newest is what the next decision is about.
        created_at: now().max(paused.created_at + 1),
        updated_at: now(),
    };
    let new = NewTurn {
        new_chat: None,
        chat_id: chat.id.clone(),
        messages: vec![message],
        current_message_id: None,
        patch: ChatPatch { touch: true, ..ChatPatch::default() },
        turns: vec![row],
        guest: None,
        // Also an answer that another instance takes at this moment.
        after: Some((paused.id, paused.fence)),
    };
    inner.store.begin_turns(&new).await.map_err(|error| match error {
        StoreError::LeaseLost => TurnError::Conflict("this call is decided about already".to_owned()),
        error => error.into(),
    })?;
    if hand_on {
        inner.bus.publish(elsewhere::ORPHANS, json!({}));
        return Ok(Started { task_ids: vec![turn], chat_id: chat.id });
    }
    let start = Start {
        turn: turn.clone(),
        chat: chat.id.clone(),
        message: id,
        user: user.clone(),
        folder: chat.folder_id.clone(),
        model: resolved,
        body,
        background,
        session: None,
        extends: true,
        fence: begin::FENCE,
        first,
        parent,
        paid: true,
        taken_over: false,
        log: None,
    };
    inner.begin_from(start, |_, progress| progress.writer.resume(output, false));
    run::launch(inner, &chat.id, std::slice::from_ref(&turn));
    Ok(Started { task_ids: vec![turn], chat_id: chat.id })
}

/// Marks the call as decided about.
fn decide(output: &mut [Json], decision: &Decision) -> Result<(), TurnError> {
    let item = output
        .iter_mut()
        .find(|item| items::kind(item) == "function_call" && item["call_id"] == decision.call.as_str())
        .ok_or_else(|| TurnError::Invalid("there is no such tool call in this message".to_owned()))?;
    match item["status"].as_str() {
        Some("pending") => {}
        Some("queued") => return Err(TurnError::Conflict("another call is to be decided about first".to_owned())),
        _ => return Err(TurnError::Conflict("this call is decided about already".to_owned())),
    }
    item["status"] = json!(if decision.allowed { "approved" } else { "rejected" });
    Ok(())
}
