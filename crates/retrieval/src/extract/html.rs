//! The readable text of a web page: headings in Markdown, so that it can be split at them; nothing that is not shown.

use super::markup::{Markup, Token, attribute};
use super::{Bounds, ExtractError};

/// Elements with everything in them that nobody reads.
const HIDDEN: &[&str] =
    &["script", "style", "noscript", "template", "svg", "math", "iframe", "object", "select", "head"];
/// What stands around the text on every page of a site; left out where a page says what its own text is.
const AROUND: [&str; 4] = ["nav", "footer", "aside", "form"];
/// Elements that stand by themselves on lines of their own.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "nav",
    "aside",
    "ul",
    "ol",
    "table",
    "tr",
    "blockquote",
    "pre",
    "figure",
    "figcaption",
    "dl",
    "dt",
    "dd",
    "form",
    "fieldset",
    "address",
    "details",
    "summary",
    "hr",
];

/// A page as people read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readable {
    pub title: String,
    /// What the page says of itself.
    pub description: String,
    pub language: String,
    pub text: String,
}

/// The text alone.
pub fn text(page: &str, bounds: &mut Bounds) -> Result<String, ExtractError> {
    Ok(readable(page, bounds)?.text)
}

/// Reads a page of the web.
pub fn readable(page: &str, bounds: &mut Bounds) -> Result<Readable, ExtractError> {
    let lower = page.to_ascii_lowercase();
    let mut reader = Reader { has_main: lower.contains("<main") || lower.contains("<article"), ..Reader::default() };
    for token in Markup::html(page) {
        match token {
            Token::Start { name, attributes, closed } => {
                reader.start(&name.to_ascii_lowercase(), attributes, closed, bounds)?
            }
            Token::End { name } => reader.end(&name.to_ascii_lowercase(), bounds)?,
            Token::Text(text) => reader.words(&text, bounds)?,
        }
    }
    let mut page = reader.page;
    page.text = page.text.trim().to_owned();
    page.title = page.title.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(page)
}

/// Every text of a page just as it stands there, title first, nothing put between: what clients of the contract are shown
/// as its content.
pub fn verbatim(page: &str, bounds: &mut Bounds) -> Result<String, ExtractError> {
    let (mut text, mut is_code) = (String::new(), false);
    for token in Markup::html(page) {
        match token {
            Token::Start { name, closed, .. } => {
                is_code = !closed && ["script", "style"].iter().any(|code| name.eq_ignore_ascii_case(code));
            }
            Token::End { .. } => is_code = false,
            Token::Text(words) if !is_code => bounds.push(&mut text, &words)?,
            Token::Text(_) => {}
        }
    }
    Ok(text)
}

/// A link of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    pub href: String,
    pub class: String,
    pub text: String,
}

/// The links of a page with what is shown of them.
pub fn links(page: &str) -> Vec<Link> {
    let (mut links, mut open) = (Vec::new(), None::<Link>);
    for token in Markup::html(page) {
        match token {
            Token::Start { name, attributes, .. } if name.eq_ignore_ascii_case("a") => {
                let named = |name: &str| attribute(attributes, name).unwrap_or_default();
                links.extend(open.replace(Link { href: named("href"), class: named("class"), text: String::new() }));
            }
            Token::End { name } if name.eq_ignore_ascii_case("a") => links.extend(open.take()),
            Token::Text(words) => {
                if let Some(link) = &mut open {
                    link.text.push_str(&words);
                }
            }
            _ => {}
        }
    }
    links.extend(open);
    links
}

#[derive(Default)]
struct Reader {
    page: Readable,
    has_main: bool,
    /// The hidden element that we are in, and how often it is open.
    hidden: Option<(String, u32)>,
    in_title: bool,
    preformatted: u32,
    /// A blank is due before the next word.
    blank: bool,
}

impl Reader {
    fn start(&mut self, name: &str, attributes: &str, closed: bool, bounds: &mut Bounds) -> Result<(), ExtractError> {
        bounds.step()?;
        match name {
            "title" => self.in_title = self.page.title.is_empty(),
            "html" => self.page.language = attribute(attributes, "lang").unwrap_or_default(),
            "meta" if attribute(attributes, "name").is_some_and(|name| name.eq_ignore_ascii_case("description")) => {
                self.page.description = attribute(attributes, "content").unwrap_or_default();
            }
            "body" => self.hidden = None,
            _ => {}
        }
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name && !closed {
                *depth += 1;
            }
            return Ok(());
        }
        if !closed && (HIDDEN.contains(&name) || (self.has_main && AROUND.contains(&name))) {
            self.hidden = Some((name.to_owned(), 1));
            return Ok(());
        }
        match name {
            "br" => self.line(1, bounds),
            "li" => {
                self.line(1, bounds)?;
                bounds.push(&mut self.page.text, "- ")
            }
            "td" | "th" => self.cell(bounds),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.line(2, bounds)?;
                let level = usize::from(name.as_bytes()[1] - b'0');
                bounds.push(&mut self.page.text, &format!("{} ", "#".repeat(level)))
            }
            "pre" => {
                self.preformatted += 1;
                self.line(2, bounds)
            }
            "img" => match attribute(attributes, "alt").filter(|text| !text.trim().is_empty()) {
                Some(text) => self.words(&text, bounds),
                None => Ok(()),
            },
            name if BLOCKS.contains(&name) => self.line(if name == "tr" { 1 } else { 2 }, bounds),
            _ => Ok(()),
        }
    }

    fn end(&mut self, name: &str, bounds: &mut Bounds) -> Result<(), ExtractError> {
        if name == "title" {
            self.in_title = false;
        }
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name {
                *depth -= 1;
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return Ok(());
        }
        match name {
            "pre" => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.line(2, bounds)
            }
            "li" | "tr" => self.line(1, bounds),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.line(2, bounds),
            name if BLOCKS.contains(&name) => self.line(2, bounds),
            _ => Ok(()),
        }
    }

    fn words(&mut self, text: &str, bounds: &mut Bounds) -> Result<(), ExtractError> {
        if self.in_title {
            return bounds.push(&mut self.page.title, text);
        }
        if self.hidden.is_some() {
            return Ok(());
        }
        if self.preformatted > 0 {
            return bounds.push(&mut self.page.text, text);
        }
        self.blank |= text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            if self.blank && !self.page.text.is_empty() && !self.page.text.ends_with(char::is_whitespace) {
                bounds.push(&mut self.page.text, " ")?;
            }
            bounds.push(&mut self.page.text, word)?;
            self.blank = true;
        }
        self.blank = text.ends_with(char::is_whitespace) || (text.trim().is_empty() && self.blank);
        Ok(())
    }

    /// Goes to a new line, or leaves one free.
    fn line(&mut self, breaks: usize, bounds: &mut Bounds) -> Result<(), ExtractError> {
        self.blank = false;
        let text = &mut self.page.text;
        if self.preformatted == 0 {
            text.truncate(text.trim_end_matches([' ', '\t']).len());
        }
        if text.is_empty() {
            return Ok(());
        }
        let there = text.len() - text.trim_end_matches('\n').len();
        bounds.push(text, &"\n".repeat(breaks.saturating_sub(there)))
    }

    /// Cells of a row stand beside each other.
    fn cell(&mut self, bounds: &mut Bounds) -> Result<(), ExtractError> {
        self.blank = false;
        if self.page.text.is_empty() || self.page.text.ends_with('\n') {
            return Ok(());
        }
        bounds.push(&mut self.page.text, " | ")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(page: &str) -> Readable {
        readable(page, &mut Bounds::usual(page.len())).unwrap()
    }

    #[test]
    fn a_page_becomes_lines_with_headings() {
        let page = read(
            "<html lang=de><head><title> A\n page</title><meta name=description content=\"About&nbsp;it\">\
             <style>p {}</style></head><body><h1>One</h1><p>Some <b>bold</b>,\n text.<br>Next</p>\
             <ul><li>a</li><li>b</li></ul><table><tr><th>k</th><th>v</th></tr><tr><td>1<td>2</tr></table>\
             <pre>x\n  y</pre></body></html>",
        );
        assert_eq!(
            (page.title.as_str(), page.description.as_str(), page.language.as_str()),
            ("A page", "About it", "de")
        );
        assert_eq!(page.text, "# One\n\nSome bold, text.\nNext\n\n- a\n- b\n\nk | v\n1 | 2\n\nx\n  y");
    }

    #[test]
    fn what_stands_around_the_text_is_left_out_where_the_page_says_what_is_its_own() {
        let menu = "<nav><a>Home</a><nav>x</nav></nav>";
        assert_eq!(read(&format!("{menu}<main><p>Own</p></main><footer>c</footer>")).text, "Own");
        assert!(read(&format!("{menu}<p>Own</p>")).text.contains("Home"));
        assert_eq!(read("<p>a<script>document.write('<p>b')</script> c</p>").text, "a c");
    }

    #[test]
    fn the_texts_of_a_page_stand_as_they_are() {
        let page =
            "<title>One</title><style>p {}</style><body><!-- no --><p>two <b>three</b></p>\n<script>x</script>&amp;";
        assert_eq!(verbatim(page, &mut Bounds::usual(page.len())).unwrap(), "Onetwo three\n&");
    }

    #[test]
    fn markup_that_never_ends_is_read_as_far_as_it_goes() {
        assert_eq!(read("<head><title>T</title><body><p>a<p>b").text, "a\n\nb");
        assert_eq!(read("<p>a<").text, "a<");
        assert_eq!(read("<svg><p>never shown").text, "");
    }
}
