//! Server-sent events as providers send them: well-formed or not.

use crate::ProviderError;

/// Largest single event; beyond it the stream is given up.
const MAX_EVENT: usize = 8 * 1024 * 1024;

/// Cuts a byte stream into the `data` of its events, whatever the chunk boundaries.
#[derive(Default)]
pub struct SseParser {
    buffer: Vec<u8>,
    /// Bytes of the buffer that were already searched.
    searched: usize,
}

impl SseParser {
    /// Takes more bytes; returns the data lines they completed. Comments and other fields are passed over.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, ProviderError> {
        self.buffer.extend_from_slice(bytes);
        let mut lines = Vec::new();
        let mut start = 0;
        while let Some(end) = memchr::memchr(b'\n', &self.buffer[self.searched.max(start)..]) {
            let end = self.searched.max(start) + end;
            lines.extend(data(&self.buffer[start..end]));
            start = end + 1;
            self.searched = start;
        }
        self.buffer.drain(..start);
        self.searched = self.buffer.len();
        if self.buffer.len() > MAX_EVENT {
            return Err(ProviderError::Broken("one event is larger than 8 MB".to_owned()));
        }
        Ok(lines)
    }

    /// A last line without its newline.
    pub fn finish(&mut self) -> Option<String> {
        data(&std::mem::take(&mut self.buffer))
    }
}

fn data(line: &[u8]) -> Option<String> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let data = line.strip_prefix(b"data:")?;
    let data = data.strip_prefix(b" ").unwrap_or(data);
    (!data.is_empty()).then(|| String::from_utf8_lossy(data).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(chunks: &[&[u8]]) -> Vec<String> {
        let mut parser = SseParser::default();
        let mut lines: Vec<String> = chunks.iter().flat_map(|chunk| parser.feed(chunk).unwrap_or_default()).collect();
        lines.extend(parser.finish());
        lines
    }

    #[test]
    fn odd_but_harmless_forms_are_understood() {
        let text = ": hello\r\nevent: x\r\ndata: {\"a\":1}\r\n\r\ndata:{\"b\":2}\n\n\nid: 3\ndata: [DONE]";
        assert_eq!(all(&[text.as_bytes()]), ["{\"a\":1}", "{\"b\":2}", "[DONE]"]);
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut parser = SseParser::default();
        let megabyte = vec![b'x'; 1024 * 1024];
        assert!((0..10).any(|_| parser.feed(&megabyte).is_err()));
    }

    proptest! {
        #[test]
        fn chunk_boundaries_make_no_difference(words in prop::collection::vec("[a-zäöü€😀 ]{1,12}", 1..20), cut in 1usize..7) {
            let text: String = words.iter().map(|word| format!("data: {word}!\n\n")).collect();
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(cut).collect();
            prop_assert_eq!(all(&chunks), words.iter().map(|word| format!("{word}!")).collect::<Vec<_>>());
        }
    }
}
