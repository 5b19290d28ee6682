//! Reading XML and HTML piece by piece. Lenient, as HTML is; entities that a document defines itself are not read, so that
//! a small text cannot become a large one.

use std::borrow::Cow;

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// `closed`: nothing is inside.
    Start {
        name: &'a str,
        attributes: &'a str,
        closed: bool,
    },
    End {
        name: &'a str,
    },
    /// Entities are resolved.
    Text(Cow<'a, str>),
}

/// The pieces of a document in their order.
pub struct Markup<'a> {
    rest: &'a str,
    /// In HTML, what is inside of some elements is no markup.
    html: bool,
    inside: Option<&'a str>,
}

/// Elements of HTML whose content is no markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

impl<'a> Markup<'a> {
    pub fn xml(text: &'a str) -> Self {
        Self { rest: text, html: false, inside: None }
    }

    pub fn html(text: &'a str) -> Self {
        Self { rest: text, html: true, inside: None }
    }

    /// The text up to the end of the element that holds no markup.
    fn raw(&mut self, name: &str) -> Option<Token<'a>> {
        self.inside = None;
        let end = find_end(self.rest, name).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if text.is_empty() { self.next() } else { Some(Token::Text(decode(text))) }
    }

    /// What begins with `<`; `None` when that is only a sign.
    fn tag(&mut self) -> Option<Option<Token<'a>>> {
        let rest = self.rest;
        if let Some(after) = rest.strip_prefix("<!--") {
            self.rest = after.split_once("-->").map_or("", |(_, rest)| rest);
            return Some(None);
        }
        if let Some(after) = rest.strip_prefix("<![CDATA[") {
            let (text, rest) = after.split_once("]]>").unwrap_or((after, ""));
            self.rest = rest;
            return Some(Some(Token::Text(Cow::Borrowed(text))));
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            self.rest = behind_declaration(rest);
            return Some(None);
        }
        let closing = rest.starts_with("</");
        let body = &rest[if closing { 2 } else { 1 }..];
        if !body.starts_with(|sign: char| sign.is_alphabetic() || sign == '_') {
            return None;
        }
        let end = end_of_tag(body);
        let inner = &body[..end];
        self.rest = body.get(end + 1..).unwrap_or_default();
        let closed = inner.ends_with('/');
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let cut = inner.find(|sign: char| sign.is_whitespace() || sign == '/').unwrap_or(inner.len());
        let (name, attributes) = inner.split_at(cut);
        if closing {
            return Some(Some(Token::End { name }));
        }
        if self.html && !closed && RAW.iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
            self.inside = Some(name);
        }
        Some(Some(Token::Start { name, attributes, closed }))
    }
}

impl<'a> Iterator for Markup<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.inside {
            return self.raw(name);
        }
        loop {
            if self.rest.is_empty() {
                return None;
            }
            if self.rest.starts_with('<') {
                match self.tag() {
                    Some(Some(token)) => return Some(token),
                    Some(None) => continue,
                    None => {}
                }
            }
            // The first character is text in any case: here it is no tag.
            let first = self.rest.chars().next().map_or(1, char::len_utf8);
            let end = self.rest[first..].find('<').map_or(self.rest.len(), |at| at + first);
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Token::Text(decode(text)));
        }
    }
}

/// Where the end tag of an element begins.
fn find_end(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let at = from + at;
        let behind = &text[at + 2..];
        if behind.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name)) {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

/// The end of a tag: a `>` that is not in quotes. A quote that never ends is none.
fn end_of_tag(body: &str) -> usize {
    let mut quote = None;
    for (at, byte) in body.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    body.find('>').unwrap_or(body.len())
}

/// Behind a document type or an instruction; definitions in brackets are passed over.
fn behind_declaration(text: &str) -> &str {
    let end = text.find('>');
    let definitions = text.find('[').filter(|open| end.is_none_or(|end| *open < end) && text.starts_with("<!D"));
    match definitions {
        Some(_) => text.split_once("]>").map_or("", |(_, rest)| rest),
        None => end.map_or("", |end| &text[end + 1..]),
    }
}

/// A name without its namespace.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The value of an attribute; `name` is without namespace.
pub fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|sign: char| sign == '=' || sign.is_whitespace()).unwrap_or(rest.len());
        let (key, behind) = rest.split_at(end);
        let behind = behind.trim_start();
        let Some(value) = behind.strip_prefix('=') else {
            if key.is_empty() {
                return None;
            }
            rest = behind;
            continue;
        };
        let value = value.trim_start();
        let (value, next) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        if local(key).eq_ignore_ascii_case(name) {
            return Some(decode(value).into_owned());
        }
        rest = next.trim_start();
    }
    None
}

/// Entities by name that people's documents have.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("sbquo", '‚'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("euro", '€'),
    ("pound", '£'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("times", '×'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
];

/// Resolves entities; those that nobody knows stay as they are written.
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        // The longest one has 8 signs.
        let end = behind.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&behind[..end])?, end))) {
            Some((sign, end)) => {
                decoded.push(sign);
                rest = &behind[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = behind;
            }
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|sign| *sign != '\0');
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, sign)| *sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(markup: Markup<'_>) -> Vec<String> {
        let text = |token| if let Token::Text(text) = token { Some(text.into_owned()) } else { None };
        markup.filter_map(text).collect()
    }

    #[test]
    fn pieces_come_in_their_order() {
        let tokens: Vec<Token<'_>> = Markup::xml("<a:b c=\"1>2\"/>x &lt; y<![CDATA[<z>]]></q>").collect();
        assert_eq!(
            tokens,
            [
                Token::Start { name: "a:b", attributes: " c=\"1>2\"", closed: true },
                Token::Text("x < y".into()),
                Token::Text("<z>".into()),
                Token::End { name: "q" },
            ]
        );
    }

    #[test]
    fn attributes_are_found_however_they_are_written() {
        let attributes = " w:val='Heading 1' checked id=x href=\"a&amp;b\" ";
        for (name, value) in [("val", Some("Heading 1")), ("id", Some("x")), ("href", Some("a&b")), ("checked", None)] {
            assert_eq!(attribute(attributes, name).as_deref(), value, "{name}");
        }
        assert_eq!(attribute("=", "x"), None);
    }

    #[test]
    fn hostile_markup_ends_and_grows_nothing() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><x>&b;&b;</x>";
        assert_eq!(texts(Markup::xml(bomb)), ["&b;&b;"]);
        for odd in ["<", "<<<", "<a", "</", "<a href=\"", "<!--", "<![CDATA[", "&", "&#xFFFFFFF;", "<é>", "a<1"] {
            assert!(Markup::html(odd).count() <= 4, "{odd}");
        }
        assert_eq!(texts(Markup::html("1 < 2 &and; 3")).concat(), "1 < 2 &and; 3");
        assert_eq!(texts(Markup::html("<script>if (a < b) {}</SCRIPT>c")), ["if (a < b) {}", "c"]);
    }
}
