//! Sign-in with accounts of another identity provider.

use serde_json::{Value, json};

use crate::app::{PASSWORD, Reply, TestApp};
use crate::identity_provider::{Browser, CLIENT, IdentityProvider, fields, location, now};

const HERE: &str = "http://airis.example/auth";

/// What the page is told went wrong.
fn told(address: &str) -> String {
    assert!(address.starts_with(HERE), "{address}");
    fields(address).get("error").cloned().unwrap_or_default()
}

/// A sign-in in a fresh browser that must fail.
async fn refused(server: &TestApp, provider: &IdentityProvider, claims: Value) -> String {
    provider.sign(&claims);
    let mut browser = Browser::default();
    let address = browser.sign_in(server, provider).await;
    assert!(browser.who(server).await.is_none() && !browser.cookies.contains_key("token"), "{claims}");
    let told = told(&address);
    assert!(!told.is_empty(), "{claims}: {address}");
    told
}

/// A sign-in in a fresh browser that must work; who it is.
async fn welcome(server: &TestApp, provider: &IdentityProvider, claims: Value) -> Value {
    provider.sign(&claims);
    let mut browser = Browser::default();
    assert_eq!(browser.sign_in(server, provider).await, HERE, "{claims}");
    browser.who(server).await.unwrap()
}

#[tokio::test]
async fn the_way_to_the_provider_carries_state_nonce_and_pkce() {
    let provider = IdentityProvider::start().await;
    let more = [("OAUTH_AUDIENCE", "api"), ("OAUTH_AUTHORIZE_PARAMS", r#"{"prompt": "login", "state": "mine"}"#)];
    let server = provider.server(&more).await;
    let page = server.call("GET", "/api/config", None).await.ok();
    assert_eq!(page["oauth"]["providers"], json!({"oidc": "Example"}));
    let mut browser = Browser::default();
    let asked = browser.depart(&server).await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("scope", "openid email profile"),
        ("redirect_uri", "http://airis.example/oauth/oidc/login/callback"),
        ("code_challenge_method", "S256"),
        ("audience", "api"),
        ("prompt", "login"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43 && asked["code_challenge"].len() == 43);
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["owui-session"]);
    for unknown in ["/oauth/google/login", "/oauth/nobody/login", "/oauth/nobody/login/callback", "/oauth/%00/callback"]
    {
        assert_eq!(server.call("GET", unknown, None).await.refused(), 404, "{unknown}");
    }
    let off = provider.server(&[("ENABLE_OAUTH", "false")]).await;
    assert_eq!(off.call("GET", "/oauth/oidc/login", None).await.refused(), 404);
    assert_eq!(off.call("GET", "/api/config", None).await.ok()["oauth"]["providers"], json!({}));
}

#[tokio::test]
async fn somebody_comes_gets_an_account_and_comes_back_to_it() {
    let provider = IdentityProvider::start().await;
    let server = provider.server(&[("WEBUI_AUTH_SIGNOUT_REDIRECT_URL", "http://airis.example/bye")]).await;
    let admin = server.admin().await;
    provider.sign(&json!({}));
    let mut browser = Browser::default();
    let asked = browser.depart(&server).await;
    let mut again = browser.clone();
    let back = format!("/oauth/oidc/callback?code=c&state={}", asked["state"]);
    provider.sign(&json!({"nonce": asked["nonce"]}));
    let reply = browser.get(&server, &back).await;
    assert_eq!(location(&reply), HERE);
    let set: Vec<&str> = reply.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    let cookie = |name: &str| *set.iter().find(|set| set.starts_with(&format!("{name}="))).unwrap();
    // The page reads the first of these, and nothing else.
    assert!(!cookie("token").contains("HttpOnly"));
    assert!(cookie("oauth_session_id").contains("HttpOnly") && cookie("oauth_id_token").contains("HttpOnly"));
    assert_eq!(reply.headers["cache-control"], "no-store");
    let ada = browser.who(&server).await.unwrap();
    assert_eq!(
        (&ada["email"], &ada["name"], &ada["role"]),
        (&json!("ada@example.com"), &json!("Ada"), &json!("pending"))
    );
    // The same cookie and code once more: the provider says that the code was used.
    provider.refuse(json!({"error": "invalid_grant"}));
    assert!(told(&location(&again.get(&server, &back).await)).contains("did not accept"));
    // And the browser itself has nothing left to go on with.
    assert!(told(&location(&browser.get(&server, &back).await)).contains("too long"));

    let sessions = format!("/api/v1/users/{}/oauth/sessions", ada["id"].as_str().unwrap());
    let listed = admin.get(&sessions).await;
    assert_eq!((listed.ok()[0]["provider"].clone(), listed.text.contains("access")), (json!("oidc"), false));
    let gone = browser.send(&server, "POST", "/api/v1/auths/signout").await.ok();
    let end = fields(gone["redirect_url"].as_str().unwrap());
    assert_eq!(end["post_logout_redirect_uri"], "http://airis.example/bye");
    assert!(end["id_token_hint"].split('.').count() == 3);
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    assert_eq!(admin.get(&sessions).await.refused(), 400);
}

#[tokio::test]
async fn the_account_is_found_by_the_providers_id_whatever_the_email_is() {
    let provider = IdentityProvider::start().await;
    let server =
        provider.server(&[("OAUTH_UPDATE_EMAIL_ON_LOGIN", "true"), ("OAUTH_UPDATE_NAME_ON_LOGIN", "true")]).await;
    server.admin().await;
    let first = welcome(&server, &provider, json!({})).await;
    let second = welcome(&server, &provider, json!({"email": "Lovelace@Example.com", "name": "Ada L."})).await;
    assert_eq!(
        (&second["id"], &second["email"], &second["name"]),
        (&first["id"], &json!("lovelace@example.com"), &json!("Ada L."))
    );
    // An address that belongs to somebody else is not taken over.
    let third = welcome(&server, &provider, json!({"email": "root@example.com"})).await;
    assert_eq!((&third["id"], &third["email"]), (&first["id"], &json!("lovelace@example.com")));
    let other = welcome(&server, &provider, json!({"sub": "bob", "email": "bob@example.com"})).await;
    assert_ne!(other["id"], first["id"]);
}

#[tokio::test]
async fn what_is_not_in_the_token_is_asked_for() {
    let provider = IdentityProvider::start().await;
    let server = provider.server(&[]).await;
    server.admin().await;
    provider.tell(json!({"sub": "ada", "email": "told@example.com", "name": "Told"}));
    let ada = welcome(&server, &provider, json!({"email": null, "name": null})).await;
    assert_eq!((&ada["email"], &ada["name"]), (&json!("told@example.com"), &json!("Told")));
    provider.tell(json!({"sub": "eve", "email": "eve@example.com", "name": "Eve"}));
    refused(&server, &provider, json!({"email": null})).await;
    provider.tell(json!({"sub": "carl"}));
    assert!(refused(&server, &provider, json!({"sub": "carl", "email": null})).await.contains("email"));
}

#[tokio::test]
async fn a_sign_in_belongs_to_the_browser_that_began_it() {
    let provider = IdentityProvider::start().await;
    let server = provider.server(&[]).await;
    provider.sign(&json!({}));
    let mut browser = Browser::default();
    let asked = browser.depart(&server).await;
    let back = |state: &str| format!("/oauth/oidc/login/callback?code=c&state={state}");
    let mut forged = Browser::default();
    forged.cookies.insert("owui-session".to_owned(), "A".repeat(200));
    for (mut somebody, address) in [
        (Browser::default(), back(&asked["state"])),
        (forged, back(&asked["state"])),
        (browser.clone(), back("other")),
        (browser.clone(), "/oauth/oidc/login/callback".to_owned()),
        (browser.clone(), "/oauth/oidc/login/callback?code=c".to_owned()),
        (browser.clone(), "/oauth/oidc/login/callback?state=%00&code=%00&error=%00".to_owned()),
    ] {
        assert!(told(&location(&somebody.get(&server, &address).await)).contains("another browser"), "{address}");
    }
    provider.sign(&json!({"nonce": asked["nonce"]}));
    let refused = format!("{}&error=access_denied&error_description=No+way", back(&asked["state"]));
    let mut copy = browser.clone();
    assert!(told(&location(&copy.get(&server, &refused).await)).ends_with("No way"));
    let mixed_up = format!("{}&iss=https%3A%2F%2Fevil.example", back(&asked["state"]));
    assert!(told(&location(&browser.clone().get(&server, &mixed_up).await)).contains("another browser"));
    assert_eq!(location(&browser.get(&server, &back(&asked["state"])).await), HERE);
    assert!(browser.who(&server).await.is_some());
}

#[tokio::test]
async fn tokens_that_prove_nothing_let_nobody_in() {
    let provider = IdentityProvider::start().await;
    let server = provider.server(&[]).await;
    for wrong in [
        json!({"nonce": "other"}),
        json!({"aud": "other"}),
        json!({"iss": "https://evil.example"}),
        json!({"exp": now() - 600}),
        json!({"exp": null}),
        json!({"sub": null}),
        json!({"sub": "x".repeat(1_000)}),
        json!({"sub": "a\u{0}"}),
    ] {
        assert!(refused(&server, &provider, wrong).await.contains("cannot be asked"));
    }
    provider.forge();
    refused(&server, &provider, json!({})).await;
    assert_eq!(server.app.store.count_users().await.unwrap(), 0);
}

#[tokio::test]
async fn a_provider_that_is_broken_is_told_on_the_page() {
    let provider = IdentityProvider::start().await;
    let server = provider.server(&[]).await;
    for answer in [json!({"error": "invalid_client"}), json!({}), json!([]), json!({"access_token": 1})] {
        provider.refuse(answer);
        refused(&server, &provider, json!({})).await;
    }
    let nobody = TestApp::with(&[
        ("OPENID_PROVIDER_URL", "http://127.0.0.1:1"),
        ("OAUTH_CLIENT_ID", "x"),
        ("WEBUI_URL", "http://airis.example"),
    ])
    .await;
    let reply = nobody.call("GET", "/oauth/oidc/login", None).await;
    assert!(told(&location(&reply)).contains("administrator"));
}

#[tokio::test]
async fn who_may_come_is_said_by_the_rules() {
    let provider = IdentityProvider::start().await;
    let closed = provider.server(&[("ENABLE_OAUTH_SIGNUP", "false")]).await;
    closed.admin().await;
    assert!(refused(&closed, &provider, json!({})).await.contains("no account"));

    let server = provider.server(&[("OAUTH_ALLOWED_DOMAINS", "example.com, example.org")]).await;
    server.admin().await;
    assert!(refused(&server, &provider, json!({"email": "ada@evil.com"})).await.contains("domain"));
    assert!(refused(&server, &provider, json!({"email_verified": false})).await.contains("confirmed"));
    assert!(refused(&server, &provider, json!({"email": "nonsense"})).await.contains("email"));
    assert!(refused(&server, &provider, json!({"email": "root@example.com"})).await.contains("already has an account"));
    welcome(&server, &provider, json!({"email": "ada@EXAMPLE.org"})).await;

    let merging = provider.server(&[("OAUTH_MERGE_ACCOUNTS_BY_EMAIL", "true"), ("ENABLE_OAUTH_SIGNUP", "false")]).await;
    let admin = merging.admin().await;
    let unproven = json!({"email": "root@example.com", "email_verified": false});
    assert!(refused(&merging, &provider, unproven).await.contains("confirmed"));
    let root = welcome(&merging, &provider, json!({"email": "root@example.com"})).await;
    assert_eq!((&root["id"], &root["role"]), (&json!(admin.id), &json!("admin")));
    assert!(
        refused(&merging, &provider, json!({"sub": "new", "email": "new@example.com"})).await.contains("no account")
    );
    // The password works as before.
    merging.sign_in("root@example.com", PASSWORD).await;
}

#[tokio::test]
async fn the_first_person_administrates() {
    let provider = IdentityProvider::start().await;
    let server = provider.server(&[("ENABLE_OAUTH_EMAIL_FALLBACK", "true")]).await;
    provider.tell(json!({"sub": "ada"}));
    let ada = welcome(&server, &provider, json!({"email": null})).await;
    assert_eq!((&ada["role"], &ada["email"]), (&json!("admin"), &json!("oidc@ada.local")));
    assert_eq!(server.call("GET", "/api/config", None).await.ok()["features"]["enable_signup"], json!(false));
}

#[tokio::test]
async fn roles_follow_the_provider() {
    let provider = IdentityProvider::start().await;
    let more = [
        ("ENABLE_OAUTH_ROLE_MANAGEMENT", "true"),
        ("OAUTH_ROLES_CLAIM", "realm.roles"),
        ("OAUTH_ALLOWED_ROLES", "staff"),
    ];
    let server = provider.server(&more).await;
    server.admin().await;
    let role =
        async |roles: Value| welcome(&server, &provider, json!({"realm": {"roles": roles}})).await["role"].clone();
    assert_eq!(role(json!(["staff", "x"])).await, "user");
    let before = welcome(&server, &provider, json!({"realm": {"roles": "staff"}})).await;
    assert_eq!(role(json!("staff,admin")).await, "admin");
    // Sessions of the old role are over.
    let old = before["token"].as_str();
    assert_eq!(server.call_as(old, "GET", "/api/v1/auths/", None).await.refused(), 401);
    assert_eq!(role(json!([])).await, "admin");
    assert!(refused(&server, &provider, json!({"realm": {"roles": ["guest"]}})).await.contains("role"));
    assert_eq!(role(json!(["staff"])).await, "user");
}

#[tokio::test]
async fn groups_follow_the_provider_except_those_that_are_held() {
    let provider = IdentityProvider::start().await;
    let more = [
        ("ENABLE_OAUTH_GROUP_MANAGEMENT", "true"),
        ("ENABLE_OAUTH_GROUP_CREATION", "true"),
        ("OAUTH_BLOCKED_GROUPS", r#"["held-*"]"#),
        ("OAUTH_GROUP_DEFAULT_SHARE", "members"),
    ];
    let server = provider.server(&more).await;
    let admin = server.admin().await;
    let made = admin.post("/api/v1/groups/create", json!({"name": "held-1", "description": ""})).await.ok();
    let ada = welcome(&server, &provider, json!({"groups": ["red", "blue", "held-1", "held-2"]})).await;
    let names = async || -> Vec<String> {
        let groups = server.app.store.groups_of(&ada["id"].as_str().unwrap().into()).await.unwrap();
        groups.into_iter().map(|group| group.name).collect()
    };
    assert_eq!(names().await, ["red", "blue"]);
    let users = json!({"user_ids": [ada["id"]]});
    admin.post(&format!("/api/v1/groups/id/{}/users/add", made["id"].as_str().unwrap()), users).await.ok();
    welcome(&server, &provider, json!({"groups": "blue; green"})).await;
    assert_eq!(names().await, ["held-1", "blue", "green"]);
    provider.tell(json!({"sub": "ada"}));
    for nothing in [json!([]), json!(""), json!(null)] {
        welcome(&server, &provider, json!({"groups": nothing})).await;
        assert_eq!(names().await, ["held-1", "blue", "green"]);
    }
    let green = server.app.store.groups().await.unwrap().into_iter().find(|group| group.name == "green").unwrap();
    assert_eq!(green.data, Some(json!({"config": {"share": "members"}})));
}

async fn notify(server: &TestApp, token: &str) -> Reply {
    let request = axum::http::Request::builder().method("POST").uri("/oauth/backchannel-logout");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    server.send(request.body(format!("logout_token={token}").into()).unwrap()).await
}

#[tokio::test]
async fn a_provider_ends_sessions_here() {
    let provider = IdentityProvider::start().await;
    let off = provider.server(&[]).await;
    assert_eq!(notify(&off, &provider.logout_token(&json!({}))).await.refused(), 404);
    let server = provider.server(&[("ENABLE_OAUTH_BACKCHANNEL_LOGOUT", "true")]).await;
    let admin = server.admin().await;
    let alive = async |session: &Value| {
        server.call_as(session["token"].as_str(), "GET", "/api/v1/auths/", None).await.status == 200
    };
    let mut ada = welcome(&server, &provider, json!({})).await;
    for wrong in [
        json!({"nonce": "n"}),
        json!({"events": null}),
        json!({"aud": "other"}),
        json!({"iss": "https://evil.example"}),
        json!({"iat": null}),
        json!({"exp": now() - 600}),
        json!({"sub": null}),
    ] {
        let reply = notify(&server, &provider.logout_token(&wrong)).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!("invalid_request")), "{wrong}");
        assert!(alive(&ada).await, "{wrong}");
    }
    for nonsense in ["", "x", "a.b.c", "%00"] {
        assert_eq!(notify(&server, nonsense).await.status, 400, "{nonsense}");
    }
    assert_eq!(server.call("POST", "/oauth/backchannel-logout", Some(json!({}))).await.status, 400);
    let unknown = notify(&server, &provider.logout_token(&json!({"sub": "nobody"}))).await;
    assert_eq!((unknown.status.as_u16(), unknown.json()), (200, json!({})));
    for (by, used) in [(json!({}), "person"), (json!({"sub": null, "sid": "s1"}), "session")] {
        let token = provider.logout_token(&by);
        assert!(alive(&ada).await, "{used}");
        assert_eq!(notify(&server, &token).await.ok(), json!({}), "{used}");
        assert!(!alive(&ada).await, "{used}");
        ada = welcome(&server, &provider, json!({})).await;
        assert_eq!(notify(&server, &token).await.status, 400, "{used}: a token works once");
        assert!(alive(&ada).await, "{used}");
    }
    assert_eq!(admin.get("/api/v1/auths/").await.status, 200);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_after_the_provider_too() {
    let provider = IdentityProvider::start().await;
    let server = provider.server(&[("ENABLE_MFA", "true"), ("DEFAULT_USER_ROLE", "user")]).await;
    provider.sign(&json!({}));
    let mut browser = Browser::default();
    assert_eq!(browser.sign_in(&server, &provider).await, format!("{HERE}?mfa=1"));
    assert!(browser.who(&server).await.is_none());
    let step = browser.send(&server, "POST", "/api/v1/auths/mfa/challenge").await.ok();
    assert_eq!(step["next_step"], "enroll");
    let bypass = provider.server(&[("ENABLE_MFA", "true"), ("MFA_ALLOW_OAUTH_BYPASS", "true")]).await;
    welcome(&bypass, &provider, json!({})).await;
    // Somebody who waits for approval gets no session at all.
    let strict = provider.server(&[("ENABLE_MFA", "true")]).await;
    let mut first = Browser::default();
    provider.sign(&json!({}));
    assert_eq!(first.sign_in(&strict, &provider).await, format!("{HERE}?mfa=1"));
    provider.sign(&json!({"sub": "bob", "email": "bob@example.com"}));
    assert_eq!(Browser::default().sign_in(&strict, &provider).await, format!("{HERE}?pending=1"));
}

#[tokio::test]
async fn somebody_forgets_their_own_sessions_with_a_provider() {
    let provider = IdentityProvider::start().await;
    let server = provider.server(&[("OAUTH_MAX_SESSIONS_PER_USER", "2"), ("DEFAULT_USER_ROLE", "user")]).await;
    let admin = server.admin().await;
    let mut ada = json!(null);
    for _ in 0..3 {
        ada = welcome(&server, &provider, json!({})).await;
    }
    let listed = admin.get(&format!("/api/v1/users/{}/oauth/sessions", ada["id"].as_str().unwrap())).await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let forget =
        async || server.call_as(ada["token"].as_str(), "DELETE", "/api/v1/auths/oauth/sessions/oidc", None).await;
    assert_eq!(forget().await.ok(), json!(true));
    assert_eq!(forget().await.refused(), 404);
}
