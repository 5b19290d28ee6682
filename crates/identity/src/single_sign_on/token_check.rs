//! Checks of tokens that providers sign: who signed, for whom, and until when.

use airis_domain::{Json, JsonMap};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

/// Signatures with a key that everybody may know. Those with a shared secret are no proof of who signed.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Seconds by which clocks may differ.
const LEEWAY: u64 = 60;
/// What Microsoft writes into the issuer of tenants that share an address.
const TENANT: &str = "{tenantid}";

/// Why a token proves nothing; for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenProblem {
    /// The keys may have been changed since they were read.
    #[error("its token is signed with a key that it does not publish")]
    UnknownKey,
    #[error("its token is signed by no method that proves anything")]
    Method,
    #[error("its token is from another issuer")]
    Issuer,
    #[error("its token is for another client")]
    Client,
    #[error("its token belongs to another sign-in")]
    Nonce,
    #[error("its token: {0}")]
    Other(String),
}

/// Whom a token must be from and for.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    /// Claims that must be there, of those that have a rule: `exp`, `sub`.
    pub(super) required: &'a [&'a str],
}

/// The claims of a token whose signature, issuer, audience and times are as they must be.
pub(super) fn checked(token: &str, keys: &Json, expected: &Expected<'_>) -> Result<JsonMap, TokenProblem> {
    let header = decode_header(token).map_err(|_| TokenProblem::Method)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(TokenProblem::Method);
    }
    let mut validation = Validation::new(header.alg);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&[&["iss", "aud"], expected.required].concat());
    let mut problem = TokenProblem::UnknownKey;
    for key in fitting(keys, header.alg, header.kid.as_deref()) {
        let decoded = DecodingKey::from_jwk(&key).and_then(|key| decode::<JsonMap>(token, &key, &validation));
        match decoded {
            Ok(data) => return of(data.claims, expected),
            Err(error) => {
                problem = match error.kind() {
                    jsonwebtoken::errors::ErrorKind::InvalidAudience => TokenProblem::Client,
                    _ => TokenProblem::Other(error.to_string()),
                }
            }
        }
    }
    Err(problem)
}

/// Whether a token that was checked belongs to this sign-in.
pub(super) fn is_of(claims: &JsonMap, nonce: &str) -> Result<(), TokenProblem> {
    let same = claims.get("nonce").and_then(Json::as_str) == Some(nonce);
    if same { Ok(()) } else { Err(TokenProblem::Nonce) }
}

/// Whether an issuer is the one that a provider says it is.
pub(super) fn is_issuer(issuer: &str, published: &str, claims: &JsonMap) -> bool {
    if issuer.is_empty() {
        return false;
    }
    match claims.get("tid").and_then(Json::as_str) {
        Some(tenant) if published.contains(TENANT) => issuer == published.replace(TENANT, tenant),
        _ => issuer == published,
    }
}

fn of(claims: JsonMap, expected: &Expected<'_>) -> Result<JsonMap, TokenProblem> {
    let issuer = claims.get("iss").and_then(Json::as_str).unwrap_or_default();
    if !is_issuer(issuer, expected.issuer, &claims) {
        return Err(TokenProblem::Issuer);
    }
    // A token for several clients names the one that asked for it.
    match claims.get("azp") {
        Some(party) if party.as_str() != Some(expected.client_id) => Err(TokenProblem::Client),
        _ => Ok(claims),
    }
}

/// The published keys that a token may be signed with.
fn fitting(keys: &Json, algorithm: Algorithm, id: Option<&str>) -> Vec<Jwk> {
    let list = keys.get("keys").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    // Keys of kinds that nobody here knows stand beside the others.
    let known = list.iter().filter_map(|key| Jwk::deserialize(key).ok());
    known
        .filter(|key| id.is_none_or(|id| key.common.key_id.as_deref().is_none_or(|own| own == id)))
        .filter(|key| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption)))
        .filter(|key| {
            let method = key.common.key_algorithm.map(|method| method.to_string());
            method.is_none_or(|method| method == format!("{algorithm:?}"))
        })
        .filter(|key| match &key.algorithm {
            AlgorithmParameters::RSA(_) => algorithm.family() == AlgorithmFamily::Rsa,
            AlgorithmParameters::EllipticCurve(_) => algorithm.family() == AlgorithmFamily::Ec,
            AlgorithmParameters::OctetKeyPair(_) => algorithm.family() == AlgorithmFamily::Ed,
            _ => false,
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use airis_domain::now;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    use serde_json::json;

    use super::*;

    const EXPECTED: Expected<'static> =
        Expected { issuer: "https://id.example", client_id: "airis", required: &["exp", "sub"] };

    /// A key pair, and how it is published.
    fn key(id: &str) -> (EncodingKey, Json) {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let private = EncodingKey::from_ec_der(document.as_ref());
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&private, Algorithm::ES256).unwrap()).unwrap();
        public["kid"] = json!(id);
        (private, public)
    }

    fn claims(more: &Json) -> Json {
        let mut claims = json!({"iss": "https://id.example", "aud": "airis", "sub": "ada", "nonce": "n",
            "exp": now() + 60, "iat": now()});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    fn signed(key: &EncodingKey, id: Option<&str>, claims: &Json) -> String {
        let header = Header { kid: id.map(str::to_owned), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, key).unwrap()
    }

    #[test]
    fn a_token_of_a_published_key_is_believed() {
        let (private, public) = key("one");
        let keys = json!({"keys": [{"kty": "from the future"}, key("other").1, public]});
        for id in [Some("one"), None] {
            let found = checked(&signed(&private, id, &claims(&json!({}))), &keys, &EXPECTED).unwrap();
            assert_eq!(found["sub"], "ada");
            assert_eq!((is_of(&found, "n"), is_of(&found, "m")), (Ok(()), Err(TokenProblem::Nonce)));
        }
    }

    #[test]
    fn what_a_token_says_must_be_meant_for_us_and_now() {
        let (private, public) = key("one");
        let keys = json!({"keys": [public]});
        let problem = |more: Json| checked(&signed(&private, Some("one"), &claims(&more)), &keys, &EXPECTED).err();
        assert_eq!(problem(json!({})), None);
        assert_eq!(problem(json!({"aud": "other"})), Some(TokenProblem::Client));
        assert_eq!(problem(json!({"aud": ["other"]})), Some(TokenProblem::Client));
        assert_eq!(problem(json!({"aud": ["other", "airis"], "azp": "other"})), Some(TokenProblem::Client));
        assert_eq!(problem(json!({"aud": ["other", "airis"], "azp": "airis"})), None);
        assert_eq!(problem(json!({"iss": "https://evil.example"})), Some(TokenProblem::Issuer));
        for wrong in [
            json!({"exp": now() - 120}),
            json!({"exp": null}),
            json!({"exp": "soon"}),
            json!({"nbf": now() + 600}),
            json!({"sub": null}),
            json!({"iss": null}),
            json!({"aud": null}),
        ] {
            assert!(matches!(problem(wrong.clone()), Some(TokenProblem::Other(_))), "{wrong}");
        }
    }

    #[test]
    fn only_the_provider_can_sign() {
        let (private, public) = key("one");
        let keys = json!({"keys": [public.clone()]});
        let problem = |token: &str| checked(token, &keys, &EXPECTED).err();
        let good = signed(&private, Some("one"), &claims(&json!({})));
        assert_eq!(problem(&good), None);
        // Somebody else's key, under a name of their own and under the provider's.
        let (other, _) = key("two");
        assert_eq!(problem(&signed(&other, Some("two"), &claims(&json!({})))), Some(TokenProblem::UnknownKey));
        let forged = problem(&signed(&other, Some("one"), &claims(&json!({}))));
        assert!(matches!(forged, Some(TokenProblem::Other(_))), "{forged:?}");
        // Other claims under a good signature.
        let parts: Vec<&str> = good.split('.').collect();
        let body = URL_SAFE_NO_PAD.encode(claims(&json!({"sub": "eve"})).to_string());
        let changed = problem(&format!("{}.{body}.{}", parts[0], parts[2]));
        assert!(matches!(changed, Some(TokenProblem::Other(_))), "{changed:?}");
        // No signature at all, and one with what everybody knows as the secret.
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        assert_eq!(problem(&format!("{none}.{}.", parts[1])), Some(TokenProblem::Method));
        assert_eq!(problem(&format!("{none}.{}.{}", parts[1], parts[2])), Some(TokenProblem::Method));
        for secret in [public.to_string(), public["x"].as_str().unwrap().to_owned(), "airis".to_owned()] {
            let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
            let token = encode(&header, &claims(&json!({})), &EncodingKey::from_secret(secret.as_bytes())).unwrap();
            assert_eq!(problem(&token), Some(TokenProblem::Method));
        }
        for nonsense in ["", ".", "..", "a.b.c", "\0", &good[1..], &"x".repeat(100_000)] {
            assert!(problem(nonsense).is_some(), "{nonsense}");
        }
    }

    #[test]
    fn keys_for_other_uses_sign_nothing() {
        let (private, public) = key("one");
        let token = signed(&private, Some("one"), &claims(&json!({})));
        for (field, value) in [("use", "enc"), ("alg", "ES384"), ("alg", "RSA-OAEP")] {
            let mut public = public.clone();
            public[field] = json!(value);
            assert_eq!(
                checked(&token, &json!({"keys": [public]}), &EXPECTED),
                Err(TokenProblem::UnknownKey),
                "{value}"
            );
        }
        for nothing in [json!({}), json!([]), json!({"keys": []}), json!({"keys": "none"}), json!(null)] {
            assert_eq!(checked(&token, &nothing, &EXPECTED), Err(TokenProblem::UnknownKey));
        }
    }

    #[test]
    fn the_issuer_of_shared_addresses_names_the_tenant() {
        let published = "https://login.example/{tenantid}/v2.0";
        let tenant = json!({"tid": "t1"}).as_object().unwrap().clone();
        assert!(is_issuer("https://login.example/t1/v2.0", published, &tenant));
        assert!(!is_issuer("https://login.example/t2/v2.0", published, &tenant));
        assert!(!is_issuer(published, published, &tenant));
        assert!(is_issuer("https://id.example", "https://id.example", &tenant));
        assert!(!is_issuer("", "", &tenant));
    }
}
