//! Texts as passages: short enough to be found by what they mean, long enough to be understood. A passage is a span of its
//! text, never changed.

mod headings;
mod measure;
mod recursive;

pub use measure::Measure;

use std::ops::Range;

use airis_config::Config;

/// The smallest and the largest passage that can be asked for.
const SHORTEST: usize = 16;
const LONGEST: usize = 100_000;

/// How texts are cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub measure: Measure,
    /// Length of a passage at most, in the measure's unit.
    pub size: usize,
    /// How much of a passage is repeated in the next one.
    pub overlap: usize,
    /// Whether texts are cut at Markdown headings first.
    pub headings: bool,
    /// What stands under a heading is joined with its neighbours up to this length; 0: it is not.
    pub least: usize,
}

impl Rules {
    /// As administrators set them; what makes no sense becomes the nearest that does.
    pub fn read(config: &Config) -> Self {
        let number = |key: &str, default: usize| {
            config.int(key).and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
        };
        let size = number("rag.chunk_size", 1000).clamp(SHORTEST, LONGEST);
        Self {
            measure: Measure::named(&config.text("rag.text_splitter")),
            size,
            overlap: number("rag.chunk_overlap", 100).min(size / 2),
            headings: config.flag("rag.enable_markdown_header_text_splitter"),
            least: number("rag.chunk_min_size_target", 0).min(size),
        }
    }
}

/// A passage of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    pub text: &'a str,
    /// Characters of the text before it.
    pub start: usize,
    /// The headings above it, the first one outermost.
    pub headings: Vec<String>,
}

/// Cuts a text; blanks at the ends of passages are left out, and so are passages of nothing but blanks.
pub fn split<'a>(text: &'a str, rules: &Rules) -> Vec<Chunk<'a>> {
    let parts = if rules.headings { headings::parts(text, rules) } else { vec![headings::Part::whole(text)] };
    let mut chunks = Vec::new();
    let mut counter = Counter { text, at: 0, characters: 0 };
    for part in parts {
        for span in recursive::spans(text, part.span.clone(), rules) {
            let span = trimmed(text, span);
            if span.is_empty() {
                continue;
            }
            let start = counter.characters_before(span.start);
            chunks.push(Chunk { text: &text[span], start, headings: part.headings.clone() });
        }
    }
    chunks
}

/// A span without the blanks at its ends.
fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let inner = &text[span.clone()];
    let start = span.start + (inner.len() - inner.trim_start().len());
    let end = span.end - (inner.len() - inner.trim_end().len());
    start.min(end)..end
}

/// Counts characters from the last place that it was asked for: passages come in their order, and overlap a little.
struct Counter<'a> {
    text: &'a str,
    at: usize,
    characters: usize,
}

impl Counter<'_> {
    fn characters_before(&mut self, place: usize) -> usize {
        if place >= self.at {
            self.characters += self.text[self.at..place].chars().count();
        } else {
            self.characters -= self.text[place..self.at].chars().count();
        }
        self.at = place;
        self.characters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(size: usize, overlap: usize) -> Rules {
        Rules { measure: Measure::Characters, size, overlap, headings: true, least: 0 }
    }

    fn texts<'a>(text: &'a str, rules: &Rules) -> Vec<&'a str> {
        split(text, rules).into_iter().map(|chunk| chunk.text).collect()
    }

    #[test]
    fn a_short_text_is_one_passage_without_its_blanks() {
        let found = split("  Käse 🧀.\n", &rules(100, 10));
        assert_eq!(found, [Chunk { text: "Käse 🧀.", start: 2, headings: Vec::new() }]);
        assert!(split(" \n\t", &rules(100, 10)).is_empty());
    }

    #[test]
    fn texts_are_cut_at_paragraphs_then_lines_then_words_then_anywhere() {
        assert_eq!(texts("one two\n\nthree four\n\nfive", &rules(12, 0)), ["one two", "three four", "five"]);
        assert_eq!(texts("one two three four", &rules(11, 0)), ["one two", "three four"]);
        assert_eq!(texts("aaaaabbbbbccccc", &rules(5, 0)), ["aaaaa", "bbbbb", "ccccc"]);
        assert_eq!(texts("ab cd ef gh", &rules(6, 3)), ["ab cd", "cd ef", "ef gh"]);
    }

    #[test]
    fn places_are_counted_in_characters() {
        for chunk in split("äöü äöü äöü äöü äöü", &rules(8, 4)) {
            let text: String =
                "äöü äöü äöü äöü äöü".chars().skip(chunk.start).take(chunk.text.chars().count()).collect();
            assert_eq!(text, chunk.text);
        }
    }

    #[test]
    fn no_passage_is_longer_than_it_may_be_and_nothing_is_lost() {
        let text: String =
            (0..400).map(|number| format!("wörd{number}{}", ["\n\n", "\n", " ", ""][number % 4])).collect();
        for (size, overlap) in [(16, 0), (16, 8), (50, 10), (1000, 100)] {
            let found = split(&text, &rules(size, overlap));
            assert!(found.iter().all(|chunk| chunk.text.chars().count() <= size), "{size}");
            let mut seen = vec![false; text.chars().count()];
            for chunk in &found {
                seen[chunk.start..chunk.start + chunk.text.chars().count()].fill(true);
            }
            let missing = text.chars().zip(seen).filter(|(sign, seen)| !seen && !sign.is_whitespace()).count();
            assert_eq!(missing, 0, "{size} {overlap}");
        }
    }

    #[test]
    fn headings_are_known_to_what_stands_under_them() {
        let text = "Before\n# A\nunder a\n## B\nunder b\n```\n# no heading\n```\n# C\n## D\nunder d";
        let found = split(text, &rules(100, 10));
        let seen: Vec<(&str, String)> = found.iter().map(|chunk| (chunk.text, chunk.headings.join("/"))).collect();
        let expected = [
            ("Before", ""),
            ("# A\nunder a", "A"),
            ("## B\nunder b\n```\n# no heading\n```", "A/B"),
            ("# C\n## D\nunder d", "C/D"),
        ];
        assert_eq!(seen, expected.map(|(text, headings)| (text, headings.to_owned())));
    }

    #[test]
    fn small_parts_are_joined_up_to_the_length_that_is_wanted() {
        let text = "# A\na\n# B\nb\n# C\nc";
        assert_eq!(texts(text, &Rules { least: 10, ..rules(100, 0) }), ["# A\na\n# B\nb", "# C\nc"]);
        assert_eq!(texts(text, &rules(100, 0)).len(), 3);
        assert_eq!(texts(text, &Rules { headings: false, ..rules(100, 0) }), [text]);
    }

    #[test]
    fn settings_that_make_no_sense_are_mended() {
        let config = Config::from_env(&|name| match name {
            "CHUNK_SIZE" => Some("-5".to_owned()),
            "CHUNK_OVERLAP" => Some("900".to_owned()),
            "RAG_TEXT_SPLITTER" => Some("token".to_owned()),
            _ => None,
        });
        let rules = Rules::read(&config.unwrap_or_else(|error| panic!("{error}")));
        assert_eq!((rules.size, rules.overlap, rules.measure), (1000, 500, Measure::Tokens));
    }
}
