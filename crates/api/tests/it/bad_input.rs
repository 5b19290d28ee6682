//! Requests that make no sense.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn bodies_that_cannot_be_read_are_explained_in_the_contracts_shape() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ask = |body: &str, kind: Option<&str>| {
        let request =
            Request::post("/api/v1/configs/connections").header("authorization", format!("Bearer {}", admin.token));
        let request = kind.into_iter().fold(request, |request, kind| request.header("content-type", kind));
        request.body(Body::from(body.to_owned())).unwrap()
    };
    let json_kind = Some("application/json");
    let mut found = Vec::new();
    for (body, kind) in [
        (r#"{"ENABLE_DIRECT_CONNECTIONS": "#, json_kind),
        ("{nonsense", json_kind),
        ("[]", json_kind),
        ("null", json_kind),
        ("a=1", Some("application/x-www-form-urlencoded")),
        ("", json_kind),
        (r#"{"ENABLE_DIRECT_CONNECTIONS": "yes", "ENABLE_BASE_MODELS_CACHE": 1}"#, json_kind),
        (r#"{"ENABLE_DIRECT_CONNECTIONS": true}"#, json_kind),
    ] {
        let reply = server.send(ask(body, kind)).await;
        assert_eq!(reply.refused(), 422, "{body}");
        let detail = reply.json()["detail"].clone();
        let short: Vec<String> =
            detail.as_array().unwrap().iter().map(|item| format!("{} {}", item["type"], item["loc"])).collect();
        found.push(format!("{body} => {}", short.join(", ")));
    }
    insta::assert_snapshot!(found.join("\n"), @r#"
    {"ENABLE_DIRECT_CONNECTIONS":  => "json_invalid" ["body",30]
    {nonsense => "json_invalid" ["body",1]
    [] => "model_attributes_type" ["body"]
    null => "model_attributes_type" ["body"]
    a=1 => "model_attributes_type" ["body"]
     => "missing" ["body"]
    {"ENABLE_DIRECT_CONNECTIONS": "yes", "ENABLE_BASE_MODELS_CACHE": 1} => "bool_type" ["body","ENABLE_DIRECT_CONNECTIONS"], "bool_type" ["body","ENABLE_BASE_MODELS_CACHE"]
    {"ENABLE_DIRECT_CONNECTIONS": true} => "missing" ["body","ENABLE_BASE_MODELS_CACHE"]
    "#);
}

#[tokio::test]
async fn forms_of_the_account_area_are_refused_with_one_sentence() {
    let server = TestApp::start().await;
    for body in ["{not json", r#"{"email": "a@b.c"}"#, r#"{"email": 5, "password": null}"#, "[]", ""] {
        let request = Request::post("/api/v1/auths/signin").header("content-type", "application/json");
        let reply = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(reply.refused(), 422, "{body}");
        assert!(reply.json()["detail"].is_string(), "{}", reply.text);
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn fifty_megabytes_are_too_much_for_a_form() {
    let server = TestApp::start().await;
    let body = format!(r#"{{"email": "{}", "password": "x"}}"#, "a".repeat(50 * 1024 * 1024));
    let request = Request::post("/api/v1/auths/signin").header("content-type", "application/json");
    let reply = server.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(reply.refused(), 413);
}

#[tokio::test]
async fn unknown_fields_long_names_and_any_script_are_fine() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let form = json!({"name": "Ünïcödé 你好 \u{1F980} \u{0000}", "email": "ü@exämple.de", "password": "pässwörd-密码-1", "role": "user", "more": {"a": [1]}});
    admin.post("/api/v1/auths/add", form).await.ok();
    let again = server.sign_in("Ü@exämple.de", "pässwörd-密码-1").await;
    assert!(again.get("/api/v1/auths/").await.ok()["name"].as_str().unwrap().starts_with("Ünïcödé 你好 🦀"));
    let long = json!({"name": "x".repeat(5_000), "email": "long@example.com", "password": "p", "role": "user"});
    assert_eq!(admin.post("/api/v1/auths/add", long).await.refused(), 400);
    let huge = json!({"email": "root@example.com", "password": "p".repeat(100_000)});
    assert_eq!(server.call("POST", "/api/v1/auths/signin", Some(huge)).await.refused(), 400);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let reply = admin.get("/api/v1/users/?page=two").await;
    assert_eq!(reply.refused(), 422);
    insta::assert_json_snapshot!(reply.json(), @r#"
    {
      "detail": [
        {
          "type": "int_parsing",
          "loc": [
            "query",
            "page"
          ],
          "msg": "Input should be a valid integer, unable to parse string as an integer",
          "input": "two"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn nothing_is_found_by_a_nul() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for (address, status) in [("chats/%00", 401), ("evaluations/feedback/a%00b", 404)] {
        assert_eq!(admin.get(&format!("/api/v1/{address}")).await.refused(), status, "{address}");
    }
    assert_eq!(admin.get("/api/v1/users/?page=1%00").await.refused(), 422);
    assert_eq!(admin.get("/api/v1/users/?query=root%00").await.ok()["total"], 0);
    assert_eq!(admin.get("/api/v1/users/?query=root").await.ok()["total"], 1);
}
