//! Accounts, sessions and keys.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::app::{PASSWORD, SECRET, TestApp};

const SIGN_IN: &str = "/api/v1/auths/signin";
const SIGN_UP: &str = "/api/v1/auths/signup";
const SESSION: &str = "/api/v1/auths/";

fn account(email: &str) -> Value {
    json!({"name": "Somebody", "email": email, "password": PASSWORD})
}

/// Replaces what differs from run to run.
fn steady(mut session: Value) -> Value {
    session["id"] = json!("[id]");
    session["token"] = json!("[token]");
    session["expires_at"] = json!("[seconds]");
    session["profile_image_url"] = json!("[picture]");
    session["permissions"] = json!("[tree]");
    session
}

#[tokio::test]
async fn the_first_account_becomes_administrator_and_closes_sign_up() {
    let server = TestApp::start().await;
    assert_eq!(server.call("GET", "/api/config", None).await.ok()["onboarding"], true);
    let reply = server.call("POST", SIGN_UP, Some(account("Root@Example.com"))).await;
    let cookie = reply.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("token=ey") && cookie.contains("HttpOnly") && cookie.contains("SameSite=lax"),
        "{cookie}"
    );
    assert_eq!(reply.headers["cache-control"], "no-store");
    insta::assert_json_snapshot!(steady(reply.ok()), @r#"
    {
      "id": "[id]",
      "name": "Somebody",
      "role": "admin",
      "email": "root@example.com",
      "profile_image_url": "[picture]",
      "token": "[token]",
      "token_type": "Bearer",
      "expires_at": "[seconds]",
      "permissions": "[tree]"
    }
    "#);
    assert_eq!(server.call("POST", SIGN_UP, Some(account("late@example.com"))).await.refused(), 403);
    let page = server.call("GET", "/api/config", None).await.ok();
    assert_eq!(page.get("onboarding"), None);
    assert_eq!(page["features"]["enable_signup"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_people_who_sign_up_at_once_make_exactly_one_administrator() {
    let server = TestApp::start().await;
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..200 {
        let router = server.router.clone();
        let form = account(&format!("p{index}@example.com")).to_string();
        tasks.spawn(async move {
            let request =
                Request::post(SIGN_UP).header("content-type", "application/json").body(Body::from(form)).unwrap();
            tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16()
        });
    }
    let statuses = tasks.join_all().await;
    assert!(statuses.iter().all(|status| [200, 403].contains(status)), "{statuses:?}");
    let (people, total) = server.app.store.users(&airis_store::UserQuery::default()).await.unwrap();
    let admins = people.iter().filter(|person| person.role == airis_domain::Role::Admin).count();
    assert_eq!(admins, 1);
    assert_eq!(usize::try_from(total).unwrap(), statuses.iter().filter(|status| **status == 200).count());
}

#[tokio::test]
async fn signing_in_ignores_the_case_of_the_email_and_says_nothing_about_what_was_wrong() {
    let server = TestApp::start().await;
    server.admin().await;
    server.sign_in("ROOT@example.com", PASSWORD).await;
    let wrong = |email: &str| json!({"email": email, "password": "wrong"});
    let password = server.call("POST", SIGN_IN, Some(wrong("root@example.com"))).await;
    let email = server.call("POST", SIGN_IN, Some(wrong("nobody@example.com"))).await;
    assert_eq!(password.refused(), 400);
    assert_eq!((password.status, password.text), (email.status, email.text));
}

#[tokio::test]
async fn the_sixteenth_attempt_on_one_email_has_to_wait() {
    let server = TestApp::start().await;
    server.admin().await;
    let form = json!({"email": "nobody@example.com", "password": "x"});
    for _ in 0..15 {
        assert_eq!(server.call("POST", SIGN_IN, Some(form.clone())).await.refused(), 400);
    }
    assert_eq!(server.call("POST", SIGN_IN, Some(form)).await.refused(), 429);
    server.sign_in("root@example.com", PASSWORD).await;
}

#[tokio::test]
async fn a_session_is_shown_as_bearer_or_cookie_and_ends_with_sign_out() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let cookie =
        || Request::get(SESSION).header("cookie", format!("a=b; token={}", admin.token)).body(Body::empty()).unwrap();
    insta::assert_json_snapshot!(steady(server.send(cookie()).await.ok()), @r#"
    {
      "status_emoji": null,
      "status_message": null,
      "status_expires_at": null,
      "id": "[id]",
      "name": "Root",
      "role": "admin",
      "email": "root@example.com",
      "profile_image_url": "[picture]",
      "token": "[token]",
      "token_type": "Bearer",
      "expires_at": "[seconds]",
      "permissions": "[tree]",
      "bio": null,
      "gender": null,
      "date_of_birth": null
    }
    "#);
    assert_eq!(admin.call("POST", "/api/v1/auths/signout", None).await.ok(), json!({"status": true}));
    assert_eq!(server.send(cookie()).await.refused(), 401);
    assert_eq!(admin.get(SESSION).await.refused(), 401);
}

#[tokio::test]
async fn expired_forged_and_nonsensical_tokens_are_refused() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let stamp = server.app.store.credentials_by_id(&admin.id.as_str().into()).await.unwrap().unwrap().session_stamp;
    let sign = |claims: Value, secret: &str| {
        let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
        jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap()
    };
    let future = airis_domain::now() + 600;
    let good = json!({"id": admin.id, "session_stamp": stamp, "exp": future, "jti": "a"});
    server.call_as(Some(&sign(good.clone(), SECRET)), "GET", SESSION, None).await.ok();
    let mut expired = good.clone();
    expired["exp"] = json!(airis_domain::now() - 1);
    let mut stampless = good.clone();
    stampless["session_stamp"] = json!(null);
    let mut stranger = good.clone();
    stranger["id"] = json!("00000000-0000-4000-8000-000000000000");
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpZCI6IngifQ.";
    for token in [
        sign(expired, SECRET),
        sign(good, "another-secret"),
        sign(stampless, SECRET),
        sign(stranger, SECRET),
        unsigned.to_owned(),
        "not.a.jwt".to_owned(),
        "sk-0000".to_owned(),
        "ünïcödé".to_owned(),
    ] {
        assert_eq!(server.call_as(Some(&token), "GET", SESSION, None).await.refused(), 401, "{token}");
    }
}

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let form = |old: &str| json!({"password": old, "new_password": "New-pass-123"});
    assert_eq!(admin.post("/api/v1/auths/update/password", form("wrong")).await.refused(), 400);
    assert_eq!(admin.post("/api/v1/auths/update/password", form(PASSWORD)).await.ok(), json!(true));
    assert_eq!(admin.get(SESSION).await.refused(), 401);
    server.sign_in("root@example.com", "New-pass-123").await;
}

#[tokio::test]
async fn bcrypt_hashes_of_imported_accounts_work_and_are_replaced() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let id = airis_domain::UserId::from(admin.id.as_str());
    let store = &server.app.store;
    let imported = bcrypt::hash("imported", 4).unwrap();
    store.set_password(&id, &imported, None).await.unwrap();
    server.sign_in("root@example.com", "imported").await;
    let kept = store.credentials_by_id(&id).await.unwrap().unwrap().password_hash;
    assert!(kept.starts_with("$argon2id$"), "{kept}");
    // Replacing the hash ends no session, and the password stays the same.
    admin.get(SESSION).await.ok();
    server.sign_in("root@example.com", "imported").await;
}

#[tokio::test]
async fn a_key_opens_the_api_but_not_the_session_and_stops_when_deleted() {
    let server = TestApp::with(&[("ENABLE_API_KEYS", "true")]).await;
    let admin = server.admin().await;
    let key_address = "/api/v1/auths/api_key";
    assert_eq!(admin.get(key_address).await.refused(), 404);
    let key = admin.call("POST", key_address, None).await.ok()["api_key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("sk-") && key.len() == 35, "{key}");
    server.call_as(Some(&key), "GET", "/api/models", None).await.ok();
    let header = Request::get("/api/models").header("x-api-key", &key).body(Body::empty()).unwrap();
    server.send(header).await.ok();
    assert_eq!(server.call_as(Some(&key), "GET", SESSION, None).await.refused(), 403);
    let user = server.somebody("user", "user").await;
    assert_eq!(user.call("POST", key_address, None).await.refused(), 403);
    assert_eq!(admin.call("DELETE", key_address, None).await.ok(), json!(true));
    assert_eq!(server.call_as(Some(&key), "GET", "/api/models", None).await.refused(), 401);
}

#[tokio::test]
async fn without_accounts_everybody_is_the_administrator() {
    let server = TestApp::with(&[("WEBUI_AUTH", "false")]).await;
    for _ in 0..2 {
        let session = server.call("POST", SIGN_IN, Some(json!({"email": "", "password": ""}))).await.ok();
        assert_eq!((&session["email"], &session["role"]), (&json!("admin@localhost"), &json!("admin")));
    }
}

#[tokio::test]
async fn a_trusted_proxy_names_the_person() {
    let server = TestApp::with(&[("WEBUI_AUTH_TRUSTED_EMAIL_HEADER", "X-Email"), ("DEFAULT_USER_ROLE", "user")]).await;
    let ask = |email: Option<&str>| {
        let request = Request::post(SIGN_IN).header("content-type", "application/json");
        let request = email.into_iter().fold(request, |request, email| request.header("x-email", email));
        request.body(Body::from(r#"{"email":"","password":""}"#)).unwrap()
    };
    assert_eq!(server.send(ask(None)).await.refused(), 400);
    assert_eq!(server.send(ask(Some("First@corp.example"))).await.ok()["role"], "admin");
    assert_eq!(server.send(ask(Some("second@corp.example"))).await.ok()["role"], "user");
    let again = server.send(ask(Some("second@corp.example"))).await.ok();
    assert_eq!(again["email"], "second@corp.example");
}

#[tokio::test]
async fn a_trusted_proxy_says_the_name_the_role_and_the_groups() {
    let server = TestApp::with(&[
        ("WEBUI_AUTH_TRUSTED_EMAIL_HEADER", "X-Email"),
        ("WEBUI_AUTH_TRUSTED_NAME_HEADER", "X-Name"),
        ("WEBUI_AUTH_TRUSTED_ROLE_HEADER", "X-Role"),
        ("WEBUI_AUTH_TRUSTED_GROUPS_HEADER", "X-Groups"),
    ])
    .await;
    let ask = async |email: &str, more: &[(&str, &str)]| {
        let request = Request::post(SIGN_IN).header("content-type", "application/json").header("x-email", email);
        let request = more.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        server.send(request.body(Body::from(r#"{"email":"","password":""}"#)).unwrap()).await.ok()
    };
    let root = server.person(&ask("root@corp.example", &[("x-role", "admin")]).await);
    let group = async |name: &str| {
        let made = root.post("/api/v1/groups/create", json!({"name": name, "description": ""})).await.ok();
        made["id"].as_str().unwrap().to_owned()
    };
    let (staff, guests) = (group("Staff").await, group("Guests").await);
    let anna = ask(
        "anna@corp.example",
        &[("x-name", "Anna%20M%C3%BCller"), ("x-role", "User"), ("x-groups", "Staff, Nobody")],
    )
    .await;
    assert_eq!((&anna["name"], &anna["role"]), (&json!("Anna Müller"), &json!("user")));
    let members = async |group: &str| {
        let people = root.get(&format!("/api/v1/groups/id/{group}/members")).await.ok();
        people["items"].as_array().unwrap().iter().map(|person| person["email"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((members(&staff).await, members(&guests).await), (vec![json!("anna@corp.example")], vec![]));
    let all = root.get("/api/v1/groups/").await.ok();
    assert_eq!(all.as_array().unwrap().len(), 2, "what the proxy names makes no group");

    // What it says changes what is here, and what it does not say stays.
    ask("anna@corp.example", &[("x-groups", "Guests")]).await;
    assert_eq!((members(&staff).await, members(&guests).await), (vec![], vec![json!("anna@corp.example")]));
    let again = ask("anna@corp.example", &[("x-role", "pending")]).await;
    assert_eq!((&again["role"], members(&guests).await.len()), (&json!("pending"), 1));
}

#[tokio::test]
async fn an_administrator_named_in_the_environment_is_made_once() {
    let env =
        [("WEBUI_ADMIN_EMAIL", "boss@example.com"), ("WEBUI_ADMIN_PASSWORD", PASSWORD), ("WEBUI_ADMIN_NAME", "Boss")];
    let server = TestApp::with(&env).await;
    assert!(server.app.sessions.ensure_admin().await.unwrap());
    assert!(!server.app.sessions.ensure_admin().await.unwrap());
    let boss = server.sign_in("boss@example.com", PASSWORD).await;
    assert_eq!(boss.get(SESSION).await.ok()["role"], "admin");
}

#[tokio::test]
async fn weak_passwords_are_refused_where_a_rule_is_on() {
    let server = TestApp::with(&[("ENABLE_PASSWORD_VALIDATION", "true")]).await;
    let mut form = account("a@example.com");
    form["password"] = json!("weak");
    assert_eq!(server.call("POST", SIGN_UP, Some(form)).await.refused(), 400);
    server.admin().await;
}
