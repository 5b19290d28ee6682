//! What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414).

use airis_domain::Json;
use serde::Deserialize;

use super::error::SignOnError;

/// Its name and its addresses.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    #[serde(default)]
    pub(super) userinfo_endpoint: Option<String>,
    #[serde(default)]
    pub(super) jwks_uri: Option<String>,
    #[serde(default)]
    pub(super) end_session_endpoint: Option<String>,
    #[serde(default)]
    pub(super) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
}

impl Metadata {
    pub(super) fn read(document: &Json) -> Result<Self, SignOnError> {
        Self::deserialize(document).map_err(|error| SignOnError::broken(format!("its discovery document: {error}")))
    }

    pub(super) fn of_github() -> Self {
        Self {
            authorization_endpoint: "https://github.com/login/oauth/authorize".to_owned(),
            token_endpoint: "https://github.com/login/oauth/access_token".to_owned(),
            userinfo_endpoint: Some("https://api.github.com/user".to_owned()),
            ..Self::default()
        }
    }

    /// Whether it says that it understands PKCE with SHA-256.
    pub(super) fn knows_pkce(&self) -> bool {
        self.code_challenge_methods_supported.as_ref().is_some_and(|known| known.iter().any(|method| method == "S256"))
    }

    /// Whether a client may show its secret this way; a provider that says nothing takes the standard one.
    pub(super) fn takes(&self, method: &str) -> bool {
        match &self.token_endpoint_auth_methods_supported {
            Some(known) => known.iter().any(|known| known == method),
            None => method == "client_secret_basic",
        }
    }
}
