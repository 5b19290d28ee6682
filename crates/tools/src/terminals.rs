//! Servers that lend people a terminal, as administrators described them.

use airis_domain::{AccessGrant, Json, User};

use crate::servers::{SignIn, grants, is_open};

/// One entry of the setting `terminal_server.connections`.
#[derive(Clone)]
pub struct Terminal {
    /// What addresses call it.
    pub id: String,
    pub name: String,
    /// Without a slash at its end; empty where nobody wrote one.
    pub url: String,
    pub enabled: bool,
    pub sign_in: SignIn,
    pub key: String,
    grants: Vec<AccessGrant>,
}

impl Terminal {
    /// The servers of the setting, those that are switched off included.
    pub fn list(setting: &Json) -> Vec<Self> {
        setting.as_array().into_iter().flatten().enumerate().map(|(place, entry)| Self::read(place, entry)).collect()
    }

    fn read(place: usize, entry: &Json) -> Self {
        let text = |key: &str| entry[key].as_str().map(str::trim).unwrap_or_default().to_owned();
        let or = |text: String, other: &dyn Fn() -> String| if text.is_empty() { other() } else { text };
        let id = or(text("id"), &|| place.to_string());
        let url = text("url").trim_end_matches('/').to_owned();
        Self {
            name: or(text("name"), &|| url.clone()),
            enabled: entry["enabled"] != false,
            sign_in: match entry["auth_type"].as_str().unwrap_or("bearer") {
                "bearer" | "" => SignIn::Key,
                "session" => SignIn::Session,
                _ => SignIn::Nobody,
            },
            key: text("key"),
            grants: grants("terminal", &id, &entry["config"]["access_grants"]),
            url,
            id,
        }
    }

    /// Whether somebody in these groups may use it.
    pub fn is_open_to(&self, user: &User, groups: &[String], sees_all: bool) -> bool {
        is_open(&self.grants, user, groups, sees_all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_server_is_read_as_it_was_written_and_places_stand_in_for_missing_ids() {
        let list = Terminal::list(&json!([
            {"url": "http://a/"},
            {"id": "b", "name": "Bee", "url": "http://b/base//", "enabled": false, "auth_type": "session", "key": "k"},
            {"id": " ", "url": 5, "auth_type": "system_oauth"},
        ]));
        let found: Vec<_> = list
            .iter()
            .map(|one| (one.id.as_str(), one.name.as_str(), one.url.as_str(), one.enabled, one.sign_in))
            .collect();
        let wanted = [
            ("0", "http://a", "http://a", true, SignIn::Key),
            ("b", "Bee", "http://b/base", false, SignIn::Session),
            ("2", "", "", true, SignIn::Nobody),
        ];
        assert_eq!(found, wanted);
        assert!(Terminal::list(&json!({"a": 1})).is_empty());
    }
}
