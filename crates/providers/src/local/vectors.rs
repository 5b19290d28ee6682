//! An embeddings request read, and its answer written, in OpenAI's shape.

use airis_domain::{Json, JsonMap};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::ProviderError;

/// Texts of one request, as many as OpenAI takes.
const MOST: usize = 2048;

/// What is to be embedded.
pub fn texts(body: &JsonMap) -> Result<Vec<String>, ProviderError> {
    let texts = match body.get("input") {
        Some(Json::String(text)) => vec![text.clone()],
        Some(Json::Array(items)) => {
            let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.ok_or_else(|| refused("input must hold texts; tokens of another model mean nothing to this one"))?
        }
        _ => Vec::new(),
    };
    match texts.len() {
        0 => Err(refused("input must be a text or a list of texts")),
        1..=MOST => Ok(texts),
        _ => Err(refused(&format!("input may hold {MOST} texts at most"))),
    }
}

/// The answer. Refuses a length that the model's vectors do not have.
pub fn answer(id: &str, body: &JsonMap, vectors: Vec<Vec<f32>>, tokens: usize) -> Result<Json, ProviderError> {
    let length = vectors.first().map_or(0, Vec::len);
    let asked = body.get("dimensions").filter(|dimensions| !dimensions.is_null());
    if asked.is_some_and(|asked| asked.as_u64() != u64::try_from(length).ok()) {
        return Err(refused(&format!("the vectors of {id} have {length} dimensions, and no others")));
    }
    let as_text = body.get("encoding_format").and_then(Json::as_str) == Some("base64");
    let item = |(index, vector): (usize, Vec<f32>)| {
        let embedding = if as_text { json!(packed(&vector)) } else { json!(vector) };
        json!({"object": "embedding", "index": index, "embedding": embedding})
    };
    let data: Vec<Json> = vectors.into_iter().enumerate().map(item).collect();
    Ok(json!({"object": "list", "data": data, "model": id, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}))
}

fn refused(detail: &str) -> ProviderError {
    ProviderError::Answer { status: 400, body: json!({"detail": detail}) }
}

/// The numbers as four bytes each, little end first.
fn packed(vector: &[f32]) -> String {
    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn body(body: Json) -> JsonMap {
        body.as_object().unwrap().clone()
    }

    #[test]
    fn what_is_no_text_is_refused_and_never_left_out() {
        assert_eq!(texts(&body(json!({"input": "a"}))).unwrap(), ["a"]);
        assert_eq!(texts(&body(json!({"input": ["a", ""]}))).unwrap(), ["a", ""]);
        for input in [json!([]), json!(null), json!(5), json!(["a", 5]), json!([[1, 2]]), json!(vec!["x"; MOST + 1])] {
            assert!(texts(&body(json!({"input": input}))).is_err());
        }
    }

    #[test]
    fn vectors_are_packed_as_programs_unpack_them() {
        // Python: base64.b64encode(struct.pack("<ffff", 1, -2.5, 0, 3e10))
        assert_eq!(packed(&[1.0, -2.5, 0.0, 3e10]), "AACAPwAAIMAAAAAAdoTfUA==");
        let as_text = body(json!({"encoding_format": "base64", "dimensions": 2}));
        assert_eq!(answer("m", &as_text, vec![vec![1.0, 1.0]], 1).unwrap()["data"][0]["embedding"], "AACAPwAAgD8=");
        assert!(answer("m", &body(json!({"dimensions": 3})), vec![vec![1.0, 1.0]], 1).is_err());
        assert!(answer("m", &body(json!({"dimensions": null})), vec![vec![1.0]], 1).is_ok());
    }
}
