//! Holds a JSON value against a type's OpenAPI schema and lists what does not fit.

use airis_domain::Json;
use serde_json::json;
use utoipa::openapi::schema::{ArrayItems, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Invalid;

type Named = Vec<(String, RefOr<Schema>)>;

/// Everything about `value` that does not fit the schema of `T`.
pub fn check<T: ToSchema>(value: &Json) -> Vec<Invalid> {
    let mut named = Named::new();
    T::schemas(&mut named);
    named.push((T::name().into_owned(), <T as PartialSchema>::schema()));
    let mut findings = Vec::new();
    Checker { named: &named }.visit(&<T as PartialSchema>::schema(), value, vec![json!("body")], &mut findings);
    findings
}

/// The finding for anything that should be an object.
pub fn not_an_object(loc: Vec<Json>, input: Json) -> Invalid {
    let message = "Input should be a valid dictionary or object to extract fields from";
    Invalid::new("model_attributes_type", loc, message, input)
}

struct Checker<'a> {
    named: &'a Named,
}

impl Checker<'_> {
    fn visit(&self, schema: &RefOr<Schema>, value: &Json, loc: Vec<Json>, findings: &mut Vec<Invalid>) {
        let schema = match schema {
            RefOr::T(schema) => schema,
            RefOr::Ref(reference) => {
                let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
                let Some((_, found)) = self.named.iter().find(|(known, _)| known == name) else { return };
                return self.visit(found, value, loc, findings);
            }
        };
        match schema {
            Schema::Object(object) => {
                if !fits(&object.schema_type, value) {
                    findings.push(wrong_type(&object.schema_type, value, loc));
                    return;
                }
                if let Some(choices) = object.enum_values.as_ref().filter(|choices| !choices.contains(value)) {
                    findings.push(unknown_choice(choices, value, loc));
                    return;
                }
                let Some(fields) = value.as_object() else { return };
                for name in &object.required {
                    if !fields.contains_key(name) {
                        findings.push(Invalid::missing(at(&loc, json!(name)), value.clone()));
                    }
                }
                for (name, schema) in &object.properties {
                    if let Some(field) = fields.get(name) {
                        self.visit(schema, field, at(&loc, json!(name)), findings);
                    }
                }
            }
            Schema::Array(array) => {
                if !fits(&array.schema_type, value) {
                    findings.push(wrong_type(&array.schema_type, value, loc));
                    return;
                }
                if let (ArrayItems::RefOrSchema(items), Some(values)) = (&array.items, value.as_array()) {
                    for (index, item) in values.iter().enumerate() {
                        self.visit(items, item, at(&loc, json!(index)), findings);
                    }
                }
            }
            Schema::OneOf(choice) => self.any(&choice.items, value, loc, findings),
            Schema::AnyOf(choice) => self.any(&choice.items, value, loc, findings),
            Schema::AllOf(all) => {
                for part in &all.items {
                    self.visit(part, value, loc.clone(), findings);
                }
            }
            _ => {}
        }
    }

    /// One of the choices must fit; otherwise the findings of all but `null` are listed, and where that leaves several, each
    /// says which one it is about.
    fn any(&self, choices: &[RefOr<Schema>], value: &Json, loc: Vec<Json>, findings: &mut Vec<Invalid>) {
        let mut all = Vec::new();
        let several = choices.iter().filter(|choice| !is_null(choice)).count() > 1;
        for choice in choices {
            let mut own = Vec::new();
            let place = if several { at(&loc, json!(kind_name(choice))) } else { loc.clone() };
            self.visit(choice, value, place, &mut own);
            if own.is_empty() {
                return;
            }
            if !is_null(choice) {
                all.append(&mut own);
            }
        }
        findings.append(&mut all);
    }
}

fn at(loc: &[Json], next: Json) -> Vec<Json> {
    loc.iter().cloned().chain([next]).collect()
}

/// What the contract calls a choice.
fn kind_name(choice: &RefOr<Schema>) -> String {
    let kind = match choice {
        RefOr::Ref(reference) => return reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned(),
        RefOr::T(Schema::Array(array)) => {
            return match &array.items {
                ArrayItems::RefOrSchema(items) => format!("list[{}]", kind_name(items)),
                ArrayItems::False => "list[any]".to_owned(),
            };
        }
        RefOr::T(Schema::Object(object)) => &object.schema_type,
        RefOr::T(_) => &SchemaType::AnyValue,
    };
    match kind {
        SchemaType::Type(Type::String) => "str",
        SchemaType::Type(Type::Integer) => "int",
        SchemaType::Type(Type::Number) => "float",
        SchemaType::Type(Type::Boolean) => "bool",
        SchemaType::Type(Type::Array) => "list[any]",
        SchemaType::Type(Type::Object) => "dict[str,any]",
        _ => "any",
    }
    .to_owned()
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn fits(kind: &SchemaType, value: &Json) -> bool {
    match kind {
        SchemaType::AnyValue => true,
        SchemaType::Type(kind) => fits_type(kind, value),
        SchemaType::Array(kinds) => kinds.iter().any(|kind| fits_type(kind, value)),
    }
}

fn fits_type(kind: &Type, value: &Json) -> bool {
    match kind {
        Type::Object => value.is_object(),
        Type::String => value.is_string(),
        Type::Integer => value.is_i64() || value.is_u64(),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Array => value.is_array(),
        Type::Null => value.is_null(),
    }
}

/// The finding for a text that is none of those that may stand here.
fn unknown_choice(choices: &[Json], value: &Json, loc: Vec<Json>) -> Invalid {
    let named: Vec<String> = choices.iter().filter_map(|choice| Some(format!("'{}'", choice.as_str()?))).collect();
    let expected = match named.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => named.concat(),
    };
    let mut finding = Invalid::new("literal_error", loc, format!("Input should be {expected}"), value.clone());
    finding.ctx = Some(json!({ "expected": expected }));
    finding
}

fn wrong_type(kind: &SchemaType, value: &Json, loc: Vec<Json>) -> Invalid {
    let wanted = match kind {
        SchemaType::Type(kind) => Some(kind),
        SchemaType::Array(kinds) => kinds.iter().find(|kind| **kind != Type::Null),
        SchemaType::AnyValue => None,
    };
    let input = value.clone();
    match wanted {
        Some(Type::String) => Invalid::new("string_type", loc, "Input should be a valid string", input),
        Some(Type::Integer) => Invalid::new("int_type", loc, "Input should be a valid integer", input),
        Some(Type::Number) => Invalid::new("float_type", loc, "Input should be a valid number", input),
        Some(Type::Boolean) => Invalid::new("bool_type", loc, "Input should be a valid boolean", input),
        Some(Type::Array) => Invalid::new("list_type", loc, "Input should be a valid list", input),
        Some(Type::Object) if loc.len() > 1 => {
            Invalid::new("dict_type", loc, "Input should be a valid dictionary", input)
        }
        _ => not_an_object(loc, input),
    }
}
