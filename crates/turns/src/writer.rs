//! From provider chunks to output items and the events that tell viewers of them. Pure: no clock but reasoning times,
//! no bus, no store.

use airis_domain::{Json, JsonMap};
use airis_providers::{Chunk, Part};
use serde_json::json;

use crate::items;
use crate::tags::{Piece, TagScanner};

/// One event of a reply: `data.type` and `data.data` of the contract's envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub kind: &'static str,
    pub data: Json,
}

impl Event {
    pub fn response(data: Json) -> Self {
        Self { kind: "response:completion", data }
    }

    pub fn chat(data: Json) -> Self {
        Self { kind: "chat:completion", data }
    }

    /// The growing text of an item, when this is a delta.
    fn delta_key(&self) -> Option<(&str, &str, u64)> {
        let kind = self.data.get("type")?.as_str()?;
        kind.ends_with(".delta").then_some(())?;
        Some((kind, self.data.get("item_id")?.as_str()?, self.data.get("output_index")?.as_u64()?))
    }

    /// Joins a following delta of the same item.
    pub fn join(&mut self, next: &Self) -> bool {
        if self.delta_key().is_none() || self.delta_key() != next.delta_key() {
            return false;
        }
        let more = next.data["delta"].as_str().unwrap_or_default();
        match self.data.get_mut("delta") {
            Some(Json::String(text)) => text.push_str(more),
            _ => return false,
        }
        true
    }
}

/// Which item grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Growing {
    Nothing,
    Message(usize),
    /// Marked by the provider.
    Reasoning(usize),
    /// Between tags in the text.
    Tagged(usize),
}

/// The reply as it stands.
pub struct Writer {
    pub items: Vec<Json>,
    pub usage: Option<Json>,
    /// What the provider cited.
    pub sources: Vec<Json>,
    /// Images that the provider made.
    pub files: Vec<Json>,
    /// Set when the provider reported an error inside the stream.
    pub error: Option<Json>,
    growing: Growing,
    scanner: Option<TagScanner>,
    /// Tool calls of this round: the provider's index and the item's place.
    calls: Vec<(usize, usize)>,
    /// Usage of rounds before this one.
    earlier: Option<Json>,
}

impl Writer {
    /// `tags`: `None` switches the search for reasoning tags off; `Some(None)` searches the known ones.
    pub fn new(tags: Option<Option<(String, String)>>) -> Self {
        Self {
            items: Vec::new(),
            usage: None,
            sources: Vec::new(),
            files: Vec::new(),
            error: None,
            growing: Growing::Nothing,
            scanner: tags.map(TagScanner::new),
            calls: Vec::new(),
            earlier: None,
        }
    }

    /// Goes on behind items that viewers have seen already; the last text grows further when `grow`.
    pub fn resume(&mut self, seen: Vec<Json>, grow: bool) {
        self.items = seen;
        let last = self.items.len().checked_sub(1).filter(|last| grow && items::kind(&self.items[*last]) == "message");
        if let Some(last) = last {
            self.items[last]["status"] = json!("in_progress");
            self.growing = Growing::Message(last);
        }
    }

    /// Takes one chunk; returns its events in order.
    pub fn feed(&mut self, chunk: Chunk) -> Vec<Event> {
        let mut events = Vec::new();
        let (mut said, mut finished) = (false, false);
        for part in chunk.parts {
            match part {
                Part::Text(text) => {
                    said = true;
                    self.text(&text, &mut events);
                }
                Part::Reasoning(text) => {
                    said = true;
                    self.reasoning(&text, &mut events);
                }
                Part::ToolCall { index, id, name, arguments } => {
                    said = true;
                    self.tool_call(index, id, name, &arguments, &mut events);
                }
                Part::Finish(_) => finished = true,
                Part::Usage(usage) => self.count(&usage),
                Part::Error(error) => {
                    events.push(Event::chat(json!({"error": error})));
                    self.error = Some(error);
                    said = true;
                }
                Part::Citation(citation) => {
                    let (url, title) = (&citation["url"], &citation["title"]);
                    let source = json!({"source": {"name": title, "url": url}, "document": [title], "metadata": [{"source": url, "name": title}]});
                    self.sources.push(source.clone());
                    events.push(Event { kind: "source", data: source });
                }
                Part::Image(url) => {
                    said = true;
                    self.files.push(json!({"type": "image", "url": url}));
                    events.push(Event { kind: "chat:message:files", data: json!({"files": self.files}) });
                }
            }
        }
        let mut raw = chunk.raw;
        let counted = raw.as_object_mut().and_then(|raw| raw.remove("usage")).is_some_and(|usage| !usage.is_null());
        let has_choice = raw["choices"].get(0).is_some();
        if finished {
            events.extend(self.flush_tags());
            events.push(Event::chat(raw));
        } else if !said && has_choice {
            events.push(Event::response(raw));
        }
        if counted && let Some(usage) = &self.usage {
            events.push(Event::chat(json!({"usage": usage})));
        }
        events
    }

    /// Ends a round: returns the calls to run (places of their items) and the events that complete them.
    pub fn end_round(&mut self) -> (Vec<usize>, Vec<Event>) {
        let mut events = self.flush_tags();
        self.end_structured(&mut events);
        let places: Vec<usize> = std::mem::take(&mut self.calls).into_iter().map(|(_, place)| place).collect();
        let places = self.split_joined_calls(places);
        for &place in &places {
            let item = &mut self.items[place];
            item["status"] = json!("completed");
            let arguments = item["arguments"].clone();
            events
                .push(Event::response(json!({"type": "response.function_call_arguments.done", "item_id": item["id"],
                "output_index": place, "arguments": arguments})));
            events.push(self.item_done(place));
        }
        self.growing = Growing::Nothing;
        self.earlier = self.usage.clone();
        (places, events)
    }

    pub fn item_done(&self, place: usize) -> Event {
        Event::response(json!({"type": "response.output_item.done", "output_index": place, "item": self.items[place]}))
    }

    /// A snapshot of everything so far.
    pub fn snapshot(&self) -> Event {
        Event::chat(json!({"output": self.items}))
    }

    fn flush_tags(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        let pieces = self.scanner.as_mut().map(TagScanner::finish).unwrap_or_default();
        for piece in pieces {
            self.piece(piece, &mut events);
        }
        events
    }

    fn text(&mut self, text: &str, events: &mut Vec<Event>) {
        self.end_structured(events);
        let pieces = match self.scanner.as_mut() {
            Some(scanner) => scanner.feed(text),
            None => vec![Piece::Text(text.to_owned())],
        };
        for piece in pieces {
            self.piece(piece, events);
        }
    }

    fn piece(&mut self, piece: Piece, events: &mut Vec<Event>) {
        match piece {
            Piece::Text(text) => {
                let place = match self.growing {
                    Growing::Message(place) => place,
                    _ => self.begin(items::message()),
                };
                self.growing = Growing::Message(place);
                self.grow(place, "response.output_text.delta", &text, events);
            }
            Piece::Thought(text) => {
                if let Growing::Tagged(place) = self.growing {
                    self.grow(place, "response.reasoning_text.delta", &text, events);
                }
            }
            Piece::Open(open, close) => {
                if let Growing::Message(place) = self.growing {
                    self.items[place]["status"] = json!("completed");
                }
                self.growing = Growing::Tagged(self.begin(items::reasoning(&open, &close, false)));
                events.push(self.snapshot());
            }
            Piece::Close => {
                if let Growing::Tagged(place) = self.growing {
                    items::end_reasoning(&mut self.items[place]);
                }
                self.growing = Growing::Message(self.begin(items::message()));
                events.push(self.snapshot());
            }
        }
    }

    fn reasoning(&mut self, text: &str, events: &mut Vec<Event>) {
        // A provider that marks its reasoning does not mark it twice.
        self.scanner = None;
        let place = match self.growing {
            Growing::Reasoning(place) => place,
            _ => {
                let place = self.begin(items::reasoning("<think>", "</think>", true));
                events.push(self.item_added(place));
                place
            }
        };
        self.growing = Growing::Reasoning(place);
        self.grow(place, "response.reasoning_text.delta", text, events);
    }

    fn end_structured(&mut self, events: &mut Vec<Event>) {
        if let Growing::Reasoning(place) = self.growing {
            items::end_reasoning(&mut self.items[place]);
            events.push(self.item_done(place));
            self.growing = Growing::Nothing;
        }
    }

    fn tool_call(
        &mut self,
        index: usize,
        id: Option<String>,
        name: Option<String>,
        arguments: &str,
        events: &mut Vec<Event>,
    ) {
        self.end_structured(events);
        // Some providers give every call of a round the same index: a new id with a name is a new call.
        let other = |place: usize| {
            name.is_some() && id.as_deref().is_some_and(|id| self.items[place]["call_id"].as_str() != Some(id))
        };
        let newest = self.calls.iter().rev().find(|(number, _)| *number == index).map(|(_, place)| *place);
        let known = newest.filter(|place| !other(*place));
        let place = match known {
            Some(place) => place,
            None => {
                let id = id.unwrap_or_else(|| items::new_id("call"));
                let place = self.begin(items::function_call(&id, name.as_deref().unwrap_or_default()));
                self.calls.push((index, place));
                self.growing = Growing::Nothing;
                events.push(self.item_added(place));
                place
            }
        };
        let item = &mut self.items[place];
        if let Some(Json::String(text)) = item.get_mut("arguments") {
            text.push_str(arguments);
        }
        events.push(Event::response(json!({"type": "response.function_call_arguments.delta", "item_id": item["id"],
            "output_index": place, "delta": arguments})));
    }

    /// Some providers put several argument objects into one call: each becomes a call of its own.
    fn split_joined_calls(&mut self, places: Vec<usize>) -> Vec<usize> {
        let mut all = Vec::new();
        for place in places {
            all.push(place);
            let arguments = self.items[place]["arguments"].as_str().unwrap_or_default().to_owned();
            let objects: Vec<JsonMap> =
                serde_json::Deserializer::from_str(&arguments).into_iter::<JsonMap>().filter_map(Result::ok).collect();
            if objects.len() < 2 {
                continue;
            }
            let name = self.items[place]["name"].as_str().unwrap_or_default().to_owned();
            self.items[place]["arguments"] = json!(json!(objects[0]).to_string());
            for object in &objects[1..] {
                let mut item = items::function_call(&items::new_id("call"), &name);
                item["arguments"] = json!(json!(object).to_string());
                all.push(self.begin(item));
            }
        }
        all
    }

    fn begin(&mut self, item: Json) -> usize {
        self.items.push(item);
        self.items.len() - 1
    }

    fn item_added(&self, place: usize) -> Event {
        Event::response(json!({"type": "response.output_item.added", "output_index": place, "item": self.items[place]}))
    }

    fn grow(&mut self, place: usize, kind: &str, text: &str, events: &mut Vec<Event>) {
        items::push_text(&mut self.items[place], text);
        events.push(Event::response(json!({"type": kind, "item_id": self.items[place]["id"], "output_index": place,
            "content_index": 0, "delta": text})));
    }

    /// Provider's fields of the newest round, with token counts of all rounds beside them.
    fn count(&mut self, usage: &Json) {
        let number = |from: &Json, names: [&str; 2]| names.iter().find_map(|name| from[*name].as_i64()).unwrap_or(0);
        let earlier = |name: &str| self.earlier.as_ref().map_or(0, |usage| usage[name].as_i64().unwrap_or(0));
        let (input, output) =
            (number(usage, ["prompt_tokens", "input_tokens"]), number(usage, ["completion_tokens", "output_tokens"]));
        let total = usage["total_tokens"].as_i64().unwrap_or(input + output);
        let mut merged = usage.clone();
        merged["total_tokens"] = json!(earlier("total_tokens") + total);
        merged["input_tokens"] = json!(earlier("input_tokens") + input);
        merged["output_tokens"] = json!(earlier("output_tokens") + output);
        if let Some(cost) = usage["costs"]["amount"].as_f64() {
            let earlier = self.earlier.as_ref().and_then(|usage| usage["costs"]["amount"].as_f64()).unwrap_or(0.0);
            merged["costs"]["amount"] = json!(earlier + cost);
        }
        self.usage = Some(merged);
    }
}
