//! A font: what its codes mean, and how wide they are.

use std::collections::HashMap;

use crate::cmap::Meanings;
use crate::document::Document;
use crate::encoding::{Base, table};
use crate::object::{Dict, Object};

/// Widths of one font.
const MOST: usize = 70_000;

/// How the bytes of a text become signs.
pub struct Font {
    /// Bytes of a code.
    width: usize,
    meanings: Meanings,
    /// The meaning of every byte, for fonts with one byte a sign.
    table: Vec<String>,
    widths: HashMap<u32, f64>,
    usual: f64,
}

/// A sign of a text: what it means, and how wide it is in units of the text.
pub struct Sign {
    pub text: String,
    pub width: f64,
    /// One byte that is a blank: spaces between words are widened there.
    pub is_blank: bool,
}

impl Font {
    pub fn read(document: &mut Document<'_>, dict: &Dict) -> Self {
        let meanings = document.entry(dict, "ToUnicode").and_then(|table| document.stream(&table));
        let meanings = meanings.map(|bytes| Meanings::read(&bytes)).unwrap_or_default();
        if document.entry(dict, "Subtype").as_ref().and_then(Object::name) == Some("Type0") {
            Self::composite(document, dict, meanings)
        } else {
            Self::simple(document, dict, meanings)
        }
    }

    fn simple(document: &mut Document<'_>, dict: &Dict, meanings: Meanings) -> Self {
        let encoding = document.entry(dict, "Encoding");
        let (name, differences) = match &encoding {
            Some(Object::Name(name)) => (Some(name.clone()), Vec::new()),
            Some(Object::Dict(own)) => {
                let base = document.entry(own, "BaseEncoding").and_then(|base| base.name().map(str::to_owned));
                let differences = document.entry(own, "Differences");
                (base, differences.as_ref().and_then(Object::array).unwrap_or_default().to_vec())
            }
            _ => (None, Vec::new()),
        };
        let base = match name.as_deref() {
            Some("MacRomanEncoding" | "MacExpertEncoding") => Base::Mac,
            Some("StandardEncoding") => Base::Standard,
            // Programs that name none mean what their system has, more often than what the format says.
            _ => Base::Windows,
        };
        let first = document.entry(dict, "FirstChar").and_then(|first| first.count()).unwrap_or(0);
        let list = document.entry(dict, "Widths");
        let list = list.as_ref().and_then(Object::array).unwrap_or_default().to_vec();
        let mut widths = HashMap::new();
        for (at, width) in list.iter().take(256).enumerate() {
            let width = document.resolved(width).number();
            if let (Some(width), Ok(code)) = (width, u32::try_from(first + at)) {
                widths.insert(code, width / 1000.0);
            }
        }
        Self { width: 1, meanings, table: table(base, &differences), widths, usual: 0.5 }
    }

    fn composite(document: &mut Document<'_>, dict: &Dict, meanings: Meanings) -> Self {
        let descendants = document.entry(dict, "DescendantFonts");
        let first = descendants.as_ref().and_then(Object::array).and_then(<[Object]>::first).cloned();
        let own = first.map(|first| document.resolved(&first)).and_then(|own| own.dict().cloned()).unwrap_or_default();
        let usual = document.entry(&own, "DW").and_then(|width| width.number()).unwrap_or(1000.0) / 1000.0;
        let list = document.entry(&own, "W");
        let list = list.as_ref().and_then(Object::array).unwrap_or_default().to_vec();
        let widths = widths(document, &list);
        let width = meanings.width.unwrap_or(2);
        Self { width, meanings, table: Vec::new(), widths, usual }
    }

    /// The signs of a text.
    pub fn signs(&self, text: &[u8]) -> Vec<Sign> {
        let sign = |bytes: &[u8]| {
            let code = bytes.iter().fold(0_u32, |code, byte| (code << 8) | u32::from(*byte));
            let own = || usize::try_from(code).ok().and_then(|code| self.table.get(code)).cloned().unwrap_or_default();
            let text = self.meanings.get(code).map_or_else(own, str::to_owned);
            let width = self.widths.get(&code).copied().unwrap_or(self.usual);
            Sign { text, width, is_blank: bytes == [b' '] }
        };
        text.chunks(self.width).map(sign).collect()
    }
}

/// `first [w w w]` and `first last w`, mixed.
fn widths(document: &mut Document<'_>, list: &[Object]) -> HashMap<u32, f64> {
    let mut widths = HashMap::new();
    let mut rest = list;
    while let [first, second, behind @ ..] = rest {
        let Some(first) = document.resolved(first).count() else { break };
        match document.resolved(second) {
            Object::Array(items) => {
                for (at, width) in items.iter().enumerate() {
                    if let (Some(width), Ok(code)) = (document.resolved(width).number(), u32::try_from(first + at)) {
                        widths.insert(code, width / 1000.0);
                    }
                }
                rest = behind;
            }
            last => {
                let [width, behind @ ..] = behind else { break };
                let (Some(last), Some(width)) = (last.count(), document.resolved(width).number()) else { break };
                for code in first..=last.min(first + 0xffff) {
                    if let Ok(code) = u32::try_from(code) {
                        widths.insert(code, width / 1000.0);
                    }
                }
                rest = behind;
            }
        }
        if widths.len() > MOST {
            break;
        }
    }
    widths
}
