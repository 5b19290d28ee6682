//! ODT, ODS and ODP: paragraphs, headings and rows; the slides of a presentation are pages.

use super::archive::Archive;
use super::markup::{Markup, Token, attribute, local};
use super::{Bounds, ExtractError, Section};

/// A cell that is repeated more often than this fills an empty margin.
const REPEATS: usize = 50;

pub fn read(bytes: &[u8], bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let mut archive = Archive::open(bytes)?;
    if archive.text("META-INF/manifest.xml", bounds)?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(ExtractError::Protected);
    }
    sections(&archive.needed("content.xml", bounds)?, bounds)
}

#[derive(Default)]
struct Reader {
    sections: Vec<Section>,
    current: Section,
    pages: u32,
    paragraph: String,
    row: Vec<String>,
    /// Text of the present cell, and how often it stands there.
    cell: Option<(String, usize)>,
    /// Open elements whose text is not part of the document, such as comments.
    aside: u32,
    in_paragraph: u32,
}

fn sections(xml: &str, bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let mut reader = Reader::default();
    for token in Markup::xml(xml) {
        bounds.step()?;
        match token {
            Token::Start { name, attributes, closed } => reader.start(name, attributes, closed),
            Token::End { name } => reader.end(name, bounds)?,
            Token::Text(words) if reader.in_paragraph > 0 && reader.aside == 0 => {
                bounds.push(&mut reader.paragraph, &words)?;
            }
            Token::Text(_) => {}
        }
    }
    reader.next_section(None, None);
    Ok(reader.sections)
}

impl Reader {
    fn start(&mut self, name: &str, attributes: &str, closed: bool) {
        match local(name) {
            "annotation" | "tracked-changes" if !closed => self.aside += 1,
            "p" | "h" if !closed => {
                self.in_paragraph += 1;
                if local(name) == "h" && self.cell.is_none() {
                    let level = attribute(attributes, "outline-level").and_then(|level| level.parse::<usize>().ok());
                    self.paragraph = format!("{} ", "#".repeat(level.unwrap_or(1).clamp(1, 6)));
                }
            }
            "tab" => self.paragraph.push('\t'),
            "line-break" => self.paragraph.push('\n'),
            "s" => self.paragraph.push(' '),
            "table-row" => self.row.clear(),
            "table-cell" | "covered-table-cell" => {
                let repeats = attribute(attributes, "number-columns-repeated").and_then(|count| count.parse().ok());
                let repeats = repeats.filter(|count| *count <= REPEATS).unwrap_or(1);
                self.cell = Some((String::new(), repeats));
                if closed {
                    self.end_of_cell();
                }
            }
            "table" if name.starts_with("table:") => {
                // The sheets of a table document; tables inside of texts stay where they are.
                if let Some(title) = attribute(attributes, "name").filter(|_| self.current.text.trim().is_empty()) {
                    self.current.title = Some(title);
                }
            }
            "page" if name.starts_with("draw:") => {
                self.pages += 1;
                let page = self.pages;
                self.next_section(Some(page), None);
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str, bounds: &mut Bounds) -> Result<(), ExtractError> {
        match local(name) {
            "annotation" | "tracked-changes" => self.aside = self.aside.saturating_sub(1),
            "p" | "h" => {
                self.in_paragraph = self.in_paragraph.saturating_sub(1);
                if self.aside > 0 {
                    return Ok(());
                }
                let words = std::mem::take(&mut self.paragraph);
                if let Some((cell, _)) = &mut self.cell {
                    if !cell.is_empty() {
                        cell.push(' ');
                    }
                    return bounds.push(cell, words.trim());
                }
                if !words.trim().is_empty() {
                    bounds.push(&mut self.current.text, words.trim_end())?;
                    bounds.push(&mut self.current.text, "\n\n")?;
                }
            }
            "table-cell" | "covered-table-cell" => self.end_of_cell(),
            "table-row" => {
                while self.row.last().is_some_and(String::is_empty) {
                    self.row.pop();
                }
                if !self.row.is_empty() {
                    bounds.push(&mut self.current.text, &self.row.join(" | "))?;
                    bounds.push(&mut self.current.text, "\n")?;
                }
                self.row.clear();
            }
            "table" if name.starts_with("table:") && self.current.title.is_some() => {
                let page = self.current.page;
                self.next_section(page, None);
            }
            _ => {}
        }
        Ok(())
    }

    fn end_of_cell(&mut self) {
        if let Some((text, repeats)) = self.cell.take() {
            self.row.extend(std::iter::repeat_n(text, repeats));
        }
    }

    fn next_section(&mut self, page: Option<u32>, title: Option<String>) {
        let done = std::mem::replace(&mut self.current, Section { page, title, ..Section::default() });
        if !done.text.trim().is_empty() {
            self.sections.push(done);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(xml: &str) -> Vec<Section> {
        sections(xml, &mut Bounds::usual(0)).unwrap()
    }

    #[test]
    fn a_text_has_headings_and_paragraphs_without_comments() {
        let xml = "<office:text><text:h text:outline-level=\"2\">Plan</text:h><text:p>One<text:s/>two<office:annotation>\
            <text:p>never</text:p></office:annotation> three</text:p></office:text>";
        assert_eq!(read(xml), [Section::plain("## Plan\n\nOne two three\n\n")]);
    }

    #[test]
    fn sheets_and_slides_are_sections() {
        let cells = "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell table:number-columns-repeated=\"2\"/>\
            <table:table-cell><text:p>b</text:p></table:table-cell><table:table-cell table:number-columns-repeated=\"1020\"/></table:table-row>";
        let xml = format!(
            "<table:table table:name=\"Costs\">{cells}</table:table><table:table table:name=\"More\">{cells}</table:table>"
        );
        let sheets = read(&xml);
        assert_eq!(
            sheets[0],
            Section { text: "a |  |  | b\n".to_owned(), title: Some("Costs".to_owned()), ..Section::default() }
        );
        assert_eq!(sheets[1].title.as_deref(), Some("More"));
        let slides = read("<draw:page><text:p>one</text:p></draw:page><draw:page><text:p>two</text:p></draw:page>");
        assert_eq!(slides.iter().map(|slide| slide.page).collect::<Vec<_>>(), [Some(1), Some(2)]);
    }
}
