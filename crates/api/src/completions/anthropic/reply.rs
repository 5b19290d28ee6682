//! A chat completion as a messages answer.

use airis_domain::Json;
use serde_json::json;

/// Translates a whole answer.
pub fn from_openai(model: &str, body: &Json) -> Json {
    let message = body.pointer("/choices/0/message").cloned().unwrap_or_default();
    let mut content = Vec::new();
    if let Some(thinking) = reasoning(&message) {
        content.push(json!({ "type": "thinking", "thinking": thinking, "signature": "" }));
    }
    if let Some(text) = message.get("content").and_then(Json::as_str).filter(|text| !text.is_empty()) {
        content.push(json!({ "type": "text", "text": text }));
    }
    for call in message.get("tool_calls").and_then(Json::as_array).into_iter().flatten() {
        let arguments = call.pointer("/function/arguments").and_then(Json::as_str).unwrap_or("{}");
        let input: Json = serde_json::from_str(arguments).unwrap_or_else(|_| json!({}));
        let name = call.pointer("/function/name");
        content.push(json!({ "type": "tool_use", "id": call.get("id"), "name": name, "input": input }));
    }
    json!({
        "id": body.get("id"),
        "type": "message",
        "role": "assistant",
        "content": content,
        "model": model,
        "stop_reason": stop_reason(body.pointer("/choices/0/finish_reason").and_then(Json::as_str)),
        "stop_sequence": null,
        "usage": {
            "input_tokens": count(body, "prompt_tokens"),
            "output_tokens": count(body, "completion_tokens"),
        },
    })
}

/// Text that a model thought before it spoke, under any of its names.
pub fn reasoning(message: &Json) -> Option<&str> {
    let names = ["reasoning_content", "reasoning", "thinking"];
    names.into_iter().find_map(|name| message.get(name)?.as_str()).filter(|text| !text.is_empty())
}

/// Why the model stopped, in Anthropic's words.
pub fn stop_reason(finish: Option<&str>) -> &'static str {
    match finish {
        Some("length") => "max_tokens",
        Some("tool_calls" | "function_call") => "tool_use",
        Some("content_filter") => "refusal",
        _ => "end_turn",
    }
}

/// A token count of the answer, 0 when the provider does not tell.
pub fn count(body: &Json, name: &str) -> i64 {
    body.get("usage").and_then(|usage| usage.get(name)).and_then(Json::as_i64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reasoning_and_calls_become_blocks() {
        let body = json!({
            "id": "x", "choices": [{"finish_reason": "tool_calls", "message": {
                "content": "hi", "reasoning_content": "hm",
                "tool_calls": [{"id": "c", "function": {"name": "t", "arguments": "{\"a\":1}"}}]}}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4},
        });
        let expected = json!({
            "id": "x", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
            "stop_sequence": null, "usage": {"input_tokens": 3, "output_tokens": 4},
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": ""}, {"type": "text", "text": "hi"},
                {"type": "tool_use", "id": "c", "name": "t", "input": {"a": 1}}],
        });
        assert_eq!(from_openai("m", &body), expected);
    }
}
