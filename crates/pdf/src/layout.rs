//! Pieces of text at places of a page, put together as lines.

/// A piece of text where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub text: String,
    pub x: f64,
    pub y: f64,
    /// Where the next sign would stand.
    pub end: f64,
    /// Height of the signs.
    pub size: f64,
}

/// How far apart pieces stand, as parts of their height: a blank, another line, another paragraph.
const BLANK: f64 = 0.18;
const LINE: f64 = 0.55;
const PARAGRAPH: f64 = 1.9;

/// The text of a page in the order in which it was written on it, which is the order of reading nearly always.
pub fn lines(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut last: Option<&Piece> = None;
    for piece in pieces.iter().filter(|piece| !piece.text.is_empty()) {
        if let Some(last) = last {
            let size = last.size.max(piece.size).max(0.1);
            let down = (last.y - piece.y).abs() / size;
            let gap = (piece.x - last.end) / size;
            if down > PARAGRAPH {
                newline(&mut text, 2);
            } else if down > LINE || gap < -2.0 {
                newline(&mut text, 1);
            } else if gap > BLANK
                && !text.ends_with(char::is_whitespace)
                && !piece.text.starts_with(char::is_whitespace)
            {
                text.push(' ');
            }
        }
        text.push_str(&piece.text);
        last = Some(piece);
    }
    joined(&text)
}

fn newline(text: &mut String, count: usize) {
    text.truncate(text.trim_end_matches(' ').len());
    if !text.is_empty() {
        let there = text.len() - text.trim_end_matches('\n').len();
        text.push_str(&"\n".repeat(count.saturating_sub(there)));
    }
}

/// Words that were divided at the end of a line are one again.
fn joined(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        let divided = line.ends_with('-')
            && line.chars().rev().nth(1).is_some_and(char::is_lowercase)
            && lines.peek().is_some_and(|next| next.trim_start().starts_with(char::is_lowercase));
        whole.push_str(if divided { &line[..line.len() - 1] } else { line });
        if lines.peek().is_some() && !divided {
            whole.push('\n');
        }
    }
    whole.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, x: f64, y: f64) -> Piece {
        Piece { text: text.to_owned(), x, y, end: x + text.len() as f64 * 5.0, size: 10.0 }
    }

    #[test]
    fn places_say_where_blanks_and_lines_are() {
        let pieces = [
            piece("Hel", 0.0, 700.0),
            piece("lo", 15.0, 700.0),
            piece("world", 30.0, 700.0),
            piece("next", 0.0, 688.0),
            piece("far", 0.0, 640.0),
        ];
        assert_eq!(lines(&pieces), "Hello world\nnext\n\nfar");
    }

    #[test]
    fn divided_words_are_put_together() {
        assert_eq!(lines(&[piece("some divi-", 0.0, 700.0), piece("ded words", 0.0, 688.0)]), "some divided words");
        assert_eq!(lines(&[piece("A -", 0.0, 700.0), piece("b", 0.0, 688.0)]), "A -\nb");
    }
}
