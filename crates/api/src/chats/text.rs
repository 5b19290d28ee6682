//! Texts inside JSON.

use airis_domain::Json;
pub use airis_domain::chat_object::clean;

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_are_read_as_lines() {
        let parts = json!([{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "text", "text": "b"}]);
        assert_eq!(of_content(&parts).as_deref(), Some("a\nb"));
    }
}
