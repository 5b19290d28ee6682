//! DOCX: paragraphs, headings by the names of their styles, tables row by row, footnotes at the end.

use super::archive::Archive;
use super::markup::{Markup, Token, attribute, local};
use super::{Bounds, ExtractError, Section};

pub fn read(bytes: &[u8], bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let mut archive = Archive::open(bytes)?;
    let mut text = paragraphs(&archive.needed("word/document.xml", bounds)?, bounds)?;
    for part in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(notes) = archive.text(part, bounds)? {
            let notes = paragraphs(&notes, bounds)?;
            if !notes.trim().is_empty() {
                bounds.push(&mut text, "\n\n")?;
                text.push_str(notes.trim());
            }
        }
    }
    Ok(vec![Section::plain(text)])
}

fn paragraphs(document: &str, bounds: &mut Bounds) -> Result<String, ExtractError> {
    let (mut text, mut paragraph) = (String::new(), String::new());
    let (mut in_text, mut level, mut cells) = (false, 0, 0_usize);
    let mut row: Vec<String> = Vec::new();
    for token in Markup::xml(document) {
        bounds.step()?;
        match token {
            Token::Start { name, attributes, closed } => match local(name) {
                "t" => in_text = !closed,
                "tab" => paragraph.push('\t'),
                "br" | "cr" => paragraph.push('\n'),
                "noBreakHyphen" => paragraph.push('-'),
                "pStyle" => level = heading(&attribute(attributes, "val").unwrap_or_default()),
                "outlineLvl" if level == 0 => {
                    let outline = attribute(attributes, "val").and_then(|level| level.parse::<usize>().ok());
                    level = outline.filter(|level| *level < 6).map_or(0, |level| level + 1);
                }
                "tr" if cells == 0 => row.clear(),
                "tc" if !closed => cells += 1,
                _ => {}
            },
            Token::End { name } => match local(name) {
                "t" => in_text = false,
                "p" => {
                    let words = std::mem::take(&mut paragraph);
                    let level = std::mem::take(&mut level);
                    let words = words.trim_end();
                    if words.trim().is_empty() {
                        continue;
                    }
                    if cells > 0 {
                        row.push(words.trim().replace('\n', " "));
                        continue;
                    }
                    if level > 0 {
                        bounds.push(&mut text, &format!("{} ", "#".repeat(level)))?;
                    }
                    bounds.push(&mut text, words)?;
                    bounds.push(&mut text, "\n\n")?;
                }
                "tc" => cells = cells.saturating_sub(1),
                "tr" if cells == 0 && !row.is_empty() => {
                    bounds.push(&mut text, &row.join(" | "))?;
                    bounds.push(&mut text, "\n")?;
                    row.clear();
                }
                "tbl" if cells == 0 => bounds.push(&mut text, "\n")?,
                _ => {}
            },
            Token::Text(words) if in_text => bounds.push(&mut paragraph, &words)?,
            Token::Text(_) => {}
        }
    }
    Ok(text)
}

/// The level of a heading by the name of its style, in the languages that offices have; 0: it is none.
fn heading(style: &str) -> usize {
    let style = style.to_lowercase().replace(' ', "");
    if style == "title" || style == "titel" {
        return 1;
    }
    let number = ["heading", "berschrift", "titre", "ttulo", "titolo", "kop", "rubrik"]
        .iter()
        .find_map(|name| style.split_once(name))
        .and_then(|(_, rest)| rest.parse::<usize>().ok());
    number.filter(|level| (1..=6).contains(level)).unwrap_or(0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_headings_and_tables_are_lines() {
        let document = "<w:document><w:body>\
            <w:p><w:pPr><w:pStyle w:val=\"Heading2\"/></w:pPr><w:r><w:t>Plan</w:t></w:r></w:p>\
            <w:p><w:r><w:t xml:space=\"preserve\">One </w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>\
            <w:r><w:t>&amp; two</w:t><w:tab/><w:t>x</w:t></w:r></w:p>\
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
            <w:p/></w:body></w:document>";
        let text = paragraphs(document, &mut Bounds::usual(0)).unwrap();
        assert_eq!(text, "## Plan\n\nOne & two\tx\n\na | b\n\n");
    }

    #[test]
    fn headings_are_known_in_several_languages() {
        for (style, level) in [
            ("Heading1", 1),
            ("heading 3", 3),
            ("berschrift2", 2),
            ("Überschrift 4", 4),
            ("Title", 1),
            ("Normal", 0),
            ("Heading9", 0),
        ] {
            assert_eq!(heading(style), level, "{style}");
        }
    }
}
