//! The page, addresses that do not exist, and what every answer carries.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn unknown_addresses_of_the_api_are_hidden_from_strangers_and_clear_to_people() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    assert_eq!(server.call("GET", "/api/v1/no-such-area/", None).await.refused(), 401);
    let reply = admin.get("/api/v1/no-such-area/").await;
    assert_eq!((reply.refused(), reply.json()), (404, json!({"detail": "Not Found"})));
    assert_eq!(server.call("GET", "/static/no-such.png", None).await.refused(), 404);
}

#[tokio::test]
async fn a_wrong_method_is_named_and_reading_gets_the_page() {
    let server = TestApp::start().await;
    let reply = server.call("DELETE", "/api/config", None).await;
    assert_eq!((reply.refused(), reply.headers["allow"].to_str().unwrap()), (405, "GET, HEAD"));
    let page = server.call("GET", "/api/v1/auths/signout", None).await;
    assert_eq!((page.status.as_u16(), page.headers["cache-control"].to_str().unwrap()), (200, "no-cache"));
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(
        server.call("GET", "/c/some-chat", None).await.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert_eq!(server.call("POST", "/anywhere", None).await.refused(), 405);
}

#[tokio::test]
async fn nothing_is_written_where_no_route_is() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for path in ["/api/v1/no-such-area/", "/api/no-such", "/ollama/no-such", "/ws/no-such"] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for reply in [server.call(method, path, None).await, admin.call(method, path, Some(json!({}))).await] {
                assert_eq!((reply.refused(), reply.json()), (405, json!({"detail": "Method Not Allowed"})), "{path}");
                assert_eq!(reply.headers["allow"], "GET, HEAD");
            }
        }
        for method in ["GET", "OPTIONS"] {
            assert_eq!(server.call(method, path, None).await.refused(), 401, "{method} {path}");
            assert_eq!(admin.call(method, path, None).await.refused(), 404, "{method} {path}");
        }
        assert_eq!(admin.call("HEAD", path, None).await.status, 404);
    }
    // What is only not built is not there at all.
    for path in ["/api/v1/calendars/create", "/api/v1/pipelines/add"] {
        assert_eq!(server.call("POST", path, None).await.refused(), 401, "{path}");
        assert_eq!(admin.call("POST", path, Some(json!({}))).await.refused(), 404, "{path}");
    }
}

#[tokio::test]
async fn every_answer_tells_its_number_and_its_time() {
    let server = TestApp::start().await;
    let reply = server.call("GET", "/health", None).await;
    assert_eq!(reply.ok(), json!({"status": true}));
    assert!(reply.headers["x-process-time"].to_str().unwrap().parse::<f64>().is_ok());
    assert!(reply.headers.contains_key("x-request-id"));
    let other = Request::get("/api/version").header("origin", "http://other.example").body(Body::empty()).unwrap();
    let reply = server.send(other).await;
    assert_eq!(reply.headers["access-control-allow-origin"], "http://other.example");
    assert_eq!(reply.ok()["version"], "0.12.4");
}

#[tokio::test]
async fn a_browser_that_asks_whether_it_may_ask_hears_that_it_may() {
    let server = TestApp::start().await;
    let ask = Request::options("/api/config")
        .header("origin", "http://other.example")
        .header("access-control-request-method", "GET")
        .body(Body::empty())
        .unwrap();
    let reply = server.send(ask).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, "OK"));
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(reply.headers["access-control-allow-origin"], "http://other.example");
    assert!(reply.headers.get("content-length").is_none_or(|length| length == "2"));
}

#[tokio::test]
async fn options_that_no_browser_asks_for_are_for_the_route() {
    let server = TestApp::start().await;
    let ask = Request::options("/api/config").header("origin", "http://other.example").body(Body::empty()).unwrap();
    let reply = server.send(ask).await;
    assert_eq!(reply.refused(), 405, "there is no such route");
    assert_eq!(reply.headers["access-control-allow-origin"], "http://other.example");
}

#[tokio::test]
async fn the_documentation_is_there_for_developers_only() {
    let developer = TestApp::with(&[("ENV", "dev")]).await;
    assert!(developer.call("GET", "/openapi.json", None).await.ok()["paths"]["/api/config"].is_object());
    assert!(developer.call("GET", "/docs", None).await.text.contains("/api/v1/auths/signin"));
    let production = TestApp::with(&[("ENV", "prod")]).await;
    let reply = production.call("GET", "/openapi.json", None).await;
    assert!(!reply.text.contains("/api/config"));
}

#[tokio::test]
async fn headers_that_the_operator_asks_for_are_on_every_answer() {
    let server = TestApp::with(&[
        ("XFRAME_OPTIONS", "nonsense"),
        ("REFERRER_POLICY", "origin"),
        ("PERMISSIONS_POLICY", "camera=()"),
    ])
    .await;
    let reply = server.call("GET", "/health", None).await;
    assert_eq!(reply.headers["x-frame-options"], "DENY");
    assert_eq!(reply.headers["referrer-policy"], "origin");
    assert_eq!(reply.headers["permissions-policy"], "camera=()");
}
