//! PPTX: every slide is a page; its title is a heading.

use super::archive::Archive;
use super::markup::{Markup, Token, attribute, local};
use super::{Bounds, ExtractError, Section};

pub fn read(bytes: &[u8], bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let mut archive = Archive::open(bytes)?;
    let number = |name: &str| name.strip_prefix("ppt/slides/slide")?.strip_suffix(".xml")?.parse::<u32>().ok();
    let mut slides: Vec<(u32, String)> =
        archive.names().into_iter().filter_map(|name| Some((number(&name)?, name))).collect();
    slides.sort_unstable();
    let mut sections = Vec::with_capacity(slides.len());
    for (page, (_, name)) in (1..).zip(slides) {
        let (title, text) = slide(&archive.needed(&name, bounds)?, bounds)?;
        sections.push(Section { text, page: Some(page), title, ..Section::default() });
    }
    Ok(sections)
}

fn slide(xml: &str, bounds: &mut Bounds) -> Result<(Option<String>, String), ExtractError> {
    let (mut text, mut paragraph) = (String::new(), String::new());
    let (mut in_text, mut is_title, mut title, mut cells) = (false, false, None, false);
    for token in Markup::xml(xml) {
        bounds.step()?;
        match token {
            Token::Start { name, attributes, closed } => match local(name) {
                "sp" => is_title = false,
                "ph" => is_title = matches!(attribute(attributes, "type").as_deref(), Some("title" | "ctrTitle")),
                "t" => in_text = !closed,
                "br" => paragraph.push('\n'),
                "tr" => cells = true,
                _ => {}
            },
            Token::End { name } => match local(name) {
                "t" => in_text = false,
                "p" => {
                    let words = std::mem::take(&mut paragraph);
                    if words.trim().is_empty() {
                        continue;
                    }
                    if is_title && title.is_none() {
                        title = Some(words.split_whitespace().collect::<Vec<_>>().join(" "));
                        bounds.push(&mut text, "# ")?;
                    }
                    bounds.push(&mut text, words.trim())?;
                    bounds.push(&mut text, if cells { " | " } else { "\n" })?;
                }
                "tr" => {
                    cells = false;
                    text.truncate(text.trim_end_matches(" | ").len());
                    bounds.push(&mut text, "\n")?;
                }
                _ => {}
            },
            Token::Text(words) if in_text => bounds.push(&mut paragraph, &words)?,
            Token::Text(_) => {}
        }
    }
    Ok((title, text))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_slide_has_a_title_lines_and_rows() {
        let xml = "<p:sld><p:sp><p:nvSpPr><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>Our plan</a:t></a:r></a:p></p:txBody></p:sp>\
            <p:sp><a:p><a:r><a:t>first</a:t></a:r><a:br/><a:r><a:t>line</a:t></a:r></a:p><a:p/></p:sp>\
            <a:tbl><a:tr><a:tc><a:p><a:r><a:t>k</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>v</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:sld>";
        let (title, text) = slide(xml, &mut Bounds::usual(0)).unwrap();
        assert_eq!(title.as_deref(), Some("Our plan"));
        assert_eq!(text, "# Our plan\nfirst\nline\nk | v\n");
    }
}
