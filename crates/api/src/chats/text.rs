//! Texts inside JSON.

use airis_domain::Json;

/// The text of a content, which is a string or a list of parts.
pub fn of_content(content: &Json) -> Option<String> {
    match content {
        Json::String(text) => Some(text.clone()),
        Json::Array(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            Some(texts.join("\n"))
        }
        _ => None,
    }
}

/// The value without U+0000, as the contract stores it.
pub fn clean(value: &Json) -> Json {
    match value {
        Json::String(text) if text.contains('\0') => Json::String(text.replace('\0', "")),
        Json::Array(items) => items.iter().map(clean).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (key.replace('\0', ""), clean(value))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_characters_are_dropped() {
        assert_eq!(clean(&json!({"a\0": ["b\0c"]})), json!({"a": ["bc"]}));
    }

    #[test]
    fn parts_are_read_as_lines() {
        let parts = json!([{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "text", "text": "b"}]);
        assert_eq!(of_content(&parts).as_deref(), Some("a\nb"));
    }
}
