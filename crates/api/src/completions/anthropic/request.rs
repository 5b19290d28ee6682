//! A messages request as a chat-completions request.

use airis_domain::{Json, JsonMap};
use serde_json::json;

/// Fields that mean the same under the same name.
const SAME: [&str; 7] = ["model", "max_tokens", "temperature", "top_p", "top_k", "stream", "metadata"];

/// Translates the body; what has no counterpart is left out.
pub fn to_openai(body: JsonMap) -> JsonMap {
    let mut asked: JsonMap =
        body.iter().filter(|(key, _)| SAME.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect();
    let mut messages = Vec::new();
    if let Some(system) = body.get("system").map(text_of).filter(|text| !text.is_empty()) {
        messages.push(json!({ "role": "system", "content": system }));
    }
    for message in body.get("messages").and_then(Json::as_array).into_iter().flatten() {
        push(&mut messages, message);
    }
    asked.insert("messages".to_owned(), Json::Array(messages));
    if let Some(stop) = body.get("stop_sequences") {
        asked.insert("stop".to_owned(), stop.clone());
    }
    if let Some(tools) = body.get("tools").and_then(Json::as_array) {
        asked.insert("tools".to_owned(), tools.iter().map(tool).collect());
    }
    if let Some(choice) = body.get("tool_choice").and_then(tool_choice) {
        asked.insert("tool_choice".to_owned(), choice);
    }
    if body.get("tool_choice").is_some_and(|choice| choice["disable_parallel_tool_use"] == true) {
        asked.insert("parallel_tool_calls".to_owned(), json!(false));
    }
    if body.get("stream") == Some(&Json::Bool(true)) {
        asked.insert("stream_options".to_owned(), json!({ "include_usage": true }));
    }
    asked
}

/// One message of blocks may become several: results of tools are messages of their own.
fn push(messages: &mut Vec<Json>, message: &Json) {
    let role = message.get("role").and_then(Json::as_str).unwrap_or("user");
    let Some(blocks) = message.get("content").and_then(Json::as_array) else {
        let content = message.get("content").cloned().unwrap_or_default();
        messages.push(json!({ "role": role, "content": content }));
        return;
    };
    let mut parts = Vec::new();
    let mut calls = Vec::new();
    for block in blocks {
        match block.get("type").and_then(Json::as_str) {
            Some("text") => parts.push(json!({ "type": "text", "text": block.get("text") })),
            Some("image") => parts.extend(image(block)),
            Some("document") => parts.extend(document(block)),
            Some("tool_use") => {
                let arguments = block.get("input").map(Json::to_string).unwrap_or_else(|| "{}".to_owned());
                let function = json!({ "name": block.get("name"), "arguments": arguments });
                calls.push(json!({ "id": block.get("id"), "type": "function", "function": function }));
            }
            Some("tool_result") => {
                let result = block.get("content").map(text_of).unwrap_or_default();
                messages.push(json!({ "role": "tool", "tool_call_id": block.get("tool_use_id"), "content": result }));
                // Results are texts in the other shape; what they show follows them.
                let shown = block.get("content").and_then(Json::as_array).into_iter().flatten();
                parts.extend(shown.filter(|part| part["type"] == "image").filter_map(image));
            }
            _ => {}
        }
    }
    if parts.is_empty() && calls.is_empty() {
        return;
    }
    let content = match parts.as_slice() {
        [] => Json::Null,
        [only] if only["type"] == "text" => only["text"].clone(),
        _ => Json::Array(parts),
    };
    let mut whole = json!({ "role": role, "content": content });
    if !calls.is_empty() {
        whole["tool_calls"] = Json::Array(calls);
    }
    messages.push(whole);
}

fn image(block: &Json) -> Option<Json> {
    let source = block.get("source")?;
    let url = match source.get("type").and_then(Json::as_str)? {
        "base64" => format!("data:{};base64,{}", source.get("media_type")?.as_str()?, source.get("data")?.as_str()?),
        "url" => source.get("url")?.as_str()?.to_owned(),
        _ => return None,
    };
    Some(json!({ "type": "image_url", "image_url": { "url": url } }))
}

/// A document that is text; models elsewhere read no others.
fn document(block: &Json) -> Option<Json> {
    let source = block.get("source")?;
    let text = match source.get("type").and_then(Json::as_str)? {
        "text" => source.get("data")?.as_str()?.to_owned(),
        "content" => text_of(source.get("content")?),
        _ => return None,
    };
    let title = block.get("title").and_then(Json::as_str).map(|title| format!("{title}\n\n")).unwrap_or_default();
    Some(json!({ "type": "text", "text": format!("{title}{text}") }))
}

fn tool(tool: &Json) -> Json {
    let function = json!({
        "name": tool.get("name"),
        "description": tool.get("description").cloned().unwrap_or_else(|| json!("")),
        "parameters": tool.get("input_schema").cloned().unwrap_or_else(|| json!({ "type": "object" })),
    });
    json!({ "type": "function", "function": function })
}

fn tool_choice(choice: &Json) -> Option<Json> {
    match choice.get("type").and_then(Json::as_str)? {
        "auto" => Some(json!("auto")),
        "any" => Some(json!("required")),
        "none" => Some(json!("none")),
        "tool" => Some(json!({ "type": "function", "function": { "name": choice.get("name") } })),
        _ => None,
    }
}

/// A string, or the texts of blocks.
fn text_of(content: &Json) -> String {
    match content {
        Json::String(text) => text.clone(),
        Json::Array(blocks) => {
            let texts: Vec<&str> = blocks.iter().filter_map(|block| block.get("text")?.as_str()).collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn translated(body: Json) -> Json {
        Json::Object(to_openai(body.as_object().unwrap().clone()))
    }

    #[test]
    fn system_images_tools_and_results_find_their_places() {
        let body = json!({
            "model": "m", "max_tokens": 5, "system": [{"type": "text", "text": "be kind"}],
            "stop_sequences": ["x"], "tool_choice": {"type": "any"},
            "tools": [{"name": "t", "input_schema": {"type": "object"}}],
            "messages": [
                {"role": "user", "content": [
                    {"type": "text", "text": "look"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}}]},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "t", "input": {"a": 1}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "done"}]},
            ],
        });
        let expected = json!({
            "model": "m", "max_tokens": 5,
            "messages": [
                {"role": "system", "content": "be kind"},
                {"role": "user", "content": [
                    {"type": "text", "text": "look"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "t", "arguments": "{\"a\":1}"}}]},
                {"role": "tool", "tool_call_id": "c1", "content": "done"},
            ],
            "stop": ["x"],
            "tools": [{"type": "function", "function": {"name": "t", "description": "", "parameters": {"type": "object"}}}],
            "tool_choice": "required",
        });
        assert_eq!(translated(body), expected);
    }

    #[test]
    fn what_results_show_follows_them_and_documents_are_read() {
        let picture = json!({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}});
        let document = json!({"type": "document", "title": "T", "source": {"type": "text", "data": "D"}});
        let body = json!({"tool_choice": {"type": "auto", "disable_parallel_tool_use": true}, "messages": [{"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "r"}, picture]}, document]}]});
        let expected = json!({"tool_choice": "auto", "parallel_tool_calls": false, "messages": [
            {"role": "tool", "tool_call_id": "c", "content": "r"},
            {"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}, {"type": "text", "text": "T\n\nD"}]}]});
        assert_eq!(translated(body)["messages"], expected["messages"]);
        assert_eq!(
            translated(json!({"tool_choice": {"type": "any", "disable_parallel_tool_use": true}}))["parallel_tool_calls"],
            false
        );
    }

    #[test]
    fn a_single_text_block_is_a_plain_text() {
        let body = json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]});
        assert_eq!(translated(body), json!({"messages": [{"role": "user", "content": "hi"}]}));
    }
}
