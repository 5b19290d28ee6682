//! Finding the identity provider of a server: its metadata as protected resource (RFC 9728) names the provider, whose
//! own metadata (RFC 8414, or OpenID Connect's) names the addresses.

use airis_domain::Json;
use airis_outbound::{Call, Outbound};
use http::Uri;

use super::OAuthError;

/// Bytes of the largest metadata.
const LARGEST: usize = 256 * 1024;

/// An identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    pub issuer: String,
    pub authorization: String,
    pub token: String,
    pub registration: Option<String>,
    /// How clients prove themselves when they ask for tokens.
    pub methods: Vec<String>,
    /// What the server says of the scopes that it needs.
    pub scopes: Option<String>,
}

/// The provider of the server at `url`; `given` names it where the server does not.
pub async fn provider(outbound: &Outbound, url: &str, given: Option<&str>) -> Result<Provider, OAuthError> {
    let (origin, path) = parts(url)?;
    let mut scopes = None;
    let issuer = match given {
        Some(given) => given.to_owned(),
        None => {
            let resource = resource(outbound, url, &origin, &path).await?;
            scopes = resource.as_ref().and_then(|found| texts(&found["scopes_supported"])).map(|all| all.join(" "));
            let named = resource.as_ref().and_then(|found| found["authorization_servers"][0].as_str());
            named.map_or(origin, str::to_owned)
        }
    };
    let (origin, path) = parts(&issuer)?;
    let places = [
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ];
    for place in places {
        if let Some(found) = metadata(outbound, &place).await?
            && let Some(provider) = read(&found, scopes.clone())
        {
            return checked(provider, &issuer, &found);
        }
    }
    Err(OAuthError::Elsewhere(format!("{issuer} does not say how to sign in there")))
}

/// What a server says of itself as a protected resource: where its refusal points to, or at the usual places.
async fn resource(outbound: &Outbound, url: &str, origin: &str, path: &str) -> Result<Option<Json>, OAuthError> {
    let answer = outbound.fetch(Call::get(url).at_most(LARGEST)).await;
    let refusal = answer.as_ref().ok().and_then(|answer| answer.headers.get("www-authenticate")?.to_str().ok());
    let mut places: Vec<String> = refusal.and_then(pointed).into_iter().collect();
    places.push(format!("{origin}/.well-known/oauth-protected-resource{path}"));
    if !path.is_empty() {
        places.push(format!("{origin}/.well-known/oauth-protected-resource"));
    }
    for place in places {
        if let Some(found) = metadata(outbound, &place).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A JSON object at an address; `None` where there is something else. A server that is not there is an error.
async fn metadata(outbound: &Outbound, place: &str) -> Result<Option<Json>, OAuthError> {
    let call = Call::get(place).header("accept", "application/json").at_most(LARGEST);
    let answer = outbound.fetch(call).await?;
    Ok(answer.ok().and_then(|answer| answer.json()).ok().filter(Json::is_object))
}

/// `Bearer resource_metadata="https://…"`
fn pointed(refusal: &str) -> Option<String> {
    let (_, rest) = refusal.split_once("resource_metadata=")?;
    let text = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split([',', ' ']).next()?,
    };
    (text.starts_with("http://") || text.starts_with("https://")).then(|| text.to_owned())
}

fn read(found: &Json, scopes: Option<String>) -> Option<Provider> {
    let text = |key: &str| {
        let address = found[key].as_str()?;
        (address.starts_with("http://") || address.starts_with("https://")).then(|| address.to_owned())
    };
    Some(Provider {
        issuer: found["issuer"].as_str().unwrap_or_default().to_owned(),
        authorization: text("authorization_endpoint")?,
        token: text("token_endpoint")?,
        registration: text("registration_endpoint"),
        methods: texts(&found["token_endpoint_auth_methods_supported"])
            .unwrap_or_else(|| vec!["client_secret_basic".to_owned()]),
        scopes,
    })
}

/// A provider that says to be another one, or cannot prove that a code comes back to who asked for it, is not trusted.
fn checked(mut provider: Provider, wanted: &str, found: &Json) -> Result<Provider, OAuthError> {
    if provider.issuer.is_empty() {
        provider.issuer = wanted.to_owned();
    }
    if provider.issuer.trim_end_matches('/') != wanted.trim_end_matches('/') {
        return Err(OAuthError::Elsewhere(format!("{wanted} says to be {}", provider.issuer)));
    }
    match texts(&found["code_challenge_methods_supported"]) {
        Some(methods) if !methods.iter().any(|method| method == "S256") => {
            Err(OAuthError::Elsewhere(format!("{wanted} does not support PKCE with S256")))
        }
        _ => Ok(provider),
    }
}

/// Scheme with host, and the path without a slash at its end.
fn parts(url: &str) -> Result<(String, String), OAuthError> {
    let wrong =
        || OAuthError::Elsewhere(format!("\"{}\" is no address of the web", url.chars().take(200).collect::<String>()));
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let (Some(scheme @ ("http" | "https")), Some(host)) = (uri.scheme_str(), uri.authority()) else {
        return Err(wrong());
    };
    Ok((format!("{scheme}://{host}"), uri.path().trim_end_matches('/').to_owned()))
}

fn texts(list: &Json) -> Option<Vec<String>> {
    Some(list.as_array()?.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refusal_points_to_the_metadata() {
        assert_eq!(pointed("Bearer realm=x, resource_metadata=\"https://a/b\", x=y").unwrap(), "https://a/b");
        assert_eq!(pointed("Bearer resource_metadata=http://a/b, x").unwrap(), "http://a/b");
        assert_eq!((pointed("Bearer"), pointed("Bearer resource_metadata=\"file:///etc\"")), (None, None));
    }

    #[test]
    fn a_provider_must_be_who_was_meant_and_know_pkce() {
        let found = |more: Json| {
            let mut all = json!({"issuer": "https://id/", "authorization_endpoint": "https://id/a", "token_endpoint": "https://id/t"});
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        let check = |found: &Json| checked(read(found, None).unwrap(), "https://id", found);
        assert!(check(&found(json!({}))).is_ok());
        assert!(check(&found(json!({"code_challenge_methods_supported": ["plain", "S256"]}))).is_ok());
        assert!(check(&found(json!({"code_challenge_methods_supported": ["plain"]}))).is_err());
        assert!(check(&found(json!({"issuer": "https://other"}))).is_err());
        assert!(read(&found(json!({"token_endpoint": "javascript:x"})), None).is_none());
        assert!(parts("nothing").is_err() && parts("ftp://a").is_err());
        assert_eq!(parts("https://a:8/b/c/").unwrap(), ("https://a:8".to_owned(), "/b/c".to_owned()));
    }
}
