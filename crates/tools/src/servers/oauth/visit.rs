//! A person's way to the identity provider of a tool server and back. What has to be known when they come back lies
//! sealed in a cookie of their browser: nobody else can end what they began.

use airis_domain::{User, UserId, now};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::register::come_back;
use super::{OAuthError, with_query};
use crate::servers::{Connection, SignIn, ToolServers};

/// Seconds that somebody may take.
pub const SECONDS: i64 = 600;
const OWNER: &str = "visit";

/// Where somebody is sent, and what their browser keeps meanwhile.
pub struct Visit {
    pub address: String,
    pub cookie: String,
}

#[derive(Serialize, Deserialize)]
struct Begun {
    user: UserId,
    server: String,
    state: String,
    verifier: String,
    until: i64,
}

/// What the provider sends people back with.
#[derive(Clone, Debug, Default)]
pub struct Back<'a> {
    pub code: &'a str,
    pub state: &'a str,
    /// Who the provider says to be (RFC 9207).
    pub issuer: Option<&'a str>,
}

impl ToolServers {
    /// Begins a sign-in at a server that the person may use; `None` when there is no such server.
    pub async fn begin(&self, server: &str, user: &User) -> Result<Option<Visit>, OAuthError> {
        let Some(connection) = self.of(user).await?.into_iter().find(|one| is(one, server)) else { return Ok(None) };
        let client = self.client_of(&connection)?;
        let begun = Begun {
            user: user.id.clone(),
            server: server.to_owned(),
            state: random(),
            verifier: random(),
            until: now() + SECONDS,
        };
        let back = come_back(&client.home, server);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(begun.verifier.as_bytes()));
        let mut fields: Vec<(&str, &str)> = vec![
            ("response_type", "code"),
            ("client_id", client.id.as_str()),
            ("redirect_uri", &back),
            ("state", &begun.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", &connection.url),
        ];
        if let Some(scope) = &client.scope {
            fields.push(("scope", scope));
        }
        Ok(Some(Visit { address: with_query(&client.authorization, &fields), cookie: self.closed(&begun, OWNER)? }))
    }

    /// Ends it: the tokens are kept.
    pub async fn come_back(&self, server: &str, cookie: &str, back: Back<'_>) -> Result<(), OAuthError> {
        let begun: Begun = self.opened(cookie, OWNER).map_err(|_| OAuthError::Stranger)?;
        if begun.server != server || begun.state != back.state || begun.until < now() {
            return Err(OAuthError::Stranger);
        }
        let user = self.inner.store.user(&begun.user).await?.ok_or(OAuthError::Stranger)?;
        let connection = self.of(&user).await?.into_iter().find(|one| is(one, server)).ok_or(OAuthError::Stranger)?;
        let client = self.client_of(&connection)?;
        if back.issuer.is_some_and(|issuer| issuer.trim_end_matches('/') != client.issuer.trim_end_matches('/')) {
            return Err(OAuthError::Stranger);
        }
        let redirect = come_back(&client.home, server);
        let fields: [(&str, &str); 5] = [
            ("grant_type", "authorization_code"),
            ("code", back.code),
            ("redirect_uri", &redirect),
            ("code_verifier", &begun.verifier),
            ("resource", &connection.url),
        ];
        let grant = self.granted(&client, &connection, &fields, None).await?;
        self.keep(&connection, &user, &grant).await
    }
}

/// Whether a server is meant by the id of its address.
fn is(connection: &Connection, server: &str) -> bool {
    connection.id == server && connection.sign_in == SignIn::OAuth
}

fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}
