//! What viewers may have missed while their instance could not hear the others: the state of replies that run, and the
//! end of those that ended.

use airis_domain::{ChatId, Json, RoomEvent, Turn, UserId};
use serde_json::json;

use crate::job::envelope;
use crate::{Inner, Live, TurnError, items, recover};

/// Events that say again how turns ended since then, in the order in which they are to be told. `wanted` picks turns by who
/// asked and where; `since` is in seconds since 1970.
pub async fn ends(
    inner: &Inner,
    wanted: impl Fn(&UserId, &ChatId) -> bool,
    since: i64,
) -> Result<Vec<RoomEvent>, TurnError> {
    let mut events = Vec::new();
    for turn in inner.store.turns_ended_since(since).await?.iter().filter(|turn| wanted(&turn.user_id, &turn.chat_id)) {
        let Some(message) = inner.store.message(&turn.chat_id, &turn.message_id).await? else { continue };
        if message.done != Some(true) {
            // Asked for again meanwhile: another turn tells of it.
            continue;
        }
        let output = items::of_message(message.output.as_ref(), &message.content);
        let mut data = json!({"done": true, "output": output});
        for (name, value) in [("usage", &message.usage), ("error", &message.error)] {
            if let Some(value) = value {
                data[name] = value.clone();
            }
        }
        tell(&mut events, turn, "chat:completion", data, None);
        let over = json!({"active": false, "folder_id": null});
        tell(&mut events, turn, "chat:active", over, None);
    }
    Ok(events)
}

/// Events that say all of what runs.
pub async fn running(inner: &Inner, wanted: impl Fn(&UserId, &ChatId) -> bool) -> Result<Vec<RoomEvent>, TurnError> {
    let mut events = Vec::new();
    for turn in inner.store.all_running_turns().await?.iter().filter(|turn| wanted(&turn.user_id, &turn.chat_id)) {
        let live = match inner.job(&turn.id).filter(|job| job.is_told()) {
            Some(job) => Some(job.live()),
            None => recover::last_seen(inner, turn).await?,
        };
        let Some(Live { seq, output, .. }) = live else { continue };
        tell(&mut events, turn, "chat:active", json!({"active": true, "folder_id": null}), None);
        tell(&mut events, turn, "chat:completion", json!({"output": output}), Some(seq));
    }
    Ok(events)
}

/// To the asker, and to everybody who has the chat open.
fn tell(events: &mut Vec<RoomEvent>, turn: &Turn, kind: &str, data: Json, seq: Option<u64>) {
    let mut payload = envelope(&turn.chat_id, &turn.message_id, kind, data);
    let mut shared = payload.clone();
    shared["shared"] = json!(true);
    shared["user_id"] = json!(turn.user_id);
    if let Some(seq) = seq {
        payload["seq"] = json!(seq);
    }
    let to = |room: String, payload| RoomEvent { room, event: "events".to_owned(), payload, except: None, trace: None };
    events.push(to(format!("user:{}", turn.user_id), payload));
    events.push(to(format!("chat:{}", turn.chat_id), shared));
}
