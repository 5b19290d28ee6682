//! From a log back to the reply that its viewers saw.

use airis_bus::LogEntry;
use airis_domain::Json;

use crate::items;
use crate::job::END;

/// What the log of a turn says.
#[derive(Default)]
pub struct Replayed {
    pub items: Vec<Json>,
    pub usage: Option<Json>,
    pub sources: Vec<Json>,
    pub files: Vec<Json>,
    pub seq: u64,
    /// How the turn ended, when only its end was not stored.
    pub end: Option<Json>,
}

/// Applies every event as a viewer does.
pub fn replay(entries: Vec<LogEntry>) -> Replayed {
    let mut replayed = Replayed::default();
    for entry in entries {
        replayed.seq = entry.seq;
        let data = &entry.event["data"];
        match entry.event["type"].as_str() {
            Some("chat:completion") => {
                if let Some(output) = data["output"].as_array() {
                    replayed.items.clone_from(output);
                }
                if data["usage"].is_object() {
                    replayed.usage = Some(data["usage"].clone());
                }
                if let Some(sources) = data["sources"].as_array() {
                    replayed.sources.clone_from(sources);
                }
            }
            Some("source") => replayed.sources.push(data.clone()),
            Some("chat:message:files") => replayed.files = data["files"].as_array().cloned().unwrap_or_default(),
            Some(END) => {
                replayed.end = Some(data.clone());
                if let Some(output) = entry.event["output"].as_array() {
                    replayed.items.clone_from(output);
                }
            }
            Some("response:completion") => apply(&mut replayed.items, data),
            _ => {}
        }
    }
    replayed
}

fn apply(output: &mut Vec<Json>, data: &Json) {
    let Some(place) = data["output_index"].as_u64().and_then(|place| usize::try_from(place).ok()) else { return };
    let delta = data["delta"].as_str().unwrap_or_default();
    match data["type"].as_str() {
        Some("response.output_item.added" | "response.output_item.done") => put(output, place, data["item"].clone()),
        Some("response.output_text.delta" | "response.reasoning_text.delta") => {
            if place >= output.len() {
                let mut item = items::message();
                item["id"] = data["item_id"].clone();
                put(output, place, item);
            }
            if let Some(item) = output.get_mut(place) {
                items::push_text(item, delta);
            }
        }
        Some("response.function_call_arguments.delta") => {
            if let Some(Json::String(text)) = output.get_mut(place).and_then(|item| item.get_mut("arguments")) {
                text.push_str(delta);
            }
        }
        _ => {}
    }
}

fn put(output: &mut Vec<Json>, place: usize, item: Json) {
    match place.cmp(&output.len()) {
        std::cmp::Ordering::Less => output[place] = item,
        std::cmp::Ordering::Equal => output.push(item),
        // A gap means the log lost its beginning: nothing is invented.
        std::cmp::Ordering::Greater => {}
    }
}

#[cfg(test)]
mod tests {
    use airis_providers::Chunk;
    use serde_json::json;

    use super::*;
    use crate::writer::Writer;

    fn chunk(delta: Json) -> Chunk {
        Chunk::read(json!({"choices": [{"index": 0, "delta": delta}]}))
    }

    #[test]
    fn a_replayed_log_is_what_the_writer_had() {
        let mut writer = Writer::new(Some(None));
        let mut entries = Vec::new();
        let chunks = [
            json!({"content": "a<think>b"}),
            json!({"content": "c</think>d"}),
            json!({"content": "e"}),
            json!({"tool_calls": [{"index": 0, "id": "x", "function": {"name": "f", "arguments": "{}"}}]}),
        ];
        for delta in chunks {
            for event in writer.feed(chunk(delta)) {
                let seq = entries.len() as u64 + 1;
                entries.push(LogEntry { seq, event: json!({"type": event.kind, "data": event.data}) });
            }
        }
        let seen = replay(entries);
        assert_eq!(seen.items, writer.items);
        assert_eq!(items::content(&seen.items), "a\nde");
    }
}
