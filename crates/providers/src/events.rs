//! JSON objects out of a stream as providers send it: well-formed or not.

use airis_domain::Json;

use crate::ProviderError;
use crate::lines::{LONGEST, Lines, too_long};

/// Bytes kept of what is no event, to show or read when nothing else comes.
const STRAY: usize = 4096;
const MARK: &[u8] = b"\xef\xbb\xbf";

/// How objects lie in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events: `data:` lines, a blank line behind each event.
    Events,
    /// One object a line.
    Lines,
}

/// What the stream said.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Object(Json),
    /// `[DONE]`.
    Done,
}

/// Reads a stream piece by piece.
pub struct Events {
    framing: Framing,
    lines: Lines,
    inner: Inner,
}

#[derive(Default)]
struct Inner {
    begun: bool,
    /// `data` lines that are no object by themselves; the blank line behind them decides.
    pending: Vec<String>,
    pending_size: usize,
    stray: Vec<u8>,
    objects: usize,
}

impl Events {
    pub fn new(framing: Framing) -> Self {
        Self { framing, lines: Lines::default(), inner: Inner::default() }
    }

    /// Takes more bytes and adds what they complete to `out`, also when it fails.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Event>) -> Result<(), ProviderError> {
        let (framing, inner) = (self.framing, &mut self.inner);
        self.lines.feed(bytes, |line| inner.line(framing, line, out))?;
        if inner.pending_size > LONGEST { Err(too_long()) } else { Ok(()) }
    }

    /// What is left when the stream ends.
    pub fn finish(&mut self, out: &mut Vec<Event>) {
        let rest = self.lines.rest();
        self.inner.line(self.framing, &rest, out);
        self.inner.flush(out);
        if self.inner.objects == 0
            && let Some(object) = object(&self.inner.stray)
        {
            // A whole answer, written over several lines, where a stream was asked for.
            self.inner.push(object, out);
        }
    }

    /// What came instead of events, when no event came at all.
    pub fn instead(&self) -> Option<String> {
        let stray = String::from_utf8_lossy(&self.inner.stray);
        (self.inner.objects == 0 && !stray.trim().is_empty()).then(|| stray.into_owned())
    }
}

impl Inner {
    fn line(&mut self, framing: Framing, line: &[u8], out: &mut Vec<Event>) {
        let line = if self.begun { line } else { line.strip_prefix(MARK).unwrap_or(line) };
        self.begun = true;
        if framing == Framing::Lines {
            match object(line) {
                Some(object) => self.push(object, out),
                None => self.stray(line),
            }
            return;
        }
        if line.is_empty() {
            self.flush(out);
        } else if let Some(data) = line.strip_prefix(b"data:") {
            self.data(data.strip_prefix(b" ").unwrap_or(data), out);
        } else if line.first() == Some(&b'{') {
            // Errors come without `data:` from some servers.
            match object(line) {
                Some(object) => self.push(object, out),
                None => self.stray(line),
            }
        } else if ![&b":"[..], b"event", b"id", b"retry", b"data"].iter().any(|field| line.starts_with(field)) {
            self.stray(line);
        }
    }

    fn data(&mut self, data: &[u8], out: &mut Vec<Event>) {
        if data.trim_ascii() == b"[DONE]" {
            self.flush(out);
            out.push(Event::Done);
            return;
        }
        if self.pending.is_empty() && data.trim_ascii().is_empty() {
            return;
        }
        // Many servers put no blank line behind an event: a line that is whole by itself waits for none, nor for noise
        // before it; inside an event of several lines nothing has `choices`.
        if let Some(object) = object(data)
            && (self.pending.is_empty() || object.get("choices").is_some())
        {
            self.flush(out);
            self.push(object, out);
            return;
        }
        self.pending_size += data.len() + 1;
        self.pending.push(String::from_utf8_lossy(data).into_owned());
    }

    /// Reads the lines that waited: together, or else each that is an object by itself.
    fn flush(&mut self, out: &mut Vec<Event>) {
        let lines = std::mem::take(&mut self.pending);
        self.pending_size = 0;
        if lines.is_empty() {
            return;
        }
        if let Some(object) = object(lines.join("\n").as_bytes()) {
            self.push(object, out);
            return;
        }
        for line in lines {
            match object(line.as_bytes()) {
                Some(object) => self.push(object, out),
                None => self.stray(line.as_bytes()),
            }
        }
    }

    fn push(&mut self, object: Json, out: &mut Vec<Event>) {
        self.objects += 1;
        self.stray = Vec::new();
        out.push(Event::Object(object));
    }

    fn stray(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        if self.objects > 0 {
            tracing::warn!(bytes = line.len(), "a malformed event of a provider was passed over");
        } else if self.stray.len() < STRAY {
            self.stray.extend_from_slice(&line[..line.len().min(STRAY)]);
            self.stray.push(b'\n');
        }
    }
}

fn object(text: &[u8]) -> Option<Json> {
    let read = match std::str::from_utf8(text) {
        Ok(text) => serde_json::from_str::<Json>(text),
        // Broken characters must not cost the rest of the event.
        Err(_) => serde_json::from_str(&String::from_utf8_lossy(text)),
    };
    read.ok().filter(Json::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn all(framing: Framing, chunks: &[&[u8]]) -> Vec<Event> {
        let mut events = Events::new(framing);
        let mut out = Vec::new();
        for chunk in chunks {
            events.feed(chunk, &mut out).unwrap_or_default();
        }
        events.finish(&mut out);
        out
    }

    fn objects(text: &str) -> Vec<Event> {
        all(Framing::Events, &[text.as_bytes()])
    }

    #[test]
    fn odd_but_harmless_forms_are_understood() {
        let text = "\u{feff}: hello\r\nevent: x\r\ndata: {\"a\":1}\r\n\r\ndata:{\"b\":2}\n\n\nid: 3\ndata:\n{\"c\":3}\ndata: [DONE]";
        let expected = [json!({"a":1}), json!({"b":2}), json!({"c":3})].map(Event::Object);
        assert_eq!(objects(text)[..3], expected);
        assert_eq!(objects(text)[3..], [Event::Done]);
    }

    #[test]
    fn an_event_of_several_lines_is_one_and_noise_costs_nothing_else() {
        let text = "data: {\"a\":[\ndata: {\"b\":2}\ndata: ]}\n\ndata: {cut\ndata: {\"c\":3}\n\n";
        assert_eq!(objects(text), [json!({"a":[{"b":2}]}), json!({"c":3})].map(Event::Object));
        let mut events = Events::new(Framing::Events);
        let mut out = Vec::new();
        let fed = events.feed(b"data: {cut\ndata: {\"choices\":[]}\n", &mut out);
        assert!(fed.is_ok() && out == [Event::Object(json!({"choices":[]}))], "noise delays nothing: {out:?}");
    }

    #[test]
    fn an_answer_that_is_no_stream_is_read_or_kept_to_be_shown() {
        assert_eq!(objects("{\n \"error\": \"no\"\n}\n"), [Event::Object(json!({"error": "no"}))]);
        let mut events = Events::new(Framing::Lines);
        events.feed(b"<h1>No\n entry</h1>", &mut Vec::new()).unwrap_or_default();
        events.finish(&mut Vec::new());
        assert_eq!(events.instead().as_deref(), Some("<h1>No\n entry</h1>\n"));
    }

    #[test]
    fn an_endless_event_is_refused() {
        for piece in ["x".repeat(1024 * 1024), format!("data: {}\n", "x".repeat(1024 * 1024))] {
            let mut events = Events::new(Framing::Events);
            assert!((0..10).any(|_| events.feed(piece.as_bytes(), &mut Vec::new()).is_err()));
        }
    }

    proptest! {
        #[test]
        fn chunk_boundaries_make_no_difference(words in prop::collection::vec("[a-zäöü€😀 ]{1,12}", 1..20), cut in 1usize..7) {
            let expected: Vec<Event> = words.iter().map(|word| Event::Object(json!({"w": word}))).collect();
            for (framing, before, after) in [(Framing::Events, "data: ", "\n\n"), (Framing::Lines, "", "\n")] {
                let text: String = words.iter().map(|word| format!("{before}{}{after}", json!({"w": word}))).collect();
                let chunks: Vec<&[u8]> = text.as_bytes().chunks(cut).collect();
                prop_assert_eq!(&all(framing, &chunks), &expected);
            }
        }

        #[test]
        fn no_bytes_bring_it_down(noise in prop::collection::vec(any::<u8>(), 0..200), lines in any::<bool>()) {
            all(if lines { Framing::Lines } else { Framing::Events }, &[&noise]);
        }
    }
}
