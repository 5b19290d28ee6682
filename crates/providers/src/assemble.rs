//! From chunks to what API callers expect: server-sent events, or one whole completion.

use std::collections::BTreeMap;

use airis_domain::Json;
use bytes::Bytes;
use futures::StreamExt;
use serde_json::json;

use crate::{ChatStream, Chunk, Part, ProviderError, RawBody, RawReply};

/// Builds `chat.completion.chunk` objects of one reply.
pub struct ChunkWriter {
    id: String,
    created: i64,
    model: String,
}

impl ChunkWriter {
    pub fn new(model: &str) -> Self {
        let suffix: u64 = rand::random();
        Self { id: format!("{model}-{suffix:016x}"), created: airis_domain::now(), model: model.to_owned() }
    }

    /// A chunk with this delta; the parts are read from it.
    pub fn chunk(&self, delta: Json, finish: Option<&str>, usage: Option<Json>) -> Chunk {
        let mut raw = json!({
            "id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model,
            "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}],
        });
        if let Some(usage) = usage {
            raw["usage"] = usage;
        }
        Chunk::read(raw)
    }

    /// A whole `chat.completion` with this message.
    pub fn whole(&self, message: Json, finish: &str, usage: Option<Json>) -> Json {
        let mut raw = json!({
            "id": self.id, "created": self.created, "model": self.model,
            "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish}],
            "object": "chat.completion",
        });
        if let Some(usage) = usage {
            raw["usage"] = usage;
        }
        raw
    }
}

/// The stream as server-sent events with `[DONE]` behind them; an error becomes an event of its own.
pub fn as_events(stream: ChatStream) -> RawReply {
    let events = stream.map(|chunk| {
        let data = match chunk {
            Ok(chunk) => chunk.raw,
            Err(error) => json!({"error": {"message": error.to_string()}}),
        };
        Ok(Bytes::from(format!("data: {data}\n\n")))
    });
    let done = futures::stream::once(async { Ok(Bytes::from_static(b"data: [DONE]\n\n")) });
    RawReply {
        status: 200,
        content_type: "text/event-stream".to_owned(),
        body: RawBody::Stream(Box::pin(events.chain(done))),
    }
}

/// Reads the stream to its end as one completion.
pub async fn whole(mut stream: ChatStream, model: &str) -> Result<Json, ProviderError> {
    let (mut text, mut reasoning) = (String::new(), String::new());
    // By index, whatever numbers a provider gives.
    let mut calls: BTreeMap<usize, (Option<String>, Option<String>, String)> = BTreeMap::new();
    let (mut finish, mut usage) = ("stop".to_owned(), None);
    while let Some(chunk) = stream.next().await {
        for part in chunk?.parts {
            match part {
                Part::Text(delta) => text.push_str(&delta),
                Part::Reasoning(delta) => reasoning.push_str(&delta),
                Part::ToolCall { index, id, name, arguments } => {
                    let call = calls.entry(index).or_default();
                    call.0 = id.or(call.0.take());
                    call.1 = name.or(call.1.take());
                    call.2.push_str(&arguments);
                }
                Part::Usage(counts) => usage = Some(counts),
                Part::Finish(reason) => finish = reason,
                Part::Error(body) => return Err(ProviderError::Answer { status: 502, body: json!({"error": body}) }),
                Part::Image(_) | Part::Citation(_) => {}
            }
        }
    }
    let mut message = json!({"role": "assistant", "content": text});
    if !reasoning.is_empty() {
        message["reasoning_content"] = json!(reasoning);
    }
    if !calls.is_empty() {
        let call = |(id, name, arguments)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
        message["tool_calls"] = calls.into_values().map(call).collect();
    }
    Ok(ChunkWriter::new(model).whole(message, &finish, usage))
}
