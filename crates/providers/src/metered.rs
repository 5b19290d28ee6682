//! Every request that a budget counts, from its admission to its end.

use airis_budgets::{Budgets, Kind, Order, Refusal, Tab, input_of, output_of};
use airis_domain::{Json, JsonMap, User};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::json;

use crate::{ChatRequest, ChatStream, Chunk, Part, ProviderError, RawBody, RawReply};

/// A line of a stream that grows longer than this is not looked into any more.
const LONGEST_LINE: usize = 1 << 20;
/// Where a piece of a stream, or a whole answer, holds the model's words, in any provider's shape.
const WORDS: [&str; 15] = [
    "/choices/0/delta/content",
    "/choices/0/delta/reasoning_content",
    "/choices/0/delta/reasoning",
    "/choices/0/delta/tool_calls/0/function/arguments",
    "/choices/0/message/content",
    "/choices/0/message/reasoning_content",
    "/choices/0/message/tool_calls/0/function/arguments",
    "/choices/0/text",
    "/message/content",
    "/message/thinking",
    "/delta/text",
    "/delta",
    "/response",
    "/content/0/text",
    "/output/0/content/0/text",
];

/// What requests are for, and which budgets count them.
#[derive(Clone)]
pub struct Purse {
    pub budgets: Option<Budgets>,
    pub kind: Kind,
    /// The model as it was picked.
    pub picked: Option<String>,
    /// The turn that the requests belong to.
    pub turn: Option<String>,
}

impl Purse {
    pub fn new(budgets: Option<Budgets>) -> Self {
        Self { budgets, kind: Kind::Task, picked: None, turn: None }
    }

    /// Opens an account for a chat request, whose reply is `heard` while it is written or comes in one piece.
    pub async fn open(&self, request: &ChatRequest, heard: bool) -> Result<Option<Tab>, ProviderError> {
        self.open_as(self.kind, request.user.as_ref(), &request.model, &request.body, heard).await
    }

    /// Opens an account for texts to embed: there is no reply, whatever they are for.
    pub async fn open_embedding(
        &self,
        kind: Kind,
        user: Option<&User>,
        model: &str,
        body: &JsonMap,
    ) -> Result<Option<Tab>, ProviderError> {
        let (Some(budgets), Some(user)) = (&self.budgets, user) else { return Ok(None) };
        let (input, output) = (input_of(body), Some(0));
        Ok(budgets.admit(&Order { user, model, picked: None, kind, turn: None, input, output, heard: false }).await?)
    }

    /// Opens an account for any request with a body. `None` where no budget counts it, or nobody asks.
    pub async fn open_as(
        &self,
        kind: Kind,
        user: Option<&User>,
        model: &str,
        body: &JsonMap,
        heard: bool,
    ) -> Result<Option<Tab>, ProviderError> {
        let (Some(budgets), Some(user)) = (&self.budgets, user) else { return Ok(None) };
        let picked = self.picked.as_deref().filter(|picked| *picked != model);
        let (input, output) = (input_of(body), output_of(body));
        let turn = self.turn.as_deref();
        Ok(budgets.admit(&Order { user, model, picked, kind, turn, input, output, heard }).await?)
    }
}

/// The stream of a reply; the last chunk may be ours, with what the reply cost.
pub async fn stream(
    tab: Option<Tab>,
    opened: impl Future<Output = Result<ChatStream, ProviderError>>,
) -> Result<ChatStream, ProviderError> {
    let Some(mut tab) = tab else { return opened.await };
    let mut chunks = match opened.await {
        Ok(chunks) => chunks,
        Err(error) => {
            tab.release().await;
            return Err(error);
        }
    };
    Ok(Box::pin(async_stream::stream! {
        let mut failed = false;
        while let Some(mut chunk) = chunks.next().await {
            match &mut chunk {
                Ok(chunk) => read_chunk(&mut tab, chunk),
                Err(_) => failed = true,
            }
            yield chunk;
            if let Err(refusal) = tab.grow().await {
                failed = true;
                yield Err(refusal.into());
                break;
            }
        }
        // The provider need not go on where nobody listens.
        drop(chunks);
        if failed && tab.is_silent() {
            tab.release().await;
            return;
        }
        if !failed && !tab.is_counted() && let Some(cost) = tab.cost() {
            yield Ok(Chunk::read(json!({"choices": [], "usage": estimated(&tab, cost)})));
        }
        tab.settle().await;
    }))
}

/// A whole reply.
pub async fn complete(
    tab: Option<Tab>,
    answer: impl Future<Output = Result<Json, ProviderError>>,
) -> Result<Json, ProviderError> {
    let Some(mut tab) = tab else { return answer.await };
    match answer.await {
        Ok(mut answer) => {
            read_whole(&mut tab, &mut answer);
            tab.settle().await;
            Ok(answer)
        }
        Err(error) => {
            tab.release().await;
            Err(error)
        }
    }
}

/// An answer that is handed on as it is; only what it cost is read from it.
pub async fn raw(
    tab: Option<Tab>,
    answer: impl Future<Output = Result<RawReply, ProviderError>>,
) -> Result<RawReply, ProviderError> {
    let Some(mut tab) = tab else { return answer.await };
    let mut reply = match answer.await {
        Ok(reply) if reply.status < 400 => reply,
        other => {
            tab.release().await;
            return other;
        }
    };
    reply.body = match reply.body {
        RawBody::Json(answer) => {
            read_words(&mut tab, &answer);
            read_usage(&mut tab, &answer);
            tab.settle().await;
            RawBody::Json(answer)
        }
        RawBody::Stream(mut pieces) => {
            let of_events = reply.content_type.starts_with("text/event-stream");
            RawBody::Stream(Box::pin(async_stream::stream! {
                let mut lines = Lines::default();
                while let Some(piece) = pieces.next().await {
                    if let Ok(piece) = &piece {
                        lines.take(piece, |event| {
                            read_words(&mut tab, &event);
                            read_usage(&mut tab, &event);
                        });
                    }
                    yield piece;
                    if lines.is_between() && let Err(refusal) = tab.grow().await {
                        yield Ok(last_words(of_events, &refusal));
                        break;
                    }
                }
                drop(pieces);
                tab.settle().await;
            }))
        }
    };
    Ok(reply)
}

/// What a program hears of a reply that ends before its time, in the way that the stream speaks.
fn last_words(of_events: bool, refusal: &Refusal) -> Bytes {
    let text = refusal.to_string();
    if of_events {
        let error = json!({"error": {"message": text, "type": "insufficient_quota", "code": "insufficient_quota"}});
        format!("\ndata: {error}\n\ndata: [DONE]\n\n").into()
    } else {
        format!("{}\n", json!({"error": text})).into()
    }
}

fn read_chunk(tab: &mut Tab, chunk: &mut Chunk) {
    for part in &mut chunk.parts {
        match part {
            Part::Text(text) | Part::Reasoning(text) | Part::ToolCall { arguments: text, .. } => tab.heard(text),
            Part::Usage(usage) => {
                tab.counted(usage);
                if let Some(cost) = tab.cost() {
                    usage["costs"] = cost;
                }
            }
            _ => {}
        }
    }
}

fn read_whole(tab: &mut Tab, answer: &mut Json) {
    read_words(tab, answer);
    read_usage(tab, answer);
    let Some(cost) = tab.cost() else { return };
    if tab.is_counted() && answer["usage"].is_object() {
        answer["usage"]["costs"] = cost;
    } else {
        answer["usage"] = estimated(tab, cost);
    }
}

/// Token counts where the provider gives none.
fn estimated(tab: &Tab, cost: Json) -> Json {
    let (input, output) = tab.tokens();
    json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output, "estimated": true,
        "costs": cost})
}

fn read_words(tab: &mut Tab, event: &Json) {
    for place in WORDS {
        if let Some(text) = event.pointer(place).and_then(Json::as_str) {
            tab.heard(text);
        }
    }
}

/// Counts at any of the places where providers put them.
fn read_usage(tab: &mut Tab, event: &Json) {
    for place in ["/usage", "/response/usage", "/message/usage"] {
        if let Some(usage) = event.pointer(place).filter(|usage| usage.is_object()) {
            tab.counted(usage);
        }
    }
    if event.get("eval_count").is_some() || event.get("prompt_eval_count").is_some() {
        tab.counted(event);
    }
}

/// Objects of a stream of events or lines, read beside it.
#[derive(Default)]
pub struct Lines {
    rest: Vec<u8>,
    /// Inside a line that is too long.
    skips: bool,
}

impl Lines {
    /// Whether the last line has ended.
    fn is_between(&self) -> bool {
        self.rest.is_empty() && !self.skips
    }

    pub fn take(&mut self, piece: &Bytes, mut each: impl FnMut(Json)) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let ends = part.ends_with(b"\n");
            if !self.skips {
                self.rest.extend_from_slice(part);
            }
            if ends {
                let line = self.rest.trim_ascii();
                let line = line.strip_prefix(b"data:").unwrap_or(line);
                if !self.skips
                    && let Ok(event) = serde_json::from_slice::<Json>(line)
                {
                    each(event);
                }
                self.rest.clear();
                self.skips = false;
            } else if self.rest.len() > LONGEST_LINE {
                self.rest.clear();
                self.skips = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_however_a_stream_is_cut() {
        let text = "event: x\ndata: {\"a\": 1}\n\n{\"b\": \"ä\"}\r\ndata: [DONE]\nnothing\n";
        for size in [1, 2, 3, 7, 100] {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                lines.take(&Bytes::copy_from_slice(piece), |event| found.push(event));
            }
            assert_eq!(found, [json!({"a": 1}), json!({"b": "ä"})], "{size}");
        }
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let (mut lines, mut found) = (Lines::default(), 0);
        for _ in 0..5 {
            lines.take(&Bytes::from(vec![b'x'; LONGEST_LINE / 2]), |_| found += 1);
            assert!(lines.rest.len() <= LONGEST_LINE * 2);
        }
        lines.take(&Bytes::from("\n{\"a\":1}\n"), |_| found += 1);
        assert_eq!(found, 1);
    }
}
