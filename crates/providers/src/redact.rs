//! A server may repeat the key it was given; people must not read it.

use airis_domain::Json;

use crate::connection::Connection;

/// Shorter values (`none`, `ollama`) are no secrets, and taking them out would garble sentences.
const SHORTEST: usize = 8;
/// Parts of the names of headers that carry secrets.
const SECRET: [&str; 5] = ["auth", "key", "token", "secret", "cookie"];

/// The text without the secrets of the connection.
pub fn text(connection: &Connection, text: &str) -> String {
    secrets(connection).iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
}

/// Takes the secrets of the connection out of every string.
pub fn json(connection: &Connection, body: &mut Json) {
    let secrets = secrets(connection);
    if !secrets.is_empty() {
        walk(&secrets, body);
    }
}

fn walk(secrets: &[String], value: &mut Json) {
    match value {
        Json::String(text) => {
            for secret in secrets {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), "***");
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| walk(secrets, item)),
        Json::Object(fields) => fields.values_mut().for_each(|field| walk(secrets, field)),
        _ => {}
    }
}

fn secrets(connection: &Connection) -> Vec<String> {
    let mut secrets = vec![connection.key.clone()];
    for (name, value) in connection.options.get("headers").and_then(Json::as_object).into_iter().flatten() {
        let name = name.to_ascii_lowercase();
        if let Some(value) = value.as_str().filter(|_| SECRET.iter().any(|part| name.contains(part))) {
            secrets.push(value.to_owned());
            // `Bearer x` may be repeated as `x`.
            secrets.extend(value.rsplit(' ').next().map(str::to_owned));
        }
    }
    secrets.extend(connection.credentials().and_then(|pair| pair.split_once(':')).map(|(_, word)| word.to_owned()));
    secrets.retain(|secret| secret.len() >= SHORTEST);
    // The longest first, so that no part of one stays behind.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets
}
