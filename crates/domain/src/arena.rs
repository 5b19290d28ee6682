//! Arenas: models without a face. One of several models answers in their place, so that replies are judged blindly.

use serde_json::json;

use crate::{AccessGrant, Json};

/// The arena that is there while administrators have described none: every model is in it.
const ANY: &str = "arena-model";

/// One entry of the setting `evaluation.arena.models`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arena {
    pub id: String,
    pub name: String,
    /// Description, `model_ids`, `filter_mode`, `access_grants`, picture… as it was saved.
    pub meta: Json,
}

impl Arena {
    /// The arenas of the setting; entries without an id are left out.
    pub fn list(setting: &Json) -> Vec<Self> {
        let arenas: Vec<Self> = setting.as_array().into_iter().flatten().filter_map(Self::read).collect();
        if !arenas.is_empty() {
            return arenas;
        }
        let description = "Each reply comes from a model whose name you learn afterwards";
        let meta = json!({"description": description, "model_ids": null});
        vec![Self { id: ANY.to_owned(), name: "Arena Model".to_owned(), meta }]
    }

    fn read(entry: &Json) -> Option<Self> {
        let id = entry["id"].as_str().filter(|id| !id.is_empty())?.to_owned();
        let name = entry["name"].as_str().unwrap_or(&id).to_owned();
        let meta = entry.get("meta").filter(|meta| meta.is_object()).cloned().unwrap_or_else(|| json!({}));
        Some(Self { id, name, meta })
    }

    /// Who may use it besides administrators.
    pub fn grants(&self) -> Vec<AccessGrant> {
        let text = |grant: &Json, key: &str| grant[key].as_str().unwrap_or_default().to_owned();
        let grant = |grant: &Json| AccessGrant {
            id: text(grant, "id"),
            resource_type: "model".to_owned(),
            resource_id: self.id.clone(),
            principal_type: text(grant, "principal_type"),
            principal_id: text(grant, "principal_id"),
            permission: text(grant, "permission"),
            created_at: 0,
        };
        self.meta["access_grants"].as_array().into_iter().flatten().map(grant).collect()
    }

    /// The only models that answer for it; `None`: all that [`Arena::admits`] lets in.
    pub fn chosen(&self) -> Option<Vec<String>> {
        let named = self.named();
        (!named.is_empty() && !self.excludes()).then(|| named.into_iter().map(str::to_owned).collect())
    }

    /// Whether a model may answer for it.
    pub fn admits(&self, id: &str) -> bool {
        let named = self.named();
        named.is_empty() || named.contains(&id) != self.excludes()
    }

    fn named(&self) -> Vec<&str> {
        self.meta["model_ids"].as_array().into_iter().flatten().filter_map(Json::as_str).collect()
    }

    fn excludes(&self) -> bool {
        self.meta["filter_mode"] == "exclude"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arena(meta: Json) -> Arena {
        Arena::list(&json!([{"id": "a", "name": "A", "meta": meta}])).remove(0)
    }

    #[test]
    fn models_are_named_left_out_or_all() {
        let only = arena(json!({"model_ids": ["m"]}));
        assert_eq!((only.admits("m"), only.admits("n"), only.chosen()), (true, false, Some(vec!["m".to_owned()])));
        let others = arena(json!({"model_ids": ["m"], "filter_mode": "exclude"}));
        assert_eq!((others.admits("m"), others.admits("n"), others.chosen()), (false, true, None));
        for meta in [json!({"model_ids": []}), json!({"model_ids": null}), json!({"model_ids": "m"}), json!(5)] {
            assert_eq!((arena(meta.clone()).admits("n"), arena(meta).chosen()), (true, None));
        }
    }

    #[test]
    fn there_is_one_arena_until_some_are_described() {
        for setting in [json!([]), json!(null), json!({}), json!([{"name": "without an id"}, 5])] {
            let arenas = Arena::list(&setting);
            assert_eq!((arenas.len(), arenas[0].id.as_str(), arenas[0].grants()), (1, ANY, Vec::new()));
        }
        assert_eq!(Arena::list(&json!([{"id": "x"}])), [Arena { id: "x".into(), name: "x".into(), meta: json!({}) }]);
    }
}
