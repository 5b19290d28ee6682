//! The end of a session: where the browser signs out of the provider, and a provider that says somebody is gone.

use airis_domain::{Json, JsonMap, User, UserId, now};
use airis_outbound::Url;
use async_recursion::async_recursion as boxed;
use jsonwebtoken::dangerous::insecure_decode_claims;

use super::claims::text;
use super::error::SignOnError;
use super::metadata::Metadata;
use super::provider::{Endpoints, Provider};
use super::token_check::is_issuer;
use crate::{AuthError, Sessions};

/// What a logout token says it is (OpenID Connect Back-Channel Logout 1.0, 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds that a token without an end is good for.
const LASTS: i64 = 600;
/// Seconds that a provider has for saying where its sessions end.
const PATIENCE: u64 = 3;

/// Why nobody was signed out; for the provider.
#[derive(Debug, thiserror::Error)]
pub enum LogoutProblem {
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Auth(#[from] AuthError),
}

impl From<airis_store::StoreError> for LogoutProblem {
    fn from(error: airis_store::StoreError) -> Self {
        Self::Auth(error.into())
    }
}

fn invalid(reason: impl std::fmt::Display) -> LogoutProblem {
    LogoutProblem::Invalid(reason.to_string())
}

impl Sessions {
    /// Forgets a session with a provider, and says where the browser ends it there, too. A provider that does not say is
    /// no reason to stay signed in here.
    #[boxed]
    pub async fn leave(&self, user: &UserId, session: &str) -> Result<Option<String>, AuthError> {
        let (config, store) = (&self.inner.config, &self.inner.store);
        let Some(found) = store.take_oauth_session(session, user).await? else { return Ok(None) };
        let fixed = config.text("oauth.end_session_endpoint");
        if !fixed.trim().is_empty() {
            return Ok(Some(fixed.trim().to_owned()));
        }
        let Some(provider) = Provider::named(&found.provider, config) else { return Ok(None) };
        // Somebody waits to be signed out.
        let provider = Provider { seconds: provider.seconds.min(PATIENCE), ..provider };
        let Ok(metadata) = self.metadata(&provider).await else { return Ok(None) };
        let plain = self.token_seal().and_then(|seal| Ok(seal.open(&found.token, user.as_str())?));
        let tokens: JsonMap = plain.ok().and_then(|plain| serde_json::from_slice(&plain).ok()).unwrap_or_default();
        let hint = tokens.get("id_token").and_then(Json::as_str);
        Ok(end_address(&metadata, hint, config.settings().signout_redirect_url.as_deref()))
    }

    /// Signs somebody out whom their provider signed out. `None`: nobody here is meant.
    #[boxed]
    pub async fn logged_out_elsewhere(&self, token: &str) -> Result<Option<User>, LogoutProblem> {
        let said: JsonMap = insecure_decode_claims(token).map_err(|_| invalid("this is no token"))?;
        let (provider, metadata) = self.issuer_of(&said).await?;
        let claims = self.signed(&provider, &metadata, token, &[]).await.map_err(|error| match error {
            SignOnError::Broken(reason) => invalid(reason),
            SignOnError::Auth(error) => error.into(),
            other => invalid(other),
        })?;
        check(&claims)?;
        let store = &self.inner.store;
        let name = provider.kind.as_str();
        let (sid, sub) = (text(&claims, "sid"), text(&claims, "sub"));
        if sid.is_none() && sub.is_none() {
            return Err(invalid("the token says neither who nor which session"));
        }
        let used = text(&claims, "jti").map(|jti| format!("logout:{name}:{jti}")).filter(|used| !used.contains('\0'));
        if let Some(used) = &used
            && store.token_is_revoked(used).await?
        {
            return Err(invalid("the token was used before"));
        }
        let user = self.meant(name, sid.as_deref(), sub.as_deref()).await?;
        if let Some(user) = &user {
            store.delete_oauth_sessions(&user.id, name).await?;
            self.revoke_all(user).await?;
        }
        if let Some(used) = &used {
            let ends = claims.get("exp").and_then(Json::as_i64).unwrap_or_else(|| now() + LASTS);
            // As long as the token itself is taken: clocks may differ.
            store.revoke_token(used, Some(ends + LASTS)).await?;
        }
        Ok(user)
    }

    /// The provider that a token says it is from, as far as it is set up here.
    async fn issuer_of(&self, said: &JsonMap) -> Result<(Provider, Metadata), LogoutProblem> {
        let issuer = text(said, "iss").unwrap_or_default();
        for provider in Provider::all(&self.inner.config) {
            if matches!(provider.endpoints, Endpoints::Fixed(_)) {
                continue;
            }
            if let Ok(metadata) = self.metadata(&provider).await
                && is_issuer(&issuer, &metadata.issuer, said)
            {
                return Ok((provider, metadata));
            }
        }
        Err(invalid("the token is from no provider that is known here"))
    }

    async fn meant(&self, provider: &str, sid: Option<&str>, sub: Option<&str>) -> Result<Option<User>, AuthError> {
        let store = &self.inner.store;
        let clean = |text: &&str| !text.contains('\0');
        if let Some(sid) = sid.filter(clean)
            && let Some(user) = store.user_by_oauth_sid(provider, sid).await?
        {
            return Ok(Some(user));
        }
        let Some(sub) = sub.filter(clean) else { return Ok(None) };
        match store.user_by_identity(provider, sub).await? {
            Some(user) => Ok(Some(user)),
            // Where another claim than this one says who somebody is.
            None => Ok(store.user_by_oauth_subject(provider, sub).await?),
        }
    }
}

/// What only a logout token says, and what it must not say.
fn check(claims: &JsonMap) -> Result<(), LogoutProblem> {
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Json::is_object) {
        return Err(invalid("the token is about no logout"));
    }
    if claims.contains_key("nonce") {
        return Err(invalid("a logout token has no nonce"));
    }
    let made = claims.get("iat").and_then(Json::as_i64);
    let made = made.ok_or_else(|| invalid("the token does not say when it was made"))?;
    if !claims.contains_key("exp") && made < now() - LASTS {
        return Err(invalid("the token is too old"));
    }
    Ok(())
}

/// Where a provider ends its own session.
fn end_address(metadata: &Metadata, hint: Option<&str>, back: Option<&str>) -> Option<String> {
    let mut url = Url::parse(metadata.end_session_endpoint.as_deref()?).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    if let Some(hint) = hint {
        url.query_pairs_mut().append_pair("id_token_hint", hint);
        if let Some(back) = back {
            url.query_pairs_mut().append_pair("post_logout_redirect_uri", back);
        }
    }
    Some(url.into())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_fresh_logout_token_signs_out() {
        let fine = |more: Json| {
            let mut claims = json!({"iat": now(), "events": {EVENT: {}}}).as_object().unwrap().clone();
            claims.extend(more.as_object().unwrap().clone());
            check(&claims).is_ok()
        };
        assert!(fine(json!({})) && fine(json!({"iat": now() - 3_000, "exp": now() + 60})));
        for wrong in [
            json!({"nonce": "n"}),
            json!({"events": {}}),
            json!({"events": {EVENT: "yes"}}),
            json!({"events": [EVENT]}),
            json!({"iat": null}),
            json!({"iat": now() - 3_000}),
        ] {
            assert!(!fine(wrong.clone()), "{wrong}");
        }
    }

    #[test]
    fn the_provider_is_told_who_leaves_and_where_to_go_then() {
        let metadata =
            Metadata { end_session_endpoint: Some("https://id.example/end?a=b".to_owned()), ..Metadata::default() };
        let address = end_address(&metadata, Some("t.o.k"), Some("https://here.example/")).unwrap();
        assert_eq!(
            address,
            "https://id.example/end?a=b&id_token_hint=t.o.k&post_logout_redirect_uri=https%3A%2F%2Fhere.example%2F"
        );
        assert_eq!(end_address(&metadata, None, Some("https://here.example/")).unwrap(), "https://id.example/end?a=b");
        let script = Metadata { end_session_endpoint: Some("javascript:alert(1)".to_owned()), ..Metadata::default() };
        assert!(end_address(&script, None, None).is_none() && end_address(&Metadata::default(), None, None).is_none());
    }
}
