//! One line of the audit log.

use std::net::IpAddr;

use airis_config::AuditLevel;
use airis_domain::{Json, User, now};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use serde_json::json;

/// What names of fields say that their values are nobody else's business.
const SECRETS: [&str; 7] = ["password", "token", "secret", "api_key", "apikey", "credential", "authorization"];
/// The same of whole names.
const SECRET_NAMES: [&str; 6] = ["key", "keys", "code", "headers", "openai_api_keys", "auth"];

pub struct Entry {
    at: i64,
    user: Option<User>,
    method: String,
    uri: String,
    agent: Option<String>,
    from: Option<IpAddr>,
    pub request: Option<Json>,
    pub response: Option<Json>,
    pub status: u16,
}

impl Entry {
    pub fn new(parts: &Parts, user: Option<User>, from: Option<IpAddr>) -> Self {
        Self {
            at: now(),
            user,
            method: parts.method.to_string(),
            // Queries may hold tokens.
            uri: parts.uri.path().to_owned(),
            agent: parts.headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            from,
            request: None,
            response: None,
            status: 0,
        }
    }

    /// As it is written, with no more than `limit` bytes of a body.
    pub fn line(self, level: AuditLevel, limit: usize) -> String {
        let body = |body: Option<Json>| {
            body.map(|mut body| {
                veil(&mut body);
                let mut text = body.to_string();
                if text.len() > limit {
                    text.truncate(text.floor_char_boundary(limit));
                    text.push('…');
                }
                text
            })
        };
        let user = self
            .user
            .map(|user| json!({"id": user.id, "name": user.name, "email": user.email, "role": user.role.as_str()}));
        let level = match level {
            AuditLevel::Metadata => "METADATA",
            AuditLevel::Request => "REQUEST",
            AuditLevel::RequestResponse => "REQUEST_RESPONSE",
        };
        json!({
            "id": uuid::Uuid::now_v7().to_string(),
            "timestamp": self.at,
            "audit_level": level,
            "user": user,
            "verb": self.method,
            "request_uri": self.uri,
            "response_status_code": self.status,
            "source_ip": self.from,
            "user_agent": self.agent,
            "request_object": body(self.request),
            "response_object": body(self.response),
        })
        .to_string()
    }
}

/// Takes out what nobody may read later.
fn veil(json: &mut Json) {
    match json {
        Json::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                let name = name.to_lowercase();
                if SECRET_NAMES.contains(&name.as_str()) || SECRETS.iter().any(|secret| name.contains(secret)) {
                    // That something is empty is no secret, and a number of tokens is none.
                    if !value.is_null() && !value.is_boolean() && !value.is_number() {
                        *value = json!("***");
                    }
                } else {
                    veil(value);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(veil),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_veiled_wherever_they_stand() {
        let mut body = json!({
            "email": "a@b", "Password": "p", "nested": [{"OPENAI_API_KEYS": ["sk"], "api_key": "sk", "max_tokens": 9}],
            "key": "", "token": null, "url": "http://h",
        });
        veil(&mut body);
        assert_eq!(
            body,
            json!({
                "email": "a@b", "Password": "***", "nested": [{"OPENAI_API_KEYS": "***", "api_key": "***", "max_tokens": 9}],
                "key": "***", "token": null, "url": "http://h",
            })
        );
    }
}
