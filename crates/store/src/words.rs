//! Texts as words, so that both databases find the same in them; and what people look for, as each of them is asked.

use std::borrow::Cow;

use airis_domain::{Json, UserId};

/// Bytes of a text that are looked at, and words of it that are kept: neither database takes books as one text.
const LONGEST_TEXT: usize = 256 * 1024;
const MOST_WORDS: usize = 16_000;
/// Characters of a word that count.
const LONGEST_WORD: usize = 64;
/// Things that are looked for at once, and words in one of them.
const MOST_PARTS: usize = 12;
const LONGEST_PHRASE: usize = 24;

/// What a character does in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Part of a word.
    Letter,
    /// A word by itself: in these scripts no blanks stand between words.
    Whole,
    Gap,
}

fn sign(sign: char) -> Sign {
    match sign {
        // Thai, Lao, Burmese and Khmer; kana and Han; pictures.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => Sign::Whole,
        '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => {
            Sign::Whole
        }
        '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}' => Sign::Whole,
        '\u{1f3fb}'..='\u{1f3ff}' => Sign::Gap,
        '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' => Sign::Whole,
        // Accents that stand behind their letter.
        '\u{300}'..='\u{36f}' => Sign::Letter,
        other if other.is_alphanumeric() => Sign::Letter,
        _ => Sign::Gap,
    }
}

/// A word, and whether it may be the beginning of a longer one.
struct Word {
    text: String,
    grows: bool,
}

fn split(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut word, mut length) = (String::new(), 0);
    let mut end = |word: &mut String, length: &mut usize| {
        if !word.is_empty() {
            // One letter would be the beginning of too much.
            words.push(Word { text: std::mem::take(word), grows: *length > 1 });
        }
        *length = 0;
    };
    for (at, character) in text.char_indices() {
        if at >= LONGEST_TEXT {
            break;
        }
        match sign(character) {
            Sign::Letter if length < LONGEST_WORD => {
                word.extend(character.to_lowercase());
                length += 1;
            }
            Sign::Letter => {}
            Sign::Gap => end(&mut word, &mut length),
            Sign::Whole => {
                end(&mut word, &mut length);
                word.push(character);
                length = 1;
                end(&mut word, &mut length);
            }
        }
    }
    end(&mut word, &mut length);
    words.truncate(MOST_WORDS);
    words
}

/// The words of a text, in their order.
pub(crate) fn words(text: &str) -> Vec<String> {
    split(text).into_iter().map(|word| word.text).collect()
}

/// The text of a message, which is a string or a list of parts.
pub(crate) fn text_of(content: &Json) -> Cow<'_, str> {
    match content {
        Json::String(text) => Cow::Borrowed(text),
        Json::Array(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            Cow::Owned(texts.join("\n"))
        }
        _ => Cow::Borrowed(""),
    }
}

/// A number that tells texts apart (FNV-1a).
fn digest_of<'a>(pieces: impl Iterator<Item = &'a str>) -> u64 {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for byte in pieces.flat_map(|piece| piece.bytes().chain([b' '])) {
        digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    digest
}

/// The same of words, as a column holds it.
pub(crate) fn digest(words: &[String]) -> i64 {
    digest_of(words.iter().map(String::as_str)).cast_signed()
}

/// The word that stands in every text of a person, so that nobody's search walks through those of others.
pub(crate) fn owner_word(user: &UserId) -> String {
    format!("u{:016x}", digest_of(std::iter::once(user.as_str())))
}

/// What somebody looks for: words, each perhaps the beginning of one, and phrases.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    parts: Vec<Part>,
}

/// Words that stand side by side; the last one may go on.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    words: Vec<String>,
    grows: bool,
}

impl Wanted {
    /// Reads a search; what stands between quotes is one phrase. `None` when there is no word in it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        for (at, piece) in text.split('"').enumerate() {
            if at % 2 == 1 {
                parts.extend(Part::read(piece, false));
            } else {
                parts.extend(piece.split_whitespace().filter_map(|piece| Part::read(piece, true)));
            }
        }
        parts.truncate(MOST_PARTS);
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// As SQLite's full text search is asked. Words have no sign in them that means something there.
    pub(crate) fn fts5(&self, user: &UserId) -> String {
        let parts = self.parts.iter().map(|part| {
            let star = if part.grows { " *" } else { "" };
            format!(" AND \"{}\"{star}", part.words.join(" "))
        });
        format!("\"{}\"{}", owner_word(user), parts.collect::<String>())
    }

    /// The same as a `tsquery`.
    pub(crate) fn tsquery(&self, user: &UserId) -> String {
        let parts = self.parts.iter().map(|part| {
            let words: Vec<String> = part.words.iter().map(|word| format!("'{word}'")).collect();
            format!(" & ({}{})", words.join(" <-> "), if part.grows { ":*" } else { "" })
        });
        format!("'{}'{}", owner_word(user), parts.collect::<String>())
    }
}

impl Part {
    fn read(text: &str, grows: bool) -> Option<Self> {
        let mut words = split(text);
        words.truncate(LONGEST_PHRASE);
        // Nothing between two quotes is nothing to look for.
        let last = words.last()?;
        let grows = grows && last.grows;
        Some(Self { words: words.into_iter().map(|word| word.text).collect(), grows })
    }
}

/// A `tsvector` with the places of the words.
pub(crate) fn tsvector(user: &UserId, words: &[String]) -> String {
    let words = words.iter().zip(1..).map(|(word, at): (_, usize)| format!(" '{word}':{at}"));
    format!("'{}'{}", owner_word(user), words.collect::<String>())
}

/// The words as one text for SQLite.
pub(crate) fn line(user: &UserId, words: &[String]) -> String {
    format!("{} {}", owner_word(user), words.join(" "))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn words_are_letters_and_digits_and_scripts_without_blanks_are_signs() {
        for (text, expected) in [
            ("Hello, WORLD-wide_web!", &["hello", "world", "wide", "web"][..]),
            ("Straße 100%", &["straße", "100"]),
            ("你好world", &["你", "好", "world"]),
            ("カナ 🦆🏽x", &["カ", "ナ", "🦆", "x"]),
            ("e\u{301}tude", &["e\u{301}tude"]),
            ("'\"\\*():<->&|!\0", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(words(&"a".repeat(1000))[0].len(), LONGEST_WORD);
        assert_eq!(words(&"a ".repeat(MOST_WORDS + 5)).len(), MOST_WORDS);
    }

    #[test]
    fn what_is_looked_for_holds_no_operators() {
        let user = UserId::from("u");
        let owner = owner_word(&user);
        let wanted = Wanted::read("rust a \"new York\" don't 你好").unwrap();
        assert_eq!(
            wanted.fts5(&user),
            format!("\"{owner}\" AND \"rust\" * AND \"a\" AND \"new york\" AND \"don t\" AND \"你 好\"")
        );
        assert_eq!(
            wanted.tsquery(&user),
            format!("'{owner}' & ('rust':*) & ('a') & ('new' <-> 'york') & ('don' <-> 't') & ('你' <-> '好')")
        );
        for nothing in ["", " \" \" ", "\"\"", "*", "';&|"] {
            assert_eq!(Wanted::read(nothing), None, "{nothing}");
        }
        assert!(Wanted::read(&"word ".repeat(100)).unwrap().parts.len() == MOST_PARTS);
    }
}
