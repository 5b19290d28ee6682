//! Reasoning that a model marks with tags in its text, found across chunk boundaries.

/// Opening and closing tags that models are known to use.
const PAIRS: [(&str, &str); 8] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reason>", "</reason>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<Thought>", "</Thought>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("◁think▷", "◁/think▷"),
];

/// A stretch of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Open(String, String),
    Thought(String),
    Close,
}

/// Splits text into what is said and what is thought.
pub struct TagScanner {
    pairs: Vec<(String, String)>,
    /// The closing tag that is waited for.
    inside: Option<String>,
    /// Text that may be the beginning of a tag.
    held: String,
}

impl TagScanner {
    /// With the known tags, or one pair of one's own.
    pub fn new(own: Option<(String, String)>) -> Self {
        let known = || PAIRS.iter().map(|(open, close)| ((*open).to_owned(), (*close).to_owned())).collect();
        Self { pairs: own.map_or_else(known, |pair| vec![pair]), inside: None, held: String::new() }
    }

    /// Takes more text; returns what is certain by now.
    pub fn feed(&mut self, text: &str) -> Vec<Piece> {
        let mut rest = std::mem::take(&mut self.held) + text;
        let mut pieces = Vec::new();
        loop {
            let found = match &self.inside {
                Some(close) => rest.find(close.as_str()).map(|at| (at, close.clone(), None)),
                None => self
                    .pairs
                    .iter()
                    .filter_map(|(open, close)| {
                        rest.find(open.as_str()).map(|at| (at, open.clone(), Some(close.clone())))
                    })
                    .min_by_key(|(at, ..)| *at),
            };
            let Some((at, tag, close)) = found else { break };
            let after = rest.split_off(at + tag.len());
            rest.truncate(at);
            self.say(std::mem::take(&mut rest), &mut pieces);
            match close {
                Some(close) => {
                    pieces.push(Piece::Open(tag, close.clone()));
                    self.inside = Some(close);
                }
                None => {
                    pieces.push(Piece::Close);
                    self.inside = None;
                }
            }
            // The line break behind a tag belongs to the tag.
            rest = after.strip_prefix('\n').map(str::to_owned).unwrap_or(after);
        }
        let keep = self.possible_tag(&rest);
        self.held = rest.split_off(rest.len() - keep);
        self.say(rest, &mut pieces);
        pieces
    }

    /// What is left when the reply ends.
    pub fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let rest = std::mem::take(&mut self.held);
        self.say(rest, &mut pieces);
        pieces
    }

    fn say(&self, text: String, pieces: &mut Vec<Piece>) {
        if !text.is_empty() {
            pieces.push(if self.inside.is_some() { Piece::Thought(text) } else { Piece::Text(text) });
        }
    }

    /// Bytes at the end that may begin a tag.
    fn possible_tag(&self, text: &str) -> usize {
        let overlap = |tag: &str| {
            (1..tag.len())
                .rev()
                .find(|length| tag.is_char_boundary(*length) && text.ends_with(&tag[..*length]))
                .unwrap_or(0)
        };
        match &self.inside {
            Some(close) => overlap(close),
            None => self.pairs.iter().map(|(open, _)| overlap(open)).max().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_wherever_the_chunks_are_cut() {
        let text = "Hi <think>\nplan it</think>The <b>answer</b>.";
        for cut in 1..text.len() {
            let mut scanner = TagScanner::new(None);
            let mut pieces = Vec::new();
            for chunk in text.as_bytes().chunks(cut) {
                pieces.extend(scanner.feed(std::str::from_utf8(chunk).unwrap_or_default()));
            }
            pieces.extend(scanner.finish());
            let join = |wanted: fn(&Piece) -> Option<&str>| pieces.iter().filter_map(wanted).collect::<String>();
            assert_eq!(
                join(|piece| if let Piece::Text(text) = piece { Some(text) } else { None }),
                "Hi The <b>answer</b>."
            );
            assert_eq!(
                join(|piece| if let Piece::Thought(text) = piece { Some(text) } else { None }).trim(),
                "plan it"
            );
        }
    }
}
