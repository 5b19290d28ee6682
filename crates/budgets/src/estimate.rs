//! What a request will cost, and what it did where the provider does not say.

use airis_domain::{Json, JsonMap};

/// Characters of a token, roughly.
const TOKEN: usize = 4;
/// Tokens of a picture or a sound, roughly.
const PICTURE: i64 = 1000;
/// Tokens that a message costs beside its text.
const MESSAGE: i64 = 4;
/// Tokens of a reply that nothing limits; most are shorter. One that is not holds as much again.
pub const OUTPUT: i64 = 4096;
/// The same of a reply that comes in one piece, so that nobody sees it grow: more than most models write at once.
pub const UNSEEN: i64 = 32_768;
/// A limit above this is none: so much is not held for one reply, as others spend from the same budget.
const MOST: i64 = 200_000;
/// Where a request says what the model reads.
const READ: [&str; 8] = ["messages", "prompt", "input", "system", "instructions", "tools", "suffix", "template"];
/// Where it limits the reply.
const LIMITS: [&str; 4] = ["max_completion_tokens", "max_tokens", "max_output_tokens", "num_predict"];
/// More than any model reads or writes at once.
const COUNTABLE: i64 = 1_000_000_000;

/// Tokens that a request gives a model to read, in any provider's shape.
pub fn input_of(body: &JsonMap) -> i64 {
    let read = READ.iter().filter_map(|name| body.get(*name)).map(tokens).sum::<i64>();
    read.clamp(1, COUNTABLE)
}

/// Tokens that the model may answer with; `None` where nothing limits it, or nothing that makes sense.
pub fn output_of(body: &JsonMap) -> Option<i64> {
    let limit = |body: &JsonMap| LIMITS.iter().find_map(|name| body.get(*name)?.as_i64()).filter(|limit| *limit > 0);
    let limit = limit(body).or_else(|| limit(body.get("options")?.as_object()?))?;
    let replies = body.get("n").and_then(Json::as_i64).unwrap_or(1).clamp(1, 128);
    Some(limit.saturating_mul(replies)).filter(|limit| *limit <= MOST)
}

/// Tokens of a text of so many characters.
pub fn tokens_of(characters: usize) -> i64 {
    i64::try_from(characters.div_ceil(TOKEN)).unwrap_or(COUNTABLE).min(COUNTABLE)
}

fn tokens(value: &Json) -> i64 {
    match value {
        Json::String(text) if text.starts_with("data:") => PICTURE,
        Json::String(text) => tokens_of(text.chars().count()),
        Json::Array(list) => list.iter().map(tokens).sum(),
        Json::Object(map) => {
            let pictures = map.get("images").and_then(Json::as_array).map_or(0, Vec::len);
            let pictures = i64::try_from(pictures).unwrap_or(COUNTABLE) * PICTURE;
            let others = map.iter().filter(|(name, _)| *name != "images" && *name != "role");
            MESSAGE + pictures + others.map(|(_, value)| tokens(value)).sum::<i64>()
        }
        _ => 0,
    }
}

/// Input and output tokens that a provider reports, under any of their names; 0 where it says nothing.
pub fn reported(usage: &Json) -> (i64, i64) {
    let number = |names: &[&str]| {
        let found = names.iter().find_map(|name| usage.get(*name)?.as_i64());
        found.unwrap_or(0).clamp(0, COUNTABLE)
    };
    // What is read from a cache is part of the first of these, and beside the second.
    let cached = number(&["cache_creation_input_tokens"]) + number(&["cache_read_input_tokens"]);
    let input = match usage.get("prompt_tokens") {
        Some(_) => number(&["prompt_tokens"]),
        None => number(&["input_tokens", "prompt_eval_count"]) + cached,
    };
    let output = number(&["completion_tokens", "output_tokens", "eval_count"]);
    if input + output == 0 { (number(&["total_tokens"]), 0) } else { (input, output) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_estimated_in_any_shape() {
        let of = |body: Json| {
            let body = body.as_object().unwrap().clone();
            (input_of(&body), output_of(&body))
        };
        assert_eq!(
            of(json!({"messages": [{"role": "user", "content": "x".repeat(40)}], "max_tokens": 5})),
            (14, Some(5))
        );
        assert_eq!(of(json!({"prompt": "x".repeat(8), "options": {"num_predict": 7}})), (2, Some(7)));
        assert_eq!(of(json!({"input": "", "n": 3, "max_output_tokens": 10})), (1, Some(30)));
        let picture = json!([{"type": "image_url", "image_url": {"url": format!("data:{}", "x".repeat(100_000))}}]);
        let (input, output) = of(json!({"messages": [{"role": "user", "content": picture}]}));
        assert!((PICTURE..PICTURE + 50).contains(&input) && output.is_none(), "{input}");
    }

    #[test]
    fn what_makes_no_sense_costs_something_and_breaks_nothing() {
        for limit in [json!(-1), json!(0), json!("many"), json!(null)] {
            assert_eq!(output_of(json!({"max_tokens": limit}).as_object().unwrap()), None);
        }
        let huge = json!({"max_tokens": i64::MAX, "n": i64::MAX, "messages": {"a": [1, null, true]}});
        assert_eq!(output_of(huge.as_object().unwrap()), None);
        assert_eq!(reported(&json!({"prompt_tokens": -5, "completion_tokens": i64::MAX})), (0, COUNTABLE));
        assert_eq!(reported(&json!("nothing")), (0, 0));
    }

    #[test]
    fn usage_is_read_under_any_of_its_names() {
        assert_eq!(reported(&json!({"prompt_tokens": 3, "completion_tokens": 4, "input_tokens": 3})), (3, 4));
        assert_eq!(reported(&json!({"prompt_eval_count": 3, "eval_count": 4})), (3, 4));
        assert_eq!(reported(&json!({"input_tokens": 3, "cache_read_input_tokens": 10, "output_tokens": 4})), (13, 4));
        assert_eq!(reported(&json!({"total_tokens": 9})), (9, 0));
    }
}
