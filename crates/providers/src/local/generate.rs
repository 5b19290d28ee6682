//! One reply of a built-in model, token by token.

use airis_domain::Json;
use serde_json::json;

use crate::assemble::ChunkWriter;
use crate::{ChatRequest, Chunk};

use super::chat_model::ChatModel;
use super::prompt;
use super::sampling::Sampler;

/// Tokens kept free for the reply when the request names no limit.
const RESERVE: usize = 1024;

/// Generates a reply; `send` takes each chunk and says whether anybody still listens.
pub fn reply(model: &mut ChatModel, request: &ChatRequest, send: &mut dyn FnMut(Chunk) -> bool) -> Result<(), String> {
    let fail = |error: candle_core::Error| format!("the model failed: {error}");
    let messages = request.body.get("messages").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let reserve = RESERVE.min(model.context / 4);
    // Words begin with their space: a prefix that ends in one is cut before it, and the model says it again.
    let prefix = request.prefix.as_deref().unwrap_or_default();
    let whole_words = prefix.trim_end_matches(' ');
    let mut repeated = &prefix[whole_words.len()..];
    let mut tokens = prompt::tokens(model, messages, whole_words, reserve)?;
    let asked = tokens.len();
    let mut sampler = Sampler::new(&request.body, model.context.saturating_sub(asked + 1));
    let writer = ChunkWriter::new(&request.model);
    if !send(writer.chunk(json!({"role": "assistant", "content": ""}), None, None)) {
        return Ok(());
    }
    let mut logits = model.prompt(&tokens).map_err(fail)?;
    let mut text = Text::new(asked);
    let mut finish = "length";
    while tokens.len() - asked < sampler.limit {
        let token = sampler.pick(&logits, &tokens).map_err(fail)?;
        if model.ends.contains(&token) {
            finish = "stop";
            break;
        }
        tokens.push(token);
        if let Some(fresh) = text.push(model, &tokens)? {
            let fresh = fresh.strip_prefix(std::mem::take(&mut repeated)).map(str::to_owned).unwrap_or(fresh);
            let (fresh, stopped) = text.hold_back(fresh, &sampler.stops);
            if !fresh.is_empty() && !send(writer.chunk(json!({"content": fresh}), None, None)) {
                return Ok(());
            }
            if stopped {
                finish = "stop";
                break;
            }
        }
        logits = model.next(token).map_err(fail)?;
    }
    if let Some(rest) = text.rest() {
        let _ = send(writer.chunk(json!({"content": rest}), None, None));
    }
    let made = tokens.len() - asked;
    let usage = json!({"prompt_tokens": asked, "completion_tokens": made, "total_tokens": asked + made});
    let _ = send(writer.chunk(json!({}), Some(finish), Some(usage)));
    Ok(())
}

/// Text out of tokens: never half a character, never part of a stop string.
struct Text {
    /// Tokens before this are settled context.
    start: usize,
    /// Tokens before this have been handed out.
    done: usize,
    held: String,
    stopped: bool,
}

impl Text {
    fn new(at: usize) -> Self {
        Self { start: at, done: at, held: String::new(), stopped: false }
    }

    /// What the newest token adds, once it forms whole characters.
    fn push(&mut self, model: &ChatModel, tokens: &[u32]) -> Result<Option<String>, String> {
        let decode = |range: &[u32]| {
            model.script.tokenizer.decode(range, true).map_err(|error| format!("tokens cannot be decoded: {error}"))
        };
        let before = decode(&tokens[self.start..self.done])?;
        let after = decode(&tokens[self.start..])?;
        if after.len() <= before.len() || after.ends_with('\u{fffd}') {
            return Ok(None);
        }
        let Some(fresh) = after.strip_prefix(before.as_str()).map(str::to_owned) else { return Ok(None) };
        self.start = self.done;
        self.done = tokens.len();
        Ok(Some(fresh))
    }

    /// Lets through what cannot be the beginning of a stop string; true when one is complete.
    fn hold_back(&mut self, fresh: String, stops: &[String]) -> (String, bool) {
        self.held.push_str(&fresh);
        if let Some(at) = stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            self.stopped = true;
            let whole = std::mem::take(&mut self.held);
            return (whole[..at].to_owned(), true);
        }
        let keep = stops.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        let cut = self.held.len() - keep;
        let kept = self.held.split_off(cut);
        (std::mem::replace(&mut self.held, kept), false)
    }

    fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.held);
        (!self.stopped && !rest.is_empty()).then_some(rest)
    }
}

/// Bytes at the end of `text` that are a beginning of `stop`.
fn overlap(text: &str, stop: &str) -> usize {
    (1..stop.len()).rev().find(|length| stop.is_char_boundary(*length) && text.ends_with(&stop[..*length])).unwrap_or(0)
}
