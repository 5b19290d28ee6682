//! A stream of chat-completion chunks as a stream of messages events.

use std::pin::Pin;

use airis_domain::Json;
use airis_providers::ProviderError;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use serde_json::json;

use super::reply::{count, reasoning, stop_reason};

/// Longest line of a provider's stream that is read.
const LONGEST_LINE: usize = 32 * 1024 * 1024;

/// Bytes of a provider's answer.
pub type Bodies = Pin<Box<dyn Stream<Item = Result<Bytes, ProviderError>> + Send>>;

/// Translates a provider's server-sent events, chunk by chunk as they come.
pub fn translate(
    model: String,
    bytes: impl Stream<Item = Result<Bytes, ProviderError>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, ProviderError>> + Send {
    let state = (Box::pin(bytes), BytesMut::new(), Writer::new(model), false);
    stream::unfold(state, |(mut bytes, mut buffer, mut writer, mut over)| async move {
        while !over {
            let mut out = String::new();
            let result = match bytes.next().await {
                Some(Ok(piece)) => {
                    buffer.extend_from_slice(&piece);
                    read_lines(&mut buffer, &mut writer, &mut out)
                }
                Some(Err(error)) => Err(error),
                None => {
                    over = true;
                    writer.end(&mut out);
                    Ok(())
                }
            };
            if let Err(error) = result {
                over = true;
                write(
                    &mut out,
                    "error",
                    &json!({ "type": "error", "error": { "type": "api_error", "message": error.to_string() } }),
                );
            }
            if !out.is_empty() {
                return Some((Ok(Bytes::from(out)), (bytes, buffer, writer, over)));
            }
        }
        None
    })
}

fn read_lines(buffer: &mut BytesMut, writer: &mut Writer, out: &mut String) -> Result<(), ProviderError> {
    while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
        let line = buffer.split_to(end + 1);
        let Some(data) = line.strip_prefix(b"data:") else { continue };
        // Lines that are no JSON (`[DONE]`, comments, noise) say nothing that an event could.
        if let Ok(chunk) = serde_json::from_slice::<Json>(data.trim_ascii()) {
            writer.chunk(&chunk, out);
        }
    }
    if buffer.len() > LONGEST_LINE {
        return Err(ProviderError::Broken("an event that does not end".to_owned()));
    }
    Ok(())
}

fn write(out: &mut String, event: &str, data: &Json) {
    out.push_str(&format!("event: {event}\ndata: {data}\n\n"));
}

/// The block that is open: its kind, and the provider's number of a tool call.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    Text,
    Thinking,
    Tool(i64),
}

/// Keeps track of which block is open.
struct Writer {
    model: String,
    begun: bool,
    open: Option<Block>,
    index: usize,
    finish: Option<String>,
    input_tokens: i64,
    output_tokens: i64,
}

impl Writer {
    fn new(model: String) -> Self {
        Self { model, begun: false, open: None, index: 0, finish: None, input_tokens: 0, output_tokens: 0 }
    }

    fn chunk(&mut self, chunk: &Json, out: &mut String) {
        if let Some(error) = chunk.get("error") {
            let message = error.get("message").and_then(Json::as_str).unwrap_or("The provider broke off");
            write(out, "error", &json!({ "type": "error", "error": { "type": "api_error", "message": message } }));
            return;
        }
        // Events of our own (sources, the model that an arena picked) are no part of a message.
        if chunk.get("choices").is_none() && chunk.get("usage").is_none() {
            return;
        }
        self.input_tokens = self.input_tokens.max(count(chunk, "prompt_tokens"));
        self.output_tokens = self.output_tokens.max(count(chunk, "completion_tokens"));
        self.begin(chunk.get("id"), out);
        let Some(choice) = chunk.pointer("/choices/0") else { return };
        let delta = choice.get("delta").or_else(|| choice.get("message")).cloned().unwrap_or_default();
        if let Some(text) = reasoning(&delta) {
            self.enter(Block::Thinking, json!({ "type": "thinking", "thinking": "" }), out);
            self.delta(json!({ "type": "thinking_delta", "thinking": text }), out);
        }
        if let Some(text) = delta.get("content").and_then(Json::as_str).filter(|text| !text.is_empty()) {
            self.enter(Block::Text, json!({ "type": "text", "text": "" }), out);
            self.delta(json!({ "type": "text_delta", "text": text }), out);
        }
        let calls = delta.get("tool_calls").and_then(Json::as_array).into_iter().flatten();
        for (place, call) in (0..).zip(calls) {
            self.call(place, call, out);
        }
        if let Some(finish) = choice.get("finish_reason").and_then(Json::as_str) {
            self.finish = Some(finish.to_owned());
        }
    }

    fn call(&mut self, place: i64, call: &Json, out: &mut String) {
        let number = call.get("index").and_then(Json::as_i64).unwrap_or(place);
        let (id, name) = (call.get("id"), call.pointer("/function/name"));
        self.enter(Block::Tool(number), json!({ "type": "tool_use", "id": id, "name": name, "input": {} }), out);
        if let Some(part) = call.pointer("/function/arguments").and_then(Json::as_str).filter(|part| !part.is_empty()) {
            self.delta(json!({ "type": "input_json_delta", "partial_json": part }), out);
        }
    }

    fn begin(&mut self, id: Option<&Json>, out: &mut String) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let message = json!({
            "id": id, "type": "message", "role": "assistant", "content": [], "model": self.model,
            "stop_reason": null, "stop_sequence": null,
            "usage": { "input_tokens": self.input_tokens, "output_tokens": 0 },
        });
        write(out, "message_start", &json!({ "type": "message_start", "message": message }));
    }

    fn enter(&mut self, block: Block, start: Json, out: &mut String) {
        if self.open == Some(block) {
            return;
        }
        self.leave(out);
        self.open = Some(block);
        let event = json!({ "type": "content_block_start", "index": self.index, "content_block": start });
        write(out, "content_block_start", &event);
    }

    fn leave(&mut self, out: &mut String) {
        if self.open.take().is_some() {
            write(out, "content_block_stop", &json!({ "type": "content_block_stop", "index": self.index }));
            self.index += 1;
        }
    }

    fn delta(&self, delta: Json, out: &mut String) {
        let event = json!({ "type": "content_block_delta", "index": self.index, "delta": delta });
        write(out, "content_block_delta", &event);
    }

    fn end(&mut self, out: &mut String) {
        self.begin(None, out);
        self.leave(out);
        let delta = json!({ "stop_reason": stop_reason(self.finish.as_deref()), "stop_sequence": null });
        let usage = json!({ "output_tokens": self.output_tokens });
        write(out, "message_delta", &json!({ "type": "message_delta", "delta": delta, "usage": usage }));
        write(out, "message_stop", &json!({ "type": "message_stop" }));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    async fn events(pieces: &[&str]) -> Vec<String> {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from((*piece).to_owned()))).collect();
        let out: Vec<_> = translate("m".to_owned(), stream::iter(pieces)).collect().await;
        let text: String = out.into_iter().map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap()).collect();
        text.lines().filter_map(|line| line.strip_prefix("event: ")).map(str::to_owned).collect()
    }

    #[tokio::test]
    async fn a_text_split_anywhere_becomes_one_block() {
        let chunk = r#"data: {"id":"x","choices":[{"delta":{"content":"hi"}}]}"#;
        let (a, b) = chunk.split_at(20);
        let end = "\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        let expected = [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ];
        assert_eq!(events(&[a, b, end]).await, expected);
    }

    #[tokio::test]
    async fn thinking_text_and_a_call_are_three_blocks() {
        let chunks = [
            "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"t\",\"arguments\":\"{}\"}}]}}]}\n",
        ];
        let starts = events(&chunks).await.into_iter().filter(|event| event == "content_block_start").count();
        assert_eq!(starts, 3);
    }

    #[tokio::test]
    async fn a_whole_answer_becomes_events_and_what_is_no_part_of_it_is_left_out() {
        let own = "data: {\"selected_model_id\":\"m\"}\n";
        let whole = "data: {\"id\":\"x\",\"choices\":[{\"message\":{\"content\":\"hi\",\"tool_calls\":[\
            {\"id\":\"a\",\"function\":{\"name\":\"t\",\"arguments\":\"{}\"}},\
            {\"id\":\"b\",\"function\":{\"name\":\"t\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n";
        let events = events(&[own, whole]).await;
        assert_eq!(events[0], "message_start");
        assert_eq!(events.iter().filter(|event| *event == "content_block_start").count(), 3);
        assert_eq!(events.last().map(String::as_str), Some("message_stop"));
    }

    #[tokio::test]
    async fn a_stream_without_a_usable_event_still_ends_properly() {
        assert_eq!(events(&["noise\n"]).await, ["message_start", "message_delta", "message_stop"]);
    }
}
