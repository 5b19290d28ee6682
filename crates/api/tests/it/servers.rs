//! Tool servers and terminal servers: kept as they were sent, and really asked before they are.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::elsewhere::{Asked, Elsewhere};

const TOOLS: &str = "/api/v1/configs/tool_servers";
const TERMINALS: &str = "/api/v1/configs/terminal_servers";

async fn answer(State(asked): State<Asked>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    asked.note(&method, &uri, &headers, &body);
    let json = |value: Value| axum::Json(value).into_response();
    match uri.path() {
        "/openapi.json" | "/other.json" => json(json!({"openapi": "3.1.0", "paths": {}})),
        "/list.json" => json(json!([1])),
        "/moved.json" => (StatusCode::FOUND, [(header::LOCATION, "/openapi.json")]).into_response(),
        "/many/api/v1/policies" => json(json!([])),
        "/one/api/config" => json(json!({})),
        path if path.starts_with("/many/") => json(json!({"asked": path})),
        "/mcp" => mcp(&serde_json::from_slice(&body).unwrap_or_default()),
        _ => (StatusCode::NOT_FOUND, "not here").into_response(),
    }
}

/// Two pages of tools, the first as an event stream.
fn mcp(question: &Value) -> Response {
    let reply = |result: Value| json!({"jsonrpc": "2.0", "id": question["id"], "result": result});
    match question["method"].as_str() {
        Some("initialize") => {
            ([("mcp-session-id", "s1")], axum::Json(reply(json!({"protocolVersion": "2025-06-18"})))).into_response()
        }
        Some("tools/list") if question["params"]["cursor"].is_null() => {
            let noise = json!({"jsonrpc": "2.0", "method": "notifications/message"});
            let found = reply(
                json!({"tools": [{"name": "one", "description": "first", "inputSchema": {"type": "object"}}], "nextCursor": "2"}),
            );
            let text = format!(": hello\n\nevent: message\ndata: {noise}\n\nevent: message\ndata: {found}\n\n");
            ([(header::CONTENT_TYPE, "text/event-stream")], text).into_response()
        }
        Some("tools/list") => axum::Json(reply(json!({"tools": [{"name": "two"}]}))).into_response(),
        _ => StatusCode::ACCEPTED.into_response(),
    }
}

async fn elsewhere() -> Elsewhere {
    Elsewhere::start(|asked| Router::new().fallback(answer).with_state(asked)).await
}

fn tool_server(url: &str, more: Value) -> Value {
    let mut form =
        json!({"url": url, "path": "openapi.json", "auth_type": "bearer", "key": "k", "config": {"enable": true}});
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    form
}

#[tokio::test]
async fn servers_are_kept_with_everything_that_was_sent() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    assert_eq!(admin.get(TOOLS).await.ok(), json!({"TOOL_SERVER_CONNECTIONS": []}));
    let form = json!({"TOOL_SERVER_CONNECTIONS": [tool_server("http://a.example", json!({"info": {"id": "ünï"}, "own": [1]}))]});
    let saved = admin.post(TOOLS, form).await.ok();
    insta::assert_json_snapshot!(saved, @r#"
    {
      "TOOL_SERVER_CONNECTIONS": [
        {
          "url": "http://a.example",
          "path": "openapi.json",
          "type": "openapi",
          "auth_type": "bearer",
          "forward_cookies": false,
          "headers": null,
          "key": "k",
          "config": {
            "enable": true
          },
          "info": {
            "id": "ünï"
          },
          "own": [
            1
          ]
        }
      ]
    }
    "#);
    assert_eq!(admin.get(TOOLS).await.ok(), saved);
    assert_eq!(server.app.store.config().await.unwrap()["tool_server.connections"], saved["TOOL_SERVER_CONNECTIONS"]);

    let form = json!({"TERMINAL_SERVER_CONNECTIONS": [{"url": "https://t.example", "own": 1}]});
    let saved = admin.post(TERMINALS, form).await.ok();
    let wanted = json!({"id": "", "name": "", "enabled": true, "url": "https://t.example", "path": "/openapi.json",
        "key": "", "auth_type": "bearer", "forward_cookies": false, "config": null, "server_type": null,
        "policy_id": null, "own": 1});
    assert_eq!(saved, json!({"TERMINAL_SERVER_CONNECTIONS": [wanted]}));
    assert_eq!(admin.get(TERMINALS).await.ok(), saved);
}

#[tokio::test]
async fn what_could_never_work_is_not_kept() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for (more, status) in [
        (json!({"url": "nothing"}), 400),
        (json!({"url": "file:///etc/passwd"}), 400),
        (json!({"type": "odd"}), 400),
        (json!({"auth_type": "odd"}), 400),
        (json!({"headers": "no json"}), 400),
        (json!({"headers": [1]}), 400),
        (json!({"url": 1}), 422),
        (json!({"config": []}), 422),
        (json!({"forward_cookies": "x"}), 422),
    ] {
        let form = json!({"TOOL_SERVER_CONNECTIONS": [tool_server("http://a.example", more.clone())]});
        assert_eq!(admin.post(TOOLS, form).await.refused(), status, "{more}");
        let reply = admin.post(&format!("{TOOLS}/verify"), tool_server("http://a.example", more.clone())).await;
        assert_eq!(reply.refused(), status, "{more}");
    }
    assert_eq!(admin.post(TOOLS, json!({"TOOL_SERVER_CONNECTIONS": [{"url": "http://a"}]})).await.refused(), 422);
    assert_eq!(
        admin.post(TERMINALS, json!({"TERMINAL_SERVER_CONNECTIONS": [{"url": "ftp://a"}]})).await.refused(),
        400
    );
    assert_eq!(admin.get(TOOLS).await.ok(), json!({"TOOL_SERVER_CONNECTIONS": []}));
}

#[tokio::test]
async fn a_tool_server_is_asked_for_its_document_with_what_it_is_to_be_shown() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = elsewhere().await;
    let verify = async |more: Value| admin.post(&format!("{TOOLS}/verify"), tool_server(&other.url, more)).await;
    let document = json!({"openapi": "3.1.0", "paths": {}});

    assert_eq!(verify(json!({})).await.ok(), document);
    let asked = other.asked.take();
    assert_eq!((asked[0].path.as_str(), asked[0].header("authorization")), ("/openapi.json", "Bearer k"));

    let path = format!("{}/other.json", other.url);
    assert_eq!(
        verify(json!({"path": path, "auth_type": "none", "headers": {"X-Who": "{{USER_EMAIL}}"}})).await.ok(),
        document
    );
    let asked = other.asked.take();
    assert_eq!((asked[0].path.as_str(), asked[0].header("authorization")), ("/other.json", ""));
    assert_eq!(asked[0].header("x-who"), "root@example.com");

    verify(json!({"auth_type": "session"})).await.ok();
    assert_eq!(other.asked.take()[0].header("authorization"), format!("Bearer {}", admin.token));

    assert_eq!(verify(json!({"spec_type": "json", "spec": "{\"paths\": {}}"})).await.ok(), json!({"paths": {}}));
    assert!(other.asked.take().is_empty());

    for path in ["nothing.json", "list.json", "moved.json"] {
        assert_eq!(verify(json!({"path": path})).await.refused(), 400, "{path}");
    }
    // The last one sent on to an address that would have been an answer: nobody follows.
    assert_eq!(other.asked.take().len(), 3);
}

#[tokio::test]
async fn the_machines_own_cloud_is_never_asked() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for url in ["http://169.254.169.254/latest", "http://[fe80::1]", "http://[::ffff:a9fe:a9fe]"] {
        let reply = admin.post(&format!("{TOOLS}/verify"), tool_server(url, json!({}))).await;
        assert_eq!(reply.refused(), 400);
        assert!(reply.text.contains("may not be called"), "{}", reply.text);
    }
}

#[tokio::test]
async fn an_mcp_server_tells_its_tools_page_by_page() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = elsewhere().await;
    let form = tool_server(&format!("{}/mcp", other.url), json!({"type": "mcp", "path": ""}));
    let found = admin.post(&format!("{TOOLS}/verify"), form).await.ok();
    let first = json!({"name": "one", "description": "first", "parameters": {"type": "object"}});
    let second = json!({"name": "two", "description": null, "parameters": null});
    assert_eq!(found, json!({"status": true, "specs": [first, second]}));
    let asked = other.asked.take();
    let said: Vec<_> =
        asked.iter().map(|question| question.json()["method"].as_str().unwrap_or("bye").to_owned()).collect();
    assert_eq!(said, ["initialize", "notifications/initialized", "tools/list", "tools/list", "bye"]);
    assert!(asked.iter().all(|question| question.header("authorization") == "Bearer k"));
    assert!(asked[1..].iter().all(|question| question.header("mcp-session-id") == "s1"));
    assert_eq!(asked[4].method, Method::DELETE);
    let form = tool_server(&format!("{}/openapi.json", other.url), json!({"type": "mcp", "path": ""}));
    assert_eq!(admin.post(&format!("{TOOLS}/verify"), form).await.refused(), 400);
}

#[tokio::test]
async fn a_terminal_server_says_which_kind_it_is() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = elsewhere().await;
    let verify = async |path: &str| {
        admin.post(&format!("{TERMINALS}/verify"), json!({"url": format!("{}{path}", other.url), "key": "K"})).await
    };
    assert_eq!(verify("/many/").await.ok(), json!({"status": true, "type": "orchestrator"}));
    assert_eq!(other.asked.take()[0].header("authorization"), "Bearer K");
    assert_eq!(verify("/one").await.ok(), json!({"status": true, "type": "terminal"}));
    assert_eq!(verify("/none").await.refused(), 400);
    let gone = admin.post(&format!("{TERMINALS}/verify"), json!({"url": "http://127.0.0.1:1"})).await;
    assert_eq!(gone.refused(), 400);
}

#[tokio::test]
async fn policies_of_a_terminal_server_are_read_replaced_and_applied() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = elsewhere().await;
    let at = async |what: &str, more: Value| {
        let mut form = json!({"url": format!("{}/many", other.url), "key": "K", "policy_id": "p 1/../x"});
        form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let reply = admin.post(&format!("{TERMINALS}/{what}"), form).await;
        let asked = other.asked.take().into_iter().next();
        (reply, asked.map(|asked| (asked.method.to_string(), asked.path.clone(), asked.json())))
    };
    let policy = "/many/api/v1/policies/p%201%2F..%2Fx";
    let asked = |method: &str, path: &str, body: Value| Some((method.to_owned(), path.to_owned(), body));
    let (reply, said) = at("policy", json!({})).await;
    assert_eq!(reply.ok(), json!({"asked": policy}));
    assert_eq!(said, asked("GET", policy, Value::Null));
    let (_, said) = at("policy", json!({"policy_data": {"image": "i"}})).await;
    assert_eq!(said, asked("PUT", policy, json!({"image": "i"})));
    let (_, said) = at("lifecycle", json!({"lifecycle_data": {"idle": 1}})).await;
    assert_eq!(said, asked("PUT", &format!("{policy}/lifecycle"), json!({"idle": 1})));
    let (_, said) = at("refresh", json!({"user_id": "u", "policy_id": null, "reset": true})).await;
    assert_eq!(
        said,
        asked("POST", "/many/api/v1/terminals/refresh", json!({"only_idle": true, "reset": true, "user_id": "u"}))
    );
    assert_eq!(at("policy", json!({"policy_id": ".."})).await.0.refused(), 400);
    let (reply, _) = at("policy", json!({"url": format!("{}/none", other.url)})).await;
    assert_eq!((reply.refused(), reply.json()["detail"].as_str()), (404, Some("not here")));
    assert_eq!(at("policy", json!({"url": "http://127.0.0.1:1"})).await.0.refused(), 400);
}
