//! Reading values from bytes. Lenient: what makes no sense is passed over, and everything ends.

use crate::object::{Dict, Object};

/// Values inside of each other.
const DEEPEST: usize = 64;
/// Values in one array or dictionary.
const MOST: usize = 2_000_000;

/// Bytes with a place in them.
pub struct Reader<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

pub fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over blanks and comments.
    pub fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            if is_blank(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.at += 1;
                }
            } else {
                return;
            }
        }
    }

    /// The next value or operator; `None` at the end.
    pub fn next(&mut self) -> Option<Object> {
        self.value(0)
    }

    fn value(&mut self, depth: usize) -> Option<Object> {
        loop {
            self.skip();
            let byte = self.peek()?;
            return Some(match byte {
                b'/' => Object::Name(self.name()),
                b'(' => Object::Text(self.literal()),
                b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                    self.at += 2;
                    if depth >= DEEPEST { Object::Null } else { Object::Dict(self.dict(depth + 1)) }
                }
                b'<' => Object::Text(self.hex()),
                b'[' => {
                    self.at += 1;
                    if depth >= DEEPEST { Object::Null } else { Object::Array(self.array(depth + 1)) }
                }
                b'+' | b'-' | b'.' | b'0'..=b'9' => self.number_or_reference(),
                byte if is_delimiter(byte) => {
                    // An end without a beginning, which the caller looks for itself.
                    self.at += 1;
                    if byte == b']' || byte == b'>' || byte == b'}' {
                        return Some(Object::Word(char::from(byte).to_string()));
                    }
                    continue;
                }
                _ => self.word(),
            });
        }
    }

    fn regular(&mut self) -> &'a [u8] {
        let begin = self.at;
        while self.peek().is_some_and(|byte| !is_blank(byte) && !is_delimiter(byte)) {
            self.at += 1;
        }
        &self.bytes[begin..self.at]
    }

    fn word(&mut self) -> Object {
        let word = self.regular();
        match word {
            b"true" => Object::Bool(true),
            b"false" => Object::Bool(false),
            b"null" => Object::Null,
            word => Object::Word(String::from_utf8_lossy(word).into_owned()),
        }
    }

    fn name(&mut self) -> String {
        self.at += 1;
        let raw = self.regular();
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((first, behind)) = rest.split_first() {
            let digits = behind.get(..2).filter(|_| *first == b'#').and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => {
                    name.push(byte);
                    rest = &behind[2..];
                }
                None => {
                    name.push(*first);
                    rest = behind;
                }
            }
        }
        String::from_utf8_lossy(&name).into_owned()
    }

    /// `12`, `-.5`, or `12 0 R`.
    fn number_or_reference(&mut self) -> Object {
        let word = self.regular();
        if word.is_empty() {
            self.at += 1;
            return Object::Null;
        }
        let number = number(word);
        if word.iter().all(u8::is_ascii_digit) && word.len() < 10 {
            let back = self.at;
            self.skip();
            let generation = self.regular();
            if !generation.is_empty() && generation.len() < 6 && generation.iter().all(u8::is_ascii_digit) {
                self.skip();
                if self.peek() == Some(b'R')
                    && self.bytes.get(self.at + 1).is_none_or(|byte| is_blank(*byte) || is_delimiter(*byte))
                {
                    self.at += 1;
                    return Object::Reference(number as u32);
                }
            }
            self.at = back;
        }
        Object::Number(number)
    }

    fn array(&mut self, depth: usize) -> Vec<Object> {
        let mut items = Vec::new();
        while items.len() < MOST {
            self.skip();
            match self.peek() {
                None => break,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                _ => {}
            }
            match self.value(depth) {
                Some(Object::Word(word)) if word == "endobj" || word == "endstream" => break,
                Some(value) => items.push(value),
                None => break,
            }
        }
        items
    }

    fn dict(&mut self, depth: usize) -> Dict {
        let mut dict = Dict::new();
        while dict.len() < MOST {
            self.skip();
            match self.peek() {
                None => break,
                Some(b'>') => {
                    self.at += 1 + usize::from(self.bytes.get(self.at + 1) == Some(&b'>'));
                    break;
                }
                Some(b'/') => {
                    let name = self.name();
                    self.skip();
                    if self.peek() == Some(b'>') {
                        continue;
                    }
                    let Some(value) = self.value(depth) else { break };
                    dict.insert(name, value);
                }
                Some(_) => match self.value(depth) {
                    Some(Object::Word(word)) if word == "endobj" || word == "stream" => break,
                    Some(_) => {}
                    None => break,
                },
            }
        }
        dict
    }

    /// A text in parentheses, which may be inside of each other.
    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut text, mut open) = (Vec::new(), 1_usize);
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(&mut text);
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        text
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
            b'\n' => {}
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                text.push(u8::try_from(code & 0xff).unwrap_or_default());
            }
            other => text.push(other),
        }
    }

    fn hex(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut digits = Vec::new();
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'>' {
                break;
            }
            if let Some(digit) = char::from(byte).to_digit(16) {
                digits.push(u8::try_from(digit).unwrap_or_default());
            }
        }
        if digits.len() % 2 == 1 {
            digits.push(0);
        }
        digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect()
    }
}

/// Numbers as programs write them, also `--5` and `1.2.3`.
fn number(word: &[u8]) -> f64 {
    let text: String = word.iter().map(|byte| char::from(*byte)).collect();
    let negative = text.starts_with('-');
    let digits = text.trim_start_matches(['+', '-']);
    let end = digits.char_indices().scan(false, |dot, (at, sign)| {
        let fits = sign.is_ascii_digit() || (sign == '.' && !*dot);
        *dot |= sign == '.';
        fits.then_some(at + 1)
    });
    let digits = &digits[..end.last().unwrap_or(0)];
    let number: f64 = format!("0{digits}").parse().unwrap_or(0.0);
    if negative { -number } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Object> {
        Reader::new(text.as_bytes(), 0).next()
    }

    #[test]
    fn values_are_read_as_they_are_written() {
        let name = |name: &str| Object::Name(name.to_owned());
        assert_eq!(read("/A#20B"), Some(name("A B")));
        assert_eq!(read("% note\n-.5"), Some(Object::Number(-0.5)));
        assert_eq!(read("12 0 R"), Some(Object::Reference(12)));
        assert_eq!(read("(a\\(b(c)\\101\\\r\nd)"), Some(Object::Text(b"a(b(c)Ad".to_vec())));
        assert_eq!(read("<48 6>"), Some(Object::Text(b"H`".to_vec())));
        let array = vec![Object::Number(1.0), Object::Number(2.0), Object::Reference(3), name("X"), Object::Null];
        assert_eq!(read("[1 2 3 0 R /X null]"), Some(Object::Array(array)));
        let dict = read("<</A 1/B<</C true>>/D>>");
        let dict = dict.as_ref().and_then(Object::dict);
        assert_eq!(dict.and_then(|dict| dict["B"].dict()).map(|inner| inner["C"].clone()), Some(Object::Bool(true)));
        assert_eq!(read("Tj"), Some(Object::Word("Tj".to_owned())));
    }

    #[test]
    fn nonsense_ends() {
        for odd in ["", "<<", "[", "(", "<", "<</A", "[[[[", ")", "--", "1.2.3", "<</A>>", "/", "}{", "\\"] {
            let mut reader = Reader::new(odd.as_bytes(), 0);
            let mut count = 0;
            while reader.next().is_some() {
                count += 1;
                assert!(count < 20, "{odd}");
            }
        }
        let deep = "[".repeat(100_000);
        assert!(Reader::new(deep.as_bytes(), 0).next().is_some());
        assert_eq!(number(b"1.2.3"), 1.2);
        assert_eq!(number(b"--5"), -5.0);
    }
}
