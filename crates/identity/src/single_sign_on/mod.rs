//! Accounts of other identity providers (OAuth 2, OpenID Connect): the way there, the way back, and the end.

mod arrive;
mod blocked;
mod claims;
mod documents;
mod error;
mod exchange;
mod flight;
mod leave;
mod metadata;
mod picture;
mod provider;
mod rules;
mod token_check;

pub use arrive::{Arrival, Landing};
pub use error::SignOnError;
pub use leave::LogoutProblem;
pub use picture::PICTURE_KINDS;

use async_recursion::async_recursion as boxed;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use airis_domain::{Json, now};
use airis_outbound::{Outbound, Url};
use tokio::sync::Semaphore;

use crate::Sessions;
use crate::seal::Seal;
use documents::{Documents, FRESH};
use flight::{Flight, Flights};
use metadata::Metadata;
use provider::{Endpoints, Provider};

/// Sign-ins that wait for providers at once; a provider that does not answer holds no more.
const AT_ONCE: usize = 64;
/// Characters of the longest address that a provider may send people back to.
const LONGEST_ADDRESS: usize = 500;
/// Fields of the address that belong to the protocol.
const RESERVED: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// What lasts between sign-ins.
pub(crate) struct SignOn {
    /// Made at the first call: most installations have no provider.
    outbound: OnceLock<Outbound>,
    documents: Documents,
    slots: Semaphore,
}

impl SignOn {
    pub(crate) fn new() -> Self {
        Self { outbound: OnceLock::new(), documents: Documents::default(), slots: Semaphore::new(AT_ONCE) }
    }

    fn outbound(&self) -> &Outbound {
        self.outbound.get_or_init(Outbound::new)
    }

    async fn document(&self, url: &str, seconds: u64, age: Duration) -> Result<Arc<Json>, SignOnError> {
        self.documents.get(self.outbound(), url, seconds, age).await
    }
}

/// Where to send somebody who wants to sign in elsewhere.
pub struct Departure {
    pub address: String,
    /// What the browser carries there and back.
    pub cookie: String,
    /// How long it is good for.
    pub seconds: i64,
}

impl Sessions {
    /// The providers that people may choose from: name in addresses, and label.
    pub fn providers(&self) -> Vec<(&'static str, String)> {
        let all = Provider::all(&self.inner.config).into_iter();
        all.map(|provider| (provider.kind.as_str(), provider.label)).collect()
    }

    /// Begins a sign-in at a provider. `base` is the address of this server, `cookie` what the browser carries already.
    #[boxed]
    pub async fn depart(&self, name: &str, base: &str, cookie: Option<&str>) -> Result<Departure, SignOnError> {
        let provider = self.provider(name)?;
        let metadata = self.metadata(&provider).await?;
        let redirect_uri = if provider.redirect_uri.is_empty() {
            format!("{base}/oauth/{name}/login/callback")
        } else {
            provider.redirect_uri.clone()
        };
        if redirect_uri.len() > LONGEST_ADDRESS {
            return Err(SignOnError::refused("The address of this server is too long"));
        }
        let flight = Flight::new(name, redirect_uri, now());
        let address = address(&provider, &metadata, &flight)?;
        let seal = self.flight_seal()?;
        let mut flights = Flights::open(&seal, cookie, now());
        flights.add(flight);
        Ok(Departure { address, cookie: flights.close(&seal)?, seconds: flight::LIFETIME })
    }

    fn provider(&self, name: &str) -> Result<Provider, SignOnError> {
        Provider::named(name, &self.inner.config).ok_or(SignOnError::Unknown)
    }

    fn flight_seal(&self) -> Result<Seal, SignOnError> {
        Ok(Seal::new(&self.inner.secret, "sign-in elsewhere")?)
    }

    async fn metadata(&self, provider: &Provider) -> Result<Metadata, SignOnError> {
        match &provider.endpoints {
            Endpoints::Fixed(metadata) => Ok(metadata.as_ref().clone()),
            Endpoints::Discovered(address) => {
                Metadata::read(self.inner.sign_on.document(address, provider.seconds, FRESH).await?.as_ref())
            }
        }
    }
}

/// Where the provider asks somebody who they are.
fn address(provider: &Provider, metadata: &Metadata, flight: &Flight) -> Result<String, SignOnError> {
    let wrong = || SignOnError::broken(format!("\"{}\" is no address", metadata.authorization_endpoint));
    let mut url = Url::parse(&metadata.authorization_endpoint).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong());
    }
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", &flight.redirect_uri)
        .append_pair("scope", &provider.scope)
        .append_pair("state", &flight.state);
    if provider.speaks_openid() {
        query.append_pair("nonce", &flight.nonce);
    }
    if exchange::uses_pkce(provider, metadata) {
        query.append_pair("code_challenge", &flight.challenge()).append_pair("code_challenge_method", "S256");
    }
    for (name, value) in provider.extra.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str())) {
        query.append_pair(name, value);
    }
    drop(query);
    Ok(url.into())
}
