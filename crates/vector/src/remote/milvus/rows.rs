//! Points as rows of a collection of Milvus: what they are made of, how they are looked for and read.

use std::collections::HashMap;

use airis_config::MilvusServer;
use airis_domain::Json;
use serde_json::json;

use super::message::{Message, Written, packed};
use crate::remote::points::{Hit, Point, Question};

pub const ID: &str = "id";
pub const VECTOR: &str = "vector";
const TENANT: &str = "tenant_id";
const FILE: &str = "file_id";
const TEXT: &str = "text";
const METADATA: &str = "metadata";

/// Kinds of fields.
const VAR_CHAR: u64 = 21;
const JSON: u64 = 23;
const FLOAT_VECTOR: u64 = 101;
/// A filter is written as an expression.
const EXPRESSION: u64 = 1;
/// Candidates that a search in a graph looks at, at least.
const CANDIDATES: usize = 64;
/// Bytes of the longest text that a field may be made for.
const LONGEST: usize = 65_535;

/// `CollectionSchema` of a place.
pub fn schema(place: &str, dimensions: usize) -> Written {
    let field = |name: &str, kind: u64| Written::new().text(2, name).number(5, kind);
    let text = |name: &str, bytes: usize| field(name, VAR_CHAR).message(6, &pair("max_length", &bytes.to_string()));
    let fields = [
        text(ID, 36).number(3, 1),
        text(TENANT, LONGEST),
        text(FILE, LONGEST),
        text(TEXT, LONGEST),
        field(METADATA, JSON),
        field(VECTOR, FLOAT_VECTOR).message(6, &pair("dim", &dimensions.to_string())),
    ];
    Written::new().text(1, place).messages(4, fields)
}

/// `extra_params` of the index of vectors, one by one.
pub fn index(server: &MilvusServer) -> Vec<Written> {
    let params = match server.index.as_str() {
        "HNSW" => json!({"M": server.edges, "efConstruction": server.build}),
        "IVF_FLAT" => json!({"nlist": server.lists}),
        _ => json!({}),
    };
    vec![pair("index_type", &server.index), pair("metric_type", "COSINE"), pair("params", &params.to_string())]
}

/// `FieldData` of every field.
pub fn columns(points: &[Point]) -> Vec<Written> {
    let column = |name: &str, kind: u64| Written::new().number(1, kind).text(2, name);
    let texts = |name: &str, of: fn(&Point) -> &str| {
        let strings = Written::new().texts(1, points.iter().map(of));
        column(name, VAR_CHAR).message(3, &Written::new().message(6, &strings))
    };
    let metadata = points.iter().fold(Written::new(), |written, point| {
        written.bytes(1, Json::Object(point.metadata.clone()).to_string().as_bytes())
    });
    let dimensions = points.first().map_or(0, |point| point.vector.len()) as u64;
    let numbers = Written::new().bytes(1, &packed(points.iter().flat_map(|point| point.vector.iter().copied())));
    vec![
        texts(ID, |point| &point.id),
        texts(TENANT, |point| &point.collection),
        texts(FILE, |point| point.file_id.as_deref().unwrap_or_default()),
        texts(TEXT, |point| &point.text),
        column(METADATA, JSON).message(3, &Written::new().message(9, &metadata)),
        column(VECTOR, FLOAT_VECTOR).message(4, &Written::new().number(1, dimensions).message(2, &numbers)),
    ]
}

/// `SearchRequest`, behind its beginning. No consistency is named: the strongest is the default.
pub fn search(begun: Written, question: &Question<'_>, index: &str) -> Written {
    let mut filter = format!("{TENANT} == {}", quoted(question.collection));
    if let Some(files) = question.files {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        filter = format!("{filter} and {}", any_of(FILE, &files));
    }
    let bytes = packed(question.vector.iter().copied());
    let asked = Written::new().text(1, "$0").number(2, FLOAT_VECTOR).bytes(3, &bytes);
    let group = Written::new().message(1, &asked);
    let params = if index == "HNSW" { json!({"ef": question.limit.max(CANDIDATES)}) } else { json!({}) };
    let given = [
        pair("anns_field", VECTOR),
        pair("topk", &question.limit.to_string()),
        pair("metric_type", "COSINE"),
        pair("params", &params.to_string()),
        pair("round_decimal", "-1"),
    ];
    let begun = begun.text(5, &filter).message(6, &group).number(7, EXPRESSION).text(8, ID);
    begun.messages(9, given).number(12, 1)
}

/// What `SearchResults` found.
pub fn hits(answer: Message<'_>) -> Option<Vec<Hit>> {
    let found = answer.message(2);
    let ids = found.message(5).message(2).texts(1);
    let scores = found.floats(4);
    (ids.len() == scores.len()).then(|| ids.into_iter().zip(scores.into_iter().map(f64::from)).collect())
}

/// The vectors of `QueryResults`.
pub fn vectors(answer: Message<'_>) -> Option<HashMap<String, Vec<f32>>> {
    let (mut ids, mut numbers, mut dimensions) = (Vec::new(), Vec::new(), 0);
    for field in answer.all(2).map(Message::new) {
        match field.text(2).as_str() {
            ID => ids = field.message(3).message(6).texts(1),
            VECTOR => {
                dimensions = usize::try_from(field.message(4).number(1)).ok()?;
                numbers = field.message(4).message(2).floats(1);
            }
            _ => {}
        }
    }
    if ids.is_empty() {
        return Some(HashMap::new());
    }
    let vectors = numbers.chunks_exact(dimensions.max(1)).map(<[f32]>::to_vec);
    (numbers.len() == ids.len() * dimensions).then(|| ids.into_iter().zip(vectors).collect())
}

/// Rows whose field is one of these.
pub fn any_of(field: &str, values: &[&str]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("{field} in [{}]", values.join(", "))
}

/// `KeyValuePair`
fn pair(key: &str, value: &str) -> Written {
    Written::new().text(1, key).text(2, value)
}

/// A text as expressions have it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_name_cannot_leave_its_quotes() {
        assert_eq!(
            any_of(FILE, &["a", "x\"] or 1 == 1 or id in [\""]),
            r#"file_id in ["a", "x\"] or 1 == 1 or id in [\""]"#
        );
        assert_eq!(quoted("\\\"\n"), r#""\\\"\n""#);
    }
}
