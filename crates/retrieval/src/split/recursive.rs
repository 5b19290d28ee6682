//! The recursive splitter: at paragraphs where that is enough, else at lines, else at words, else anywhere.

use std::collections::VecDeque;
use std::ops::Range;

use super::Rules;

const SEPARATORS: [&str; 3] = ["\n\n", "\n", " "];

/// Spans of a part of a text, none longer than it may be, in their order.
pub fn spans(text: &str, part: Range<usize>, rules: &Rules) -> Vec<Range<usize>> {
    if rules.measure.length(&text[part.clone()]) <= rules.size {
        return vec![part];
    }
    let mut found = Vec::new();
    cut(text, part, &SEPARATORS, rules, &mut found);
    found
}

fn cut(text: &str, part: Range<usize>, separators: &[&str], rules: &Rules, found: &mut Vec<Range<usize>>) {
    let inner = &text[part.clone()];
    let at = separators.iter().position(|separator| inner.contains(separator));
    let (pieces, finer) = match at {
        Some(at) => (between(text, &part, separators[at]), &separators[at + 1..]),
        None => (signs(text, &part), &[][..]),
    };
    let mut short: Vec<(Range<usize>, usize)> = Vec::new();
    for piece in pieces {
        let length = rules.measure.length(&text[piece.clone()]);
        if length <= rules.size {
            short.push((piece, length));
            continue;
        }
        join(std::mem::take(&mut short), rules, found);
        if at.is_some() {
            cut(text, piece, finer, rules, found);
        } else {
            found.push(piece);
        }
    }
    join(short, rules, found);
}

/// Pieces that begin with the separator, but for the first.
fn between(text: &str, part: &Range<usize>, separator: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut begin = part.start;
    for (at, _) in text[part.clone()].match_indices(separator) {
        let at = part.start + at;
        if at > begin {
            pieces.push(begin..at);
        }
        begin = at;
    }
    if begin < part.end {
        pieces.push(begin..part.end);
    }
    pieces
}

/// Every sign by itself.
fn signs(text: &str, part: &Range<usize>) -> Vec<Range<usize>> {
    let sign = |(at, sign): (usize, char)| part.start + at..part.start + at + sign.len_utf8();
    text[part.clone()].char_indices().map(sign).collect()
}

/// Puts neighbours together as long as they fit; the last ones of a span begin the next one, too, as far as they may.
fn join(pieces: Vec<(Range<usize>, usize)>, rules: &Rules, found: &mut Vec<Range<usize>>) {
    let mut current: VecDeque<(Range<usize>, usize)> = VecDeque::new();
    let mut total = 0;
    let mut end = |current: &VecDeque<(Range<usize>, usize)>| {
        if let (Some((first, _)), Some((last, _))) = (current.front(), current.back()) {
            found.push(first.start..last.end);
        }
    };
    for (piece, length) in pieces {
        if total + length > rules.size && !current.is_empty() {
            end(&current);
            while total > rules.overlap || (total + length > rules.size && total > 0) {
                let Some((_, gone)) = current.pop_front() else { break };
                total -= gone;
            }
        }
        total += length;
        current.push_back((piece, length));
    }
    end(&current);
}
