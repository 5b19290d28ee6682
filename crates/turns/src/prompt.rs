//! The messages that a provider gets: system prompt, then the branch of the chat up to the question.

use airis_domain::{Json, JsonMap, Message, MessageRole, User};
use serde_json::json;

use crate::{attached, items};

/// Replaces `{{NAME}}` by the request's variables, and by what is known of the user.
pub fn fill(text: &str, variables: Option<&Json>, user: &User) -> String {
    let mut filled = text.to_owned();
    for (name, value) in variables.and_then(Json::as_object).into_iter().flatten() {
        if let Some(value) = value.as_str() {
            filled = filled.replace(name, value);
        }
    }
    filled.replace("{{USER_NAME}}", &user.name).replace("{{USER_EMAIL}}", &user.email)
}

/// One system message of all parts that are not empty.
pub fn system(parts: &[Option<String>]) -> Option<Json> {
    let texts: Vec<&str> = parts.iter().flatten().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    (!texts.is_empty()).then(|| json!({"role": "system", "content": texts.join("\n")}))
}

/// Stored messages as a provider takes them. Empty replies (of a turn that failed before its first word) are left out.
pub fn history(branch: &[Message]) -> Vec<Json> {
    let mut messages = Vec::new();
    for message in branch {
        match message.role {
            MessageRole::User => messages.push(json!({"role": "user", "content": with_images(message)})),
            MessageRole::System => messages.push(json!({"role": "system", "content": message.content})),
            _ => match message.output.as_ref().and_then(Json::as_array).filter(|output| !output.is_empty()) {
                Some(output) => messages.extend(from_items(output)),
                None if message.content.as_str().is_some_and(|text| !text.is_empty()) => {
                    messages.push(json!({"role": "assistant", "content": message.content}));
                }
                None => {}
            },
        }
    }
    messages
}

/// Output items as the assistant and tool messages that produced them. Reasoning is not repeated.
pub fn from_items(output: &[Json]) -> Vec<Json> {
    let mut messages: Vec<Json> = Vec::new();
    for item in output {
        match items::kind(item) {
            "message" if !items::text(item).is_empty() => {
                messages.push(json!({"role": "assistant", "content": items::text(item)}));
            }
            "function_call" => {
                let call = json!({"id": item["call_id"], "type": "function",
                    "function": {"name": item["name"], "arguments": item["arguments"]}});
                match messages.last_mut().filter(|last| last["role"] == "assistant") {
                    Some(last) => match last.get_mut("tool_calls").and_then(Json::as_array_mut) {
                        Some(calls) => calls.push(call),
                        None => last["tool_calls"] = json!([call]),
                    },
                    None => messages.push(json!({"role": "assistant", "content": "", "tool_calls": [call]})),
                }
            }
            "function_call_output" => {
                let texts: Vec<&str> =
                    item["output"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str()).collect();
                messages.push(json!({"role": "tool", "tool_call_id": item["call_id"], "content": texts.join("\n")}));
            }
            _ => {}
        }
    }
    messages
}

/// Text, or text and images where the message carries some.
fn with_images(message: &Message) -> Json {
    let files = message.files.as_ref().and_then(Json::as_array).into_iter().flatten();
    let images: Vec<Json> = files
        .filter_map(attached::picture)
        .map(|url| json!({"type": "image_url", "image_url": {"url": url}}))
        .collect();
    match (&message.content, images.is_empty()) {
        (Json::String(text), false) => {
            // A picture without a word is a question, too; an empty text is one that some providers refuse.
            let mut parts = Vec::new();
            if !text.trim().is_empty() {
                parts.push(json!({"type": "text", "text": text}));
            }
            parts.extend(images);
            Json::Array(parts)
        }
        (content, _) => content.clone(),
    }
}

/// The system message that a client sent along.
pub fn sent_system(body: &JsonMap) -> Option<String> {
    let messages = body.get("messages").and_then(Json::as_array)?;
    messages.iter().find(|message| message["role"] == "system")?["content"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_become_the_messages_that_made_them() {
        let output = [
            json!({"type": "message", "content": [{"text": "Let me see."}]}),
            json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}),
            json!({"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "42"}]}),
            json!({"type": "reasoning", "content": [{"text": "hm"}]}),
            json!({"type": "message", "content": [{"text": "It is 42."}]}),
        ];
        let messages = from_items(&output);
        assert_eq!(messages.len(), 3);
        assert_eq!(messages[0]["tool_calls"][0]["function"]["name"], "f");
        assert_eq!(messages[1], json!({"role": "tool", "tool_call_id": "c", "content": "42"}));
        assert_eq!(messages[2]["content"], "It is 42.");
    }
}
