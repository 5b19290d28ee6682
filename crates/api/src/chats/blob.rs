//! The chat object of the contract: written from rows, and read back into the rows that changed.

pub use airis_domain::chat_object::read_new;
use airis_domain::chat_object::{current, rest, signed_messages, title};
use airis_domain::{Chat, ChatId, Json, JsonMap, Message, User, render};
use airis_store::ChatPatch;
use airis_turns::Live;
use serde_json::json;

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
