//! RTF: the text without what steers its looks.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::{Bounds, ExtractError};

/// Groups that are not part of the text.
const ASIDE: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "themedata",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "datastore",
    "xmlnstbl",
    "latentstyles",
];
/// Groups inside of each other.
const DEEPEST: usize = 1_000;

#[derive(Clone, Copy)]
struct Group {
    aside: bool,
    /// Signs that follow a Unicode sign for those who do not know it.
    fallback: usize,
}

pub fn read(bytes: &[u8], bounds: &mut Bounds) -> Result<String, ExtractError> {
    let mut reader = Reader {
        text: String::new(),
        groups: Vec::new(),
        group: Group { aside: false, fallback: 1 },
        encoding: WINDOWS_1252,
        pending: Vec::new(),
        skip: 0,
        high: None,
    };
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        bounds.step()?;
        rest = behind;
        match first {
            b'{' => reader.open()?,
            b'}' => reader.close(bounds)?,
            b'\\' => rest = reader.control(rest, bounds)?,
            b'\r' | b'\n' | 0 => {}
            byte => reader.byte(*byte),
        }
    }
    reader.flush(bounds)?;
    Ok(reader.text)
}

struct Reader {
    text: String,
    groups: Vec<Group>,
    group: Group,
    encoding: &'static Encoding,
    /// Bytes that are not decoded yet: some signs have two.
    pending: Vec<u8>,
    skip: usize,
    /// The first half of a sign outside the basic plane.
    high: Option<u16>,
}

impl Reader {
    fn open(&mut self) -> Result<(), ExtractError> {
        if self.groups.len() >= DEEPEST {
            return Err(ExtractError::Damaged);
        }
        self.groups.push(self.group);
        Ok(())
    }

    fn close(&mut self, bounds: &mut Bounds) -> Result<(), ExtractError> {
        self.flush(bounds)?;
        if let Some(group) = self.groups.pop() {
            self.group = group;
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if !self.group.aside {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self, bounds: &mut Bounds) -> Result<(), ExtractError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let text = self.encoding.decode_without_bom_handling(&self.pending).0.into_owned();
        self.pending.clear();
        bounds.push(&mut self.text, &text)
    }

    fn say(&mut self, text: &str, bounds: &mut Bounds) -> Result<(), ExtractError> {
        self.flush(bounds)?;
        if self.group.aside { Ok(()) } else { bounds.push(&mut self.text, text) }
    }

    /// What follows a backslash; returns what is behind it.
    fn control<'a>(&mut self, rest: &'a [u8], bounds: &mut Bounds) -> Result<&'a [u8], ExtractError> {
        let Some((first, behind)) = rest.split_first() else { return Ok(rest) };
        if !first.is_ascii_alphabetic() {
            match first {
                b'\'' => {
                    let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
                    if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                        self.byte(byte);
                        return Ok(&behind[2..]);
                    }
                }
                b'*' => self.group.aside = true,
                b'~' => self.say(" ", bounds)?,
                b'_' => self.say("-", bounds)?,
                b'\\' | b'{' | b'}' => self.byte(*first),
                b'\n' | b'\r' => self.say("\n", bounds)?,
                _ => {}
            }
            return Ok(behind);
        }
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, behind) = rest.split_at(letters);
        let signed = usize::from(behind.first() == Some(&b'-'));
        let digits = behind[signed..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = if digits > 0 { signed + digits } else { 0 };
        let (number, behind) = behind.split_at(number);
        let number = std::str::from_utf8(number).ok().and_then(|number| number.parse::<i32>().ok());
        let behind = behind.strip_prefix(b" ").unwrap_or(behind);
        let word = std::str::from_utf8(word).unwrap_or_default();
        if word == "bin" {
            let length = number.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
            return Ok(behind.get(length..).unwrap_or_default());
        }
        self.word(word, number, bounds)?;
        Ok(behind)
    }

    fn word(&mut self, word: &str, number: Option<i32>, bounds: &mut Bounds) -> Result<(), ExtractError> {
        match word {
            "par" | "line" | "row" | "sect" | "page" => self.say("\n", bounds),
            "tab" => self.say("\t", bounds),
            "cell" => self.say(" | ", bounds),
            "emdash" => self.say("—", bounds),
            "endash" => self.say("–", bounds),
            "bullet" => self.say("•", bounds),
            "lquote" => self.say("‘", bounds),
            "rquote" => self.say("’", bounds),
            "ldblquote" => self.say("“", bounds),
            "rdblquote" => self.say("”", bounds),
            "uc" => {
                self.group.fallback = number.and_then(|count| usize::try_from(count).ok()).unwrap_or(1).min(16);
                Ok(())
            }
            "u" => self.unicode(number.unwrap_or(0), bounds),
            "ansicpg" => {
                let label = format!("windows-{}", number.unwrap_or(1252));
                self.encoding = match number {
                    Some(932) => encoding_rs::SHIFT_JIS,
                    Some(936) => encoding_rs::GBK,
                    Some(949) => encoding_rs::EUC_KR,
                    Some(950) => encoding_rs::BIG5,
                    _ => Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252),
                };
                Ok(())
            }
            word if ASIDE.contains(&word) => {
                self.flush(bounds)?;
                self.group.aside = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn unicode(&mut self, number: i32, bounds: &mut Bounds) -> Result<(), ExtractError> {
        self.flush(bounds)?;
        self.skip = self.group.fallback;
        // Written as a signed number of 16 bits.
        let unit = u16::try_from(number & 0xffff).unwrap_or_default();
        let units: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return Ok(());
        }
        let text: String = char::decode_utf16(units).filter_map(std::result::Result::ok).collect();
        if self.group.aside { Ok(()) } else { bounds.push(&mut self.text, &text) }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn text(rtf: &[u8]) -> String {
        read(rtf, &mut Bounds::usual(rtf.len())).unwrap()
    }

    #[test]
    fn text_is_what_is_left() {
        let rtf = b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}{\\*\\generator X;}\\f0\\fs24 K\\'e4se\\par\r\n\\b bold\\b0  \\u8364?\\tab\\{x\\}}";
        assert_eq!(text(rtf), "Käse\nbold €\t{x}");
        assert_eq!(text(b"{\\rtf1\\uc2 \\u-10179\\'3f\\'3f\\u-8704\\'3f\\'3f!}"), "\u{1f600}!");
        assert_eq!(text(b"{\\rtf1\\ansicpg932 \\'82\\'a0}"), "あ");
    }

    #[test]
    fn damaged_text_ends_without_harm() {
        for odd in [
            &b"{\\rtf1 a"[..],
            b"}}}}a",
            b"{\\rtf1\\",
            b"{\\rtf1\\'z",
            b"{\\rtf1\\bin999 a",
            b"{\\rtf1\\u",
            b"\\u99999999999 a",
        ] {
            let _ = read(odd, &mut Bounds::usual(odd.len()));
        }
        let deep = [b'{'; DEEPEST + 1];
        assert_eq!(read(&deep, &mut Bounds::usual(deep.len())), Err(ExtractError::Damaged));
    }
}
