//! Schemas of a document with their references followed. Circles are cut, and so is what never ends.

use airis_domain::{Json, JsonMap};
use serde_json::json;

/// Parts of schemas that are read of one document.
const MOST: usize = 50_000;
/// Levels that are followed down.
const DEEPEST: usize = 48;

pub struct Schemas<'a> {
    document: &'a Json,
    left: usize,
    depth: usize,
    /// References that are being followed.
    trail: Vec<String>,
}

impl<'a> Schemas<'a> {
    pub fn of(document: &'a Json) -> Self {
        Self { document, left: MOST, depth: 0, trail: Vec::new() }
    }

    /// What is meant by something that may be a reference, without following those inside it.
    pub fn target(&self, written: &Json) -> Json {
        let mut found = written;
        for _ in 0..DEEPEST {
            match found.get("$ref").and_then(Json::as_str) {
                Some(reference) => found = self.find(reference).unwrap_or(&Json::Null),
                None => return found.clone(),
            }
        }
        Json::Null
    }

    fn find(&self, reference: &str) -> Option<&'a Json> {
        self.document.pointer(reference.strip_prefix('#')?)
    }

    /// A schema with every reference replaced by what it means.
    pub fn resolved(&mut self, schema: &Json) -> Json {
        if self.left == 0 || self.depth >= DEEPEST {
            return json!({});
        }
        self.left -= 1;
        self.depth += 1;
        let found = match schema {
            Json::Object(object) => match object.get("$ref").and_then(Json::as_str) {
                Some(reference) => self.followed(reference, object),
                None => Json::Object(object.iter().map(|(key, value)| (key.clone(), self.resolved(value))).collect()),
            },
            Json::Array(list) => Json::Array(list.iter().map(|value| self.resolved(value)).collect()),
            other => other.clone(),
        };
        self.depth -= 1;
        found
    }

    fn followed(&mut self, reference: &str, beside: &JsonMap) -> Json {
        let Some(target) = self.find(reference).filter(|_| !self.trail.iter().any(|known| known == reference)) else {
            return json!({});
        };
        self.trail.push(reference.to_owned());
        let mut found = self.resolved(target);
        self.trail.pop();
        if let (Some(found), Some(words)) = (found.as_object_mut(), beside.get("description")) {
            found.insert("description".to_owned(), words.clone());
        }
        found
    }

    /// The same for the schema of a body: an object that is described in parts (`allOf`) is one object.
    pub fn joined(&mut self, schema: &Json) -> Json {
        let mut whole = self.resolved(schema);
        let Some(parts) = whole.as_object_mut().and_then(|whole| whole.remove("allOf")) else { return whole };
        let mut properties = whole["properties"].as_object().cloned().unwrap_or_default();
        let mut required = whole["required"].as_array().cloned().unwrap_or_default();
        for part in parts.as_array().into_iter().flatten() {
            properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
            required.extend(part["required"].as_array().cloned().unwrap_or_default());
        }
        whole["type"] = json!("object");
        whole["properties"] = Json::Object(properties);
        whole["required"] = Json::Array(required);
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_end_and_doubling_references_do_not_fill_the_memory() {
        let mut all = json!({"S0": {"type": "string"}, "Loop": {"items": {"$ref": "#/Loop"}}});
        for level in 1..40 {
            let below = json!({"$ref": format!("#/S{}", level - 1)});
            all[format!("S{level}")] = json!({"properties": {"a": below, "b": below}});
        }
        let mut schemas = Schemas::of(&all);
        assert_eq!(schemas.resolved(&json!({"$ref": "#/Loop"})), json!({"items": {}}));
        let grown = schemas.resolved(&json!({"$ref": "#/S39"}));
        assert!(grown.to_string().len() < 4_000_000);
    }

    #[test]
    fn parts_of_an_object_are_one_object() {
        let all = json!({"Base": {"properties": {"a": {"type": "string"}}, "required": ["a"]}});
        let whole = Schemas::of(&all).joined(&json!({"allOf": [{"$ref": "#/Base"}, {"properties": {"b": {}}}]}));
        assert_eq!(
            whole,
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]})
        );
    }
}
