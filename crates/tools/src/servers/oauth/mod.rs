//! Everybody's own sign-in at a tool server (OAuth 2.1): how the server's identity provider is found, how this
//! installation becomes known to it, how people come back from it, and the tokens that are kept of that.

mod discover;
mod register;
mod tokens;
mod visit;

pub use register::ClientForm;
pub use visit::{Back, SECONDS as VISIT_SECONDS, Visit};

use airis_identity::{AuthError, Seal};
use airis_outbound::OutboundError;
use airis_store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ToolServers;

/// Why somebody cannot be signed in at a tool server.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// The other side, in words for people.
    #[error("{0}")]
    Elsewhere(String),
    /// The server asks for a sign-in and has not been made known to its identity provider.
    #[error("{0} is not registered with its identity provider; an administrator has to do that")]
    NotRegistered(String),
    /// The person has to sign in first: the server's name and the address to do it.
    #[error("you are not signed in at {0}; open {1} to do that")]
    NotSignedIn(String, String),
    /// Somebody came back who did not leave from here, or too late.
    #[error("this sign-in was not begun in this browser, or it took too long; begin again")]
    Stranger,
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OutboundError> for OAuthError {
    fn from(error: OutboundError) -> Self {
        Self::Elsewhere(error.to_string())
    }
}

impl ToolServers {
    fn seal(&self) -> Result<Seal, AuthError> {
        self.inner.sessions.seal_for("tool servers")
    }

    /// Something as sealed text that opens for `owner` alone.
    fn closed(&self, plain: &impl Serialize, owner: &str) -> Result<String, OAuthError> {
        let plain = serde_json::to_vec(plain).map_err(|error| AuthError::Internal(error.to_string()))?;
        Ok(self.seal()?.close(&plain, owner)?)
    }

    fn opened<T: DeserializeOwned>(&self, sealed: &str, owner: &str) -> Result<T, OAuthError> {
        let plain = self.seal()?.open(sealed, owner)?;
        Ok(serde_json::from_slice(&plain).map_err(|error| AuthError::Internal(error.to_string()))?)
    }
}

/// An address with more in its query.
fn with_query(address: &str, fields: &[(&str, &str)]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encoded = |text: &str| -> String {
        text.bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect()
    };
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let gap = if address.contains('?') { '&' } else { '?' };
    format!("{address}{gap}{}", fields.join("&"))
}
