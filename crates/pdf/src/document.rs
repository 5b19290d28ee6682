//! The objects of a file by their numbers. They are found by looking through the whole file, so that a broken table of
//! contents matters to nobody; of several with one number the last one counts, as the format wants it.

use std::collections::BTreeMap;
use std::time::Instant;

use memchr::memmem;

use crate::filter::unpack;
use crate::object::{Dict, Object};
use crate::parse::{Reader, is_blank};
use crate::{Limits, PdfError, Result};

/// References that lead to references.
const DEEPEST: usize = 32;
/// Bytes of all unpacked streams.
const UNPACKED: usize = 512 * 1024 * 1024;
/// Objects of one file.
const MOST: usize = 2_000_000;

/// Where an object is.
#[derive(Clone, Debug)]
enum Place {
    /// Behind `obj` in the file.
    File(usize),
    /// Read already, from inside of a stream.
    Read(Object),
}

/// A file that was looked through.
pub struct Document<'a> {
    bytes: &'a [u8],
    places: BTreeMap<u32, Place>,
    end: Instant,
    left: usize,
}

impl<'a> Document<'a> {
    pub fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self> {
        let mut document = Self { bytes, places: BTreeMap::new(), end: limits.end, left: UNPACKED };
        let mut packed = Vec::new();
        let mut at = 0;
        while let Some(found) = memmem::find(&bytes[at..], b"obj") {
            let word = at + found;
            at = word + 3;
            let Some(number) = number_before(bytes, word) else { continue };
            if document.places.len() >= MOST {
                return Err(PdfError::TooLarge);
            }
            document.places.insert(number, Place::File(at));
            // What is inside of a stream may look like objects.
            let mut reader = Reader::new(bytes, at);
            if let Some(Object::Dict(dict)) = reader.next() {
                reader.skip();
                if bytes[reader.at..].starts_with(b"stream") {
                    at = end_of_stream(bytes, reader.at, &dict);
                    if dict.get("Type").and_then(Object::name) == Some("ObjStm") {
                        packed.push((number, word));
                    }
                }
            }
            document.look()?;
        }
        if document.is_protected() {
            return Err(PdfError::Protected);
        }
        document.open_packed(&packed)?;
        if document.places.is_empty() { Err(PdfError::Damaged) } else { Ok(document) }
    }

    /// Late, when it is too late.
    pub fn look(&self) -> Result<()> {
        if Instant::now() >= self.end { Err(PdfError::Late) } else { Ok(()) }
    }

    /// Counts what was unpacked; false when it was too much.
    pub fn unpacked(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    /// The value itself, where it is a reference.
    pub fn resolved(&mut self, object: &Object) -> Object {
        let mut object = object.clone();
        for _ in 0..DEEPEST {
            let Object::Reference(number) = object else { return object };
            object = self.object(number);
        }
        Object::Null
    }

    /// A value of a dictionary; `None` when it is missing.
    pub fn entry(&mut self, dict: &Dict, name: &str) -> Option<Object> {
        let value = dict.get(name)?.clone();
        Some(self.resolved(&value))
    }

    /// The same when it is a dictionary.
    pub fn dict(&mut self, dict: &Dict, name: &str) -> Option<Dict> {
        self.entry(dict, name)?.dict().cloned()
    }

    /// The unpacked bytes of a stream.
    pub fn stream(&mut self, object: &Object) -> Option<Vec<u8>> {
        let Object::Stream(dict, range) = object else { return None };
        let raw: &'a [u8] = &self.bytes[range.clone()];
        unpack(self, dict, raw)
    }

    /// Numbers of all objects.
    pub fn numbers(&self) -> Vec<u32> {
        self.places.keys().copied().collect()
    }

    pub fn object(&mut self, number: u32) -> Object {
        match self.places.get(&number) {
            Some(Place::Read(object)) => object.clone(),
            Some(Place::File(at)) => self.at(*at),
            None => Object::Null,
        }
    }

    fn at(&self, at: usize) -> Object {
        let mut reader = Reader::new(self.bytes, at);
        match reader.next() {
            Some(Object::Dict(dict)) => {
                reader.skip();
                if !self.bytes[reader.at..].starts_with(b"stream") {
                    return Object::Dict(dict);
                }
                let begin = begin_of_stream(self.bytes, reader.at);
                let end = content_end(self.bytes, begin, end_of_stream(self.bytes, reader.at, &dict), &dict);
                Object::Stream(dict, begin..end)
            }
            Some(Object::Word(_)) | None => Object::Null,
            Some(object) => object,
        }
    }

    /// Dictionaries at the end of the file and its versions, the last one first.
    pub fn trailers(&mut self) -> Vec<Dict> {
        let mut trailers = Vec::new();
        for at in memmem::rfind_iter(self.bytes, b"trailer").take(64) {
            if let Some(Object::Dict(dict)) = Reader::new(self.bytes, at + b"trailer".len()).next() {
                trailers.push(dict);
            }
        }
        for number in self.numbers().into_iter().rev() {
            if let Object::Stream(dict, _) = self.object(number)
                && dict.get("Type").and_then(Object::name) == Some("XRef")
            {
                trailers.push(dict);
            }
        }
        trailers
    }

    fn is_protected(&mut self) -> bool {
        // A search of the bytes first: most files hold no such word, and trailers need not be read.
        memmem::find(self.bytes, b"/Encrypt").is_some()
            && self.trailers().iter().any(|trailer| trailer.contains_key("Encrypt"))
    }

    /// Objects inside of streams. What stands in the file behind such a stream is newer.
    fn open_packed(&mut self, streams: &[(u32, usize)]) -> Result<()> {
        for (number, place) in streams {
            self.look()?;
            let stream = self.object(*number);
            let Some(dict) = stream.dict().cloned() else { continue };
            let Some(bytes) = self.stream(&stream) else { continue };
            let number_of =
                |document: &mut Self, name: &str| document.entry(&dict, name).and_then(|value| value.count());
            let (Some(count), Some(first)) = (number_of(self, "N"), number_of(self, "First")) else { continue };
            let mut head = Reader::new(&bytes, 0);
            for _ in 0..count.min(MOST) {
                let (Some(number), Some(offset)) =
                    (head.next().and_then(|value| value.count()), head.next().and_then(|value| value.count()))
                else {
                    break;
                };
                let Ok(number) = u32::try_from(number) else { continue };
                let newer = matches!(self.places.get(&number), Some(Place::File(at)) if at > place);
                if newer || self.places.len() >= MOST {
                    continue;
                }
                if let Some(object) = Reader::new(&bytes, first.saturating_add(offset).min(bytes.len())).next() {
                    self.places.insert(number, Place::Read(object));
                }
            }
        }
        Ok(())
    }
}

/// The number in `12 0 obj`, where the last word is at `at`.
fn number_before(bytes: &[u8], at: usize) -> Option<u32> {
    let mut end = at;
    let mut back = |wanted: fn(u8) -> bool| {
        let begin = bytes[..end].iter().rposition(|byte| !wanted(*byte)).map_or(0, |at| at + 1);
        let found = &bytes[begin..end];
        end = begin;
        found
    };
    back(is_blank);
    let generation = back(|byte| byte.is_ascii_digit());
    let between = back(is_blank);
    let number = back(|byte| byte.is_ascii_digit());
    if generation.is_empty() || between.is_empty() || number.is_empty() || number.len() > 9 {
        return None;
    }
    std::str::from_utf8(number).ok()?.parse().ok()
}

/// Behind `stream` and the end of its line.
fn begin_of_stream(bytes: &[u8], word: usize) -> usize {
    let at = (word + b"stream".len()).min(bytes.len());
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => at + 2,
        (Some(b'\n' | b'\r'), _) => at + 1,
        _ => at,
    }
}

/// Where the word behind a stream begins; the length that it names counts only when that word is there.
fn end_of_stream(bytes: &[u8], word: usize, dict: &Dict) -> usize {
    let begin = begin_of_stream(bytes, word);
    if let Some(length) = dict.get("Length").and_then(Object::count) {
        let end = begin.saturating_add(length);
        let after = bytes.get(end..).unwrap_or_default();
        let blanks = after.iter().take_while(|byte| is_blank(**byte)).count();
        if after[blanks..].starts_with(b"endstream") {
            return end + blanks;
        }
    }
    memmem::find(&bytes[begin..], b"endstream").map_or(bytes.len(), |found| begin + found)
}

/// The end of the content, without the end of the line before `endstream` where no length says better.
fn content_end(bytes: &[u8], begin: usize, word: usize, dict: &Dict) -> usize {
    if let Some(end) = dict.get("Length").and_then(Object::count).and_then(|length| begin.checked_add(length))
        && end <= word
        && bytes[end..word].iter().all(|byte| is_blank(*byte))
    {
        return end;
    }
    let mut end = word.max(begin);
    for sign in [b'\n', b'\r'] {
        if end > begin && bytes[end - 1] == sign {
            end -= 1;
        }
    }
    end
}
