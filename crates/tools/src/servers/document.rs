//! An OpenAPI document, read as functions that a model can call.

use std::collections::HashSet;

use airis_domain::{Json, JsonMap};
use http::Method;
use serde_json::json;

use super::schema::Schemas;

/// Functions that are read of one document.
const MOST: usize = 256;
/// Signs that the longest name may have.
const LONGEST_NAME: usize = 64;
const METHODS: [(&str, Method); 8] = [
    ("get", Method::GET),
    ("put", Method::PUT),
    ("post", Method::POST),
    ("delete", Method::DELETE),
    ("options", Method::OPTIONS),
    ("head", Method::HEAD),
    ("patch", Method::PATCH),
    ("trace", Method::TRACE),
];

/// One function of a server.
#[derive(Clone, Debug)]
pub struct Operation {
    /// As models call it.
    pub name: String,
    pub description: String,
    /// The schema of all its arguments together.
    pub parameters: Json,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) placed: Vec<Placed>,
    pub(crate) body: Body,
}

/// An argument outside the body.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub name: String,
    pub in_path: bool,
    pub required: bool,
}

/// What is sent as the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Nothing,
    /// An object with these keys; `open` when it may have others.
    Object {
        keys: Vec<String>,
        required: Vec<String>,
        open: bool,
    },
    /// The argument of this name is the whole body.
    Whole {
        name: String,
        required: bool,
    },
}

/// What can be called, in the document's order; `None` when it is no OpenAPI document.
pub fn operations(document: &Json) -> Option<Vec<Operation>> {
    let paths = document.get("paths")?.as_object()?;
    let mut schemas = Schemas::of(document);
    let mut found: Vec<Operation> = Vec::new();
    let mut names = HashSet::new();
    for (path, item) in paths {
        // Anything else would be another place on the web.
        if !path.starts_with('/') {
            continue;
        }
        let item = schemas.target(item);
        for (key, method) in METHODS {
            if let Some(operation) = read(&mut schemas, path, &item, &item[key], method)
                && found.len() < MOST
                && names.insert(operation.name.clone())
            {
                found.push(operation);
            }
        }
    }
    Some(found)
}

fn read(schemas: &mut Schemas<'_>, path: &str, item: &Json, written: &Json, method: Method) -> Option<Operation> {
    let name = written["operationId"].as_str().filter(|id| !id.is_empty())?;
    let text = |key: &str| written[key].as_str().filter(|text| !text.trim().is_empty());
    let mut properties = JsonMap::new();
    let mut required: Vec<String> = Vec::new();
    let mut placed: Vec<Placed> = Vec::new();
    // Those of the operation come last and win over those of its address.
    let all = [&item["parameters"], &written["parameters"]];
    for parameter in all.into_iter().filter_map(Json::as_array).flatten() {
        let parameter = schemas.target(parameter);
        let (Some(name), Some(place @ ("path" | "query"))) = (parameter["name"].as_str(), parameter["in"].as_str())
        else {
            continue;
        };
        let one = Placed {
            name: name.to_owned(),
            in_path: place == "path",
            required: place == "path" || parameter["required"] == true,
        };
        placed.retain(|other| other.name != one.name || other.in_path != one.in_path);
        required.retain(|other| *other != one.name);
        if one.required {
            required.push(one.name.clone());
        }
        placed.push(one);
        properties.insert(name.to_owned(), described(schemas, &parameter));
    }
    let body = body(schemas, &written["requestBody"], &mut properties, &mut required);
    let mut parameters = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        parameters["required"] = json!(required);
    }
    Some(Operation {
        name: callable(name),
        description: text("description").or_else(|| text("summary")).unwrap_or(name).to_owned(),
        parameters,
        method,
        path: path.to_owned(),
        placed,
        body,
    })
}

/// The schema of a parameter with what is said about it.
fn described(schemas: &mut Schemas<'_>, parameter: &Json) -> Json {
    let written = match &parameter["schema"] {
        Json::Null => {
            parameter["content"].as_object().and_then(|kinds| kinds.values().next()).map(|kind| &kind["schema"])
        }
        schema => Some(schema),
    };
    let mut schema = schemas.resolved(written.unwrap_or(&Json::Null));
    if !schema.is_object() {
        schema = json!({"type": "string"});
    }
    let mut words = parameter["description"].as_str().or(schema["description"].as_str()).unwrap_or_default().to_owned();
    if let Some(choices) = schema["enum"].as_array().filter(|choices| !choices.is_empty()) {
        let choices: Vec<String> =
            choices.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect();
        let gap = if words.is_empty() { "" } else { " " };
        words = format!("{words}{gap}One of: {}", choices.join(", "));
    }
    if !words.is_empty() {
        schema["description"] = json!(words);
    }
    schema
}

fn body(schemas: &mut Schemas<'_>, written: &Json, properties: &mut JsonMap, required: &mut Vec<String>) -> Body {
    let request = schemas.target(written);
    let Some(kinds) = request["content"].as_object() else { return Body::Nothing };
    let json = |kind: &str| {
        kind.starts_with("application/") && kind.split(';').next().is_some_and(|kind| kind.ends_with("json"))
    };
    let Some((_, content)) = kinds.iter().find(|(kind, _)| json(kind)) else { return Body::Nothing };
    let schema = schemas.joined(&content["schema"]);
    let is_needed = request["required"] == true;
    let Some(keys) = schema["properties"].as_object().filter(|keys| !keys.is_empty()) else {
        if schema["type"] == "object" {
            return Body::Object {
                keys: Vec::new(),
                required: Vec::new(),
                open: schema["additionalProperties"] != false,
            };
        }
        let name = "body".to_owned();
        properties.insert(name.clone(), if schema.is_object() { schema.clone() } else { json!({}) });
        if is_needed {
            required.push(name.clone());
        }
        return Body::Whole { name, required: is_needed };
    };
    let needed: Vec<String> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().filter(|name| keys.contains_key(*name)).map(str::to_owned))
        .collect();
    for (name, schema) in keys {
        properties.insert(name.clone(), schema.clone());
    }
    for name in needed.iter().filter(|_| is_needed) {
        if !required.contains(name) {
            required.push(name.clone());
        }
    }
    let open = schema["additionalProperties"] == true || schema["additionalProperties"].is_object();
    Body::Object { keys: keys.keys().cloned().collect(), required: if is_needed { needed } else { Vec::new() }, open }
}

/// A name that every provider takes: letters, digits, `_` and `-`, not too long.
pub(crate) fn callable(name: &str) -> String {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() || sign == '_' || sign == '-' { sign } else { '_' };
    name.chars().map(plain).take(LONGEST_NAME).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_the_body_become_arguments() {
        let document = json!({
            "paths": {"/notes/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "put": {
                    "operationId": "notes.change note", "summary": "Change",
                    "parameters": [
                        {"$ref": "#/components/parameters/Mode"},
                        {"name": "x-trace", "in": "header", "schema": {"type": "string"}},
                    ],
                    "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
                },
                "get": {"summary": "without an operationId"},
            }},
            "components": {
                "parameters": {"Mode": {"name": "mode", "in": "query", "schema": {"type": "string", "enum": ["a", "b"]}}},
                "schemas": {"Note": {"type": "object", "required": ["text", "ghost"], "properties": {
                    "text": {"type": "string"}, "parent": {"$ref": "#/components/schemas/Note"}}}},
            },
        });
        let found = operations(&document).unwrap();
        assert_eq!(found.len(), 1);
        let one = &found[0];
        assert_eq!(
            (one.name.as_str(), one.description.as_str(), &one.method),
            ("notes_change_note", "Change", &Method::PUT)
        );
        assert_eq!(
            one.parameters,
            json!({"type": "object", "properties": {
                "id": {"type": "string"},
                "mode": {"type": "string", "enum": ["a", "b"], "description": "One of: a, b"},
                "text": {"type": "string"},
                "parent": {},
            }, "required": ["id", "text"]})
        );
    }

    #[test]
    fn a_body_that_is_no_object_is_one_argument() {
        let of = |schema: Json| {
            let post = json!({"operationId": "f", "requestBody": {"content": {"application/json; charset=utf-8": {"schema": schema}}}});
            operations(&json!({"paths": {"/f": {"post": post}}})).unwrap().remove(0)
        };
        let list = of(json!({"type": "array", "items": {"type": "integer"}}));
        assert_eq!(list.body, Body::Whole { name: "body".to_owned(), required: false });
        assert_eq!(list.parameters["properties"]["body"]["items"], json!({"type": "integer"}));
        let free = of(json!({"type": "object"}));
        assert_eq!(free.body, Body::Object { keys: Vec::new(), required: Vec::new(), open: true });
    }

    #[test]
    fn odd_documents_give_what_can_be_read_and_no_trouble() {
        for none in [json!(null), json!([]), json!({}), json!({"paths": 5})] {
            assert!(operations(&none).is_none());
        }
        let odd = json!({"paths": {"/a": null, "@evil.example/": {"get": {"operationId": "x"}}, "/b": {"get": {
            "operationId": "b", "parameters": [5, {"name": 1}, {"$ref": "#/nowhere"}], "requestBody": {"$ref": "#/paths"}}}}});
        let found = operations(&odd).unwrap();
        assert_eq!(
            (found.len(), found[0].name.as_str(), &found[0].parameters),
            (1, "b", &json!({"type": "object", "properties": {}}))
        );
        let twice: Vec<Json> = (0..2).map(|_| json!({"get": {"operationId": "same"}})).collect();
        assert_eq!(operations(&json!({"paths": {"/a": twice[0], "/b": twice[1]}})).unwrap().len(), 1);
    }
}
