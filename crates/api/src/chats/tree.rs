//! The history of a chat as the contract writes it: an object of messages with parents, children and a visible leaf.

use std::collections::{HashMap, HashSet};

use airis_domain::{ChatId, Json, JsonMap, Message, MessageId, MessageRole};
use serde_json::json;

/// A message as the contract's object.
pub fn write_message(message: &Message, children: &[&MessageId]) -> Json {
    let mut object = JsonMap::new();
    object.insert("id".to_owned(), json!(message.id));
    object.insert("parentId".to_owned(), json!(message.parent_id));
    object.insert("childrenIds".to_owned(), json!(children));
    object.insert("role".to_owned(), json!(message.role.as_str()));
    object.insert("content".to_owned(), message.content.clone());
    let optional = [
        ("output", message.output.clone()),
        ("model", message.model.clone().map(Json::from)),
        ("timestamp", message.timestamp.map(Json::from)),
        ("done", message.done.map(Json::from)),
        ("usage", message.usage.clone()),
        ("error", message.error.clone()),
        ("files", message.files.clone()),
        ("sources", message.sources.clone()),
        ("statusHistory", message.status_history.clone()),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            object.insert(key.to_owned(), value);
        }
    }
    for (key, value) in &message.rest {
        object.entry(key.clone()).or_insert_with(|| value.clone());
    }
    Json::Object(object)
}

/// Reads a message object. `None` when it is no object.
pub fn read_message(chat: &ChatId, id: &str, object: &Json) -> Option<Message> {
    let object = object.as_object()?;
    let mut message = blank(chat, id);
    for (key, value) in object {
        let value = clean(value);
        match key.as_str() {
            "id" | "childrenIds" => {}
            "parentId" => message.parent_id = value.as_str().filter(|parent| *parent != id).map(MessageId::from),
            "role" => message.role = value.as_str().and_then(MessageRole::parse).unwrap_or(message.role),
            "content" => message.content = value,
            "output" => message.output = present(value),
            "model" => message.model = value.as_str().map(str::to_owned),
            "timestamp" => message.timestamp = seconds(&value),
            "done" => message.done = value.as_bool(),
            "usage" => message.usage = present(value),
            "error" => message.error = present(value),
            "files" => message.files = present(value),
            "sources" => message.sources = present(value),
            "statusHistory" => message.status_history = present(value),
            _ => {
                message.rest.insert(key.clone(), value);
            }
        }
    }
    Some(message)
}

fn blank(chat: &ChatId, id: &str) -> Message {
    Message {
        id: MessageId::from(id),
        chat_id: chat.clone(),
        parent_id: None,
        role: MessageRole::User,
        content: json!(""),
        output: None,
        model: None,
        done: None,
        usage: None,
        error: None,
        files: None,
        sources: None,
        status_history: None,
        timestamp: None,
        rest: JsonMap::new(),
    }
}

/// The history object: every message, children rebuilt from parents, and the visible leaf.
pub fn write_history(messages: &[Message], current: Option<&MessageId>) -> Json {
    let children = children(messages);
    let none = Vec::new();
    let objects: JsonMap = messages
        .iter()
        .map(|message| {
            let own = children.get(&message.id).unwrap_or(&none);
            (message.id.0.clone(), write_message(message, own))
        })
        .collect();
    json!({ "messages": objects, "currentId": visible_leaf(messages, current) })
}

fn children(messages: &[Message]) -> HashMap<&MessageId, Vec<&MessageId>> {
    let mut children: HashMap<&MessageId, Vec<&MessageId>> = HashMap::new();
    for message in messages {
        if let Some(parent) = &message.parent_id {
            children.entry(parent).or_default().push(&message.id);
        }
    }
    children
}

/// The leaf below `current`; when `current` is not there, the latest leaf by time.
pub fn visible_leaf<'a>(messages: &'a [Message], current: Option<&MessageId>) -> Option<&'a MessageId> {
    let children = children(messages);
    let known = current.and_then(|current| messages.iter().find(|message| message.id == *current));
    let Some(start) = known else {
        let leaves = messages.iter().filter(|message| !children.contains_key(&message.id));
        return leaves.max_by_key(|message| message.timestamp).map(|message| &message.id);
    };
    let mut leaf = &start.id;
    let mut seen = HashSet::from([leaf]);
    while let Some(next) = children.get(leaf).and_then(|own| own.last()) {
        // A loop of parents is broken data; it must not hold the reader.
        if !seen.insert(next) {
            break;
        }
        leaf = next;
    }
    Some(leaf)
}

/// The text of a content, which is a string or a list of parts.
pub fn text(content: &Json) -> Option<String> {
    match content {
        Json::String(text) => Some(text.clone()),
        Json::Array(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            Some(texts.join("\n"))
        }
        _ => None,
    }
}

fn present(value: Json) -> Option<Json> {
    (!value.is_null()).then_some(value)
}

/// Seconds; readers accept milliseconds too.
fn seconds(value: &Json) -> Option<i64> {
    let number = value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))?;
    Some(if number > 10_000_000_000 { number / 1000 } else { number })
}

/// The value without U+0000, which PostgreSQL cannot hold.
pub fn clean(value: &Json) -> Json {
    match value {
        Json::String(text) if text.contains('\0') => Json::String(text.replace('\0', "")),
        Json::Array(items) => items.iter().map(clean).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (key.replace('\0', ""), clean(value))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn message(id: &str, parent: Option<&str>, timestamp: i64) -> Message {
        let object = json!({"parentId": parent, "role": "user", "content": id, "timestamp": timestamp});
        read_message(&ChatId::from("c"), id, &object).unwrap()
    }

    #[test]
    fn a_message_survives_reading_and_writing() {
        let object = json!({
            "id": "a", "parentId": null, "childrenIds": [], "role": "assistant", "content": "x", "model": "m",
            "timestamp": 1, "done": true, "modelName": "M", "modelIdx": 0, "followUps": ["q"],
        });
        let read = read_message(&ChatId::from("c"), "a", &object).unwrap();
        assert_eq!(write_message(&read, &[]), object);
    }

    #[test]
    fn children_are_rebuilt_and_the_leaf_is_the_last_descendant() {
        let messages = [message("a", None, 1), message("b", Some("a"), 2), message("c", Some("a"), 3)];
        let history = write_history(&messages, Some(&MessageId::from("a")));
        assert_eq!(history["messages"]["a"]["childrenIds"], json!(["b", "c"]));
        assert_eq!(history["currentId"], json!("c"));
    }

    #[test]
    fn a_missing_leaf_gives_the_latest_one() {
        let messages = [message("a", None, 1), message("b", Some("a"), 9), message("c", Some("a"), 3)];
        assert_eq!(visible_leaf(&messages, Some(&MessageId::from("gone"))), Some(&MessageId::from("b")));
        assert_eq!(visible_leaf(&[], None), None);
    }

    #[test]
    fn a_loop_of_parents_ends() {
        let messages = [message("a", Some("b"), 1), message("b", Some("a"), 2)];
        assert!(visible_leaf(&messages, Some(&MessageId::from("a"))).is_some());
    }

    #[test]
    fn null_characters_are_dropped() {
        assert_eq!(clean(&json!({"a\0": ["b\0c"]})), json!({"a": ["bc"]}));
    }
}
