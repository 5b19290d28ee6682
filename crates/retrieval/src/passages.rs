//! Sections of a text as passages, with what is known of each.

use airis_config::Config;
use airis_domain::{File, Json, JsonMap};
use airis_vector::Passage;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::extract::Section;
use crate::index::Target;
use crate::split::{Rules, split};

/// SHA-256 of a text, in hexadecimal digits.
pub fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The name of the collection that has the passages of a file.
pub fn collection_of(file: &str) -> String {
    format!("file-{file}")
}

/// What is known of a file and goes with each of its passages: single values only.
pub fn metadata_of(file: &File) -> JsonMap {
    let mut metadata = JsonMap::new();
    let own = file.meta.get("data").and_then(Json::as_object).into_iter().flatten();
    for (key, value) in own.chain(&file.meta) {
        if !value.is_object() && !value.is_array() && !value.is_null() && key != "collection_name" {
            metadata.insert(key.clone(), value.clone());
        }
    }
    metadata.insert("name".to_owned(), json!(file.filename));
    metadata.insert("source".to_owned(), json!(file.filename));
    metadata.insert("file_id".to_owned(), json!(file.id));
    metadata.insert("created_by".to_owned(), json!(file.user_id));
    metadata
}

/// Who made the vectors, in the form that other programs wrote it.
pub fn embedding_config(config: &Config) -> String {
    let text = |key: &str| config.text(key).replace('\'', "\\'");
    format!("{{'engine': '{}', 'model': '{}'}}", text("rag.embedding_engine"), text("rag.embedding_model"))
}

/// Cuts sections into passages; they have no vectors yet. Runs long for a long text.
pub fn passages(target: &Target, sections: &[Section], rules: &Rules, embedding_config: &str) -> Vec<Passage> {
    let mut passages = Vec::new();
    let name = target.metadata.get("name").and_then(Json::as_str).unwrap_or_default();
    for section in sections {
        for chunk in split(&section.text, rules) {
            let mut metadata = target.metadata.clone();
            // What is known of the file wins over what a service says of it.
            for (key, value) in &section.known {
                if !value.is_object() && !value.is_array() && !value.is_null() && !metadata.contains_key(key) {
                    metadata.insert(key.clone(), value.clone());
                }
            }
            if let Some(hash) = &target.hash {
                metadata.insert("hash".to_owned(), json!(hash));
            }
            if let Some(page) = section.page {
                // Clients count pages from 0, and people from 1.
                metadata.insert("page".to_owned(), json!(page.saturating_sub(1)));
                metadata.insert("page_label".to_owned(), json!(page.to_string()));
            }
            if let Some(title) = &section.title {
                metadata.insert("title".to_owned(), json!(title));
            }
            if !chunk.headings.is_empty() {
                metadata.insert("headings".to_owned(), json!(chunk.headings));
            }
            metadata.insert("start_index".to_owned(), json!(chunk.start));
            metadata.insert("embedding_config".to_owned(), json!(embedding_config));
            let about = [name, section.title.as_deref().unwrap_or_default(), &chunk.headings.join(" ")].join(" ");
            passages.push(Passage {
                id: uuid::Uuid::new_v4().to_string(),
                text: chunk.text.to_owned(),
                file_id: target.file_id.clone(),
                hash: target.hash.clone(),
                metadata,
                about,
                vector: None,
            });
        }
    }
    passages
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn passages_know_their_page_their_headings_and_their_place() {
        let target = Target {
            collection: "c".to_owned(),
            file_id: Some("f".to_owned()),
            hash: Some("h".to_owned()),
            payer: "u".into(),
            metadata: json!({"name": "plan.pdf"}).as_object().unwrap().clone(),
        };
        let sections = [
            Section { text: "# Costs\nfew".to_owned(), page: Some(3), ..Section::default() },
            Section { text: "a | b".to_owned(), title: Some("Sheet".to_owned()), ..Section::default() },
        ];
        let rules = Rules::read(&Config::from_env(&|_| None).unwrap());
        let found = passages(&target, &sections, &rules, "{}");
        let metadata = json!({"name": "plan.pdf", "hash": "h", "page": 2, "page_label": "3", "headings": ["Costs"],
            "start_index": 0, "embedding_config": "{}"});
        assert_eq!(Json::Object(found[0].metadata.clone()), metadata);
        assert_eq!(found[0].about.trim(), "plan.pdf  Costs");
        assert_eq!(found[1].metadata["title"], "Sheet");
        assert_eq!(found[1].metadata.get("page"), None);
    }

    #[test]
    fn the_embedding_is_named_as_others_wrote_it() {
        let config = Config::from_env(&|name| (name == "RAG_EMBEDDING_MODEL").then(|| "it's".to_owned())).unwrap();
        assert_eq!(embedding_config(&config), "{'engine': '', 'model': 'it\\'s'}");
    }
}
