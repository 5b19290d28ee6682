//! The chat object of the contract: written from rows, and read back into the rows that changed.

use airis_domain::{Chat, ChatId, Json, JsonMap, Message, MessageId, User, now, render};
use airis_store::ChatPatch;
use airis_turns::Live;
use serde_json::json;

use super::text::clean;

/// Title of a chat that has none.
const UNTITLED: &str = "New Chat";

/// The chat object, with running replies laid over the stored ones.
pub fn write(chat: &Chat, mut messages: Vec<Message>, live: &[Live]) -> Json {
    for reply in live {
        if let Some(message) = messages.iter_mut().find(|message| message.id == reply.message_id) {
            message.content = json!(reply.content);
            if reply.output.as_array().is_some_and(|items| !items.is_empty()) {
                message.output = Some(reply.output.clone());
            }
            message.done = Some(false);
        }
    }
    let history = render::history(&messages, chat.current_message_id.as_ref());
    let mut blob = JsonMap::new();
    if let Some(id) = chat.blob.get("id") {
        blob.insert("id".to_owned(), id.clone());
    }
    blob.insert("title".to_owned(), json!(chat.title));
    for (key, value) in &chat.blob {
        if key == "messages" {
            blob.insert("history".to_owned(), history.clone());
        }
        blob.entry(key.clone()).or_insert_with(|| value.clone());
    }
    blob.entry("history").or_insert(history);
    Json::Object(blob)
}

/// A new chat of `user` from the client's object.
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

/// What a client's object changes: fields, and the messages that differ. Messages it leaves out stay, those it names
/// are replaced; what a running reply writes is not overwritten.
pub fn read_changes(
    user: &User,
    id: &ChatId,
    object: &JsonMap,
    stored: &[Message],
    live: &[Live],
) -> (ChatPatch, Vec<Message>) {
    let mut changed = render::changed(id, stored, &signed_messages(user, object));
    for message in &mut changed {
        let running = live.iter().any(|reply| reply.message_id == message.id);
        if let Some(before) = stored.iter().find(|before| running && before.id == message.id) {
            message.content = before.content.clone();
            message.output = before.output.clone();
            message.done = before.done;
        }
    }
    changed.retain(|message| !stored.contains(message));
    let leaf = current(object).filter(|leaf| stored.iter().chain(&changed).any(|message| message.id == *leaf));
    let patch = ChatPatch {
        title: title(object),
        blob: Some(rest(user, object)).filter(|blob| !blob.is_empty()),
        current_message_id: leaf.map(Some),
        touch: true,
        ..ChatPatch::default()
    };
    (patch, changed)
}

fn title(object: &JsonMap) -> Option<String> {
    object.get("title").and_then(Json::as_str).map(|title| title.replace('\0', ""))
}

fn current(object: &JsonMap) -> Option<MessageId> {
    object.get("history")?.get("currentId")?.as_str().map(MessageId::from)
}

/// Everything but title and history; the flat list is stamped like the history.
fn rest(user: &User, object: &JsonMap) -> JsonMap {
    let kept = object.iter().filter(|(key, _)| !matches!(key.as_str(), "title" | "history"));
    let mut blob: JsonMap = kept.map(|(key, value)| (key.clone(), clean(value))).collect();
    if let Some(Json::Array(list)) = blob.get_mut("messages") {
        list.iter_mut().filter_map(Json::as_object_mut).for_each(|message| stamp(user, message));
    }
    blob
}

/// The messages of the history, each saying who wrote it.
fn signed_messages(user: &User, object: &JsonMap) -> JsonMap {
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
