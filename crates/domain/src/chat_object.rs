//! The contract's chat object as others bring it: made into a chat and its messages. Pure.

use serde_json::json;

use crate::{Chat, ChatId, Json, JsonMap, Message, MessageId, User, now, render};

/// Title of a chat that has none.
const UNTITLED: &str = "New Chat";

/// A new chat of `user` from a client's object.
pub fn read_new(
    user: &User,
    object: &JsonMap,
    variables: Option<Json>,
    folder: Option<String>,
) -> (Chat, Vec<Message>) {
    let id = ChatId::random();
    let at = now();
    let mut chat = Chat {
        id: id.clone(),
        user_id: user.id.clone(),
        title: title(object).unwrap_or_else(|| UNTITLED.to_owned()),
        blob: rest(user, object),
        current_message_id: current(object),
        meta: JsonMap::new(),
        folder_id: folder,
        share_id: None,
        archived: false,
        pinned: false,
        tasks: None,
        summary: None,
        variables,
        last_read_at: Some(at),
        created_at: at,
        updated_at: at,
    };
    let messages = render::changed(&id, &[], &signed_messages(user, object));
    if chat.current_message_id.as_ref().is_some_and(|leaf| !messages.iter().any(|message| message.id == *leaf)) {
        chat.current_message_id = None;
    }
    (chat, messages)
}

/// The title, if the object has one.
pub fn title(object: &JsonMap) -> Option<String> {
    object.get("title").and_then(Json::as_str).map(|title| title.replace('\0', ""))
}

/// The leaf that the object names.
pub fn current(object: &JsonMap) -> Option<MessageId> {
    object.get("history")?.get("currentId")?.as_str().map(MessageId::from)
}

/// Everything but title and history; the flat list is stamped like the history.
pub fn rest(user: &User, object: &JsonMap) -> JsonMap {
    let kept = object.iter().filter(|(key, _)| !matches!(key.as_str(), "title" | "history"));
    let mut blob: JsonMap = kept.map(|(key, value)| (key.clone(), clean(value))).collect();
    if let Some(Json::Array(list)) = blob.get_mut("messages") {
        list.iter_mut().filter_map(Json::as_object_mut).for_each(|message| stamp(user, message));
    }
    blob
}

/// The messages of the history, each saying who wrote it.
pub fn signed_messages(user: &User, object: &JsonMap) -> JsonMap {
    let messages = object.get("history").and_then(|history| history.get("messages")).map(clean);
    let Some(Json::Object(mut messages)) = messages else { return JsonMap::new() };
    messages.values_mut().filter_map(Json::as_object_mut).for_each(|message| stamp(user, message));
    messages
}

/// Says who wrote a message.
fn stamp(user: &User, message: &mut JsonMap) {
    message.entry("user_id").or_insert_with(|| json!(user.id));
    if message.get("role").and_then(Json::as_str) == Some("user") {
        message.entry("user").or_insert_with(|| json!({ "id": user.id, "name": user.name }));
    }
}

/// The value without U+0000, as the contract stores it.
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
    use super::*;

    #[test]
    fn null_characters_are_dropped() {
        assert_eq!(clean(&json!({"a\0": ["b\0c"]})), json!({"a": ["bc"]}));
    }
}
