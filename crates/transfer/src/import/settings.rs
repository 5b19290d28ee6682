//! Persisted settings, as far as airis knows them and nobody has decided otherwise here.

use airis_domain::{Json, JsonMap};

use super::report::Outcome;
use super::row::Row;
use super::source::Source;
use super::{ALL, Arrival};
use crate::Result;

/// Settings of machinery that is another one here, and a text that every server of the other kind writes down as its own.
const OTHERWISE_HERE: [&str; 3] = ["rag.template", "rag.tokenizer_model", "rag.tiktoken_encoding_name"];
/// The model that such a setting names runs inside the other server where the engine beside it is empty.
const ENGINES: [(&str, &str); 2] =
    [("rag.embedding_model", "rag.embedding_engine"), ("rag.reranking_model", "rag.reranking_engine")];

impl Arrival<'_> {
    pub(super) async fn settings(&mut self, source: &mut Source, known: &JsonMap) -> Result<()> {
        let mut there = JsonMap::new();
        let flat = source.has_column("config", "key");
        source
            .each("config", ALL, if flat { "key" } else { "id" }, async |row: Row| {
                match (row.filled("key"), row.json(if flat { "value" } else { "data" })) {
                    (Some(key), Some(value)) => _ = there.insert(key, value),
                    // Earlier versions had one tree, of which the last one counts.
                    (None, Some(Json::Object(tree))) => flatten("", &tree, known, &mut there),
                    _ => {}
                }
                Ok(())
            })
            .await?;
        let here = self.target.store.config().await?;
        let mut values = JsonMap::new();
        for (key, value) in &there {
            let Some(default) = known.get(key).filter(|_| !stays(key, &there)) else {
                self.report.settings_left_out.push(key.clone());
                continue;
            };
            let value = &as_here(default, value);
            let present = here.get(key).unwrap_or(default);
            let outcome = if same(present, value) {
                Outcome::Known
            } else if !same(present, default) {
                Outcome::Skipped("it was set otherwise here".to_owned())
            } else if !alike(default, value) {
                Outcome::Skipped("it is of another kind here".to_owned())
            } else {
                values.insert(key.clone(), value.clone());
                Outcome::Brought
            };
            self.add("settings", key, outcome);
        }
        self.report.settings_left_out.sort();
        if !self.target.dry && !values.is_empty() {
            self.target.store.set_config(&values).await?;
        }
        Ok(())
    }
}

/// Whether a setting is about machinery of the other server.
fn stays(key: &str, there: &JsonMap) -> bool {
    let inside = |engine: &str| there.get(engine).and_then(Json::as_str).is_none_or(str::is_empty);
    OTHERWISE_HERE.contains(&key) || ENGINES.iter().any(|(model, engine)| *model == key && inside(engine))
}

/// Whether two values say the same; a whole number may be written as a fraction.
fn same(one: &Json, other: &Json) -> bool {
    one == other || one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| one == other)
}

/// Whether a value can stand where the default stands; what is null by default may be anything.
fn alike(default: &Json, value: &Json) -> bool {
    default.is_null() || value.is_null() || std::mem::discriminant(default) == std::mem::discriminant(value)
}

/// A value as it is written here: some numbers are texts on one side and numbers on the other.
fn as_here(default: &Json, value: &Json) -> Json {
    match (default, value) {
        (Json::String(_), Json::Number(number)) => Json::String(number.to_string()),
        (Json::Number(_), Json::String(text)) => match text.trim().parse() {
            Ok(number) => Json::Number(number),
            Err(_) => value.clone(),
        },
        _ => value.clone(),
    }
}

/// Dotted keys of a tree; a key that airis knows is a value, even when it holds an object.
fn flatten(prefix: &str, tree: &JsonMap, known: &JsonMap, into: &mut JsonMap) {
    for (name, value) in tree {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Json::Object(inner) if !known.contains_key(&key) => flatten(&key, inner, known, into),
            Json::Null => {}
            _ => _ = into.insert(key, value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_becomes_dotted_keys_and_objects_that_are_values_stay_whole() {
        let known = json!({"user.permissions": {}}).as_object().cloned().unwrap();
        let tree =
            json!({"version": 0, "ui": {"enable_signup": true}, "user": {"permissions": {"chat": {"edit": false}}}});
        let mut flat = JsonMap::new();
        flatten("", tree.as_object().unwrap(), &known, &mut flat);
        assert_eq!(
            Json::Object(flat),
            json!({"version": 0, "ui.enable_signup": true, "user.permissions": {"chat": {"edit": false}}})
        );
    }

    #[test]
    fn a_number_may_be_a_text_on_one_side() {
        assert_eq!(as_here(&json!("300"), &json!(60)), json!("60"));
        assert_eq!(as_here(&json!(1.5), &json!(" 2 ")), json!(2));
        assert_eq!(as_here(&json!(1), &json!("many")), json!("many"));
        assert_eq!(as_here(&json!(true), &json!("true")), json!("true"));
    }

    #[test]
    fn a_model_inside_the_other_server_stays_there() {
        let there = |engine: &str| json!({"rag.embedding_engine": engine}).as_object().cloned().unwrap();
        assert!(stays("rag.embedding_model", &there("")));
        assert!(!stays("rag.embedding_model", &there("openai")));
        assert!(!stays("ui.default_models", &there("")));
        assert!(same(&json!(0), &json!(0.0)) && !same(&json!(0), &json!(1)) && !same(&json!("0"), &json!(0)));
    }
}
