//! What administrators send about servers of others, and what is sound of it.

use airis_domain::{Json as Value, JsonMap, KnowledgeConnection, UserId, now};
use airis_outbound::Url;
use airis_vector::external::Product;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::error::{ApiError, Result};
use crate::extract::FreeForm;
use crate::knowledge::forms::name;

/// What of the credentials may be shown again.
const SHOWN: &str = "username";

/// A server that has passages.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExternalKnowledgeConnectionForm {
    pub name: String,
    /// `qdrant`, `milvus` or `pgvector`.
    pub provider: String,
    /// Where it is: http(s), or postgresql for pgvector.
    pub endpoint: String,
    /// `api_key` or `token`, or `username` and `password`. What is not sent, or empty, stays as it is stored.
    #[serde(default)]
    pub auth_config: Option<FreeForm>,
    /// `database`, where it has several.
    #[serde(default)]
    pub config: Option<FreeForm>,
    #[serde(default)]
    pub capabilities: Option<FreeForm>,
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A collection or table of a server.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct ExternalKnowledgeSourceForm {
    #[serde(rename = "type", default = "collection")]
    pub kind: String,
    pub name: String,
    /// Which of its fields: `vector_field`, `text_field`, `metadata_field`, `id_field`; `filter` has values that fields
    /// must have.
    #[serde(default)]
    pub config: Option<FreeForm>,
}

/// A knowledge base on a server that is known.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExternalKnowledgeCreateForm {
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub connection_id: String,
    pub source: ExternalKnowledgeSourceForm,
    #[serde(default)]
    pub access_grants: Option<Vec<FreeForm>>,
}

/// A knowledge base with its server. Both are stored when the question could be asked there.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExternalKnowledgeSourceCreateForm {
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub connection: ExternalKnowledgeConnectionForm,
    pub source: ExternalKnowledgeSourceForm,
    #[serde(default)]
    pub access_grants: Option<Vec<FreeForm>>,
    pub test_query: String,
    #[serde(default = "five")]
    pub test_count: i64,
}

/// The same for one that is stored.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExternalKnowledgeSourceUpdateForm {
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub connection: ExternalKnowledgeConnectionForm,
    pub source: ExternalKnowledgeSourceForm,
    #[serde(default)]
    pub access_grants: Option<Vec<FreeForm>>,
    pub test_query: String,
    #[serde(default = "five")]
    pub test_count: i64,
}

/// A question as a trial, before anything is stored.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExternalKnowledgeSourceTestForm {
    /// Whose credentials hold where none are sent.
    #[serde(default)]
    pub connection_id: Option<String>,
    pub connection: ExternalKnowledgeConnectionForm,
    pub source: ExternalKnowledgeSourceForm,
    pub query: String,
    #[serde(default = "five")]
    pub count: i64,
}

/// A question as a trial to a server that is stored.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExternalKnowledgeRetrieveTestForm {
    pub query: String,
    #[serde(default)]
    pub source: Option<ExternalKnowledgeSourceForm>,
    #[serde(default = "five")]
    pub count: i64,
}

fn yes() -> bool {
    true
}

fn collection() -> String {
    "collection".to_owned()
}

fn five() -> i64 {
    5
}

impl ExternalKnowledgeSourceForm {
    /// The place as it is stored.
    pub fn place(&self) -> Result<Value> {
        let name = self.name.trim();
        if name.is_empty() || name.contains('\0') {
            return Err(ApiError::bad_request("Name the collection or table"));
        }
        let config = self.config.as_ref().map_or_else(JsonMap::new, |config| config.0.clone());
        Ok(json!({"type": self.kind, "name": name, "config": config}))
    }
}

impl ExternalKnowledgeConnectionForm {
    /// The server as it would be stored, in place of the one before.
    pub fn connection(&self, user: &UserId, before: Option<&KnowledgeConnection>) -> Result<KnowledgeConnection> {
        let known = Product::NAMES.join(", ");
        let product = Product::named(&self.provider)
            .ok_or_else(|| ApiError::bad_request(format!("A provider is one of {known}")))?;
        let mut auth = self.auth(before);
        let endpoint = endpoint(product, &self.endpoint, &mut auth)?;
        let config = |sent: &Option<FreeForm>, stored: Option<&Value>| match sent {
            Some(sent) => Some(Value::Object(sent.0.clone())),
            None => stored.cloned(),
        };
        let at = now();
        Ok(KnowledgeConnection {
            id: before.map_or_else(|| uuid::Uuid::new_v4().to_string(), |before| before.id.clone()),
            user_id: before.map_or_else(|| user.clone(), |before| before.user_id.clone()),
            name: name(&self.name)?,
            provider: self.provider.clone(),
            endpoint,
            auth: (!auth.is_empty()).then_some(Value::Object(auth)),
            config: config(&self.config, before.and_then(|before| before.config.as_ref())),
            capabilities: config(&self.capabilities, before.and_then(|before| before.capabilities.as_ref())),
            enabled: self.enabled,
            created_at: before.map_or(at, |before| before.created_at),
            updated_at: at,
        })
    }

    fn auth(&self, before: Option<&KnowledgeConnection>) -> JsonMap {
        let stored = before.and_then(|before| before.auth.as_ref()?.as_object().cloned()).unwrap_or_default();
        let Some(sent) = &self.auth_config else { return stored };
        let kept = sent.0.iter().map(|(key, value)| {
            let empty = value.as_str().is_some_and(str::is_empty) && key != SHOWN;
            (key.clone(), if empty { stored.get(key).cloned().unwrap_or_default() } else { value.clone() })
        });
        kept.filter(|(_, value)| !value.is_null()).collect()
    }
}

/// The address without credentials, which have a place of their own that is never shown.
fn endpoint(product: Product, sent: &str, auth: &mut JsonMap) -> Result<String> {
    let schemes: &[&str] = match product {
        Product::Pgvector => &["postgresql", "postgres"],
        Product::Qdrant | Product::Milvus => &["http", "https"],
    };
    let wrong = || ApiError::bad_request(format!("The address begins with {}://", schemes[0]));
    let mut url = Url::parse(sent.trim()).map_err(|_| wrong())?;
    if !schemes.contains(&url.scheme()) || !url.has_host() {
        return Err(wrong());
    }
    if !url.username().is_empty() || url.password().is_some() {
        if product != Product::Pgvector {
            return Err(ApiError::bad_request("The address holds no name and no password"));
        }
        let plain = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        auth.insert(SHOWN.to_owned(), json!(plain(url.username())));
        if let Some(password) = url.password() {
            auth.insert("password".to_owned(), json!(plain(password)));
        }
        // Both fail for addresses that cannot have them, which these are not.
        let _ = (url.set_username(""), url.set_password(None));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A server as administrators see it: of its credentials the names only.
pub fn view(connection: &KnowledgeConnection) -> Value {
    let auth = connection.auth.as_ref().and_then(Value::as_object).into_iter().flatten();
    let auth: JsonMap =
        auth.map(|(key, value)| (key.clone(), if key == SHOWN { value.clone() } else { json!("") })).collect();
    json!({
        "id": connection.id,
        "user_id": connection.user_id,
        "name": connection.name,
        "provider": connection.provider,
        "endpoint": connection.endpoint,
        "auth_config": auth,
        "config": connection.config,
        "capabilities": connection.capabilities,
        "enabled": connection.enabled,
        "created_at": connection.created_at,
        "updated_at": connection.updated_at,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn form(body: Value) -> ExternalKnowledgeConnectionForm {
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn credentials_are_never_shown_and_stay_where_none_are_sent() {
        let user = UserId::from("u");
        let sent = json!({"name": "n", "provider": "pgvector", "endpoint": "postgresql://ann:p%40ss@db:5432/x"});
        let first = form(sent).connection(&user, None).unwrap();
        assert_eq!(first.endpoint, "postgresql://db:5432/x");
        assert_eq!(first.auth, Some(json!({"username": "ann", "password": "p@ss"})));
        assert_eq!(view(&first)["auth_config"], json!({"username": "ann", "password": ""}));
        let again = json!({"name": "n", "provider": "pgvector", "endpoint": "postgresql://db", "auth_config": null});
        assert_eq!(form(again).connection(&user, Some(&first)).unwrap().auth, first.auth);
        let other = json!({"name": "n", "provider": "pgvector", "endpoint": "postgresql://db",
            "auth_config": {"username": "bob", "password": ""}});
        let other = form(other).connection(&user, Some(&first)).unwrap();
        assert_eq!(other.auth, Some(json!({"username": "bob", "password": "p@ss"})));
        let none = json!({"name": "n", "provider": "pgvector", "endpoint": "postgresql://db", "auth_config": {}});
        assert_eq!(form(none).connection(&user, Some(&first)).unwrap().auth, None);
    }

    #[test]
    fn servers_that_cannot_be_are_refused() {
        for (provider, endpoint) in [
            ("chroma", "http://a"),
            ("qdrant", "a:6333"),
            ("qdrant", "http://me:pw@a"),
            ("milvus", "postgresql://a"),
            ("pgvector", "http://a"),
            ("pgvector", ""),
        ] {
            let sent = json!({"name": "n", "provider": provider, "endpoint": endpoint});
            assert!(form(sent).connection(&UserId::from("u"), None).is_err(), "{provider} {endpoint}");
        }
    }
}
