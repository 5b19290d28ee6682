//! Code on a notebook server.

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::elsewhere::{Asked, Elsewhere};

const EXECUTE: &str = "/api/v1/utils/code/execute";
const FORMAT: &str = "/api/v1/utils/code/format";

async fn rest(State(asked): State<Asked>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    asked.note(&method, &uri, &headers, &body);
    let cookie = headers.get(header::COOKIE).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let known = headers.get(header::AUTHORIZATION).is_some_and(|value| value == "token T")
        || (cookie.contains("_xsrf=X") && cookie.contains("session=S") && headers.get("x-xsrftoken").is_some());
    let form = String::from_utf8_lossy(&body).into_owned();
    match (method.as_str(), uri.path()) {
        ("GET", "/base/login") => [(header::SET_COOKIE, "_xsrf=X; Path=/")].into_response(),
        ("POST", "/base/login") if form == "_xsrf=X&password=p%26w" && cookie == "_xsrf=X" => {
            (StatusCode::FOUND, [(header::SET_COOKIE, "session=S; HttpOnly"), (header::LOCATION, "/")]).into_response()
        }
        ("POST", "/base/login") => StatusCode::OK.into_response(),
        _ if !known => StatusCode::FORBIDDEN.into_response(),
        ("POST", "/base/api/kernels") => (StatusCode::CREATED, axum::Json(json!({"id": "k-1"}))).into_response(),
        ("DELETE", "/base/api/kernels/k-1") => StatusCode::NO_CONTENT.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn channels(
    State(asked): State<Asked>,
    Path(kernel): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    asked.note(&Method::GET, &uri, &headers, &Bytes::new());
    assert_eq!(kernel, "k-1");
    upgrade.on_upgrade(run)
}

/// Prints the code, as a kernel does that understands no more than `sleep`.
async fn run(mut socket: WebSocket) {
    let Some(Ok(Message::Text(text))) = socket.recv().await else { return };
    let question: Value = serde_json::from_str(&text).unwrap();
    let code = question["content"]["code"].as_str().unwrap().to_owned();
    let say = |parent: &Value, kind: &str, content: Value| {
        let message = json!({"header": {"msg_type": kind}, "parent_header": parent, "content": content});
        Message::Text(message.to_string().into())
    };
    let own = &question["header"];
    let other = json!({"msg_id": "another"});
    for message in [
        say(&other, "stream", json!({"name": "stdout", "text": "of somebody else"})),
        say(own, "status", json!({"execution_state": "busy"})),
        say(own, "stream", json!({"name": "stdout", "text": code})),
        say(&other, "status", json!({"execution_state": "idle"})),
    ] {
        socket.send(message).await.unwrap();
    }
    if code == "leave" {
        return;
    }
    if code == "sleep" {
        std::future::pending::<()>().await;
    }
    let result = say(own, "execute_result", json!({"data": {"text/plain": "2"}}));
    let idle = say(own, "status", json!({"execution_state": "idle"}));
    socket.send(result).await.unwrap();
    socket.send(idle).await.unwrap();
    // Until the other side leaves.
    while let Some(Ok(_)) = socket.recv().await {}
}

async fn notebook() -> Elsewhere {
    let build = |asked| {
        Router::new().route("/base/api/kernels/{kernel}/channels", get(channels)).fallback(any(rest)).with_state(asked)
    };
    Elsewhere::start(build).await
}

async fn connect(admin: &Person<'_>, url: &str, more: Value) {
    let mut form = admin.get("/api/v1/configs/code_execution").await.ok();
    let form_map = form.as_object_mut().unwrap();
    form_map.insert("CODE_EXECUTION_ENGINE".to_owned(), json!("jupyter"));
    form_map.insert("CODE_EXECUTION_JUPYTER_URL".to_owned(), json!(format!("{url}/base/")));
    form_map.insert("CODE_EXECUTION_JUPYTER_AUTH".to_owned(), json!("token"));
    form_map.insert("CODE_EXECUTION_JUPYTER_AUTH_TOKEN".to_owned(), json!("T"));
    form_map.extend(more.as_object().unwrap().clone());
    admin.post("/api/v1/configs/code_execution", form).await.ok();
}

fn kinds(asked: &Asked) -> Vec<String> {
    asked.take().iter().map(|question| format!("{} {}", question.method, question.path)).collect()
}

#[tokio::test]
async fn code_runs_in_a_kernel_of_its_own_that_is_ended() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    assert_eq!(user.post(EXECUTE, json!({"code": "1"})).await.refused(), 400);
    let notebook = notebook().await;
    connect(&admin, &notebook.url, json!({})).await;
    let outcome = user.post(EXECUTE, json!({"code": "print('ü')"})).await.ok();
    assert_eq!(outcome, json!({"stdout": "print('ü')", "stderr": "", "result": "2"}));
    let wanted = ["POST /base/api/kernels", "GET /base/api/kernels/k-1/channels", "DELETE /base/api/kernels/k-1"];
    assert_eq!(kinds(&notebook.asked), wanted);
    for wrong in [json!({}), json!({"code": 1}), json!([])] {
        assert_eq!(user.post(EXECUTE, wrong).await.refused(), 422);
    }
}

#[tokio::test]
async fn a_password_is_shown_as_the_sign_in_page_asks() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let notebook = notebook().await;
    let with = |password: &str| json!({"CODE_EXECUTION_JUPYTER_AUTH": "password", "CODE_EXECUTION_JUPYTER_AUTH_PASSWORD": password});
    connect(&admin, &notebook.url, with("p&w")).await;
    assert_eq!(admin.post(EXECUTE, json!({"code": "1"})).await.ok()["result"], "2");
    connect(&admin, &notebook.url, with("wrong")).await;
    let outcome = admin.post(EXECUTE, json!({"code": "1"})).await.ok();
    assert!(outcome["stderr"].as_str().unwrap().contains("does not take the password"), "{outcome}");
}

#[tokio::test]
async fn code_without_end_is_ended_and_what_it_printed_is_kept() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let notebook = notebook().await;
    connect(&admin, &notebook.url, json!({"CODE_EXECUTION_JUPYTER_TIMEOUT": 4})).await;
    let outcome = admin.post(EXECUTE, json!({"code": "sleep"})).await.ok();
    assert_eq!(outcome, json!({"stdout": "sleep", "stderr": "The code did not finish within 4 s", "result": ""}));
    assert_eq!(kinds(&notebook.asked).last().unwrap(), "DELETE /base/api/kernels/k-1");
    let outcome = admin.post(EXECUTE, json!({"code": "leave"})).await.ok();
    assert!(outcome["stderr"].as_str().unwrap().contains("broke off"), "{outcome}");
    assert_eq!(kinds(&notebook.asked).last().unwrap(), "DELETE /base/api/kernels/k-1");
}

#[tokio::test]
async fn whoever_leaves_early_leaves_no_kernel_behind() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let notebook = notebook().await;
    connect(&admin, &notebook.url, json!({"CODE_EXECUTION_JUPYTER_TIMEOUT": 4})).await;
    let was_asked = async |what: &str| {
        for _ in 0..600 {
            if kinds(&notebook.asked).iter().any(|question| question.starts_with(what)) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the notebook was never asked to {what}");
    };
    tokio::select! {
        reply = admin.post(EXECUTE, json!({"code": "sleep"})) => panic!("nobody left: {}", reply.text),
        () = was_asked("GET /base/api/kernels/k-1/channels") => {}
    }
    was_asked("DELETE").await;
}

#[tokio::test]
async fn a_server_that_refuses_or_is_not_there_is_the_error_of_the_run() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let notebook = notebook().await;
    connect(&admin, &notebook.url, json!({"CODE_EXECUTION_JUPYTER_AUTH_TOKEN": "wrong"})).await;
    let outcome = admin.post(EXECUTE, json!({"code": "1"})).await.ok();
    assert!(outcome["stderr"].as_str().unwrap().contains("403"), "{outcome}");
    connect(&admin, "http://127.0.0.1:1", json!({})).await;
    let outcome = admin.post(EXECUTE, json!({"code": "1"})).await.ok();
    assert!(outcome["stderr"].as_str().unwrap().contains("cannot be reached"), "{outcome}");
    connect(&admin, &notebook.url, json!({"ENABLE_CODE_EXECUTION": false})).await;
    assert_eq!(admin.post(EXECUTE, json!({"code": "1"})).await.refused(), 403);
}

#[tokio::test]
async fn only_administrators_have_code_made_tidy() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let user = server.somebody("grace", "user").await;
    assert_eq!(user.post(FORMAT, json!({"code": "x=1"})).await.refused(), 401);
    assert_eq!(admin.post(FORMAT, json!({"code": 1})).await.refused(), 422);
    assert_eq!(admin.post(FORMAT, json!({"code": "x".repeat(1 << 21)})).await.refused(), 400);
}
