//! An identity provider in this process that says what a test wants, and the browser of somebody who goes there.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use parking_lot::Mutex;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

use crate::app::{Reply, TestApp};
use crate::upstream::{Upstream, whole};

pub const CLIENT: &str = "airis-test";

/// What the provider is to say.
#[derive(Clone, Default)]
struct Script {
    id_token: Value,
    userinfo: Value,
    /// In place of tokens.
    error: Option<Value>,
    /// Sign with a key that is not published.
    forge: bool,
}

pub struct IdentityProvider {
    pub upstream: Upstream,
    key: EncodingKey,
    script: Arc<Mutex<Script>>,
}

fn new_key() -> EncodingKey {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    EncodingKey::from_ec_der(document.as_ref())
}

fn signed(key: &EncodingKey, claims: &Value) -> String {
    let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::ES256) };
    encode(&header, claims, key).unwrap()
}

pub fn now() -> i64 {
    i64::try_from(jsonwebtoken::get_current_timestamp()).unwrap()
}

impl IdentityProvider {
    pub async fn start() -> Self {
        let (key, other) = (new_key(), new_key());
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap()).unwrap();
        public["kid"] = json!("k");
        let script = Arc::new(Mutex::new(Script::default()));
        let (told, own) = (script.clone(), key.clone());
        let place = Arc::new(Mutex::new(String::new()));
        let here = place.clone();
        let upstream = Upstream::start(move |asked, _| {
            let (base, script) = (here.lock().clone(), told.lock().clone());
            match asked.split('?').next().unwrap_or_default() {
                "GET /.well-known/openid-configuration" => whole(json!({
                    "issuer": base, "authorization_endpoint": format!("{base}/authorize"),
                    "token_endpoint": format!("{base}/token"), "userinfo_endpoint": format!("{base}/userinfo"),
                    "jwks_uri": format!("{base}/keys"), "end_session_endpoint": format!("{base}/end"),
                    "code_challenge_methods_supported": ["S256"],
                })),
                "GET /keys" => whole(json!({"keys": [public]})),
                "POST /token" => match &script.error {
                    Some(error) => whole(error.clone()),
                    None => whole(json!({"access_token": "access", "token_type": "Bearer", "expires_in": 60,
                        "id_token": signed(if script.forge { &other } else { &own }, &script.id_token)})),
                },
                "GET /userinfo" => whole(script.userinfo),
                _ => None,
            }
        })
        .await;
        place.lock().clone_from(&upstream.url);
        Self { upstream, key, script }
    }

    /// A server whose people may come from here.
    pub async fn server(&self, more: &[(&str, &str)]) -> TestApp {
        let own = [
            ("OPENID_PROVIDER_URL", self.upstream.url.as_str()),
            ("OAUTH_CLIENT_ID", CLIENT),
            ("OAUTH_CLIENT_SECRET", "secret"),
            ("OAUTH_PROVIDER_NAME", "Example"),
            ("ENABLE_OAUTH_SIGNUP", "true"),
            ("WEBUI_URL", "http://airis.example"),
        ];
        TestApp::with(&[more, &own[..]].concat()).await
    }

    /// The next token has these claims over the usual ones; null takes one away.
    pub fn sign(&self, more: &Value) {
        let mut claims = json!({"iss": self.upstream.url, "aud": CLIENT, "sub": "ada", "email": "ada@example.com",
            "name": "Ada", "email_verified": true, "sid": "s1", "iat": now(), "exp": now() + 60});
        let object = claims.as_object_mut().unwrap();
        object.extend(more.as_object().unwrap().clone());
        object.retain(|_, value| !value.is_null());
        self.script.lock().id_token = claims;
    }

    /// The next token belongs to this sign-in, unless it belongs to another already.
    fn answer(&self, nonce: &str) {
        let mut script = self.script.lock();
        if script.id_token.get("nonce").is_none() {
            script.id_token["nonce"] = json!(nonce);
        }
    }

    pub fn tell(&self, userinfo: Value) {
        self.script.lock().userinfo = userinfo;
    }

    pub fn refuse(&self, error: Value) {
        self.script.lock().error = Some(error);
    }

    pub fn forge(&self) {
        self.script.lock().forge = true;
    }

    /// A logout token with these claims over the usual ones.
    pub fn logout_token(&self, more: &Value) -> String {
        let mut claims = json!({"iss": self.upstream.url, "aud": CLIENT, "sub": "ada", "iat": now(), "exp": now() + 60,
            "jti": fresh(), "events": {"http://schemas.openid.net/event/backchannel-logout": {}}});
        let object = claims.as_object_mut().unwrap();
        object.extend(more.as_object().unwrap().clone());
        object.retain(|_, value| !value.is_null());
        signed(&self.key, &claims)
    }
}

fn fresh() -> String {
    airis_identity::new_api_key()
}

/// Somebody's browser: it keeps cookies.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub async fn get(&mut self, server: &TestApp, path: &str) -> Reply {
        self.send(server, "GET", path).await
    }

    pub async fn send(&mut self, server: &TestApp, method: &str, path: &str) -> Reply {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder().method(method).uri(path).header(header::HOST, "airis.example");
        let request = request.header(header::ORIGIN, "http://airis.example").header(header::COOKIE, cookies.join("; "));
        let reply = server.send(request.body(Body::empty()).unwrap()).await;
        for set in reply.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, rest) = set.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap().trim_matches('"');
            if value.is_empty() || set.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    /// Goes to the provider; the fields of the address there.
    pub async fn depart(&mut self, server: &TestApp) -> BTreeMap<String, String> {
        let reply = self.get(server, "/oauth/oidc/login").await;
        assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text);
        fields(&location(&reply))
    }

    /// Goes to the provider and back; where the server sends the browser then.
    pub async fn sign_in(&mut self, server: &TestApp, provider: &IdentityProvider) -> String {
        let asked = self.depart(server).await;
        provider.answer(&asked["nonce"]);
        location(&self.get(server, &format!("/oauth/oidc/login/callback?code=c&state={}", asked["state"])).await)
    }

    /// Who this browser is signed in as.
    pub async fn who(&self, server: &TestApp) -> Option<Value> {
        let token = self.cookies.get("token")?;
        let reply = server.call_as(Some(token), "GET", "/api/v1/auths/", None).await;
        (reply.status == StatusCode::OK).then(|| reply.json())
    }
}

pub fn location(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text);
    reply.headers[header::LOCATION].to_str().unwrap().to_owned()
}

/// The query of an address.
pub fn fields(address: &str) -> BTreeMap<String, String> {
    let url = airis_outbound::Url::parse(address).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
