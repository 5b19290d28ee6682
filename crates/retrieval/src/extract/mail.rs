//! Mails as they are saved: who wrote what to whom, the text, and what was attached by name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{Encoding, UTF_8};

use super::{Bounds, ExtractError, Section, html};

/// Parts inside of each other, and all of them together.
const DEEPEST: u32 = 10;
const PARTS: u32 = 1_000;
/// Lines at the head that are shown.
const SHOWN: [&str; 5] = ["From", "To", "Cc", "Date", "Subject"];

pub fn read(bytes: &[u8], bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let (headers, _) = head(bytes);
    let mut text = String::new();
    for name in SHOWN {
        if let Some(value) = header(&headers, name) {
            bounds.push(&mut text, &format!("{name}: {}\n", words(value)))?;
        }
    }
    let title = header(&headers, "Subject").map(words).filter(|subject| !subject.is_empty());
    let mut found = Found { text: String::new(), attached: Vec::new(), parts: 0 };
    part(bytes, 0, &mut found, bounds)?;
    bounds.push(&mut text, "\n")?;
    text.push_str(found.text.trim());
    if !found.attached.is_empty() {
        bounds.push(&mut text, &format!("\n\nAttached: {}", found.attached.join(", ")))?;
    }
    if found.text.trim().is_empty() && title.is_none() {
        return Err(ExtractError::Empty);
    }
    Ok(vec![Section { text, title, ..Section::default() }])
}

struct Found {
    text: String,
    attached: Vec<String>,
    parts: u32,
}

type Headers = Vec<(String, String)>;

/// Lines of the head, put together where they were folded, and the body.
fn head(bytes: &[u8]) -> (Headers, &[u8]) {
    let mut headers = Headers::new();
    let mut rest = bytes;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at(end);
        rest = behind;
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            return (headers, rest);
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// A parameter such as `charset` behind the value of a header.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim().trim_matches('"');
        key.trim().trim_end_matches('*').eq_ignore_ascii_case(name).then(|| words(value))
    })
}

/// Adds the text of a part and of the parts in it.
fn part(bytes: &[u8], depth: u32, found: &mut Found, bounds: &mut Bounds) -> Result<(), ExtractError> {
    found.parts += 1;
    if depth > DEEPEST || found.parts > PARTS {
        return Err(ExtractError::TooLarge);
    }
    bounds.step()?;
    let (headers, body) = head(bytes);
    let content_type = header(&headers, "Content-Type").unwrap_or("text/plain");
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let disposition = header(&headers, "Content-Disposition").unwrap_or_default();
    if let Some(boundary) = parameter(content_type, "boundary").filter(|_| kind.starts_with("multipart/")) {
        let mut parts = split(body, &boundary);
        if kind == "multipart/alternative" {
            // The same in several forms: the plain one, or the last, which is the best.
            let plain = parts.iter().position(|part| is_plain(part));
            let one = plain.or(parts.len().checked_sub(1));
            parts = one.map(|at| parts[at]).into_iter().collect();
        }
        for inner in parts {
            part(inner, depth + 1, found, bounds)?;
        }
        return Ok(());
    }
    let named = parameter(disposition, "filename").or_else(|| parameter(content_type, "name"));
    if disposition.to_ascii_lowercase().starts_with("attachment") || !kind.starts_with("text/") {
        found.attached.extend(named);
        return Ok(());
    }
    let bytes = transferred(header(&headers, "Content-Transfer-Encoding").unwrap_or_default(), body);
    let label = parameter(content_type, "charset").unwrap_or_default();
    let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(UTF_8);
    let text = encoding.decode(&bytes).0;
    let text = if kind == "text/html" { html::text(&text, bounds)? } else { text.replace("\r\n", "\n") };
    if !found.text.is_empty() {
        bounds.push(&mut found.text, "\n\n")?;
    }
    bounds.push(&mut found.text, &text)
}

fn is_plain(part: &[u8]) -> bool {
    let (headers, _) = head(part);
    header(&headers, "Content-Type").is_none_or(|kind| kind.to_ascii_lowercase().starts_with("text/plain"))
}

/// What stands between the lines of a boundary.
fn split<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let line = format!("--{boundary}");
    let (mut parts, mut begun) = (Vec::new(), None);
    let mut at = 0;
    while at < body.len() {
        let end = body[at..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |found| at + found + 1);
        if body[at..end].starts_with(line.as_bytes()) {
            if let Some(begun) = begun {
                parts.push(&body[begun..at]);
            }
            begun = Some(end);
            if body[at + line.len()..end].starts_with(b"--") {
                return parts;
            }
        }
        at = end;
    }
    parts.extend(begun.map(|begun| &body[begun..]));
    parts
}

/// The bytes of a body that was made fit for the post.
fn transferred(encoding: &str, body: &[u8]) -> Vec<u8> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => {
            let clean: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let whole = clean.len() / 4 * 4;
            STANDARD.decode(&clean[..whole]).unwrap_or_default()
        }
        "quoted-printable" => quoted(body, false),
        _ => body.to_vec(),
    }
}

fn quoted(text: &[u8], in_header: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'_' if in_header => bytes.push(b' '),
            b'=' if rest.starts_with(b"\r\n") => rest = &rest[2..],
            b'=' if rest.starts_with(b"\n") => rest = &rest[1..],
            b'=' => {
                let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
                match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(byte) => {
                        bytes.push(byte);
                        rest = &rest[2..];
                    }
                    None => bytes.push(b'='),
                }
            }
            byte => bytes.push(*byte),
        }
    }
    bytes
}

/// A header's text with the words in it that were encoded (`=?utf-8?Q?…?=`).
fn words(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some(at) = rest.find("=?") {
        let before = &rest[..at];
        let mut pieces = rest[at + 2..].splitn(3, '?');
        let word = match (pieces.next(), pieces.next(), pieces.next().and_then(|behind| behind.split_once("?="))) {
            (Some(charset), Some(kind), Some((word, behind))) => {
                decoded(charset, kind, word).map(|word| (word, behind))
            }
            _ => None,
        };
        let Some((word, behind)) = word else {
            text.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        // Blanks between two encoded words are none.
        if !before.trim().is_empty() || text.is_empty() {
            text.push_str(before);
        }
        text.push_str(&word);
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn decoded(charset: &str, kind: &str, word: &str) -> Option<String> {
    let bytes = match kind {
        "B" | "b" => STANDARD.decode(word).ok()?,
        "Q" | "q" => quoted(word.as_bytes(), true),
        _ => return None,
    };
    let encoding = Encoding::for_label(charset.split('*').next()?.as_bytes())?;
    Some(encoding.decode(&bytes).0.into_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn text(mail: &str) -> String {
        read(mail.as_bytes(), &mut Bounds::usual(mail.len())).unwrap().remove(0).text
    }

    #[test]
    fn a_mail_is_its_head_and_its_plain_text() {
        let mail = "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.com>\r\nSubject: =?UTF-8?B?S8Okc2U=?=\r\n =?UTF-8?Q?_da?=\r\nX-Other: no\r\n\
            Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\nignored\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
            --c\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=\r\n=DFe\r\n\
            --c\r\nContent-Type: text/html\r\n\r\n<p>other form</p>\r\n--c--\r\n\
            --b\r\nContent-Type: application/pdf; name=plan.pdf\r\nContent-Disposition: attachment; filename=\"plan.pdf\"\r\n\r\nxx\r\n--b--\r\n";
        let text = text(mail);
        assert_eq!(text, "From: Jürgen <j@example.com>\nSubject: Käse da\n\nGrüße\n\nAttached: plan.pdf");
    }

    #[test]
    fn other_mails_are_read_as_far_as_they_go() {
        assert!(
            text("Subject: a\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\nPGI+aGk8L2I+")
                .ends_with("\n\nhi")
        );
        assert!(
            text("Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nnever ends").ends_with("never ends")
        );
        assert_eq!(words("=?x?y?z?= =? a"), "=?x?y?z?= =? a");
        let nested = "Content-Type: multipart/mixed; boundary=x\n\n--x\n".repeat(40);
        assert!(read(nested.as_bytes(), &mut Bounds::usual(0)).is_err());
    }
}
