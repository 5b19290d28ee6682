//! Connections of the Responses API, normalised to chat-completion chunks.

use airis_domain::{Json, JsonMap};
use futures::StreamExt;
use reqwest::Method;
use serde_json::json;

use crate::assemble::ChunkWriter;
use crate::connection::Connection;
use crate::events::{Event, Framing};
use crate::http::Http;
use crate::objects::{objects, unfinished};
use crate::{ChatRequest, ChatStream, Chunk, ProviderError};

/// Chat-completion parameters that the Responses API knows under the same name.
const SAME: [&str; 8] =
    ["temperature", "top_p", "parallel_tool_calls", "tool_choice", "metadata", "user", "store", "reasoning"];

pub async fn stream(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<ChatStream, ProviderError> {
    let own = connection.own_id(&request.model);
    let url = format!("{}/responses", connection.url);
    let body = body(own, &request.body);
    let post = http.request(connection, Method::POST, &url, request.user.as_ref()).json(&body);
    let response = http.ok(connection, http.send(connection, post).await?).await?;
    let mut objects = objects(http, connection, response, Framing::Events);
    let mut reader = Reader { writer: ChunkWriter::new(&request.model), calls: Vec::new() };
    let connection = connection.clone();
    Ok(Box::pin(async_stream::stream! {
        while let Some(event) = objects.next().await {
            let event = match event {
                Ok(Event::Object(event)) => event,
                Ok(Event::Done) => break,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            };
            if let Some(chunk) = reader.chunk(&event) {
                yield Ok(chunk);
            }
            if is_last(&event) {
                return;
            }
        }
        yield Err(unfinished(&connection));
    }))
}

fn is_last(event: &Json) -> bool {
    match event["type"].as_str() {
        Some(kind) => matches!(kind, "response.completed" | "response.failed" | "response.incomplete" | "error"),
        None => !event["error"].is_null(),
    }
}

fn body(model: &str, chat: &JsonMap) -> Json {
    let mut body = json!({"model": model, "stream": true, "input": input(chat.get("messages"))});
    for name in SAME {
        if let Some(value) = chat.get(name) {
            body[name] = value.clone();
        }
    }
    if let Some(limit) = chat.get("max_completion_tokens").or_else(|| chat.get("max_tokens")) {
        body["max_output_tokens"] = limit.clone();
    }
    if let Some(effort) = chat.get("reasoning_effort") {
        body["reasoning"] = json!({"effort": effort});
    }
    if let Some(tools) = chat.get("tools").and_then(Json::as_array) {
        let flat = |tool: &Json| {
            let function = &tool["function"];
            json!({"type": "function", "name": function["name"], "description": function["description"], "parameters": function["parameters"]})
        };
        body["tools"] = tools.iter().map(flat).collect();
    }
    body
}

/// Chat messages as input items.
fn input(messages: Option<&Json>) -> Vec<Json> {
    let mut items = Vec::new();
    for message in messages.and_then(Json::as_array).into_iter().flatten() {
        let role = message["role"].as_str().unwrap_or("user");
        if role == "tool" {
            items.push(json!({"type": "function_call_output", "call_id": message["tool_call_id"], "output": message["content"]}));
            continue;
        }
        let kind = if role == "assistant" { "output_text" } else { "input_text" };
        let content = match &message["content"] {
            Json::String(text) if text.is_empty() => Vec::new(),
            Json::String(text) => vec![json!({"type": kind, "text": text})],
            Json::Array(parts) => parts.iter().map(|part| part_item(part, kind)).collect(),
            _ => Vec::new(),
        };
        if !content.is_empty() {
            items.push(json!({"type": "message", "role": role, "content": content}));
        }
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let function = &call["function"];
            items.push(json!({"type": "function_call", "call_id": call["id"], "name": function["name"], "arguments": function["arguments"]}));
        }
    }
    items
}

fn part_item(part: &Json, text: &str) -> Json {
    match part["type"].as_str() {
        Some("image_url") => json!({"type": "input_image", "image_url": part["image_url"]["url"]}),
        _ => json!({"type": text, "text": part["text"]}),
    }
}

struct Reader {
    writer: ChunkWriter,
    /// Item ids of tool calls in the order they appeared; their place is the index of the call.
    calls: Vec<String>,
}

impl Reader {
    fn chunk(&mut self, event: &Json) -> Option<Chunk> {
        let delta = || event["delta"].as_str().unwrap_or_default();
        match event["type"].as_str().unwrap_or("error") {
            "response.output_text.delta" => Some(self.writer.chunk(json!({"content": delta()}), None, None)),
            "response.reasoning_text.delta" | "response.reasoning_summary_text.delta" => {
                Some(self.writer.chunk(json!({"reasoning_content": delta()}), None, None))
            }
            "response.output_item.added" if event["item"]["type"] == "function_call" => {
                let item = &event["item"];
                self.calls.push(item["id"].as_str().unwrap_or_default().to_owned());
                let call = json!({"index": self.calls.len() - 1, "id": item["call_id"], "type": "function",
                    "function": {"name": item["name"], "arguments": ""}});
                Some(self.writer.chunk(json!({"tool_calls": [call]}), None, None))
            }
            "response.function_call_arguments.delta" => {
                let index = self.calls.iter().position(|id| event["item_id"] == id.as_str())?;
                let call = json!({"index": index, "function": {"arguments": delta()}});
                Some(self.writer.chunk(json!({"tool_calls": [call]}), None, None))
            }
            "response.completed" | "response.incomplete" => {
                let finish = if self.calls.is_empty() { "stop" } else { "tool_calls" };
                Some(self.writer.chunk(json!({}), Some(finish), usage(&event["response"]["usage"])))
            }
            "response.failed" | "error" => {
                let places = [event.pointer("/response/error"), event.get("error")];
                let error = places.into_iter().flatten().find(|error| !error.is_null()).cloned();
                let told = || event.get("message").map(|message| json!({"message": message}));
                // An object without type and error says nothing.
                event.get("type").or(error.as_ref())?;
                let error = error.or_else(told).unwrap_or_else(|| json!({"message": "the provider failed"}));
                Some(Chunk::read(json!({"error": error})))
            }
            _ => None,
        }
    }
}

/// Token counts with the names of both protocols.
fn usage(usage: &Json) -> Option<Json> {
    let mut counts = usage.as_object()?.clone();
    for (chat, own) in [("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens")] {
        if let Some(count) = counts.get(own).cloned() {
            counts.insert(chat.to_owned(), count);
        }
    }
    Some(Json::Object(counts))
}
