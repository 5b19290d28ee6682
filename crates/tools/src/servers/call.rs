//! One call of a function: its arguments become an HTTP request, the answer becomes text for the model.

use airis_domain::{Json, JsonMap};
use airis_outbound::{Answer, Call};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::document::{Body, Operation};

/// Bytes of the largest answer that a model is given.
pub const LARGEST_ANSWER: usize = 256 * 1024;

/// The request of a call, without what says who asks; the text says what is wrong with the arguments.
pub fn request(url: &str, operation: &Operation, mut arguments: JsonMap) -> Result<Call, String> {
    let mut path = operation.path.clone();
    let mut query: Vec<String> = Vec::new();
    for one in &operation.placed {
        let given = arguments.get(&one.name);
        let given = given.filter(|value| !value.is_null() && (one.required || value.as_str() != Some("")));
        let Some(value) = given else {
            if one.required {
                return Err(format!("the argument {} is missing", one.name));
            }
            continue;
        };
        if one.in_path {
            path = path.replace(&format!("{{{}}}", one.name), &segment(&one.name, &text(value))?);
        } else {
            let values: Vec<String> = match value {
                Json::Array(list) => list.iter().map(text).collect(),
                other => vec![text(other)],
            };
            query.extend(values.iter().map(|value| format!("{}={}", encoded(&one.name), encoded(value))));
        }
    }
    if path.contains('{') {
        return Err("the document of this tool leaves a part of its address open".to_owned());
    }
    for one in &operation.placed {
        arguments.shift_remove(&one.name);
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let call = Call::new(operation.method.clone(), format!("{}{path}{query}", url.trim_end_matches('/')));
    let call = call.header("accept", "application/json").at_most(LARGEST_ANSWER);
    Ok(match body(&operation.body, arguments)? {
        Some(body) => call.json(&body),
        None => call,
    })
}

fn body(described: &Body, mut arguments: JsonMap) -> Result<Option<Json>, String> {
    match described {
        Body::Nothing => Ok(None),
        Body::Whole { name, required } => match arguments.shift_remove(name) {
            None if *required => Err(format!("the argument {name} is missing")),
            found => Ok(found),
        },
        Body::Object { keys, required, open } => {
            if let Some(missing) = required.iter().find(|name| !arguments.contains_key(*name)) {
                return Err(format!("the argument {missing} is missing"));
            }
            arguments.retain(|name, _| *open || keys.contains(name));
            Ok(Some(Json::Object(arguments)))
        }
    }
}

/// What an answer says to the model; a refusal is an error with the server's own words.
pub fn said(answer: &Answer) -> Result<String, String> {
    let kind = answer.kind();
    let is_json = kind.ends_with("/json") || kind.ends_with("+json");
    let words = if is_json {
        answer.json().map_or_else(|_| answer.text(), |value| value.to_string())
    } else if kind.is_empty() || kind.starts_with("text/") || kind.ends_with("/xml") {
        answer.text()
    } else {
        format!("data:{kind};base64,{}", STANDARD.encode(&answer.body))
    };
    // No database takes a NUL.
    let words = words.replace('\0', "");
    match answer.status {
        200..=299 if answer.body.is_empty() => Ok(format!("The tool answered nothing (status {}).", answer.status)),
        200..=299 => Ok(words),
        300..=399 => Err(failure("the tool server sends requests on to another address")),
        status => Err(failure(&format!("HTTP error {status}: {}", words.chars().take(4000).collect::<String>()))),
    }
}

/// An error as models are told of it.
pub fn failure(words: &str) -> String {
    json!({"error": words}).to_string()
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One part of a path: nothing in it leads elsewhere.
fn segment(name: &str, value: &str) -> Result<String, String> {
    if ["", ".", ".."].contains(&value) {
        return Err(format!("the argument {name} cannot be {value:?}"));
    }
    Ok(encoded(value))
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
