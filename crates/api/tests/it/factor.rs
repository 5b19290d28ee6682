//! The second factor at sign-in.

use airis_api::settings;
use airis_domain::now;
use axum::body::Body;
use axum::http::Request;
use ring::hmac;
use serde_json::{Value, json};

use crate::app::{PASSWORD, Reply, TestApp};

const MFA: &str = "/api/v1/auths/mfa";
const SESSION: &str = "/api/v1/auths/";

/// What an app shows `ahead` steps from now.
fn code(key: &str, ahead: i64) -> String {
    let (mut secret, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for sign in key.bytes() {
        let five = if sign.is_ascii_uppercase() { sign - b'A' } else { sign - b'2' + 26 };
        (buffer, bits) = ((buffer << 5) | u32::from(five), bits + 5);
        if bits >= 8 {
            bits -= 8;
            secret.push(u8::try_from((buffer >> bits) & 0xff).unwrap());
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    let digest = hmac::sign(&key, &(now() / 30 + ahead).to_be_bytes());
    let offset = usize::from(digest.as_ref()[19] & 15);
    let word = u32::from_be_bytes(digest.as_ref()[offset..offset + 4].try_into().unwrap());
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

async fn turn_on(server: &TestApp) {
    settings::write_one(&server.app, "auth.mfa.enable", true).await.unwrap();
}

async fn sign_in(server: &TestApp, email: &str) -> Reply {
    server.call("POST", "/api/v1/auths/signin", Some(json!({"email": email, "password": PASSWORD}))).await
}

/// The token of the step that a sign-in asks for.
async fn step(server: &TestApp, wanted: &str) -> String {
    let reply = sign_in(server, "root@example.com").await;
    assert!(!reply.headers.contains_key("set-cookie"));
    let answer = reply.ok();
    assert_eq!((&answer["next_step"], &answer["expires_in"]), (&json!(wanted), &json!(300)), "{answer}");
    assert!(answer.get("token").is_none());
    answer["challenge_token"].as_str().unwrap().to_owned()
}

async fn post(server: &TestApp, path: &str, body: Value) -> Reply {
    let reply = server.call("POST", &format!("{MFA}{path}"), Some(body)).await;
    assert_eq!(reply.headers["cache-control"], "no-store");
    reply
}

struct Enrolled {
    key: String,
    /// The code it was enrolled with.
    used: String,
    session: String,
    codes: Vec<String>,
}

/// Sets an app up for the administrator.
async fn enroll(server: &TestApp, challenge: &str) -> Enrolled {
    let setup = post(server, "/enroll/start", json!({"challenge_token": challenge})).await.ok();
    assert!(setup["qr_code"].as_str().unwrap().starts_with("data:image/svg+xml;base64,"));
    let key = setup["manual_key"].as_str().unwrap().to_owned();
    let used = code(&key, 0);
    let right = json!({"challenge_token": challenge, "code": used});
    let reply = post(server, "/enroll/confirm", right.clone()).await;
    assert!(reply.headers["set-cookie"].to_str().unwrap().starts_with("token=ey"));
    let answer = reply.ok();
    assert_eq!((&answer["role"], &answer["token_type"]), (&json!("admin"), &json!("Bearer")));
    assert_eq!(post(server, "/enroll/confirm", right).await.refused(), 401);
    let codes: Vec<String> = serde_json::from_value(answer["recovery_codes"].clone()).unwrap();
    assert!(codes.len() == 10 && codes.iter().all(|code| code.len() == 32), "{codes:?}");
    Enrolled { key, used, session: answer["token"].as_str().unwrap().to_owned(), codes }
}

async fn status(server: &TestApp, session: &str) -> (Value, Value, Value) {
    let status = server.call_as(Some(session), "GET", &format!("{MFA}/status"), None).await.ok();
    (status["enabled"].clone(), status["required"].clone(), status["recovery_codes_remaining"].clone())
}

#[tokio::test]
async fn where_it_is_off_everything_says_so() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    assert_eq!(status(&server, &admin.token).await, (json!(false), json!(false), json!(0)));
    let token = "a token of twenty signs or more";
    for (path, body, expected) in [
        ("/challenge", json!({}), 403),
        ("/enroll/start", json!({"challenge_token": "short"}), 422),
        ("/enroll/start", json!({"challenge_token": token}), 403),
        ("/enroll/confirm", json!({"challenge_token": token, "code": "1"}), 403),
        ("/verify", json!({"challenge_token": token, "code": ""}), 422),
        ("/verify", json!({"challenge_token": token, "code": "1", "more": 1}), 422),
        ("/verify", json!({"nope": 1}), 422),
        ("/verify", json!({"challenge_token": token, "code": "1"}), 403),
        ("/recover", json!({"challenge_token": token, "reset_token": "y"}), 422),
        ("/recover", json!({"challenge_token": token, "reset_token": token}), 403),
    ] {
        let reply = post(&server, path, body.clone()).await;
        assert_eq!(reply.refused(), expected, "{path} {body}");
        assert!(reply.json()["detail"].is_string(), "{path} {body}");
    }
    for path in ["/replace", "/recovery/codes"] {
        assert_eq!(admin.post(&format!("{MFA}{path}"), json!({"code": "000000"})).await.refused(), 403);
    }
}

#[tokio::test]
async fn a_session_takes_a_password_and_a_code_that_was_not_used_before() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    turn_on(&server).await;
    assert_eq!(admin.get(SESSION).await.refused(), 401, "a session without a factor ends");
    let challenge = step(&server, "enroll").await;
    let early = json!({"challenge_token": challenge, "code": "000000"});
    assert_eq!(post(&server, "/enroll/confirm", early.clone()).await.refused(), 400);
    assert_eq!(post(&server, "/verify", early).await.refused(), 401, "this challenge is for enrolling");
    let mine = enroll(&server, &challenge).await;
    assert_eq!(status(&server, &mine.session).await, (json!(true), json!(true), json!(10)));

    let challenge = step(&server, "verify").await;
    assert_eq!(post(&server, "/enroll/start", json!({"challenge_token": challenge})).await.refused(), 401);
    let show = |code: &str, recovery: bool| json!({"challenge_token": challenge, "code": code, "recovery": recovery});
    assert_eq!(post(&server, "/verify", show(&mine.used, false)).await.refused(), 400, "used at enrolling");
    assert_eq!(post(&server, "/verify", show(&mine.codes[0], false)).await.refused(), 400);
    let reply = post(&server, "/verify", show(&code(&mine.key, 1), false)).await;
    assert!(reply.headers["set-cookie"].to_str().unwrap().starts_with("token=ey"));
    let session = reply.ok()["token"].as_str().unwrap().to_owned();
    server.call_as(Some(&session), "GET", SESSION, None).await.ok();
    assert_eq!(post(&server, "/verify", show(&mine.codes[0], true)).await.refused(), 401, "the challenge is over");

    let challenge = step(&server, "verify").await;
    let show = |code: &str| json!({"challenge_token": challenge, "code": code, "recovery": true});
    post(&server, "/verify", show(&mine.codes[0])).await.ok();
    let challenge = step(&server, "verify").await;
    let show = json!({"challenge_token": challenge, "code": mine.codes[0], "recovery": true});
    assert_eq!(post(&server, "/verify", show).await.refused(), 400, "a recovery code works once");
    assert_eq!(status(&server, &session).await.2, json!(9));
}

#[tokio::test]
async fn codes_and_app_can_be_replaced_by_whoever_shows_one() {
    let server = TestApp::start().await;
    server.admin().await;
    turn_on(&server).await;
    let first = enroll(&server, &step(&server, "enroll").await).await;
    let signed_in = async |path: &str, code: &str| {
        let body = json!({"code": code, "recovery": true});
        server.call_as(Some(&first.session), "POST", &format!("{MFA}{path}"), Some(body)).await
    };
    assert_eq!(signed_in("/recovery/codes", "nonsense").await.refused(), 400);
    let fresh = signed_in("/recovery/codes", &first.codes[0]).await.ok()["recovery_codes"].clone();
    assert_eq!(fresh.as_array().map(Vec::len), Some(10));
    assert_eq!(signed_in("/replace", &first.codes[1]).await.refused(), 400, "old codes are gone");
    let begun = signed_in("/replace", fresh[0].as_str().unwrap()).await.ok();
    assert_eq!(begun["next_step"], "enroll");
    let second = enroll(&server, begun["challenge_token"].as_str().unwrap()).await;
    assert_ne!(first.key, second.key);
    assert_eq!(server.call_as(Some(&first.session), "GET", SESSION, None).await.refused(), 401);
    server.call_as(Some(&second.session), "GET", SESSION, None).await.ok();
}

#[tokio::test]
async fn guessing_ends_after_five_codes_of_a_challenge_and_ten_of_an_account() {
    let server = TestApp::start().await;
    server.admin().await;
    turn_on(&server).await;
    let mine = enroll(&server, &step(&server, "enroll").await).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let challenge = step(&server, "verify").await;
        for _ in 0..6 {
            let guess = json!({"challenge_token": challenge, "code": "nonsense"});
            let reply = post(&server, "/verify", guess).await;
            assert_eq!(reply.headers.contains_key("retry-after"), reply.status == 429);
            statuses.push(reply.refused());
        }
    }
    let five = [400, 400, 400, 400, 400, 429];
    assert_eq!(statuses, [&five[..], &five[..], &[429; 6]].concat());
    let challenge = step(&server, "verify").await;
    let right = json!({"challenge_token": challenge, "code": mine.codes[0], "recovery": true});
    assert_eq!(post(&server, "/verify", right).await.refused(), 429);
}

#[tokio::test]
async fn a_machine_shows_a_hundred_codes_at_most_and_others_go_on() {
    let server = TestApp::start().await;
    server.admin().await;
    turn_on(&server).await;
    let mine = enroll(&server, &step(&server, "enroll").await).await;
    let show = async |from: &str, forwarded: &str, token: &str, code: &str| {
        let body = json!({"challenge_token": token, "code": code, "recovery": true});
        let peer: std::net::SocketAddr = from.parse().unwrap();
        let request = Request::post(format!("{MFA}/verify"))
            .header("content-type", "application/json")
            .header("x-forwarded-for", forwarded)
            .extension(axum::extract::ConnectInfo(peer))
            .body(Body::from(body.to_string()))
            .unwrap();
        server.send(request).await
    };
    let nobody = "a token that nobody was given";
    for number in 0..100 {
        // Whom a stranger names as the client does not matter.
        let reply = show("203.0.113.5:4711", &format!("198.51.100.{number}"), nobody, "1").await;
        assert_eq!(reply.refused(), 401, "{number}");
    }
    let challenge = step(&server, "verify").await;
    let reply = show("203.0.113.5:4712", "", &challenge, &mine.codes[0]).await;
    assert_eq!((reply.refused(), reply.headers["retry-after"].to_str().unwrap()), (429, "900"));
    // A proxy of one's own shows the codes of many.
    let other = show("10.0.0.2:1", "203.0.113.5", &challenge, &mine.codes[0]).await;
    assert_eq!(other.refused(), 429);
    show("10.0.0.2:1", "198.51.100.1", &challenge, &mine.codes[0]).await.ok();
}

#[tokio::test]
async fn the_secret_of_an_app_is_not_in_the_database() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    turn_on(&server).await;
    let challenge = step(&server, "enroll").await;
    let mine = enroll(&server, &challenge).await;
    let kept = server.app.store.second_factor(&admin.id.as_str().into()).await.unwrap().unwrap();
    assert!(!kept.secret.contains(&mine.key) && kept.secret.len() > mine.key.len());
    assert!(kept.recovery.iter().all(|known| !mine.codes.contains(known)));
}

#[tokio::test]
async fn an_operators_ticket_lets_somebody_set_up_another_app() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    turn_on(&server).await;
    let mine = enroll(&server, &step(&server, "enroll").await).await;
    let root = server.app.store.user(&admin.id.as_str().into()).await.unwrap().unwrap();
    let ticket = server.app.sessions.reset_ticket(&root).await.unwrap();
    let challenge = step(&server, "recover").await;
    let redeem = |ticket: &str| json!({"challenge_token": challenge, "reset_token": ticket});
    assert_eq!(post(&server, "/recover", redeem("a ticket that nobody gave out")).await.refused(), 400);
    let next = post(&server, "/recover", redeem(&ticket)).await.ok();
    assert_eq!(next["next_step"], "enroll");
    assert_eq!(server.call_as(Some(&mine.session), "GET", SESSION, None).await.refused(), 401);
    assert_eq!(post(&server, "/recover", redeem(&ticket)).await.refused(), 401);
    enroll(&server, next["challenge_token"].as_str().unwrap()).await;
    step(&server, "verify").await;
}

#[tokio::test]
async fn a_challenge_ends_with_a_new_password() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    turn_on(&server).await;
    let challenge = step(&server, "enroll").await;
    let root = server.app.store.user(&admin.id.as_str().into()).await.unwrap().unwrap();
    server.app.sessions.set_password(&root, "Other-pass-123").await.unwrap();
    assert_eq!(post(&server, "/enroll/start", json!({"challenge_token": challenge})).await.refused(), 401);
}

#[tokio::test]
async fn people_who_wait_get_no_challenge_and_proxies_may_vouch() {
    let header = ("WEBUI_AUTH_TRUSTED_EMAIL_HEADER", "x-email");
    let server = TestApp::with(&[header, ("ENABLE_MFA", "true"), ("DEFAULT_USER_ROLE", "pending")]).await;
    let ask = async |email: &str| {
        let request = Request::post("/api/v1/auths/signin").header("content-type", "application/json");
        let request = request.header("x-email", email).body(Body::from(r#"{"email": "", "password": ""}"#)).unwrap();
        server.send(request).await.ok()
    };
    assert_eq!(ask("first@example.com").await["next_step"], "enroll");
    assert_eq!(ask("second@example.com").await, json!({"next_step": "pending"}));
    settings::write_one(&server.app, "auth.mfa.allow_trusted_header_bypass", true).await.unwrap();
    let token = ask("first@example.com").await["token"].as_str().unwrap().to_owned();
    server.call_as(Some(&token), "GET", SESSION, None).await.ok();
}

#[tokio::test]
async fn the_challenge_in_a_cookie_is_told_to_our_own_pages_only() {
    let server = TestApp::start().await;
    server.admin().await;
    turn_on(&server).await;
    let token = step(&server, "enroll").await;
    let ask = async |origin: &str, cookie: &str| {
        let request = Request::post(format!("{MFA}/challenge")).header("host", "chat.example.com");
        let request = request.header("origin", origin).header("cookie", cookie).body(Body::empty()).unwrap();
        server.send(request).await
    };
    let cookie = format!("mfa_challenge={token}");
    let told = ask("https://chat.example.com", &cookie).await.ok();
    assert_eq!((&told["next_step"], &told["challenge_token"]), (&json!("enroll"), &json!(token)));
    assert_eq!(ask("https://evil.example.com", &cookie).await.refused(), 403);
    assert_eq!(ask("https://chat.example.com", "a=b").await.refused(), 401);
}
