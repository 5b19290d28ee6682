//! Becoming known to an identity provider (RFC 7591), or what an administrator was given there.

use airis_domain::Json;
use airis_outbound::Call;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::OAuthError;
use super::discover::{Provider, provider};
use crate::servers::ToolServers;

/// What a sealed client opens for.
const OWNER: &str = "client";

/// What an administrator knows.
#[derive(Clone, Default)]
pub struct ClientForm {
    /// Of the tool server.
    pub url: String,
    /// What the tool server is called here; with a secret, what the provider calls this installation.
    pub client_id: String,
    pub name: String,
    pub secret: Option<String>,
    /// The provider, where the tool server does not name it.
    pub provider: Option<String>,
    pub scope: Option<String>,
    /// Where people come back to this installation: its public address.
    pub home: String,
}

/// What the identity provider of a tool server knows this installation as.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Option<String>,
    /// How the secret is shown: `client_secret_basic`, `client_secret_post` or `none`.
    pub(super) method: String,
    pub(super) issuer: String,
    pub(super) authorization: String,
    pub(super) token: String,
    pub(super) scope: Option<String>,
    pub(super) home: String,
}

impl ToolServers {
    /// Registers with the provider of a tool server; sealed text for the server's entry among the settings.
    pub async fn register(&self, form: &ClientForm) -> Result<String, OAuthError> {
        let provider = provider(&self.inner.outbound, &form.url, form.provider.as_deref()).await?;
        let scope = form.scope.clone().or_else(|| provider.scopes.clone());
        let method = preferred(&provider, form.secret.is_some());
        let known = |id: String, secret, method: String| Client {
            id,
            secret,
            method,
            issuer: provider.issuer.clone(),
            authorization: provider.authorization.clone(),
            token: provider.token.clone(),
            scope: scope.clone(),
            home: form.home.clone(),
        };
        let client = match &form.secret {
            Some(secret) => known(form.client_id.clone(), Some(secret.clone()), method.to_owned()),
            None => {
                let answer = self.introduced(&provider, form, method, scope.as_deref()).await?;
                let text = |key: &str| answer[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
                let id = text("client_id")
                    .ok_or_else(|| OAuthError::Elsewhere(format!("{} gives no client_id", provider.issuer)))?;
                known(
                    id,
                    text("client_secret"),
                    text("token_endpoint_auth_method").unwrap_or_else(|| method.to_owned()),
                )
            }
        };
        self.closed(&client, OWNER)
    }

    pub(super) fn client(&self, sealed: &str) -> Result<Client, OAuthError> {
        self.opened(sealed, OWNER)
    }

    async fn introduced(
        &self,
        provider: &Provider,
        form: &ClientForm,
        method: &str,
        scope: Option<&str>,
    ) -> Result<Json, OAuthError> {
        let place = provider.registration.as_ref().ok_or_else(|| {
            OAuthError::Elsewhere(format!(
                "{} registers nobody by itself; give a client id and secret",
                provider.issuer
            ))
        })?;
        let mut about = json!({
            "client_name": form.name,
            "redirect_uris": [come_back(&form.home, &form.client_id)],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method,
        });
        if let Some(scope) = scope {
            about["scope"] = json!(scope);
        }
        Ok(self.inner.outbound.fetch(Call::post(place).json(&about)).await?.ok()?.json()?)
    }
}

/// Where people come back to after they signed in for a server.
pub(super) fn come_back(home: &str, server: &str) -> String {
    format!("{}/oauth/clients/{server}/callback", home.trim_end_matches('/'))
}

/// A secret in the body is understood best; without any secret, PKCE alone proves who asks.
fn preferred(provider: &Provider, has_secret: bool) -> &'static str {
    let knows = |method: &str| provider.methods.iter().any(|known| known == method);
    if knows("client_secret_post") {
        "client_secret_post"
    } else if knows("client_secret_basic") || has_secret {
        "client_secret_basic"
    } else {
        "none"
    }
}
