//! Output items of a reply, in the shape of OpenAI's Responses API.

use std::time::{SystemTime, UNIX_EPOCH};

use airis_domain::Json;
use serde_json::json;

/// Shown to the model and to people for a tool call that was under way when its server died.
pub const UNKNOWN_OUTCOME: &str =
    "The outcome of this call is unknown: the server stopped while it was running. It was not run again.";

/// An id as the contract makes them: a prefix and 24 hex digits.
pub fn new_id(prefix: &str) -> String {
    let random: u128 = rand::random();
    format!("{prefix}_{:024x}", random & ((1 << 96) - 1))
}

/// Seconds with fractions since 1970.
pub fn clock() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64())
}

/// An empty text of the assistant.
pub fn message() -> Json {
    json!({"type": "message", "id": new_id("msg"), "status": "in_progress", "role": "assistant",
        "content": [{"type": "output_text", "text": ""}]})
}

/// A beginning reasoning; `structured` when the provider marks it itself.
pub fn reasoning(start_tag: &str, end_tag: &str, structured: bool) -> Json {
    let attributes = if structured { json!({"type": "reasoning_content"}) } else { json!({}) };
    json!({"type": "reasoning", "id": new_id("r"), "status": "in_progress", "start_tag": start_tag, "end_tag": end_tag,
        "attributes": attributes, "content": [], "summary": null, "started_at": clock()})
}

/// Items of a stored reply; one that has only text is one item.
pub fn of_message(output: Option<&Json>, content: &Json) -> Vec<Json> {
    if let Some(output) = output.and_then(Json::as_array).filter(|output| !output.is_empty()) {
        return output.clone();
    }
    let Some(text) = content.as_str().filter(|text| !text.is_empty()) else { return Vec::new() };
    let mut item = message();
    push_text(&mut item, text);
    vec![item]
}

pub fn function_call(id: &str, name: &str) -> Json {
    json!({"type": "function_call", "id": id, "call_id": id, "name": name, "arguments": "", "status": "in_progress"})
}

pub fn function_output(call_id: &str, text: &str, status: &str) -> Json {
    json!({"type": "function_call_output", "id": new_id("fco"), "call_id": call_id,
        "output": [{"type": "input_text", "text": text}], "status": status})
}

pub fn kind(item: &Json) -> &str {
    item["type"].as_str().unwrap_or_default()
}

/// Text of a message or reasoning item.
pub fn text(item: &Json) -> &str {
    item["content"][0]["text"].as_str().unwrap_or_default()
}

/// Adds to the text of a message or reasoning item in place.
pub fn push_text(item: &mut Json, delta: &str) {
    match item.pointer_mut("/content/0/text") {
        Some(Json::String(text)) => text.push_str(delta),
        _ => item["content"] = json!([{"type": "output_text", "text": delta}]),
    }
}

/// Marks a reasoning item as finished, with its duration in whole seconds.
pub fn end_reasoning(item: &mut Json) {
    let ended = clock();
    let started = item["started_at"].as_f64().unwrap_or(ended);
    item["status"] = json!("completed");
    item["ended_at"] = json!(ended);
    item["duration"] = json!((ended - started).max(0.0) as i64);
}

/// Gives every item that is still in progress this status; the last text loses the space around it when it is complete.
pub fn close(items: &mut [Json], status: &str) {
    for item in items.iter_mut().filter(|item| item["status"] == "in_progress") {
        if kind(item) == "reasoning" && status == "completed" {
            end_reasoning(item);
        } else {
            item["status"] = json!(status);
        }
    }
    if status == "completed"
        && let Some(last) = items.iter_mut().rev().find(|item| kind(item) == "message")
    {
        let trimmed = text(last).trim().to_owned();
        if trimmed.len() != text(last).len() {
            last["content"] = json!([{"type": "output_text", "text": trimmed}]);
        }
    }
}

/// What a plain reader sees: all texts, a line each.
pub fn content(items: &[Json]) -> String {
    items.iter().filter(|item| kind(item) == "message").map(text).collect::<Vec<_>>().join("\n")
}

/// Characters that a viewer has seen; decides which of two records knows more.
pub fn size(items: &[Json]) -> usize {
    items.iter().map(|item| text(item).len() + item["arguments"].as_str().map_or(0, str::len) + 1).sum()
}
