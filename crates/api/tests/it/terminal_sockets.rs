//! The socket of a terminal, from the first message to the last.

use std::time::Duration;

use airis_outbound::{Call, Frame, Outbound, Socket};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::app::{Person, TestApp};
use crate::elsewhere::{Elsewhere, Question};
use crate::terminals::{AREA, chat_of, connect, connection, terminal_server};

async fn served(server: &TestApp) -> Elsewhere {
    Elsewhere::start(|_| server.router.clone()).await
}

async fn dial(served: &Elsewhere, path: &str) -> Socket {
    let call = Call::get(format!("{}{AREA}/{path}", served.url)).at_most(4 << 20);
    Outbound::new().websocket(call).await.unwrap()
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Frame::text(message.to_string())).await.unwrap();
}

/// The next message that is no sign of life.
async fn hear(socket: &mut Socket) -> Frame {
    loop {
        let message = timeout(Duration::from_secs(20), socket.next()).await.unwrap().unwrap().unwrap();
        if !matches!(message, Frame::Ping(_) | Frame::Pong(_)) {
            return message;
        }
    }
}

/// Code and reason of the last message.
async fn farewell(socket: &mut Socket) -> (u16, String) {
    match hear(socket).await {
        Frame::Close(Some(close)) => (close.code.into(), close.reason.to_string()),
        other => panic!("no farewell: {other:?}"),
    }
}

fn sign_in(person: &Person<'_>) -> Value {
    json!({"type": "auth", "token": person.token})
}

/// The question of a terminal that was left: its body is all that it heard.
async fn left(other: &Elsewhere) -> Question {
    for _ in 0..200 {
        if let Some(found) = other.asked.take().into_iter().find(|question| question.path == "/left") {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the terminal was never left");
}

#[tokio::test]
async fn both_sides_hear_each_other_until_one_says_goodbye() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[&ann], json!({}))])).await;
    let chat = chat_of(&ann).await;
    let served = served(&server).await;

    let mut socket = dial(&served, "box/api/terminals/t-1?cols=80").await;
    say(&mut socket, json!({"type": "auth", "token": ann.token, "chat_id": chat})).await;
    // The server is told who comes as browsers tell us, with the connection's own key.
    let Frame::Text(hello) = hear(&mut socket).await else { panic!("no text") };
    assert_eq!(serde_json::from_str::<Value>(&hello).unwrap(), json!({"type": "auth", "token": "K"}));
    let asked = other.asked.take().remove(0);
    assert_eq!(asked.path, "/base/api/terminals/t-1?cols=80");
    assert_eq!((asked.header("authorization"), asked.header("cookie")), ("Bearer K", ""));
    assert_eq!((asked.header("x-user-id"), asked.header("x-session-id")), (&*ann.id, &*chat));
    assert!(!format!("{:?}", asked.headers).contains(&ann.token));

    let long = "ü".repeat(200_000);
    for message in [Frame::text("ls\r"), Frame::binary(vec![0, 255, 7]), Frame::text(long)] {
        socket.send(message.clone()).await.unwrap();
        assert_eq!(hear(&mut socket).await, message);
    }
    socket.send(Frame::text("bye")).await.unwrap();
    assert_eq!(farewell(&mut socket).await, (4999, "done".to_owned()));
    assert!(left(&other).await.body.contains("ls\r"));

    let mut socket = dial(&served, "box/api/terminals/t-2").await;
    say(&mut socket, sign_in(&ann)).await;
    hear(&mut socket).await;
    assert_eq!(other.asked.take()[0].header("x-session-id"), "");
    socket.close(None).await.unwrap();
    left(&other).await;
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_terminal() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[], json!({}))])).await;
    let served = served(&server).await;
    let mut socket = dial(&served, "box/api/terminals/t").await;
    say(&mut socket, sign_in(&admin)).await;
    hear(&mut socket).await;
    // The server may hang up before all of it was sent.
    let _ = socket.send(Frame::text("x".repeat(2 << 20))).await;
    assert!(!left(&other).await.body.contains("xxx"));
}

#[tokio::test]
async fn who_may_not_come_in_hears_why() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let (ann, bob) = (server.somebody("ann", "user").await, server.somebody("bob", "user").await);
    let waiting = server.somebody("waiting", "pending").await;
    let other = terminal_server().await;
    let list = json!([
        connection("box", &other.url, &[&ann], json!({})),
        connection("off", &other.url, &[&ann], json!({"enabled": false})),
        connection("away", "http://127.0.0.1:1", &[&ann], json!({})),
        connection("else", &format!("{}/elsewhere", other.url), &[&ann], json!({})),
    ]);
    connect(&admin, list).await;
    let chat = chat_of(&bob).await;
    let served = served(&server).await;
    let with = |person: &Person<'_>, chat: &str| json!({"type": "auth", "token": person.token, "chat_id": chat});
    let cases = [
        ("box", json!("hello"), 4001),
        ("box", json!({"type": "auth"}), 4001),
        ("box", json!({"type": "auth", "token": "wrong"}), 4001),
        ("box", json!({"type": "auth", "token": "sk-1"}), 4001),
        ("box", json!({"type": "hello", "token": ann.token}), 4001),
        ("box", sign_in(&waiting), 4001),
        ("box", sign_in(&bob), 4003),
        ("box", with(&ann, &chat), 4003),
        ("box", with(&ann, "local:s1"), 4003),
        ("off", sign_in(&ann), 4003),
        ("none", sign_in(&ann), 4004),
        ("none", json!({"type": "auth", "token": "wrong"}), 4001),
        ("away", sign_in(&ann), 1011),
        ("else", sign_in(&ann), 1011),
    ];
    for (id, message, code) in cases {
        let mut socket = dial(&served, &format!("{id}/api/terminals/t")).await;
        say(&mut socket, message.clone()).await;
        let (found, reason) = farewell(&mut socket).await;
        assert_eq!(found, code, "{id} {message}: {reason}");
        assert!(!reason.is_empty() && !reason.contains("127.0.0.1"), "{reason}");
    }
    let mut socket = dial(&served, "box/api/terminals/t").await;
    socket.send(Frame::binary(b"{}".to_vec())).await.unwrap();
    assert_eq!(farewell(&mut socket).await.0, 4001);
    let mut socket = dial(&served, &format!("box/api/terminals/t?token={}", ann.token)).await;
    say(&mut socket, sign_in(&ann)).await;
    assert_eq!(farewell(&mut socket).await.0, 4003);
    let reached = other.asked.take();
    assert!(reached.iter().all(|question| question.path.starts_with("/elsewhere")), "{reached:?}");

    let upwards = format!("{}{AREA}/box/api/terminals/%2e%2e", served.url);
    assert!(Outbound::new().websocket(Call::get(upwards)).await.is_err());
}

#[tokio::test]
async fn who_says_nothing_or_loses_the_right_is_let_go() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[&ann], json!({}))])).await;
    let served = served(&server).await;
    let mut silent = dial(&served, "box/api/terminals/t").await;
    let mut open = dial(&served, "box/api/terminals/t").await;
    say(&mut open, sign_in(&ann)).await;
    hear(&mut open).await;
    connect(&admin, json!([connection("box", &other.url, &[], json!({}))])).await;
    let (silent, open) = tokio::join!(farewell(&mut silent), farewell(&mut open));
    assert_eq!((silent.0, open.0), (4001, 4003));
    left(&other).await;
}

#[tokio::test]
async fn the_end_of_the_server_is_told_to_both_sides() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let other = terminal_server().await;
    connect(&admin, json!([connection("box", &other.url, &[], json!({}))])).await;
    let served = served(&server).await;
    let mut socket = dial(&served, "box/api/terminals/t").await;
    say(&mut socket, sign_in(&admin)).await;
    hear(&mut socket).await;
    let (said, ()) = tokio::join!(farewell(&mut socket), airis_api::end_terminals(&server.app));
    assert_eq!(said.0, 1001);
    left(&other).await;
}
