//! How long a text is.

/// A unit of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Characters,
    /// About what models count: a short word, a piece of a longer one, a few digits, or signs in a row.
    Tokens,
}

/// Letters and digits that are about one token.
const LETTERS: usize = 5;
const DIGITS: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Letter,
    Digit,
    /// Scripts without blanks: about a token a sign.
    Alone,
    Other,
}

impl Measure {
    /// The measure of a splitter.
    pub fn named(splitter: &str) -> Self {
        match splitter.trim() {
            "token" | "token_transformers" => Self::Tokens,
            _ => Self::Characters,
        }
    }

    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Characters => text.chars().count(),
            Self::Tokens => tokens(text),
        }
    }
}

fn tokens(text: &str) -> usize {
    let (mut tokens, mut run, mut last) = (0, 0_usize, Class::Blank);
    for sign in text.chars() {
        let class = class(sign);
        if class != last {
            tokens += cost(last, run);
            (run, last) = (0, class);
        }
        run += 1;
    }
    tokens + cost(last, run)
}

/// Tokens of signs of one class in a row. One blank belongs to the word behind it.
fn cost(class: Class, run: usize) -> usize {
    match class {
        Class::Blank => usize::from(run > 1),
        Class::Letter => run.div_ceil(LETTERS),
        Class::Digit => run.div_ceil(DIGITS),
        Class::Alone => run,
        Class::Other => run.div_ceil(2),
    }
}

fn class(sign: char) -> Class {
    match sign {
        sign if sign.is_whitespace() => Class::Blank,
        sign if sign.is_numeric() => Class::Digit,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => {
            Class::Alone
        }
        sign if sign.is_alphabetic() => Class::Letter,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_about_what_models_count() {
        for (text, tokens) in
            [("", 0), ("hello", 1), ("hello world", 2), ("a, b", 3), ("12345", 2), ("東京", 2), ("extraordinary", 3)]
        {
            assert_eq!(Measure::Tokens.length(text), tokens, "{text}");
        }
        assert_eq!(Measure::Characters.length("Käse"), 4);
    }
}
