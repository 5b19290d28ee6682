//! Texts as words, as they are indexed and looked for.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Bytes of a text that are looked at.
const LONGEST_TEXT: usize = 64 * 1024;
/// Words that are looked for at once.
const MOST: usize = 32;
/// Characters of a word that count.
const LONGEST: usize = 64;
/// How many places of a word PostgreSQL keeps, and the largest.
const PLACES: usize = 255;
const LAST_PLACE: usize = 16_383;

/// The words of a text with a blank between them. A character of a script that writes no blanks is a word.
pub fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len().min(LONGEST_TEXT));
    let mut length = 0;
    for (at, sign) in text.char_indices() {
        if at >= LONGEST_TEXT {
            break;
        }
        if stands_alone(sign) {
            words.push(' ');
            words.push(sign);
            length = LONGEST;
        } else if sign.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&sign) {
            if length >= LONGEST && !words.ends_with(|last: char| last.is_alphanumeric() && !stands_alone(last)) {
                words.push(' ');
                length = 0;
            }
            if length < LONGEST {
                words.push(sign);
                length += 1;
            }
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
            length = 0;
        } else {
            length = 0;
        }
    }
    words.trim().to_owned()
}

/// The words that are looked for, each once.
pub fn wanted(text: &str) -> Vec<String> {
    let text = words(&text.to_lowercase());
    let mut wanted: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !wanted.iter().any(|known| known == word) {
            wanted.push(word.to_owned());
        }
        if wanted.len() == MOST {
            break;
        }
    }
    wanted
}

/// What the index of SQLite is asked: any of the words in one collection. `None`: there are no words.
pub fn query(collection: i64, text: &str, about: bool) -> Option<String> {
    let wanted = wanted(text);
    if wanted.is_empty() {
        return None;
    }
    let any: Vec<String> = wanted.iter().map(|word| format!("\"{word}\"")).collect();
    let columns = if about { "{words about}" } else { "{words}" };
    Some(format!("{{scope}} : \"c{collection}\" AND {columns} : ({})", any.join(" OR ")))
}

/// A text without case and marks over and under letters, for an index that does not see to it by itself.
pub fn folded(text: &str) -> String {
    text.to_lowercase().nfd().filter(|sign| !is_combining_mark(*sign)).collect()
}

/// How the index of PostgreSQL writes the words of a text with their places, and how many they are.
pub fn lexemes(text: &str) -> (String, i32) {
    let text = words(&folded(text));
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut count = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        count += 1;
        // It keeps the first of them alone, and no larger numbers.
        let known = places.entry(word).or_default();
        if known.len() < PLACES && count <= LAST_PLACE {
            known.push(count);
        }
    }
    let written: Vec<String> = places
        .iter()
        .map(|(word, places)| {
            let places: Vec<String> = places.iter().map(usize::to_string).collect();
            if places.is_empty() { format!("'{word}'") } else { format!("'{word}':{}", places.join(",")) }
        })
        .collect();
    (written.join(" "), i32::try_from(count).unwrap_or(i32::MAX))
}

/// Thai, Lao, Burmese and Khmer; kana and Han.
fn stands_alone(sign: char) -> bool {
    matches!(sign,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn words_stand_apart_in_every_script() {
        assert_eq!(words("Don't  stop—now!"), "Don t stop now");
        assert_eq!(words("東京abcタワー"), "東 京 abc タ ワ ー");
        assert_eq!(words("\"); DROP"), "DROP");
        assert_eq!(words("?!"), "");
        assert_eq!(words(&"x".repeat(200)).len(), LONGEST);
        assert_eq!(words(&format!("{} b", "x".repeat(200))), format!("{} b", "x".repeat(LONGEST)));
    }

    #[test]
    fn what_people_write_is_never_taken_for_a_query() {
        let asked = query(7, "a AND (b OR \"c\") NEAR a*", false).unwrap();
        assert_eq!(asked, "{scope} : \"c7\" AND {words} : (\"a\" OR \"and\" OR \"b\" OR \"or\" OR \"c\" OR \"near\")");
        assert_eq!(query(7, "…", true), None);
        assert!(query(7, "x", true).unwrap().contains("{words about}"));
    }

    #[test]
    fn words_are_written_with_their_places() {
        assert_eq!(lexemes("Été, it's Ete! 塔"), ("'ete':1,4 'it':2 's':3 '塔':5".to_owned(), 5));
        assert_eq!(lexemes("…"), (String::new(), 0));
        let (often, count) = lexemes(&"a ".repeat(20_000));
        assert_eq!((often.split(',').count(), count), (255, 20_000));
        assert_eq!(lexemes(&format!("{} b", "a ".repeat(16_383))).0.split(' ').next_back(), Some("'b'"));
    }
}
