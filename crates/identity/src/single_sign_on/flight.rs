//! Sign-ins that are on their way: what the browser carries to the provider and back, sealed, so that any instance can
//! go on with it and nobody can read or change it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::AuthError;
use crate::seal::Seal;

/// Seconds that somebody has for signing in at the provider.
pub(super) const LIFETIME: i64 = 600;
/// Sign-ins of one browser at once: one per tab, the oldest gives way.
const MOST: usize = 4;
/// Whom the cookie is sealed for.
const OWNER: &str = "browser";

/// One sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Flight {
    pub(super) provider: String,
    pub(super) state: String,
    pub(super) nonce: String,
    /// The secret half of PKCE.
    pub(super) verifier: String,
    pub(super) redirect_uri: String,
    /// Seconds.
    until: i64,
}

impl Flight {
    pub(super) fn new(provider: &str, redirect_uri: String, now: i64) -> Self {
        Self {
            provider: provider.to_owned(),
            state: random_text(),
            nonce: random_text(),
            verifier: random_text(),
            redirect_uri,
            until: now + LIFETIME,
        }
    }

    /// The public half of PKCE (RFC 7636, 4.2).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }
}

/// The sign-ins of a browser.
pub(super) struct Flights(Vec<Flight>);

impl Flights {
    /// Those of a cookie that have not run out; a cookie that is none of ours holds nothing.
    pub(super) fn open(seal: &Seal, cookie: Option<&str>, now: i64) -> Self {
        let bytes = cookie.and_then(|cookie| seal.open(cookie, OWNER).ok());
        let mut flights: Vec<Flight> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        flights.retain(|flight| flight.until > now);
        Self(flights)
    }

    pub(super) fn add(&mut self, flight: Flight) {
        while self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(flight);
    }

    /// Takes the one that a provider sends back.
    pub(super) fn take(&mut self, provider: &str, state: &str) -> Option<Flight> {
        let at = self.0.iter().position(|flight| flight.provider == provider && flight.state == state)?;
        Some(self.0.remove(at))
    }

    /// The cookie; empty where nothing is left to carry.
    pub(super) fn close(&self, seal: &Seal) -> Result<String, AuthError> {
        if self.0.is_empty() {
            return Ok(String::new());
        }
        let bytes = serde_json::to_vec(&self.0).map_err(|error| AuthError::Internal(error.to_string()))?;
        seal.close(&bytes, OWNER)
    }
}

/// 256 random bits.
fn random_text() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn flight(provider: &str, now: i64) -> Flight {
        Flight::new(provider, "http://here.example/oauth/oidc/login/callback".to_owned(), now)
    }

    #[test]
    fn a_flight_comes_back_once_to_its_provider_and_state() {
        let seal = Seal::new("secret", "test").unwrap();
        let mut flights = Flights::open(&seal, None, 0);
        let one = flight("oidc", 0);
        flights.add(one.clone());
        let cookie = flights.close(&seal).unwrap();
        assert!(!cookie.contains(&one.state));
        let mut back = Flights::open(&seal, Some(&cookie), LIFETIME - 1);
        assert!(back.take("oidc", "other").is_none());
        assert!(back.take("google", &one.state).is_none());
        assert_eq!(back.take("oidc", &one.state).unwrap().verifier, one.verifier);
        assert!(back.take("oidc", &one.state).is_none());
        assert_eq!(back.close(&seal).unwrap(), "");
    }

    #[test]
    fn old_forged_and_foreign_cookies_hold_nothing() {
        let seal = Seal::new("secret", "test").unwrap();
        let mut flights = Flights::open(&seal, None, 0);
        let one = flight("oidc", 0);
        flights.add(one.clone());
        let cookie = flights.close(&seal).unwrap();
        assert!(Flights::open(&seal, Some(&cookie), LIFETIME).take("oidc", &one.state).is_none());
        for wrong in ["", "x", "AAAA", &cookie[1..], &cookie.to_lowercase()] {
            assert!(Flights::open(&seal, Some(wrong), 0).take("oidc", &one.state).is_none(), "{wrong}");
        }
        let other = Seal::new("other", "test").unwrap();
        assert!(Flights::open(&other, Some(&cookie), 0).take("oidc", &one.state).is_none());
    }

    #[test]
    fn the_oldest_of_many_gives_way() {
        let seal = Seal::new("secret", "test").unwrap();
        let mut flights = Flights::open(&seal, None, 0);
        let all: Vec<Flight> = (0..6).map(|_| flight("oidc", 0)).collect();
        all.iter().for_each(|one| flights.add(one.clone()));
        let mut back = Flights::open(&seal, Some(&flights.close(&seal).unwrap()), 0);
        let found: Vec<bool> = all.iter().map(|one| back.take("oidc", &one.state).is_some()).collect();
        assert_eq!(found, [false, false, true, true, true, true]);
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let one = Flight { verifier, ..flight("oidc", 0) };
        assert_eq!(one.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
