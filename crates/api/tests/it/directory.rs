//! Sign-in with accounts of a real LDAP directory.

use serde_json::{Value, json};

use crate::app::{Person, Reply, TestApp};
use crate::slapd::Slapd;

const SIGN_IN: &str = "/api/v1/auths/ldap";
const SERVER: &str = "/api/v1/auths/admin/config/ldap/server";
const SWITCH: &str = "/api/v1/auths/admin/config/ldap";

fn with(mut form: Value, more: &Value) -> Value {
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    form
}

fn plain(slapd: &Slapd) -> Value {
    json!({"label": "Directory", "host": "127.0.0.1", "port": slapd.port, "app_dn": "cn=app,dc=x",
        "app_dn_password": "app-password", "search_base": "ou=people,dc=x", "use_tls": false})
}

async fn connect(admin: &Person<'_>, form: Value) {
    admin.post(SERVER, form).await.ok();
    assert_eq!(admin.post(SWITCH, json!({"enable_ldap": true})).await.ok(), json!({"ENABLE_LDAP": true}));
}

async fn sign_in(server: &TestApp, user: &str, password: &str) -> Reply {
    server.call("POST", SIGN_IN, Some(json!({"user": user, "password": password}))).await
}

#[tokio::test]
async fn people_of_the_directory_sign_in_and_keep_their_account() {
    let slapd = Slapd::start().await;
    let server = TestApp::start().await;
    let admin = server.admin().await;
    assert_eq!(sign_in(&server, "ada", "ada-password").await.refused(), 400);
    connect(&admin, plain(&slapd)).await;
    let reply = sign_in(&server, " Ada ", "ada-password").await;
    assert!(reply.headers["set-cookie"].to_str().unwrap().starts_with("token="));
    let ada = reply.ok();
    assert_eq!(
        (&ada["email"], &ada["name"], &ada["role"]),
        (&json!("ada@x.example"), &json!("Ada Lövelace"), &json!("pending"))
    );
    assert_eq!(sign_in(&server, "ada", "ada-password").await.ok()["id"], ada["id"]);
    // Nobody signs in with the password that the account has here.
    let form = json!({"email": "ada@x.example", "password": "ada-password"});
    assert_eq!(server.call("POST", "/api/v1/auths/signin", Some(form)).await.refused(), 400);
    assert_eq!(sign_in(&server, "bob", "bob-password").await.refused(), 400);
    connect(&admin, with(plain(&slapd), &json!({"default_email_domain": "y.example"}))).await;
    assert_eq!(sign_in(&server, "bob", "bob-password").await.ok()["email"], "bob@y.example");
}

#[tokio::test]
async fn nobody_else_gets_in() {
    let slapd = Slapd::start().await;
    let server = TestApp::start().await;
    let admin = server.admin().await;
    connect(&admin, plain(&slapd)).await;
    for (user, password) in [
        ("ada", "wrong"),
        ("ada", ""),
        ("", "ada-password"),
        ("", ""),
        ("eve", "eve-password"),
        ("*", "ada-password"),
        ("ad*", "ada-password"),
        ("ada)(uid=*", "ada-password"),
        ("*)(|(uid=*", "ada-password"),
        ("ada\0", "ada-password"),
        ("two", "two-password"),
        ("uid=ada,ou=people,dc=x", "ada-password"),
    ] {
        assert_eq!(sign_in(&server, user, password).await.refused(), 400, "{user:?} {password:?}");
    }
    connect(&admin, with(plain(&slapd), &json!({"search_filters": "(cn=Bob)"}))).await;
    assert_eq!(sign_in(&server, "ada", "ada-password").await.refused(), 400);
    for wrong in [json!({}), json!({"user": 1, "password": "x"}), json!([])] {
        let reply = server.call("POST", SIGN_IN, Some(wrong)).await;
        assert_eq!((reply.refused(), reply.json()["detail"].is_string()), (422, true));
    }
    let tries = async || {
        for _ in 0..20 {
            if sign_in(&server, "mallory", "guess").await.refused() == 429 {
                return true;
            }
        }
        false
    };
    assert!(tries().await);
}

#[tokio::test]
async fn the_connection_is_encrypted_and_the_server_is_who_it_says() {
    let slapd = Slapd::start().await;
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let secure =
        json!({"host": "localhost", "port": slapd.tls_port, "use_tls": true, "certificate_path": slapd.authority()});
    let start_tls =
        json!({"host": "ldap://localhost", "port": slapd.port, "use_tls": true, "certificate_path": slapd.authority()});
    for (form, works) in [
        (secure.clone(), true),
        (start_tls.clone(), true),
        // An authority that nobody here knows.
        (with(secure.clone(), &json!({"certificate_path": null})), false),
        (with(start_tls.clone(), &json!({"certificate_path": ""})), false),
        // The certificate is for another name.
        (with(secure.clone(), &json!({"host": "127.0.0.1"})), false),
        (with(start_tls, &json!({"host": "ldap://127.0.0.1"})), false),
        // Asked not to look, it does not.
        (with(secure.clone(), &json!({"certificate_path": null, "validate_cert": false})), true),
        (with(secure.clone(), &json!({"certificate_path": "/nowhere.pem"})), false),
        // A server that does not speak TLS there is not spoken to in the clear.
        (with(secure, &json!({"port": slapd.port})), false),
    ] {
        connect(&admin, with(plain(&slapd), &form)).await;
        let status = sign_in(&server, "ada", "ada-password").await.status.as_u16();
        assert_eq!(status == 200, works, "{form}");
    }
}

#[tokio::test]
async fn people_are_in_the_groups_that_the_directory_says() {
    let slapd = Slapd::start().await;
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let group = async |name: &str| {
        admin.post("/api/v1/groups/create", json!({"name": name, "description": ""})).await.ok()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    group("Staff").await;
    let other = group("Other").await;
    connect(&admin, plain(&slapd)).await;
    let ada = sign_in(&server, "ada", "ada-password").await.ok()["id"].clone();
    admin.post(&format!("/api/v1/groups/id/{other}/users/add"), json!({"user_ids": [ada]})).await.ok();
    let names = async || {
        let path = format!("/api/v1/users/{}/groups", ada.as_str().unwrap());
        let list = admin.get(&path).await.ok();
        let mut names: Vec<String> =
            list.as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    sign_in(&server, "ada", "ada-password").await.ok();
    assert_eq!(names().await, ["Other"]);
    connect(&admin, with(plain(&slapd), &json!({"enable_group_management": true}))).await;
    sign_in(&server, "ada", "ada-password").await.ok();
    assert_eq!(names().await, ["Staff"]);
    connect(&admin, with(plain(&slapd), &json!({"enable_group_management": true, "enable_group_creation": true})))
        .await;
    sign_in(&server, "ada", "ada-password").await.ok();
    sign_in(&server, "ada", "ada-password").await.ok();
    assert_eq!(names().await, ["R, D", "Staff"]);
}

#[tokio::test]
async fn a_second_factor_stands_behind_the_directory_too() {
    let slapd = Slapd::start().await;
    let server = TestApp::with(&[("DEFAULT_USER_ROLE", "user")]).await;
    let admin = server.admin().await;
    connect(&admin, plain(&slapd)).await;
    let mut form = admin.get("/api/v1/auths/admin/config").await.ok();
    form["ENABLE_MFA"] = json!(true);
    admin.post("/api/v1/auths/admin/config", form).await.ok();
    let reply = sign_in(&server, "ada", "ada-password").await.ok();
    assert_eq!((&reply["next_step"], &reply["token"]), (&json!("enroll"), &Value::Null));
}

#[tokio::test]
async fn the_first_of_all_becomes_the_administrator() {
    let slapd = Slapd::start().await;
    let port = slapd.port.to_string();
    let server = TestApp::with(&[
        ("ENABLE_LDAP", "true"),
        ("LDAP_SERVER_HOST", "127.0.0.1"),
        ("LDAP_SERVER_PORT", &port),
        ("LDAP_USE_TLS", "false"),
        ("LDAP_APP_DN", "cn=app,dc=x"),
        ("LDAP_APP_PASSWORD", "app-password"),
        ("LDAP_SEARCH_BASE", "dc=x"),
    ])
    .await;
    assert_eq!(sign_in(&server, "ada", "ada-password").await.ok()["role"], "admin");
    assert_eq!(server.call("GET", "/api/config", None).await.ok()["features"]["enable_signup"], false);
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_said_to_be_so_without_its_secrets() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let form = json!({"label": "D", "host": "127.0.0.1", "port": 1, "app_dn": "cn=app", "app_dn_password": "s3cret", "search_base": "dc=x"});
    connect(&admin, form.clone()).await;
    let reply = sign_in(&server, "ada", "ada-password").await;
    assert_eq!(reply.refused(), 400);
    assert!(!reply.text.contains("s3cret") && !reply.text.contains("127.0.0.1"), "{}", reply.text);
    let shown = admin.get(SERVER).await.ok();
    assert_eq!(
        (&shown["attribute_for_username"], &shown["use_tls"], &shown["certificate_path"]),
        (&json!("uid"), &json!(true), &Value::Null)
    );
    assert_eq!(shown["app_dn_password"], "s3cret");
    for (more, status) in [
        (json!({"host": " "}), 400),
        (json!({"label": ""}), 400),
        (json!({"search_base": ""}), 400),
        (json!({"port": 0}), 400),
        (json!({"port": 70_000}), 400),
        (json!({"attribute_for_username": "uid=*)(cn"}), 400),
        (json!({"search_filters": "objectClass=person"}), 400),
        (json!({"search_filters": "(a=b"}), 400),
        (json!({"port": "389"}), 422),
        (json!({"use_tls": null}), 422),
    ] {
        assert_eq!(admin.post(SERVER, with(form.clone(), &more)).await.refused(), status, "{more}");
    }
    assert_eq!(admin.get(SERVER).await.ok(), shown);
    assert_eq!(admin.post(SWITCH, json!({"enable_ldap": "x"})).await.refused(), 422);
    assert_eq!(admin.post(SWITCH, json!({})).await.ok(), json!({"ENABLE_LDAP": true}));
}
