//! The contract's chat JSON, rendered from rows and read back into rows. Pure: rows in, JSON out.

use std::collections::HashMap;

use serde_json::json;

use crate::{ChatId, Json, JsonMap, Message, MessageId, MessageRole};

/// Keys of a message object that are columns; all others live in `rest`.
const COLUMNS: [&str; 14] = [
    "id",
    "parentId",
    "childrenIds",
    "role",
    "content",
    "output",
    "model",
    "done",
    "usage",
    "error",
    "files",
    "sources",
    "statusHistory",
    "timestamp",
];

impl Message {
    /// Reads the contract's message object. `None` when it has no known role; the key names it when the object has no id.
    pub fn from_json(chat: &ChatId, key: &str, object: &JsonMap) -> Option<Self> {
        let value = |name: &str| object.get(name).filter(|value| !value.is_null()).cloned();
        let text = |name: &str| object.get(name).and_then(Json::as_str).map(str::to_owned);
        let id = MessageId::from(text("id").filter(|id| !id.is_empty()).unwrap_or_else(|| key.to_owned()));
        let mut rest = JsonMap::new();
        for (name, value) in object {
            let text_column = matches!(name.as_str(), "model") && !value.is_string();
            if !COLUMNS.contains(&name.as_str()) || text_column {
                rest.insert(name.clone(), value.clone());
            }
        }
        Some(Self {
            parent_id: text("parentId").map(MessageId::from).filter(|parent| *parent != id),
            id,
            chat_id: chat.clone(),
            role: MessageRole::parse(object.get("role")?.as_str()?)?,
            content: object.get("content").cloned().unwrap_or_else(|| json!("")),
            output: value("output"),
            model: text("model"),
            done: object.get("done").and_then(Json::as_bool),
            usage: value("usage"),
            error: value("error"),
            files: value("files"),
            sources: value("sources"),
            status_history: value("statusHistory"),
            timestamp: object.get("timestamp").and_then(seconds),
            rest,
        })
    }

    /// The contract's message object; `children` are its direct replies in stored order.
    pub fn to_json(&self, children: &[MessageId]) -> Json {
        let mut object = JsonMap::new();
        let mut set = |name: &str, value: Option<Json>| {
            if let Some(value) = value {
                object.insert(name.to_owned(), value);
            }
        };
        set("id", Some(json!(self.id)));
        set("parentId", Some(json!(self.parent_id)));
        set("childrenIds", Some(json!(children)));
        set("role", Some(json!(self.role)));
        set("content", Some(self.content.clone()));
        set("output", self.output.clone());
        set("model", self.model.as_ref().map(|model| json!(model)));
        set("done", self.done.map(Json::Bool));
        set("usage", self.usage.clone());
        set("error", self.error.clone());
        set("files", self.files.clone());
        set("sources", self.sources.clone());
        set("statusHistory", self.status_history.clone());
        set("timestamp", self.timestamp.map(|at| json!(at)));
        object.extend(self.rest.clone());
        Json::Object(object)
    }
}

/// `history` of a chat: every message by id with rebuilt `childrenIds`, and the visible leaf.
pub fn history(messages: &[Message], current: Option<&MessageId>) -> Json {
    let children = children(messages);
    let mut map = JsonMap::new();
    for message in messages {
        let replies = children.get(&message.id).map_or(&[][..], Vec::as_slice);
        map.insert(message.id.to_string(), message.to_json(replies));
    }
    json!({"messages": map, "currentId": visible_leaf(messages, current)})
}

/// The leaf that is shown: a missing or unknown one becomes the newest message, an inner one its last descendant.
pub fn visible_leaf(messages: &[Message], current: Option<&MessageId>) -> Option<MessageId> {
    let children = children(messages);
    let known = current.filter(|id| messages.iter().any(|message| message.id == **id)).cloned();
    let mut at = match known {
        Some(id) => id,
        None => messages.iter().max_by_key(|message| message.timestamp)?.id.clone(),
    };
    // The number of messages bounds a loop in damaged data.
    for _ in 0..messages.len() {
        match children.get(&at).and_then(|replies| replies.last()) {
            Some(next) => at = next.clone(),
            None => break,
        }
    }
    Some(at)
}

fn children(messages: &[Message]) -> HashMap<&MessageId, Vec<MessageId>> {
    let mut children: HashMap<&MessageId, Vec<MessageId>> = HashMap::new();
    for message in messages {
        if let Some(parent) = &message.parent_id {
            children.entry(parent).or_default().push(message.id.clone());
        }
    }
    children
}

/// Messages of a client's `history.messages` whose stored form differs; stored messages absent from it survive.
/// Objects without a role are left out.
pub fn changed(chat: &ChatId, stored: &[Message], incoming: &JsonMap) -> Vec<Message> {
    let known: HashMap<&MessageId, &Message> = stored.iter().map(|message| (&message.id, message)).collect();
    let mut changed = Vec::new();
    for (key, object) in incoming {
        let Some(message) = object.as_object().and_then(|object| Message::from_json(chat, key, object)) else {
            continue;
        };
        if known.get(&message.id).is_none_or(|old| **old != message) {
            changed.push(message);
        }
    }
    changed
}

/// A message time in seconds; some clients send milliseconds.
fn seconds(value: &Json) -> Option<i64> {
    let at = value.as_i64().or_else(|| value.as_f64().map(|at| at as i64))?;
    Some(if at > 10_000_000_000 { at / 1_000 } else { at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> JsonMap {
        let value = json!({
            "a": {"id": "a", "parentId": null, "childrenIds": ["b"], "role": "user", "content": "hi", "models": ["m"], "timestamp": 1,
                "user_id": "u", "user": {"id": "u", "name": "Uma"}},
            "b": {"id": "b", "parentId": "a", "childrenIds": [], "role": "assistant", "content": "yo", "model": "m", "done": true,
                "timestamp": 2, "modelIdx": 0, "followUps": ["x"]},
        });
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_is_rendered_reads_back_unchanged() {
        let chat = ChatId::from("c");
        let messages = changed(&chat, &[], &sample());
        let rendered = history(&messages, Some(&MessageId::from("b")));
        assert_eq!(rendered["currentId"], "b");
        assert_eq!(rendered["messages"]["a"]["childrenIds"], json!(["b"]));
        assert_eq!(rendered["messages"]["a"]["user"], json!({"id": "u", "name": "Uma"}));
        assert_eq!(rendered["messages"]["b"]["followUps"], json!(["x"]));
        let again = rendered["messages"].as_object().cloned().unwrap_or_default();
        assert_eq!(changed(&chat, &messages, &again), []);
    }

    #[test]
    fn only_the_edited_message_is_written() {
        let chat = ChatId::from("c");
        let messages = changed(&chat, &[], &sample());
        let mut edited = sample();
        edited["b"]["content"] = json!("edited");
        let diff = changed(&chat, &messages, &edited);
        assert_eq!(diff.len(), 1);
        assert_eq!(diff[0].content, json!("edited"));
    }

    #[test]
    fn a_leaf_that_is_unknown_or_inner_is_repaired() {
        let messages = changed(&ChatId::from("c"), &[], &sample());
        for current in [None, Some("nowhere"), Some("a")] {
            let current = current.map(MessageId::from);
            assert_eq!(history(&messages, current.as_ref())["currentId"], "b");
        }
    }
}
