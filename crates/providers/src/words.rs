//! What a server said went wrong, as one short line for people.

use airis_domain::Json;

/// Characters of a server's own words that people are shown.
const SHOWN: usize = 300;
/// Bytes of an answer that are searched for words.
const READ: usize = 64 * 1024;

/// The human part of an error body, if it has any: `error.message`, `error`, `detail`, `message`…, else all of it.
pub fn said(body: &Json) -> Option<String> {
    // Some servers put the error into a list.
    let body = body.get(0).unwrap_or(body);
    let places =
        ["/error/message", "/error", "/detail", "/detail/message", "/detail/0/msg", "/message", "/errors/0/message"];
    let worded = |place: &&str| body.pointer(place).and_then(Json::as_str).map(line).filter(|text| !text.is_empty());
    if let Some(text) = places.iter().find_map(worded) {
        return Some(text);
    }
    let empty = |value: &Json| value.is_null() || value == "";
    match body {
        Json::String(text) => Some(line(text)).filter(|text| !text.is_empty()),
        Json::Object(fields) if !fields.values().all(empty) => Some(line(&body.to_string())),
        Json::Array(items) if !items.is_empty() => Some(line(&body.to_string())),
        _ => None,
    }
}

/// One short line of a text; of a web page its title or its words.
pub fn line(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(READ)];
    let text = if text.trim_start().starts_with('<') { page(text) } else { text.to_owned() };
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if let Some((end, _)) = line.char_indices().nth(SHOWN) {
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}

fn page(html: &str) -> String {
    // Lower case of ASCII keeps every byte at its place.
    let lower = html.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|at| {
        let begin = at + lower[at..].find('>')? + 1;
        let end = begin + lower[begin..].find("</title")?;
        Some(unescape(&html[begin..end])).filter(|title| !title.trim().is_empty())
    });
    title.unwrap_or_else(|| unescape(&without_tags(html, &lower)))
}

fn without_tags(html: &str, lower: &str) -> String {
    let (mut text, mut at) = (String::new(), 0);
    while let Some(open) = html[at..].find('<').map(|open| at + open) {
        text.push_str(&html[at..open]);
        text.push(' ');
        let hidden = ["script", "style"].into_iter().find(|name| lower[open + 1..].starts_with(name));
        let close = hidden.map_or(Some(open), |name| lower[open..].find(&format!("</{name}")).map(|end| open + end));
        match close.and_then(|close| html[close..].find('>').map(|end| close + end + 1)) {
            Some(next) => at = next,
            None => return text,
        }
    }
    text + &html[at..]
}

fn unescape(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_human_part_is_found_in_every_usual_shape() {
        for (body, words) in [
            (json!({"error": {"message": "no credit", "code": 1}}), "no credit"),
            (json!({"error": "model 'x' not found"}), "model 'x' not found"),
            (json!([{"error": {"message": "listed"}}]), "listed"),
            (json!({"detail": [{"loc": ["body"], "msg": "field required"}]}), "field required"),
            (json!({"object": "error", "message": "too long"}), "too long"),
            (json!({"error": {"code": 7}}), "{\"error\":{\"code\":7}}"),
            (json!("just text"), "just text"),
        ] {
            assert_eq!(said(&body).as_deref(), Some(words));
        }
        for empty in
            [json!(null), json!({}), json!([]), json!({"detail": ""}), json!({"error": {"message": ""}, "x": null})]
        {
            assert!(said(&empty).is_none_or(|text| text.starts_with("{\"error\"")), "{empty}");
        }
    }

    #[test]
    fn a_page_becomes_its_title_or_its_words() {
        assert_eq!(line("<HTML><head><Title>502 Bad\n Gateway</TITLE></head><body>x"), "502 Bad Gateway");
        assert_eq!(line(" <p>no <b>entry</b> &amp; no<script>evil()</script> way</p><style>"), "no entry & no way");
        assert_eq!(line("<"), "");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let cut = line(&"ä€😀".repeat(100_000));
        assert_eq!(cut.chars().count(), SHOWN + 1);
        assert!(cut.ends_with('…'));
    }
}
