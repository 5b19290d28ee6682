//! Everybody's own sign-in at a tool server: registering, leaving, coming back, and the tokens that follow from it.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, body::Body};
use serde_json::{Value, json};

use crate::app::{Person, Reply, TestApp};
use crate::elsewhere::{Asked, Elsewhere};

const REGISTER: &str = "/api/v1/configs/oauth/clients/register";
const SERVERS: &str = "/api/v1/configs/tool_servers";
const LEAVE: &str = "/oauth/clients/mail/authorize";
const BACK: &str = "/oauth/clients/mail/callback";

/// A tool server and its identity provider in one. A first token ends at once; renewing it works with `r1` alone.
async fn answer(asked: Asked, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    asked.note(&method, &uri, &headers, &body);
    let here = format!("http://{}", headers[header::HOST].to_str().unwrap());
    let said = String::from_utf8_lossy(&body).into_owned();
    let refused = || (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    match uri.path() {
        "/.well-known/oauth-protected-resource" => {
            Json(json!({"authorization_servers": [format!("{here}/id")], "scopes_supported": ["mail", "more"]})).into_response()
        }
        "/.well-known/oauth-authorization-server/id" => Json(json!({
            "issuer": format!("{here}/id"), "authorization_endpoint": format!("{here}/sign-in?x=1"),
            "token_endpoint": format!("{here}/token"), "registration_endpoint": format!("{here}/clients"),
            "code_challenge_methods_supported": ["S256"], "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }))
        .into_response(),
        "/clients" => Json(json!({"client_id": "we", "client_secret": "hush"})).into_response(),
        "/token" if said.contains("code=good") => {
            Json(json!({"access_token": "one", "expires_in": 1, "refresh_token": "r1"})).into_response()
        }
        "/token" if said.contains("refresh_token=r1") => {
            Json(json!({"access_token": "two", "expires_in": 3600})).into_response()
        }
        "/token" => refused(),
        "/openapi.json" if headers.contains_key(header::AUTHORIZATION) => {
            Json(json!({"paths": {"/mails": {"get": {"operationId": "mails"}}}})).into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn provider() -> Elsewhere {
    Elsewhere::start(|asked| {
        Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            answer(asked.clone(), method, uri, headers, body)
        })
    })
    .await
}

async fn connect(admin: &Person<'_>, url: &str, client: &Value) {
    let connection = json!({"url": url, "path": "openapi.json", "auth_type": "oauth_2.1", "key": "", "config": {"enable": true},
        "info": {"id": "mail", "name": "Mail", "oauth_client_info": client}});
    admin.post(SERVERS, json!({"TOOL_SERVER_CONNECTIONS": [connection]})).await.ok();
}

/// Registers and connects; the sealed client.
async fn set_up(admin: &Person<'_>, url: &str) -> Value {
    let answer = admin.post(REGISTER, json!({"url": url, "client_id": "mail"})).await.ok();
    assert_eq!(answer["status"], true);
    connect(admin, url, &answer["oauth_client_info"]).await;
    answer["oauth_client_info"].clone()
}

fn header_of(reply: &Reply, name: header::HeaderName) -> String {
    reply.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// Leaves for the provider: the cookie and the state to come back with.
async fn leave(person: &Person<'_>) -> (String, String, String) {
    let reply = person.get(LEAVE).await;
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text);
    let cookie = header_of(&reply, header::SET_COOKIE).split(';').next().unwrap().to_owned();
    let address = header_of(&reply, header::LOCATION);
    let state = address.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    (cookie, state, address)
}

/// Comes back; where it leads to.
async fn come_back(server: &TestApp, cookie: &str, query: &str) -> String {
    let request = Request::builder().uri(format!("{BACK}?{query}")).header(header::COOKIE, cookie).body(Body::empty());
    let reply = server.send(request.unwrap()).await;
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text);
    header_of(&reply, header::LOCATION)
}

async fn is_signed_in(person: &Person<'_>) -> Value {
    person.get("/api/v1/tools/").await.ok()[0]["authenticated"].clone()
}

#[tokio::test]
async fn a_server_that_is_not_there_or_has_no_provider_is_refused() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let nothing = Elsewhere::start(|_| Router::new()).await;
    for (form, status) in [
        (json!({"url": "http://127.0.0.1:1", "client_id": "x"}), 400),
        (json!({"url": nothing.url, "client_id": "x"}), 400),
        (json!({"url": "nothing", "client_id": "x"}), 400),
        (json!({"url": nothing.url, "client_id": "a/b"}), 400),
        (json!({"url": nothing.url, "client_id": ""}), 400),
        (json!({"url": "http://169.254.169.254/", "client_id": "x"}), 400),
        (json!({"url": nothing.url}), 422),
        (json!({"url": 1, "client_id": "x"}), 422),
    ] {
        assert_eq!(admin.post(REGISTER, form.clone()).await.refused(), status, "{form}");
    }
    let ann = server.somebody("ann", "user").await;
    assert_eq!(ann.post(REGISTER, json!({"url": nothing.url, "client_id": "x"})).await.refused(), 401);
}

#[tokio::test]
async fn a_person_signs_in_at_a_tool_server_and_its_tools_are_called_in_their_name() {
    let server = TestApp::with(&[("WEBUI_URL", "https://chat.example/"), ("WEBUI_AUTH_COOKIE_SECURE", "true")]).await;
    let admin = server.admin().await;
    let other = provider().await;
    let sealed = set_up(&admin, &other.url).await;
    assert!(!sealed.as_str().unwrap().contains("hush"));
    let about = other.asked.take().into_iter().find(|asked| asked.path == "/clients").unwrap().json();
    assert_eq!(about["redirect_uris"], json!(["https://chat.example/oauth/clients/mail/callback"]));
    assert_eq!(
        (&about["scope"], &about["token_endpoint_auth_method"]),
        (&json!("mail more"), &json!("client_secret_post"))
    );

    assert_eq!(is_signed_in(&admin).await, false);
    let reply = admin.get(LEAVE).await;
    let kept = header_of(&reply, header::SET_COOKIE);
    for part in ["HttpOnly", "SameSite=lax", "Secure", "Max-Age=600"] {
        assert!(kept.contains(part), "{kept}");
    }
    let (cookie, state, address) = leave(&admin).await;
    assert!(address.starts_with(&format!("{}/sign-in?x=1&response_type=code&client_id=we&", other.url)), "{address}");
    assert!(address.contains("code_challenge_method=S256") && address.contains("scope=mail%20more"));
    let challenge = address.split("code_challenge=").nth(1).unwrap().split('&').next().unwrap();

    assert_eq!(come_back(&server, &cookie, &format!("code=good&state={state}")).await, "/");
    let token = other.asked.take().into_iter().find(|asked| asked.path == "/token").unwrap();
    assert!(token.body.contains("client_secret=hush") && token.body.contains("grant_type=authorization_code"));
    let verifier = token.body.split("code_verifier=").nth(1).unwrap().split('&').next().unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    assert_eq!(base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest), challenge);
    assert_eq!(is_signed_in(&admin).await, true);

    // The first token has ended: it is renewed, once, and the new one is shown.
    let user = server.app.store.user(&admin.id.as_str().into()).await.unwrap().unwrap();
    let (picked, meta) = (["server:mail".to_owned()], Value::Null);
    let around = airis_tools::servers::Around::default();
    let offer = airis_tools::Offer { user: &user, picked: &picked, model_meta: &meta, in_chat: true, around };
    let offered = server.app.tools.specs(offer, &[]).await;
    assert_eq!((offered.specs.len(), offered.missing), (1, Vec::new()));
    let asked = other.asked.take();
    assert_eq!(asked.iter().filter(|asked| asked.path == "/token").count(), 1);
    let document = asked.iter().find(|asked| asked.path == "/openapi.json").unwrap();
    assert_eq!(document.header("authorization"), "Bearer two");
    server.app.tools.call(offer, &[], "mails", serde_json::Map::new()).await.unwrap().unwrap_err();
    let asked = other.asked.take();
    assert_eq!((asked.len(), asked[0].path.as_str(), asked[0].header("authorization")), (1, "/mails", "Bearer two"));
}

#[tokio::test]
async fn nobody_ends_a_sign_in_that_they_did_not_begin() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = provider().await;
    let sealed = set_up(&admin, &other.url).await;
    let (cookie, state, _) = leave(&admin).await;
    let (second, _, _) = leave(&admin).await;
    let good = format!("code=good&state={state}");
    for (cookie, query) in [
        ("", good.clone()),
        ("tool_sign_in=forged", good.clone()),
        (second.as_str(), good.clone()),
        (cookie.as_str(), "code=good&state=other".to_owned()),
        (cookie.as_str(), format!("code=good&state={state}&iss=https%3A%2F%2Fother.example")),
        (cookie.as_str(), format!("code=bad&state={state}")),
        (cookie.as_str(), "error=access_denied&error_description=No%0A%C3%BC".to_owned()),
    ] {
        assert!(come_back(&server, cookie, &query).await.starts_with("/?error="), "{query}");
    }
    assert_eq!(is_signed_in(&admin).await, false);
    assert_eq!(come_back(&server, &cookie, &good).await, "/");
    assert_eq!(is_signed_in(&admin).await, true);

    // Whatever administrators write there later: a token is for the server that it was granted for.
    connect(&admin, "http://127.0.0.1:1", &sealed).await;
    assert_eq!(is_signed_in(&admin).await, false);
    let ann = server.somebody("ann", "user").await;
    assert_eq!(ann.get(LEAVE).await.refused(), 404, "the server is not open to her");
    connect(&admin, &other.url, &Value::Null).await;
    assert_eq!(admin.get(LEAVE).await.refused(), 400, "nobody registered with its provider");
    assert_eq!(admin.get("/oauth/clients/none/authorize").await.refused(), 404);
}
