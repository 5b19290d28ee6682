//! Tokens of people at tool servers: kept sealed, renewed before they end, forgotten when the provider forgot them.

use airis_domain::{User, now};
use airis_outbound::Call;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::OAuthError;
use super::register::Client;
use crate::servers::{Connection, ToolServers};

/// Seconds before its end at which a token is renewed.
const EARLY: i64 = 60;
/// Bytes of the largest answer with tokens.
const LARGEST: usize = 256 * 1024;

/// What a provider granted a person.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    access: String,
    refresh: Option<String>,
    /// Seconds; `None` when nobody said.
    expires_at: Option<i64>,
    /// The server it is for: it is shown to no other, whatever administrators change.
    url: String,
}

impl ToolServers {
    /// What a server is shown of a person who signed in there.
    pub(in crate::servers) async fn access_token(
        &self,
        server: &Connection,
        user: &User,
    ) -> Result<String, OAuthError> {
        let grant = self.kept(server, user).await?;
        if !is_ending(&grant) {
            return Ok(grant.access);
        }
        let turn = self.inner.renewing.lock().await;
        // Somebody else may have renewed it meanwhile: a second use of the old one would end it for good.
        let grant = self.kept(server, user).await?;
        if !is_ending(&grant) {
            return Ok(grant.access);
        }
        let Some(refresh) = grant.refresh.clone() else { return Err(self.forgotten(server, user).await?) };
        let client = self.client_of(server)?;
        let fields: [(&str, &str); 3] =
            [("grant_type", "refresh_token"), ("refresh_token", &refresh), ("resource", &server.url)];
        let renewed = match self.granted(&client, server, &fields, Some(refresh.clone())).await {
            Ok(renewed) => renewed,
            Err(OAuthError::NotSignedIn(..)) => {
                // Perhaps it was refused because another instance renewed it at the same moment: what that got is good.
                let grant = self.kept(server, user).await?;
                if !is_ending(&grant) {
                    return Ok(grant.access);
                }
                return Err(self.forgotten(server, user).await?);
            }
            Err(other) => return Err(other),
        };
        self.keep(server, user, &renewed).await?;
        drop(turn);
        Ok(renewed.access)
    }

    /// Whether a person can use a server without signing in there again.
    pub async fn is_signed_in(&self, server: &Connection, user: &User) -> Result<bool, OAuthError> {
        match self.kept(server, user).await {
            Ok(grant) => Ok(!is_ending(&grant) || grant.refresh.is_some()),
            Err(OAuthError::NotSignedIn(..)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn client_of(&self, server: &Connection) -> Result<Client, OAuthError> {
        self.client(server.client.as_deref().ok_or_else(|| OAuthError::NotRegistered(server.name.clone()))?)
    }

    pub(super) async fn keep(&self, server: &Connection, user: &User, grant: &Grant) -> Result<(), OAuthError> {
        let sealed = self.closed(grant, user.id.as_str())?;
        Ok(self.inner.store.set_tool_sign_in(&user.id, &server.id, &sealed).await?)
    }

    async fn kept(&self, server: &Connection, user: &User) -> Result<Grant, OAuthError> {
        let Some(sealed) = self.inner.store.tool_sign_in(&user.id, &server.id).await? else {
            return Err(needed(server));
        };
        // One that no longer opens (the secret key changed) is as good as none.
        let grant: Grant = self.opened(&sealed, user.id.as_str()).map_err(|_| needed(server))?;
        if grant.url == server.url { Ok(grant) } else { Err(needed(server)) }
    }

    async fn forgotten(&self, server: &Connection, user: &User) -> Result<OAuthError, OAuthError> {
        self.inner.store.delete_tool_sign_in(&user.id, &server.id).await?;
        Ok(needed(server))
    }

    /// Asks the provider for tokens. `NotSignedIn` when it refuses what it is shown.
    pub(super) async fn granted(
        &self,
        client: &Client,
        server: &Connection,
        fields: &[(&str, &str)],
        refresh: Option<String>,
    ) -> Result<Grant, OAuthError> {
        let mut fields = fields.to_vec();
        fields.push(("client_id", &client.id));
        let mut call = Call::post(&client.token);
        match (&client.secret, client.method.as_str()) {
            (Some(secret), "client_secret_post") => fields.push(("client_secret", secret)),
            (Some(secret), _) => {
                let pair = format!("{}:{}", encoded(&client.id), encoded(secret));
                call = call.header("authorization", &format!("Basic {}", STANDARD.encode(pair)));
            }
            (None, _) => {}
        }
        let call = call.form(&fields).header("accept", "application/json").at_most(LARGEST);
        let answer = self.inner.outbound.fetch(call).await?;
        if matches!(answer.status, 400 | 401) && refresh.is_some() {
            return Err(needed(server));
        }
        let said = answer.ok()?.json()?;
        let text = |key: &str| said[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let access = text("access_token").ok_or_else(|| {
            OAuthError::Elsewhere(format!("{} gives no token: {}", client.issuer, text("error").unwrap_or_default()))
        })?;
        Ok(Grant {
            access,
            refresh: text("refresh_token").or(refresh),
            expires_at: said["expires_in"].as_i64().map(|seconds| now().saturating_add(seconds)),
            url: server.url.clone(),
        })
    }
}

fn is_ending(grant: &Grant) -> bool {
    grant.expires_at.is_some_and(|end| end - EARLY <= now())
}

fn needed(server: &Connection) -> OAuthError {
    OAuthError::NotSignedIn(server.name.clone(), format!("/oauth/clients/{}/authorize", server.id))
}

/// As fields of a form are, which the parts of a client's credentials are, too (RFC 6749, 2.3.1).
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte);
    let sign = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(sign).collect()
}
