//! Messages that no turn will ever finish are finished as they are.

use airis_domain::{ChatId, Json};
use airis_store::MessagePatch;
use serde_json::json;

use crate::job::envelope;
use crate::{Inner, TurnError, items};

/// Closes the open messages of the chat's present branch and tells its owner.
pub async fn close_open_messages(inner: &Inner, chat: &ChatId) -> Result<(), TurnError> {
    let Some(row) = inner.store.chat(chat).await? else { return Ok(()) };
    let Some(leaf) = &row.current_message_id else { return Ok(()) };
    for message in inner.store.branch(chat, leaf).await? {
        if message.done != Some(false) {
            continue;
        }
        let mut output = message.output.as_ref().and_then(Json::as_array).cloned().unwrap_or_default();
        for item in &mut output {
            if matches!(item["status"].as_str(), Some("pending" | "queued")) {
                item["status"] = json!("rejected");
            }
        }
        items::close(&mut output, "incomplete");
        let output = json!(output);
        let patch = MessagePatch {
            done: Some(true),
            output: message.output.is_some().then(|| output.clone()),
            ..MessagePatch::default()
        };
        inner.store.patch_message(chat, &message.id, &patch).await?;
        let room = format!("user:{}", row.user_id);
        let tell = |kind, data| inner.tell_room(room.clone(), envelope(chat, &message.id, kind, data), None);
        tell("chat:completion", json!({"done": true, "output": output}));
        tell("chat:tasks:cancel", Json::Null);
    }
    Ok(())
}
