//! Voices and models as services list them.

use airis_domain::Json;
use serde_json::json;

/// Entries that are read of a list.
const MOST: usize = 2_000;

/// A voice or a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub id: String,
    pub name: String,
}

impl Named {
    pub fn new(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned() }
    }

    /// As clients see it.
    pub fn view(&self) -> Json {
        json!({"id": self.id, "name": self.name})
    }
}

/// Things that are called what they are.
pub fn plain(ids: &[&str]) -> Vec<Named> {
    ids.iter().map(|id| Named::new(id, id)).collect()
}

/// Reads a list, wherever a service has it: of texts, or of objects with an id and perhaps a name.
pub fn read(answer: &Json) -> Vec<Named> {
    let inside = ["voices", "models", "items", "data"].iter().find_map(|key| answer.get(key)?.as_array());
    let list = answer.as_array().or(inside);
    let entry = |entry: &Json| {
        let text = |keys: &[&str]| keys.iter().find_map(|key| entry.get(key)?.as_str()).filter(|text| !text.is_empty());
        let id = entry.as_str().or_else(|| text(&["id", "voice_id", "model_id", "ShortName", "slug", "name"]))?;
        Some(Named::new(id, text(&["name", "LocalName", "DisplayName"]).unwrap_or(id)))
    };
    list.into_iter().flatten().filter_map(entry).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_different_services_write_them() {
        for list in [
            json!(["a"]),
            json!({"voices": ["a"]}),
            json!({"data": [{"id": "a"}]}),
            json!({"models": [{"id": "a", "name": "a"}]}),
            json!({"voices": [{"voice_id": "a", "name": ""}, {"other": 1}, 5]}),
        ] {
            assert_eq!(read(&list), [Named::new("a", "a")], "{list}");
        }
        assert_eq!(read(&json!([{"ShortName": "de-DE-X", "LocalName": "X"}])), [Named::new("de-DE-X", "X")]);
        assert!(read(&json!({"error": "no"})).is_empty());
    }
}
