//! Between OpenAI's chat completions and Ollama's `/api/chat`.

use airis_domain::{Json, JsonMap};
use serde_json::json;

use crate::assemble::ChunkWriter;
use crate::{ChatRequest, Chunk};

/// Parameters that go into `options`, by OpenAI's and Ollama's name.
const OPTIONS: [(&str, &str); 27] = [
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("top_k", "top_k"),
    ("min_p", "min_p"),
    ("seed", "seed"),
    ("stop", "stop"),
    ("max_tokens", "num_predict"),
    ("max_completion_tokens", "num_predict"),
    ("num_predict", "num_predict"),
    ("num_ctx", "num_ctx"),
    ("num_keep", "num_keep"),
    ("num_batch", "num_batch"),
    ("num_thread", "num_thread"),
    ("num_gpu", "num_gpu"),
    ("use_mmap", "use_mmap"),
    ("use_mlock", "use_mlock"),
    ("repeat_penalty", "repeat_penalty"),
    ("repeat_last_n", "repeat_last_n"),
    ("frequency_penalty", "frequency_penalty"),
    ("presence_penalty", "presence_penalty"),
    ("tfs_z", "tfs_z"),
    ("typical_p", "typical_p"),
    ("mirostat", "mirostat"),
    ("mirostat_tau", "mirostat_tau"),
    ("mirostat_eta", "mirostat_eta"),
    ("main_gpu", "main_gpu"),
    ("numa", "numa"),
];

/// The body of `/api/chat`.
pub fn request(model: &str, request: &ChatRequest, stream: bool) -> Json {
    let chat = &request.body;
    let mut options: JsonMap = chat.get("options").and_then(Json::as_object).cloned().unwrap_or_default();
    for (from, to) in OPTIONS {
        if let Some(value) = chat.get(from) {
            let value = if to == "stop" && value.is_string() { json!([value]) } else { value.clone() };
            options.entry(to).or_insert(value);
        }
    }
    let mut messages: Vec<Json> =
        chat.get("messages").and_then(Json::as_array).into_iter().flatten().map(message).collect();
    if let Some(prefix) = &request.prefix {
        messages.push(json!({"role": "assistant", "content": prefix}));
    }
    let mut body = json!({"model": model, "messages": messages, "stream": stream});
    if !options.is_empty() {
        body["options"] = Json::Object(options);
    }
    for name in ["tools", "format", "keep_alive", "think"] {
        if let Some(value) = chat.get(name) {
            body[name] = value.clone();
        }
    }
    match chat.get("response_format").and_then(|format| format["type"].as_str()) {
        Some("json_object") => body["format"] = json!("json"),
        Some("json_schema") => body["format"] = chat["response_format"]["json_schema"]["schema"].clone(),
        _ => {}
    }
    body
}

fn message(from: &Json) -> Json {
    let mut to = json!({"role": from["role"]});
    match &from["content"] {
        Json::Array(parts) => {
            let text: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
            let images: Vec<&str> = parts
                .iter()
                .filter_map(|part| part["image_url"]["url"].as_str())
                .map(|url| url.split_once("base64,").map_or(url, |(_, data)| data))
                .collect();
            to["content"] = json!(text.join("\n"));
            if !images.is_empty() {
                to["images"] = json!(images);
            }
        }
        content => to["content"] = json!(content.as_str().unwrap_or_default()),
    }
    if let Some(calls) = from["tool_calls"].as_array() {
        let call = |call: &Json| {
            let arguments =
                call["function"]["arguments"].as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
            json!({"function": {"name": call["function"]["name"], "arguments": arguments.unwrap_or_else(|| json!({}))}})
        };
        to["tool_calls"] = calls.iter().map(call).collect();
    }
    if let Some(id) = from["tool_call_id"].as_str() {
        to["tool_call_id"] = json!(id);
    }
    to
}

/// Turns Ollama's objects into chunks.
pub struct Reader {
    writer: ChunkWriter,
    started: bool,
    calls: usize,
}

impl Reader {
    pub fn new(writer: ChunkWriter) -> Self {
        Self { writer, started: false, calls: 0 }
    }

    pub fn chunk(&mut self, object: &Json) -> Chunk {
        if let Some(error) = object.get("error") {
            let error = if error.is_object() { error.clone() } else { json!({"message": error}) };
            return Chunk::read(json!({"error": error}));
        }
        let message = &object["message"];
        let mut delta = json!({});
        if !self.started {
            self.started = true;
            delta["role"] = json!("assistant");
        }
        let done = object["done"] == true;
        let text = message["content"].as_str().unwrap_or_default();
        if !text.is_empty() || (!done && delta.get("role").is_some()) {
            delta["content"] = json!(text);
        }
        if let Some(thinking) = message["thinking"].as_str().filter(|text| !text.is_empty()) {
            delta["reasoning_content"] = json!(thinking);
        }
        if let Some(calls) = message["tool_calls"].as_array().filter(|calls| !calls.is_empty()) {
            delta["tool_calls"] = calls.iter().enumerate().map(|(at, call)| tool_call(call, self.calls + at)).collect();
            self.calls += calls.len();
        }
        if !done {
            return self.writer.chunk(delta, None, None);
        }
        if text.is_empty() && self.calls == 0 {
            delta = json!({});
        }
        let finish = if self.calls > 0 { "tool_calls" } else { object["done_reason"].as_str().unwrap_or("stop") };
        self.writer.chunk(delta, Some(finish), Some(usage(object)))
    }
}

fn tool_call(call: &Json, index: usize) -> Json {
    let random: u64 = rand::random();
    let function = &call["function"];
    let arguments = function["arguments"].as_str().map_or_else(|| function["arguments"].to_string(), str::to_owned);
    let id = call["id"].as_str().map_or_else(|| format!("call_{random:016x}"), str::to_owned);
    json!({"index": index, "id": id, "type": "function", "function": {"name": function["name"], "arguments": arguments}})
}

/// A whole `/api/chat` answer as a `chat.completion`.
pub fn whole(writer: &ChunkWriter, answer: &Json) -> Json {
    let message = &answer["message"];
    let mut to = json!({"role": "assistant", "content": message["content"].as_str().unwrap_or_default()});
    if let Some(thinking) = message["thinking"].as_str().filter(|text| !text.is_empty()) {
        to["reasoning_content"] = json!(thinking);
    }
    let mut finish = answer["done_reason"].as_str().unwrap_or("stop");
    if let Some(calls) = message["tool_calls"].as_array().filter(|calls| !calls.is_empty()) {
        to["tool_calls"] = calls.iter().enumerate().map(|(index, call)| tool_call(call, index)).collect();
        finish = "tool_calls";
    }
    writer.whole(to, finish, Some(usage(answer)))
}

/// Ollama's counters (nanoseconds, tokens) with OpenAI's names beside them.
fn usage(object: &Json) -> Json {
    let number = |name: &str| object[name].as_f64().unwrap_or(0.0);
    let count = |name: &str| object[name].as_i64().unwrap_or(0);
    let rate =
        |tokens: f64, nanos: f64| if nanos > 0.0 { (tokens / (nanos / 1e9) * 100.0).round() / 100.0 } else { 0.0 };
    let (input, output) = (count("prompt_eval_count"), count("eval_count"));
    let seconds = count("total_duration") / 1_000_000_000;
    json!({
        "input_tokens": input, "output_tokens": output, "total_tokens": input + output,
        "prompt_tokens": input, "completion_tokens": output,
        "response_token/s": rate(number("eval_count"), number("eval_duration")),
        "prompt_token/s": rate(number("prompt_eval_count"), number("prompt_eval_duration")),
        "total_duration": count("total_duration"), "load_duration": count("load_duration"),
        "prompt_eval_count": input, "prompt_eval_duration": count("prompt_eval_duration"),
        "eval_count": output, "eval_duration": count("eval_duration"),
        "approximate_total": format!("{}h{}m{}s", seconds / 3600, seconds % 3600 / 60, seconds % 60),
        "completion_tokens_details": {"reasoning_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_carry_text_thinking_calls_and_counts() {
        let mut reader = Reader::new(ChunkWriter::new("m"));
        let first = reader.chunk(&json!({"message": {"content": "Hi", "thinking": "hm"}, "done": false}));
        assert_eq!(first.parts, [crate::Part::Reasoning("hm".into()), crate::Part::Text("Hi".into())]);
        let call = reader.chunk(
            &json!({"message": {"content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}}),
        );
        assert!(
            matches!(&call.parts[0], crate::Part::ToolCall { name: Some(name), arguments, .. } if name == "f" && arguments == "{\"a\":1}")
        );
        let last = reader.chunk(&json!({"message": {"content": ""}, "done": true, "prompt_eval_count": 3, "eval_count": 4, "eval_duration": 7}));
        assert_eq!(last.raw["choices"][0]["finish_reason"], "tool_calls");
        assert_eq!(last.raw["usage"]["response_token/s"], 571428571.43);
    }

    #[test]
    fn parameters_go_where_the_server_looks_for_them() {
        let body = json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "see"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}], "temperature": 0.5, "max_tokens": 7, "stop": "x"});
        let chat = ChatRequest {
            model: "m".into(),
            body: body.as_object().cloned().unwrap_or_default(),
            user: None,
            chat_id: None,
            prefix: Some("So".into()),
        };
        let sent = request("m", &chat, true);
        assert_eq!(sent["options"], json!({"temperature": 0.5, "stop": ["x"], "num_predict": 7}));
        assert_eq!(sent["messages"][0]["images"], json!(["AAAA"]));
        assert_eq!(sent["messages"][1], json!({"role": "assistant", "content": "So"}));
    }
}
