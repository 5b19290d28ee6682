//! Questions to a provider: tokens for a code, and who somebody is for a token.

use airis_domain::{Json, JsonMap, now};
use airis_outbound::{Call, Outbound, Url};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::SignOnError;
use super::flight::Flight;
use super::metadata::Metadata;
use super::provider::Provider;

/// Bytes of the largest answer.
const LIMIT: usize = 1024 * 1024;
/// Seconds that an access token is good for where the provider does not say.
const HOUR: i64 = 3_600;

/// What a provider gives for a code.
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) id: Option<String>,
    /// Seconds.
    pub(super) expires_at: i64,
    /// All of it.
    pub(super) answer: JsonMap,
}

/// Exchanges a code for tokens.
pub(super) async fn tokens(
    outbound: &Outbound,
    provider: &Provider,
    metadata: &Metadata,
    flight: &Flight,
    code: &str,
    always_name_client: bool,
) -> Result<Tokens, SignOnError> {
    let mut form =
        vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", flight.redirect_uri.as_str())];
    if uses_pkce(provider, metadata) {
        form.push(("code_verifier", flight.verifier.as_str()));
    }
    let mut call = Call::post(&metadata.token_endpoint).header("accept", "application/json");
    let method = method(provider, metadata);
    if method == "client_secret_basic" {
        call = call.header("authorization", &basic(&provider.client_id, &provider.client_secret));
    } else if method == "client_secret_post" {
        form.push(("client_secret", provider.client_secret.as_str()));
    }
    if method != "client_secret_basic" || always_name_client {
        form.push(("client_id", provider.client_id.as_str()));
    }
    let answer = outbound.fetch(call.form(&form).within(provider.seconds).at_most(LIMIT)).await?;
    let body = answer.json().ok().and_then(|body| body.as_object().cloned()).unwrap_or_default();
    if let Some(error) = body.get("error").and_then(Json::as_str) {
        let more = body.get("error_description").and_then(Json::as_str).unwrap_or_default();
        let reason = format!("{error}: {more}");
        // A code that was used, has run out or is made up; everything else is a mistake in the settings.
        if ["invalid_grant", "bad_verification_code"].contains(&error) {
            tracing::info!(reason, "an identity provider takes no code");
            return Err(SignOnError::refused("The identity provider did not accept this sign-in; please try again"));
        }
        return Err(SignOnError::broken(format!("its token endpoint says {reason}")));
    }
    answer.ok()?;
    let text = |name: &str| body.get(name).and_then(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let access = text("access_token").ok_or_else(|| SignOnError::broken("its token endpoint gives no access token"))?;
    let lasts = body.get("expires_in").and_then(|lasts| lasts.as_i64().or_else(|| lasts.as_str()?.parse().ok()));
    let lasts = lasts.unwrap_or(HOUR).clamp(0, 400 * 86_400);
    Ok(Tokens { access, id: text("id_token"), expires_at: now() + lasts, answer: body })
}

/// Whether PKCE is asked for or understood.
pub(super) fn uses_pkce(provider: &Provider, metadata: &Metadata) -> bool {
    provider.pkce || metadata.knows_pkce()
}

/// What an endpoint says to somebody with an access token.
pub(super) async fn ask(
    outbound: &Outbound,
    provider: &Provider,
    url: &str,
    access: &str,
) -> Result<Json, SignOnError> {
    let call = Call::get(url).bearer(access).header("accept", "application/json");
    Ok(outbound.fetch(call.within(provider.seconds).at_most(LIMIT)).await?.ok()?.json()?)
}

/// How this server shows that it is the client it says to be.
fn method<'a>(provider: &'a Provider, metadata: &Metadata) -> &'a str {
    if provider.client_secret.is_empty() {
        return "none";
    }
    match provider.auth_method.as_deref() {
        Some(method) => method,
        None if !metadata.takes("client_secret_basic") && metadata.takes("client_secret_post") => "client_secret_post",
        None => "client_secret_basic",
    }
}

/// Both halves are encoded before they are put together (RFC 6749, 2.3.1).
fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
}

fn encoded(text: &str) -> String {
    let Ok(mut url) = Url::parse("form:/") else { return text.to_owned() };
    url.query_pairs_mut().append_key_only(text);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_with_odd_signs_is_encoded_first() {
        assert_eq!(encoded("a:b c/ü&="), "a%3Ab+c%2F%C3%BC%26%3D");
        assert_eq!(basic("airis", "se:cret"), format!("Basic {}", STANDARD.encode("airis:se%3Acret")));
    }
}
