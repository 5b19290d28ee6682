//! Single messages: editing, deleting, and events that a script sends to whoever looks at one.

use airis_domain::{Json as Value, JsonMap, Message, MessageId, Role, RoomEvent};
use airis_store::MessagePatch;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::text;
use super::view::ChatResponse;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::owned::{ChatAs, Owner};

/// New text of a message, or what was said of it aloud.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MessageForm {
    content: Option<String>,
    #[schema(value_type = Option<Object>)]
    voice: Option<JsonMap>,
}

/// An event as the event emitter of the contract knows it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EventForm {
    r#type: String,
    #[schema(value_type = Object)]
    data: JsonMap,
}

type Ids = (String, String);

/// Changes the text of a message.
#[utoipa::path(post, path = "/api/v1/chats/{id}/messages/{message_id}", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path), ("message_id" = String, Path)), request_body = MessageForm,
    responses((status = 200, body = Option<ChatResponse>)))]
pub async fn edit(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Path(ids): Path<Ids>,
    Json(form): Json<MessageForm>,
) -> Result<Json<ChatResponse>> {
    if form.content.is_some() {
        permitted(&app, &chat.caller, "chat.edit").await?;
    }
    let id = MessageId::from(ids.1);
    let stored = app.store.message(&chat.id, &id).await?.ok_or_else(ApiError::unauthorized)?;
    let mut patch = MessagePatch::default();
    if let Some(content) = form.content {
        let content = text::clean(&json!(content));
        patch.output = rewritten(&stored, &content);
        patch.content = Some(content);
    }
    if let Some(voice) = form.voice {
        let mut meta = stored.rest.get("meta").and_then(Value::as_object).cloned().unwrap_or_default();
        meta.insert("voice".to_owned(), text::clean(&Value::Object(voice)));
        patch.rest.insert("meta".to_owned(), Value::Object(meta));
    }
    app.store.patch_message(&chat.id, &id, &patch).await?;
    let content = patch.content.unwrap_or(stored.content);
    tell(&app, &chat, &id, json!({ "type": "chat:message", "data": { "content": content } }));
    let chat = app.store.chat(&chat.id).await?.ok_or_else(ApiError::unauthorized)?;
    Ok(Json(ChatResponse::load(&app, chat).await?))
}

/// Output items with their text replaced; tool calls and reasoning stay where they were.
fn rewritten(message: &Message, content: &Value) -> Option<Value> {
    let items = message.output.as_ref()?.as_array()?;
    let last = items.iter().rposition(|item| item["type"] == "message")?;
    let kept = items.iter().enumerate().filter(|(index, item)| *index == last || item["type"] != "message");
    let rewritten = kept.map(|(index, item)| {
        let mut item = item.clone();
        if index == last {
            item["content"] = json!([{ "type": "output_text", "text": content }]);
        }
        item
    });
    Some(rewritten.collect())
}

/// Deletes a message and its answers; what followed those moves up.
#[utoipa::path(delete, path = "/api/v1/chats/{id}/messages/{message_id}", tag = "chats",
    security(("verified" = [])), params(("id" = String, Path), ("message_id" = String, Path)),
    responses((status = 200, body = Option<ChatResponse>)))]
pub async fn delete(State(app): State<App>, chat: ChatAs<Owner>, Path(ids): Path<Ids>) -> Result<Json<ChatResponse>> {
    permitted(&app, &chat.caller, "chat.delete_message").await?;
    app.store.delete_message(&chat.id, &MessageId::from(ids.1)).await?;
    let chat = app.store.chat(&chat.id).await?.ok_or_else(ApiError::unauthorized)?;
    Ok(Json(ChatResponse::load(&app, chat).await?))
}

/// Sends an event about a message to the owner's sockets; kinds that change the message are stored first.
#[utoipa::path(post, path = "/api/v1/chats/{id}/messages/{message_id}/event", tag = "chats",
    security(("verified" = [])), params(("id" = String, Path), ("message_id" = String, Path)),
    request_body = EventForm, responses((status = 200, body = Option<bool>)))]
pub async fn event(
    State(app): State<App>,
    chat: ChatAs<Owner>,
    Path(ids): Path<Ids>,
    Json(form): Json<EventForm>,
) -> Result<Json<bool>> {
    let id = MessageId::from(ids.1);
    let stored = app.store.message(&chat.id, &id).await?.ok_or_else(ApiError::unauthorized)?;
    let data = text::clean(&Value::Object(form.data));
    if form.r#type == "status" {
        app.store.push_status(&chat.id, &id, &data).await?;
    } else if let Some(patch) = effect(&form.r#type, &data, &stored) {
        app.store.patch_message(&chat.id, &id, &patch).await?;
    }
    tell(&app, &chat, &id, json!({ "type": form.r#type, "data": data }));
    Ok(Json(true))
}

/// What an event changes in the stored message.
fn effect(kind: &str, data: &Value, stored: &Message) -> Option<MessagePatch> {
    let text = || data.get("content").and_then(Value::as_str);
    let mut patch = MessagePatch::default();
    match kind {
        "message" => patch.content = Some(json!(format!("{}{}", stored.content.as_str()?, text()?))),
        "replace" => patch.content = Some(json!(text()?)),
        "files" => {
            let mut files = data.get("files")?.as_array()?.clone();
            files.extend(stored.files.as_ref().and_then(Value::as_array).into_iter().flatten().cloned());
            patch.files = Some(Value::Array(files));
        }
        "embeds" => {
            let mut embeds = data.get("embeds")?.as_array()?.clone();
            if data.get("replace").and_then(Value::as_bool) != Some(true) {
                let before = stored.rest.get("embeds").and_then(Value::as_array);
                embeds.splice(0..0, before.into_iter().flatten().cloned());
            }
            patch.rest.insert("embeds".to_owned(), Value::Array(embeds));
        }
        "source" | "citation" if data.get("type").is_none_or(Value::is_null) => {
            let mut sources = stored.sources.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
            sources.push(data.clone());
            patch.sources = Some(Value::Array(sources));
        }
        _ => return None,
    }
    Some(patch)
}

/// Refuses people who may not do this to messages, though the chat is theirs.
async fn permitted(app: &App, user: &Verified, switch: &str) -> Result<()> {
    if user.role == Role::Admin || airis_access::effective(&app.store, &app.config, user).await?.allows(switch) {
        return Ok(());
    }
    Err(ApiError::unauthorized())
}

fn tell(app: &App, chat: &ChatAs<Owner>, message: &MessageId, data: Value) {
    let payload = json!({ "chat_id": chat.id, "message_id": message, "data": data });
    let room = format!("user:{}", chat.user_id);
    app.bus.emit(RoomEvent { room, event: "events".to_owned(), payload, except: None, trace: None });
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use airis_domain::ChatId;

    use super::*;

    #[test]
    fn an_edited_reply_keeps_its_tool_calls_and_gets_one_text() {
        let object = json!({"role": "assistant", "content": "old", "output": [
            {"type": "message", "id": "m1", "content": [{"type": "output_text", "text": "before"}]},
            {"type": "function_call", "id": "f"},
            {"type": "message", "id": "m2", "content": [{"type": "output_text", "text": "after"}]},
        ]});
        let message = Message::from_json(&ChatId::from("c"), "a", object.as_object().unwrap()).unwrap();
        assert_eq!(
            rewritten(&message, &json!("new")).unwrap(),
            json!([{"type": "function_call", "id": "f"},
                {"type": "message", "id": "m2", "content": [{"type": "output_text", "text": "new"}]}]),
        );
    }
}
