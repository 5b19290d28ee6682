//! What people say of replies.

use crate::{Json, UserId};

/// Characters of a name under which a model is counted.
const MODEL_NAME_LIMIT: usize = 256;

/// One judgement. `data`, `meta` and `snapshot` (the chat as it was) are free-form, as the contract has them.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    pub id: String,
    pub user_id: UserId,
    pub version: i64,
    /// `rating`, as far as clients go.
    pub kind: String,
    pub data: Option<Json>,
    pub meta: Option<Json>,
    pub snapshot: Option<Json>,
    /// Seconds, as the next.
    pub created_at: i64,
    pub updated_at: i64,
}

/// A judgement that says for or against a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    pub model: String,
    /// For the model; otherwise against it.
    pub won: bool,
    /// Models that answered the same question; each once, the judged one left out.
    pub siblings: Vec<String>,
    /// What the chat was about; each once.
    pub tags: Vec<String>,
}

impl Vote {
    /// Reads the vote of a feedback; `None` when it names no model or takes no side.
    pub fn read(kind: &str, data: Option<&Json>, meta: Option<&Json>) -> Option<Self> {
        let data = data.filter(|_| kind == "rating")?;
        let model = judged_model(Some(data))?;
        let rating = match &data["rating"] {
            Json::String(text) => text.trim().parse::<i64>().ok()?,
            number => number.as_i64()?,
        };
        let mut siblings = texts(&data["sibling_model_ids"]);
        siblings.retain(|sibling| sibling != model && is_model_name(sibling));
        let mut tags = texts(&data["tags"]);
        for tag in meta.map(|meta| texts(&meta["tags"])).unwrap_or_default() {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        (rating != 0).then(|| Self { model: model.to_owned(), won: rating > 0, siblings, tags })
    }
}

/// The model that a feedback's data names.
pub fn judged_model(data: Option<&Json>) -> Option<&str> {
    data?["model_id"].as_str().filter(|model| is_model_name(model))
}

fn is_model_name(text: &str) -> bool {
    !text.is_empty() && text.chars().nth(MODEL_NAME_LIMIT).is_none()
}

/// The filled texts of a list, each once.
fn texts(list: &Json) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in list.as_array().into_iter().flatten().filter_map(Json::as_str).filter(|text| !text.is_empty()) {
        if !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_vote_takes_a_side_for_a_model() {
        let data = json!({"rating": "1", "model_id": "a", "sibling_model_ids": ["a", "b", "b", 3], "tags": ["x"]});
        let vote = Vote::read("rating", Some(&data), Some(&json!({"tags": ["x", "y"]})));
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            vote,
            Some(Vote { model: "a".into(), won: true, siblings: texts(&["b"]), tags: texts(&["x", "y"]) })
        );
        let against = Vote::read("rating", Some(&json!({"rating": -1, "model_id": "a"})), None);
        assert_eq!(against.map(|vote| vote.won), Some(false));
    }

    #[test]
    fn what_takes_no_side_is_no_vote() {
        for data in [
            json!({"rating": 0, "model_id": "a"}),
            json!({"rating": 1}),
            json!({"rating": "good", "model_id": "a"}),
            json!({"rating": 1, "model_id": "x".repeat(257)}),
            json!([1]),
        ] {
            assert_eq!(Vote::read("rating", Some(&data), None), None, "{data}");
        }
        assert_eq!(Vote::read("note", Some(&json!({"rating": 1, "model_id": "a"})), None), None);
        assert_eq!(Vote::read("rating", None, None), None);
    }
}
