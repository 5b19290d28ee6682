//! A tool server as administrators described it.

use airis_domain::{AccessGrant, Json, JsonMap, Role, User};

/// How a server is told who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    Nobody,
    /// One key for everybody.
    Key,
    /// A session of the asking person with this server.
    Session,
    /// Everybody's own sign-in at the server's identity provider.
    OAuth,
}

/// One entry of the setting `tool_server.connections` that is switched on and speaks OpenAPI.
#[derive(Clone)]
pub struct Connection {
    /// What requests call it behind `server:`.
    pub id: String,
    pub name: String,
    pub description: String,
    pub url: String,
    pub path: String,
    pub sign_in: SignIn,
    pub key: String,
    pub headers: JsonMap,
    /// The document itself, where no address is asked for it.
    pub given: Option<Json>,
    /// Ends of the names of the functions that are offered; with `!` in front, of those that are not.
    pub only: Vec<String>,
    pub grants: Vec<AccessGrant>,
    /// What this server is to the identity provider; sealed.
    pub client: Option<String>,
    /// The entry as it was written, to notice changes.
    pub(crate) written: String,
}

impl Connection {
    /// The servers of the setting, as far as they can be used.
    pub fn list(setting: &Json) -> Vec<Self> {
        let entries = setting.as_array().into_iter().flatten().enumerate();
        entries.filter_map(|(place, entry)| Self::read(place, entry)).collect()
    }

    fn read(place: usize, entry: &Json) -> Option<Self> {
        let text = |from: &Json, key: &str| from[key].as_str().unwrap_or_default().to_owned();
        let (config, info) = (&entry["config"], &entry["info"]);
        let kind = entry["type"].as_str().unwrap_or("openapi");
        if kind != "openapi" || config["enable"] == false {
            return None;
        }
        let id = Some(text(info, "id")).filter(|id| !id.is_empty()).unwrap_or_else(|| place.to_string());
        let url = text(entry, "url");
        let given = (entry["spec_type"] == "json").then(|| match &entry["spec"] {
            Json::String(text) => serde_json::from_str(text).unwrap_or_default(),
            other => other.clone(),
        });
        Some(Self {
            name: Some(text(info, "name")).filter(|name| !name.is_empty()).unwrap_or_else(|| url.clone()),
            description: text(info, "description"),
            path: text(entry, "path"),
            sign_in: match entry["auth_type"].as_str().unwrap_or("bearer") {
                "bearer" | "" => SignIn::Key,
                "session" => SignIn::Session,
                "oauth_2.1" | "oauth_2.1_static" => SignIn::OAuth,
                _ => SignIn::Nobody,
            },
            key: text(entry, "key"),
            headers: headers(&entry["headers"]),
            given,
            only: names(&config["function_name_filter_list"]),
            grants: grants("tool", &format!("server:{id}"), &config["access_grants"]),
            client: info["oauth_client_info"].as_str().filter(|sealed| !sealed.is_empty()).map(str::to_owned),
            written: entry.to_string(),
            url,
            id,
        })
    }

    /// Whether somebody in these groups may use it.
    pub fn is_open_to(&self, user: &User, groups: &[String], sees_all: bool) -> bool {
        is_open(&self.grants, user, groups, sees_all)
    }

    /// Whether a function of its document is offered.
    pub fn offers(&self, name: &str) -> bool {
        let (blocked, wanted): (Vec<&String>, Vec<&String>) = self.only.iter().partition(|end| end.starts_with('!'));
        !blocked.iter().any(|end| name.ends_with(&end[1..]))
            && (wanted.is_empty() || wanted.iter().any(|end| name.ends_with(end.as_str())))
    }
}

/// Without grants a server is for administrators alone.
pub(crate) fn is_open(grants: &[AccessGrant], user: &User, groups: &[String], sees_all: bool) -> bool {
    if user.role == Role::Admin && (sees_all || grants.is_empty()) {
        return true;
    }
    airis_access::granted(grants, user, groups, "read")
}

/// An object, or its JSON as text.
fn headers(written: &Json) -> JsonMap {
    match written {
        Json::Object(headers) => headers.clone(),
        Json::String(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => JsonMap::new(),
    }
}

/// A list, or names between commas.
fn names(written: &Json) -> Vec<String> {
    let texts: Vec<&str> = match written {
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        Json::String(text) => vec![text.as_str()],
        _ => Vec::new(),
    };
    let parts = texts.into_iter().flat_map(|text| text.split(',')).map(str::trim);
    parts.filter(|name| !name.trim_start_matches('!').is_empty()).map(str::to_owned).collect()
}

/// Who may use a server, as its entry says.
pub(crate) fn grants(kind: &str, id: &str, written: &Json) -> Vec<AccessGrant> {
    let text = |grant: &Json, key: &str| grant[key].as_str().unwrap_or_default().to_owned();
    let grant = |grant: &Json| AccessGrant {
        id: text(grant, "id"),
        resource_type: kind.to_owned(),
        resource_id: id.to_owned(),
        principal_type: text(grant, "principal_type"),
        principal_id: text(grant, "principal_id"),
        permission: text(grant, "permission"),
        created_at: 0,
    };
    written.as_array().into_iter().flatten().map(grant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_used_is_left_out_and_places_stand_in_for_missing_ids() {
        let list = Connection::list(&json!([
            {"url": "http://a", "type": "mcp"},
            {"url": "http://b", "config": {"enable": false}},
            {"url": "http://c", "auth_type": "none", "headers": "{\"x\": \"1\"}"},
            {"url": "http://d", "key": "k", "info": {"id": "dee", "name": "D"}},
            5,
        ]));
        let found: Vec<_> = list.iter().map(|one| (one.id.as_str(), one.name.as_str(), one.sign_in)).collect();
        assert_eq!(found[..2], [("2", "http://c", SignIn::Nobody), ("dee", "D", SignIn::Key)]);
        assert_eq!(list[0].headers["x"], "1");
        assert!(Connection::list(&json!({"a": 1})).is_empty());
    }

    #[test]
    fn functions_are_chosen_or_blocked_by_the_end_of_their_name() {
        let server = |only: Json| {
            let entry = json!([{"url": "http://a", "config": {"function_name_filter_list": only}}]);
            Connection::list(&entry).remove(0)
        };
        let some = server(json!("echo, _read"));
        assert!(some.offers("mail_read") && some.offers("echo") && !some.offers("mail_write"));
        let most = server(json!(["!_write"]));
        assert!(most.offers("mail_read") && !most.offers("mail_write"));
        assert!(server(json!(null)).offers("x") && server(json!(" , !")).offers("x"));
    }
}
