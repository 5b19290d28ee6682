//! What a question carries to be searched.

use airis_domain::{FileId, Json};

/// A thing that the asker attached, or that a model or folder brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// `whole`: its text as it is, nothing is searched.
    File {
        id: FileId,
        whole: bool,
    },
    Knowledge {
        id: String,
        whole: bool,
    },
    Note(String),
    /// Collections by their names, as older clients sent them.
    Collections(Vec<String>),
    /// A text that was sent along.
    Text {
        name: String,
        text: String,
    },
}

impl Want {
    /// Reads an item of any kind but a file, whose id may be in several places.
    pub fn other(item: &Json) -> Option<Self> {
        let text = |value: &Json| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let names = |list: &Json| {
            let names: Vec<String> = list.as_array().into_iter().flatten().filter_map(text).collect();
            (!names.is_empty()).then_some(Self::Collections(names))
        };
        let collections = || {
            names(&item["collection_names"])
                .or_else(|| text(&item["collection_name"]).map(|name| Self::Collections(vec![name])))
        };
        let sent = || {
            Some(Self::Text {
                name: text(&item["name"]).unwrap_or_default(),
                text: text(&item["content"]).or_else(|| text(&item["file"]["data"]["content"]))?,
            })
        };
        match item["type"].as_str() {
            Some("collection") => match text(&item["id"]) {
                Some(id) if item["legacy"] != true => Some(Self::Knowledge { id, whole: is_whole(item) }),
                _ => names(&item["collection_names"]),
            },
            Some("note") => text(&item["id"]).map(Self::Note),
            Some("text") => sent(),
            // Who reads a page may not be let at the collection that only its address names.
            Some("url") => sent().or_else(collections),
            _ => collections(),
        }
    }
}

/// Whether the asker wants a thing to be read whole.
pub fn is_whole(item: &Json) -> bool {
    item["context"] == "full"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_of_old_and_new_clients_are_read() {
        let knowledge = |whole| Some(Want::Knowledge { id: "k".to_owned(), whole });
        let collections =
            |names: &[&str]| Some(Want::Collections(names.iter().map(|name| (*name).to_owned()).collect()));
        for (item, want) in [
            (json!({"type": "collection", "id": "k"}), knowledge(false)),
            (json!({"type": "collection", "id": "k", "context": "full"}), knowledge(true)),
            (
                json!({"type": "collection", "legacy": true, "id": "k", "collection_names": ["a", 5, "b"]}),
                collections(&["a", "b"]),
            ),
            (json!({"collection_name": "a"}), collections(&["a"])),
            (
                json!({"type": "text", "name": "n", "content": "c"}),
                Some(Want::Text { name: "n".to_owned(), text: "c".to_owned() }),
            ),
            (
                json!({"type": "url", "name": "n", "content": "c", "collection_name": "a"}),
                Some(Want::Text { name: "n".to_owned(), text: "c".to_owned() }),
            ),
            (json!({"type": "url", "name": "n", "collection_name": "a"}), collections(&["a"])),
            (json!({"type": "note", "id": "n"}), Some(Want::Note("n".to_owned()))),
            (json!({"type": "note", "id": ""}), None),
            (json!({"type": "text"}), None),
            (json!({"type": "image", "id": "p"}), None),
            (json!("nonsense"), None),
        ] {
            assert_eq!(Want::other(&item), want, "{item}");
        }
    }
}
