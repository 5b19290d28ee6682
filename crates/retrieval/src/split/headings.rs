//! Markdown headings, and what stands under them.

use std::ops::Range;

use super::Rules;

/// A part of a text under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub span: Range<usize>,
    pub headings: Vec<String>,
}

impl Part {
    pub fn whole(text: &str) -> Self {
        Self { span: 0..text.len(), headings: Vec::new() }
    }
}

/// The parts of a text in their order, those joined that are too small to stand alone.
pub fn parts(text: &str, rules: &Rules) -> Vec<Part> {
    let mut parts: Vec<(Part, bool)> = Vec::new();
    let mut path: Vec<(usize, String)> = Vec::new();
    let (mut begin, mut at, mut fenced, mut bare) = (0, 0, false, false);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
        }
        match heading(line).filter(|_| !fenced) {
            Some((level, name)) => {
                if at > begin {
                    parts.push((Part { span: begin..at, headings: names(&path) }, bare));
                }
                path.retain(|(known, _)| *known < level);
                path.push((level, name));
                (begin, bare) = (at, true);
            }
            None => bare &= line.trim().is_empty(),
        }
        at += line.len();
    }
    if text.len() > begin {
        parts.push((Part { span: begin..text.len(), headings: names(&path) }, false));
    }
    join(text, parts, rules)
}

/// A heading with nothing but other headings under it goes with them; small parts go with their neighbours.
fn join(text: &str, parts: Vec<(Part, bool)>, rules: &Rules) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    let mut open = false;
    for (part, bare) in parts {
        let length = |span: Range<usize>| rules.measure.length(&text[span]);
        match joined.last_mut() {
            Some(last) if open => {
                last.span.end = part.span.end;
                last.headings = part.headings;
            }
            Some(last)
                if rules.least > 0
                    && length(last.span.clone()) < rules.least
                    && length(last.span.start..part.span.end) <= rules.size =>
            {
                last.span.end = part.span.end;
            }
            _ => joined.push(part),
        }
        open = bare;
    }
    joined
}

fn names(path: &[(usize, String)]) -> Vec<String> {
    path.iter().map(|(_, name)| name.clone()).collect()
}

/// Level and words of a heading.
fn heading(line: &str) -> Option<(usize, String)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = line.get(level..)?;
    if !(1..=6).contains(&level) || !rest.starts_with([' ', '\t']) {
        return None;
    }
    let name = rest.trim().trim_end_matches('#').trim();
    (!name.is_empty()).then(|| (level, name.chars().take(200).collect()))
}
