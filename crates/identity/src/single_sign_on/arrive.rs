//! The way back from a provider: a code becomes a person, and the person a session.

use airis_domain::{Json, JsonMap, User, now};
use airis_outbound::Outbound;
use airis_store::OauthSession;
use async_recursion::async_recursion as boxed;

use super::claims::{at, is_unproven, primary_email, text};
use super::documents::FRESH;
use super::error::SignOnError;
use super::exchange::{self, Tokens};
use super::flight::{Flight, Flights};
use super::metadata::Metadata;
use super::provider::{Kind, Provider};
use super::token_check::{Expected, TokenProblem, checked, is_of};
use crate::seal::Seal;
use crate::{AuthError, Method, Opening, Sessions};

/// Seconds after which keys are read again for a token that none of them signed.
const KEY_AGE: u64 = 10;
/// Characters of the longest id of a person, which the standard bounds to 255.
const LONGEST_SUBJECT: usize = 255;
/// Characters of a provider's explanation that people are shown.
const EXPLANATION: usize = 200;

/// What a browser brings back.
#[derive(Clone, Copy, Default)]
pub struct Landing<'a> {
    pub code: Option<&'a str>,
    pub state: Option<&'a str>,
    /// Who sends the browser back (RFC 9207).
    pub issuer: Option<&'a str>,
    pub error: Option<&'a str>,
    pub explanation: Option<&'a str>,
    pub cookie: Option<&'a str>,
}

/// Somebody who proved elsewhere who they are.
pub struct Arrival {
    pub user: User,
    pub opening: Opening,
    /// The account was made just now.
    pub is_new: bool,
    /// The provider gave another role, which ended the sessions from before.
    pub role_changed: bool,
    /// Id of the session with the provider.
    pub session: String,
    pub id_token: Option<String>,
}

/// What a provider says of the person who comes.
pub(super) struct Stranger {
    pub(super) subject: String,
    pub(super) email: Option<String>,
    /// The provider does not vouch for the email.
    pub(super) email_is_unproven: bool,
    pub(super) claims: JsonMap,
}

impl Sessions {
    /// Goes on with a sign-in. First what the browser carries from now on (empty: nothing), whatever comes of it.
    #[boxed]
    pub async fn arrive(&self, name: &str, landing: &Landing<'_>) -> (String, Result<Arrival, SignOnError>) {
        let taken = self.flight_seal().and_then(|seal| {
            let mut flights = Flights::open(&seal, landing.cookie, now());
            let flight = landing.state.and_then(|state| flights.take(name, state));
            Ok((flights.close(&seal)?, flight))
        });
        match taken {
            Ok((cookie, flight)) => (cookie, self.land(name, landing, flight).await),
            Err(error) => (String::new(), Err(error)),
        }
    }

    async fn land(&self, name: &str, landing: &Landing<'_>, flight: Option<Flight>) -> Result<Arrival, SignOnError> {
        let provider = self.provider(name)?;
        let flight = flight.ok_or(SignOnError::Lost)?;
        if let Some(error) = landing.error {
            return Err(refusal(error, landing.explanation.unwrap_or_default()));
        }
        let code = landing.code.filter(|code| !code.is_empty()).ok_or(SignOnError::Lost)?;
        let _slot = self.inner.sign_on.slots.try_acquire().map_err(|_| {
            SignOnError::refused("Too many people sign in at the moment; please try again in a few seconds")
        })?;
        let metadata = self.metadata(&provider).await?;
        let names_itself = !metadata.issuer.is_empty() && !metadata.issuer.contains('{');
        if names_itself && landing.issuer.is_some_and(|issuer| issuer != metadata.issuer) {
            return Err(SignOnError::Lost);
        }
        let outbound = self.inner.sign_on.outbound();
        let named = self.inner.config.settings().oauth_include_client_id;
        let tokens = exchange::tokens(outbound, &provider, &metadata, &flight, code, named).await?;
        let proven = self.proven(&provider, &metadata, &tokens, &flight).await?;
        let stranger = self.stranger(&provider, &metadata, &tokens, proven.as_ref()).await?;
        let settled = self.settle(&provider, &metadata, &tokens, &stranger).await?;
        let opening = self.open(&settled.user, Method::Oauth).await?;
        let session = self.keep(&provider, &tokens, proven.as_ref(), &settled.user).await?;
        Ok(Arrival {
            user: settled.user,
            opening,
            is_new: settled.is_new,
            role_changed: settled.role_changed,
            session,
            id_token: tokens.id,
        })
    }

    /// The claims that the provider signed; `None` for one that signs nothing.
    async fn proven(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        tokens: &Tokens,
        flight: &Flight,
    ) -> Result<Option<JsonMap>, SignOnError> {
        if !provider.speaks_openid() || matches!(provider.kind, Kind::Github) {
            return Ok(None);
        }
        let token = tokens.id.as_deref().ok_or_else(|| SignOnError::broken("it gives no id_token"))?;
        let claims = self.signed(provider, metadata, token, &["exp", "sub"]).await?;
        is_of(&claims, &flight.nonce).map_err(SignOnError::broken)?;
        Ok(Some(claims))
    }

    /// The claims of a token that the provider signed for this server.
    pub(super) async fn signed(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        token: &str,
        required: &[&str],
    ) -> Result<JsonMap, SignOnError> {
        let url = metadata.jwks_uri.as_deref().ok_or_else(|| SignOnError::broken("it publishes no keys"))?;
        let expected = Expected { issuer: &metadata.issuer, client_id: &provider.client_id, required };
        let sign_on = &self.inner.sign_on;
        let keys = sign_on.document(url, provider.seconds, FRESH).await?;
        let found = match checked(token, &keys, &expected) {
            Err(TokenProblem::UnknownKey) => {
                let age = std::time::Duration::from_secs(KEY_AGE);
                checked(token, sign_on.document(url, provider.seconds, age).await?.as_ref(), &expected)
            }
            found => found,
        };
        found.map_err(SignOnError::broken)
    }

    /// Puts together what is known of a person: signed claims, and the rest from where the provider tells it.
    async fn stranger(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        tokens: &Tokens,
        proven: Option<&JsonMap>,
    ) -> Result<Stranger, SignOnError> {
        let outbound = self.inner.sign_on.outbound();
        let mut claims = proven.cloned().unwrap_or_default();
        if (proven.is_none() || !self.says_enough(&claims))
            && let Some(url) = &metadata.userinfo_endpoint
        {
            claims = match exchange::ask(outbound, provider, url, &tokens.access).await {
                Ok(told) => completed(told, claims)?,
                // Who it is was signed; the rest can wait for another day.
                Err(error) if text(&claims, &self.claim("oauth.email_claim", "email")).is_some() => {
                    tracing::warn!(?error, "an identity provider does not tell more of a person");
                    claims
                }
                Err(error) => return Err(error),
            };
        }
        let own = self.inner.config.text("oauth.sub_claim");
        let name = match provider.kind {
            Kind::Oidc if !own.is_empty() => own.as_str(),
            Kind::Github => "id",
            _ => "sub",
        };
        let subject = text(&claims, name)
            .filter(|subject| subject.len() <= LONGEST_SUBJECT && !subject.contains('\0'))
            .ok_or_else(|| SignOnError::broken(format!("it gives no usable \"{name}\" of the person")))?;
        let mut email = text(&claims, &self.claim("oauth.email_claim", "email"));
        if provider.kind == Kind::Github {
            email = github_email(outbound, provider, metadata, tokens).await?;
        }
        let email_is_unproven = is_unproven(&claims, provider.is_for_anybody);
        Ok(Stranger { subject, email: email.map(|email| email.to_lowercase()), email_is_unproven, claims })
    }

    /// Whether signed claims hold what is needed, so that nothing more has to be asked.
    fn says_enough(&self, claims: &JsonMap) -> bool {
        let config = &self.inner.config;
        let mut needed = vec![self.claim("oauth.email_claim", "email"), self.claim("oauth.username_claim", "name")];
        for (switch, key, usual) in [
            ("oauth.enable_role_mapping", "oauth.roles_claim", "roles"),
            ("oauth.enable_group_mapping", "oauth.group_claim", "groups"),
        ] {
            if config.flag(switch) {
                needed.push(self.claim(key, usual));
            }
        }
        needed.iter().all(|name| at(claims, name).is_some())
    }

    /// The name of a claim as it was set.
    pub(super) fn claim(&self, key: &str, usual: &str) -> String {
        let set = self.inner.config.text(key);
        if set.trim().is_empty() { usual.to_owned() } else { set.trim().to_owned() }
    }

    /// Remembers the session with the provider.
    async fn keep(
        &self,
        provider: &Provider,
        tokens: &Tokens,
        proven: Option<&JsonMap>,
        user: &User,
    ) -> Result<String, SignOnError> {
        let plain = serde_json::to_vec(&tokens.answer).map_err(|error| AuthError::Internal(error.to_string()))?;
        let of = |name: &str| proven.and_then(|claims| text(claims, name)).filter(|text| !text.contains('\0'));
        let at = now();
        let session = OauthSession {
            id: uuid::Uuid::new_v4().to_string(),
            user_id: user.id.clone(),
            provider: provider.kind.as_str().to_owned(),
            sid: of("sid"),
            subject: of("sub"),
            token: self.token_seal()?.close(&plain, user.id.as_str())?,
            expires_at: tokens.expires_at,
            created_at: at,
            updated_at: at,
        };
        let most = self.inner.config.settings().oauth_max_sessions_per_user;
        self.inner.store.add_oauth_session(&session, most).await?;
        Ok(session.id)
    }

    /// What tokens of providers are sealed with.
    pub(super) fn token_seal(&self) -> Result<Seal, SignOnError> {
        let own = self.inner.config.settings().oauth_session_token_encryption_key.as_deref();
        Ok(Seal::new(own.unwrap_or(&self.inner.secret), "sessions elsewhere")?)
    }
}

/// What the provider tells on request, completed by what it signed. Both must be about the same person.
fn completed(told: Json, proven: JsonMap) -> Result<JsonMap, SignOnError> {
    let Json::Object(mut told) = told else { return Err(SignOnError::broken("it tells nothing of the person")) };
    if proven.contains_key("sub") && text(&told, "sub") != text(&proven, "sub") {
        return Err(SignOnError::broken("it tells of another person than it signed for"));
    }
    for (name, value) in proven {
        told.entry(name).or_insert(value);
    }
    Ok(told)
}

/// Addresses of people stand behind an endpoint of their own.
async fn github_email(
    outbound: &Outbound,
    provider: &Provider,
    metadata: &Metadata,
    tokens: &Tokens,
) -> Result<Option<String>, SignOnError> {
    let Some(user) = &metadata.userinfo_endpoint else { return Ok(None) };
    let emails = exchange::ask(outbound, provider, &format!("{user}/emails"), &tokens.access).await?;
    Ok(primary_email(&emails))
}

/// The provider's refusal, in its own words where it has any.
fn refusal(error: &str, explanation: &str) -> SignOnError {
    let words = if explanation.trim().is_empty() { error } else { explanation };
    let words: String = words.chars().filter(|sign| !sign.is_control()).take(EXPLANATION).collect();
    SignOnError::Refused(format!("The identity provider did not let you in: {}", words.trim()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_must_be_about_the_person_who_was_signed_for() {
        let proven = json!({"sub": "ada", "email": "signed@x.org"}).as_object().unwrap().clone();
        let told = completed(json!({"sub": "ada", "name": "Ada"}), proven.clone()).unwrap();
        assert_eq!((&told["name"], &told["email"]), (&json!("Ada"), &json!("signed@x.org")));
        for wrong in [json!({"sub": "eve"}), json!({"name": "Ada"}), json!([]), json!(null)] {
            assert!(completed(wrong.clone(), proven.clone()).is_err(), "{wrong}");
        }
        assert!(completed(json!({"id": 1}), JsonMap::new()).is_ok());
    }

    #[test]
    fn a_refusal_is_told_in_few_plain_words() {
        let told = refusal("access_denied", "").to_string();
        assert!(told.ends_with(": access_denied"));
        assert!(refusal("x", &format!("no\u{7}\n{}", "!".repeat(5_000))).to_string().chars().count() < 300);
    }
}
