//! Terminal servers: for whom they are, and what goes through to them and back.

use std::time::Duration;

use airis_domain::Role;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_stream::wrappers::ReceiverStream;
use tower::ServiceExt;

use crate::app::{Person, Reply, TestApp};
use crate::elsewhere::{Asked, Elsewhere};

const CONNECTIONS: &str = "/api/v1/configs/terminal_servers";
pub const AREA: &str = "/api/v1/terminals";

async fn answer(
    State(asked): State<Asked>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    request: Request,
) -> Response {
    match uri.path() {
        "/base/echo" => return Body::from_stream(request.into_body().into_data_stream()).into_response(),
        "/base/late" => std::future::pending().await,
        "/base/stalls" => {
            let first = futures::stream::once(async { Ok::<_, std::io::Error>("first") });
            return Body::from_stream(first.chain(futures::stream::pending())).into_response();
        }
        "/base/away" => return (StatusCode::FOUND, [(header::LOCATION, "/base/there?x=1")]).into_response(),
        "/base/out" => return (StatusCode::FOUND, [(header::LOCATION, "https://evil.example/")]).into_response(),
        _ => {}
    }
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    asked.note(&method, &uri, &headers, &body);
    let said = [
        ("content-type", "text/html"),
        ("set-cookie", "token=theirs"),
        ("access-control-allow-origin", "https://theirs.example"),
        ("x-mine", "1"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
    ];
    (StatusCode::ACCEPTED, said, format!("{method} {uri}")).into_response()
}

/// A terminal that says everything again, until it is told `bye`.
async fn terminal(State(asked): State<Asked>, uri: Uri, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    asked.note(&Method::GET, &uri, &headers, &Bytes::new());
    upgrade.on_upgrade(move |socket| echo(socket, asked))
}

async fn echo(mut socket: WebSocket, asked: Asked) {
    let mut heard = String::new();
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(text) = &message {
            heard.push_str(text.as_str());
            heard.push('\n');
        }
        let farewell = CloseFrame { code: 4999, reason: "done".into() };
        let reply = match message {
            Message::Text(text) if text.as_str() == "bye" => Message::Close(Some(farewell)),
            message @ (Message::Text(_) | Message::Binary(_)) => message,
            _ => continue,
        };
        if socket.send(reply).await.is_err() {
            break;
        }
    }
    asked.note(&Method::GET, &Uri::from_static("/left"), &HeaderMap::new(), &Bytes::from(heard));
}

pub async fn terminal_server() -> Elsewhere {
    let build = |asked| {
        let socket = get(terminal).fallback(answer);
        Router::new().route("/base/api/terminals/{id}", socket).fallback(answer).with_state(asked)
    };
    Elsewhere::start(build).await
}

pub async fn connect(admin: &Person<'_>, connections: Value) {
    admin.post(CONNECTIONS, json!({"TERMINAL_SERVER_CONNECTIONS": connections})).await.ok();
}

/// A connection that is open to these people.
pub fn connection(id: &str, url: &str, people: &[&Person<'_>], more: Value) -> Value {
    let grant =
        |person: &&Person<'_>| json!({"principal_type": "user", "principal_id": person.id, "permission": "read"});
    let grants: Vec<Value> = people.iter().map(grant).collect();
    let mut form =
        json!({"id": id, "name": id, "url": format!("{url}/base/"), "key": "K", "config": {"access_grants": grants}});
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    form
}

/// The status, after checking that a refusal has the shape that terminals have.
fn error(reply: &Reply) -> u16 {
    assert!(reply.json()["error"].is_string() && reply.json().get("detail").is_none(), "{}", reply.text);
    reply.status.as_u16()
}

pub async fn chat_of(owner: &Person<'_>) -> String {
    let chat = json!({"title": "Mine", "history": {"messages": {}, "currentId": null}});
    owner.post("/api/v1/chats/new", json!({"chat": chat})).await.ok()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_server_is_for_those_it_is_open_to() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    assert_eq!(ann.get(&format!("{AREA}/")).await.ok(), json!([]));
    assert_eq!(admin.get("/api/config").await.ok()["features"]["enable_terminal_servers"], false);
    assert_eq!(error(&ann.get(&format!("{AREA}/none/files")).await), 404);

    let other = terminal_server().await;
    let list = json!([
        connection("box", &other.url, &[&ann], json!({})),
        connection("off", &other.url, &[&ann], json!({"enabled": false})),
        connection("mine", &other.url, &[], json!({})),
    ]);
    connect(&admin, list).await;
    assert_eq!(admin.get("/api/config").await.ok()["features"]["enable_terminal_servers"], true);
    let shown = json!([{"id": "box", "url": format!("{}/base", other.url), "name": "box"}]);
    assert_eq!(ann.get(&format!("{AREA}/")).await.ok(), shown);
    assert_eq!(bob.get(&format!("{AREA}/")).await.ok(), json!([]));
    assert_eq!(ann.get(&format!("{AREA}/box/files")).await.status, 202);
    assert_eq!(admin.get(&format!("{AREA}/mine/files")).await.status, 202);
    other.asked.take();
    for (person, id, status) in [(&bob, "box", 403), (&ann, "off", 403), (&ann, "mine", 403), (&ann, "none", 404)] {
        for address in [format!("{AREA}/{id}/files"), format!("{AREA}/{id}/api/terminals/t")] {
            assert_eq!(error(&person.get(&address).await), status, "{address}");
        }
    }
    assert_eq!(server.call("GET", &format!("{AREA}/box/api/terminals/t"), None).await.refused(), 401);
    assert!(other.asked.take().is_empty());

    let none = TestApp::with(&[("ENABLE_TOOL_SERVERS", "false")]).await;
    let admin = none.admin().await;
    connect(&admin, json!([connection("box", &other.url, &[], json!({}))])).await;
    assert_eq!(admin.get(&format!("{AREA}/")).await.ok(), json!([]));
    assert_eq!(error(&admin.get(&format!("{AREA}/box/files")).await), 403);
}

#[tokio::test]
async fn a_request_goes_through_as_it_is_and_the_callers_session_stays_here() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("my box", &other.url, &[&ann], json!({}))])).await;
    let path = "files/a%2Fb%20c//d;v=1?x=1&y=%2F";
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
        let cookie = format!("token={}; other=1", ann.token);
        let headers = [
            ("cookie", cookie.as_str()),
            ("x-note", ann.token.as_str()),
            ("x-user-id", "somebody-else"),
            ("content-type", "text/x-mine"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
        ];
        let reply = ann.send(method, &format!("{AREA}/my%20box/{path}"), &headers, b"body".to_vec()).await;
        let asked = other.asked.take().remove(0);
        assert_eq!((asked.method.as_str(), asked.path.as_str()), (method, &*format!("/base/{path}")));
        assert_eq!((asked.body.as_str(), asked.header("content-length")), ("body", "4"));
        assert_eq!((asked.header("authorization"), asked.header("content-type")), ("Bearer K", "text/x-mine"));
        assert_eq!((asked.header("x-user-id"), asked.header("x-session-id")), (&*ann.id, ""));
        assert!(!format!("{:?}", asked.headers).contains(&ann.token), "{:?}", asked.headers);
        assert_eq!((asked.header("cookie"), asked.header("x-hop")), ("", ""));

        assert_eq!(reply.status, 202, "{method}");
        let said = format!("{method} /base/{path}");
        assert_eq!(reply.text, if method == "HEAD" { "" } else { &said });
        assert_eq!(reply.headers["content-length"].to_str().unwrap(), said.len().to_string());
        assert_eq!(reply.headers["x-mine"], "1");
        assert!(reply.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox"));
        for kept in ["set-cookie", "x-hop", "access-control-allow-origin"] {
            assert!(!reply.headers.contains_key(kept), "{kept}");
        }
    }
    let leak = format!("{AREA}/my%20box/files?token={}", ann.token);
    assert_eq!(error(&ann.get(&leak).await), 400);
    assert!(other.asked.take().is_empty());
}

#[tokio::test]
async fn a_server_is_shown_what_its_connection_says() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let other = terminal_server().await;
    let list = json!([
        connection("none", &other.url, &[&ann], json!({"auth_type": "none"})),
        connection("session", &other.url, &[&ann], json!({"auth_type": "session", "forward_cookies": true})),
    ]);
    connect(&admin, list).await;
    ann.get(&format!("{AREA}/none/x")).await;
    assert_eq!(other.asked.take()[0].header("authorization"), "");
    ann.send("GET", &format!("{AREA}/session/x"), &[("cookie", "token=old")], Vec::new()).await;
    let asked = other.asked.take();
    let token = asked[0].header("authorization").strip_prefix("Bearer ").unwrap();
    assert_ne!(token, ann.token);
    let caller = server.app.sessions.by_session(token).await.unwrap();
    assert_eq!((caller.user.id.as_str(), caller.user.role), (&*ann.id, Role::User));
    assert_eq!(asked[0].header("cookie"), "");
}

#[tokio::test]
async fn a_chat_of_ones_own_goes_along_and_no_other() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[&ann, &bob], json!({}))])).await;
    let chat = chat_of(&ann).await;
    let reply = ann.post(&format!("{AREA}/box/chats/{chat}/files/cwd?a=b"), json!({"path": "/"})).await;
    assert_eq!(reply.text, "POST /base/files/cwd?a=b");
    let asked = other.asked.take().remove(0);
    assert_eq!((asked.header("x-session-id"), asked.header("x-user-id")), (&*chat, &*ann.id));
    assert_eq!(asked.json(), json!({"path": "/"}));
    for (person, id) in [(&bob, chat.as_str()), (&ann, "local:s1"), (&ann, "no-such-chat")] {
        for method in ["GET", "POST", "OPTIONS"] {
            let reply = person.call(method, &format!("{AREA}/box/chats/{id}/files"), None).await;
            assert_eq!(error(&reply), 403, "{method} {id}");
        }
    }
    assert!(other.asked.take().is_empty());
    // Without anything behind the chat this is an address of the server's own.
    assert_eq!(bob.get(&format!("{AREA}/box/chats/{chat}")).await.text, format!("GET /base/chats/{chat}"));
    assert_eq!(bob.get(&format!("{AREA}/box/api/terminals")).await.text, "GET /base/api/terminals");
    assert_eq!(
        bob.call("DELETE", &format!("{AREA}/box/api/terminals/t"), None).await.text,
        "DELETE /base/api/terminals/t"
    );
    assert_eq!(bob.get(&format!("{AREA}/box/api/terminals/t/more")).await.text, "GET /base/api/terminals/t/more");
}

#[tokio::test]
async fn no_address_leads_out_of_where_the_server_begins() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[], json!({}))])).await;
    let chat = chat_of(&admin).await;
    for up in [
        "../x",
        "a/../../x",
        "%2e%2e/x",
        "a/%2E%2e/x",
        "a%2f..%2f..%2fx",
        "a/..%5cx",
        "%252e%252e/x",
        "a/..",
        "./x",
        "a/..;/x",
    ] {
        for front in [format!("{AREA}/box"), format!("{AREA}/box/chats/{chat}")] {
            for method in ["GET", "POST"] {
                let reply = admin.call(method, &format!("{front}/{up}"), None).await;
                assert_eq!(error(&reply), 400, "{method} {front}/{up}");
            }
        }
    }
    assert!(other.asked.take().is_empty());
}

#[tokio::test]
async fn bodies_go_both_ways_piece_by_piece() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[], json!({}))])).await;
    let (pieces, receiver) = tokio::sync::mpsc::channel::<Result<&str, std::io::Error>>(1);
    let request = Request::post(format!("{AREA}/box/echo"))
        .header("authorization", format!("Bearer {}", admin.token))
        .body(Body::from_stream(ReceiverStream::new(receiver)))
        .unwrap();
    pieces.send(Ok("one")).await.unwrap();
    let response = server.router.clone().oneshot(request).await.unwrap();
    let mut answer = response.into_body().into_data_stream();
    assert_eq!(answer.next().await.unwrap().unwrap(), "one");
    // What was not sent yet cannot have waited for the end.
    pieces.send(Ok("two")).await.unwrap();
    assert_eq!(answer.next().await.unwrap().unwrap(), "two");
    drop(pieces);
    assert!(answer.next().await.is_none());
}

#[tokio::test]
async fn a_server_that_is_away_late_or_silent_is_an_error_that_names_no_address() {
    let server = TestApp::with(&[("AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER", "1")]).await;
    let admin = server.admin().await;
    let other = terminal_server().await;
    let list = json!([
        connection("box", &other.url, &[], json!({})),
        connection("away", "http://127.0.0.1:1", &[], json!({})),
        connection("cloud", "http://169.254.169.254", &[], json!({})),
    ]);
    connect(&admin, list).await;
    for (path, status) in [("away/x", 502), ("cloud/x", 502), ("box/late", 504)] {
        let reply = admin.get(&format!("{AREA}/{path}")).await;
        assert_eq!(error(&reply), status, "{path}");
        assert!(!reply.text.contains("127.0.0.1") && !reply.text.contains("169.254"), "{}", reply.text);
    }
    let request = Request::get(format!("{AREA}/box/stalls")).header("authorization", format!("Bearer {}", admin.token));
    let response = server.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut answer = response.into_body().into_data_stream();
    assert_eq!(answer.next().await.unwrap().unwrap(), "first");
    let next = tokio::time::timeout(Duration::from_secs(10), answer.next()).await.unwrap();
    assert!(next.unwrap().is_err(), "an answer that stalls is no whole answer");
}

#[tokio::test]
async fn people_are_sent_on_within_the_server_only() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[], json!({}))])).await;
    let chat = chat_of(&admin).await;
    for front in [format!("{AREA}/box"), format!("{AREA}/box/chats/{chat}")] {
        let reply = admin.get(&format!("{front}/away")).await;
        assert_eq!(
            (reply.status, reply.headers["location"].to_str().unwrap()),
            (StatusCode::FOUND, &*format!("{front}/there?x=1"))
        );
    }
    let reply = admin.get(&format!("{AREA}/box/out")).await;
    assert_eq!((reply.status, reply.headers.get("location")), (StatusCode::FOUND, None));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[], json!({}))])).await;
    let served = Elsewhere::start(|_| server.router.clone()).await;
    let mut stream = tokio::net::TcpStream::connect(served.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST {AREA}/box/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 2147483648\r\n\r\n",
        admin.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut said = [0; 12];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 413");
    assert!(other.asked.take().is_empty());
}
