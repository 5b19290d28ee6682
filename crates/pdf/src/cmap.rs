//! Tables from the codes of a font to characters.

use std::collections::HashMap;

use crate::object::Object;
use crate::parse::Reader;

/// Codes of one table.
const MOST: usize = 200_000;

/// What the codes of a font mean.
#[derive(Clone, Debug, Default)]
pub struct Meanings {
    map: HashMap<u32, String>,
    /// Bytes of a code, where the table says it.
    pub width: Option<usize>,
}

impl Meanings {
    pub fn get(&self, code: u32) -> Option<&str> {
        self.map.get(&code).map(String::as_str)
    }

    /// Reads a table of the kind that fonts have under `ToUnicode`.
    pub fn read(bytes: &[u8]) -> Self {
        let mut meanings = Self::default();
        let mut reader = Reader::new(bytes, 0);
        let mut operands: Vec<Object> = Vec::new();
        while let Some(object) = reader.next() {
            let Object::Word(word) = &object else {
                operands.push(object);
                continue;
            };
            match word.as_str() {
                "begincodespacerange" | "beginbfchar" | "beginbfrange" => operands.clear(),
                "endcodespacerange" => {
                    let widths = operands
                        .iter()
                        .filter_map(|range| if let Object::Text(code) = range { Some(code.len()) } else { None });
                    meanings.width = widths.max().filter(|width| (1..=4).contains(width));
                }
                "endbfchar" => {
                    for pair in operands.chunks_exact(2) {
                        if let [Object::Text(code), Object::Text(text)] = pair {
                            meanings.insert(number(code), utf16(text));
                        }
                    }
                }
                "endbfrange" => {
                    for triple in operands.chunks_exact(3) {
                        meanings.range(triple);
                    }
                }
                _ => {}
            }
            operands.clear();
        }
        meanings
    }

    fn insert(&mut self, code: u32, text: String) {
        if self.map.len() < MOST && !text.is_empty() {
            self.map.insert(code, text);
        }
    }

    fn range(&mut self, triple: &[Object]) {
        let [Object::Text(low), Object::Text(high), to] = triple else { return };
        let (low, high) = (number(low), number(high));
        if high < low || high - low > 0xffff {
            return;
        }
        match to {
            Object::Text(first) => {
                let mut units: Vec<u16> = units(first);
                for code in low..=high {
                    self.insert(code, String::from_utf16_lossy(&units));
                    if let Some(last) = units.last_mut() {
                        *last = last.wrapping_add(1);
                    }
                }
            }
            Object::Array(texts) => {
                for (code, text) in (low..=high).zip(texts) {
                    if let Object::Text(text) = text {
                        self.insert(code, utf16(text));
                    }
                }
            }
            _ => {}
        }
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter().take(4).fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

fn units(text: &[u8]) -> Vec<u16> {
    match text {
        [one] => vec![u16::from(*one)],
        text => text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect(),
    }
}

fn utf16(text: &[u8]) -> String {
    String::from_utf16_lossy(&units(text)).replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_ranges_have_meanings() {
        let table = b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n2 beginbfchar <0003> <0020> <0004> <D83DDE00> endbfchar\n\
            2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<00660069> <0078>] endbfrange";
        let meanings = Meanings::read(table);
        assert_eq!(meanings.width, Some(2));
        for (code, text) in [(3, " "), (4, "😀"), (0x10, "A"), (0x12, "C"), (0x20, "fi"), (0x21, "x")] {
            assert_eq!(meanings.get(code), Some(text), "{code}");
        }
        assert_eq!(meanings.get(0x13), None);
    }

    #[test]
    fn a_hostile_range_is_passed_over() {
        let meanings =
            Meanings::read(b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange 1 beginbfchar <01> endbfchar");
        assert!(meanings.map.is_empty());
    }
}
