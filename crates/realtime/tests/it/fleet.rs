//! Sockets on several servers that share a PostgreSQL. Its address comes from `AIRIS_TEST_POSTGRES` (`scripts/postgres.sh`
//! starts one); without it these tests fail.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use airis_domain::{ChatId, Message, Turn, TurnId, TurnState, UserId};
use airis_realtime::CallError;
use airis_store::{ChatPatch, MessagePatch, NewTurn};
use http::StatusCode;
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::server::Server;

/// So many servers on a database of their own, which know each other.
async fn servers(count: usize) -> Vec<Server> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("AIRIS_TEST_POSTGRES").expect("run the tests through scripts/postgres.sh");
    let name = format!("sockets_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let url = format!("{base}/{name}");
    let mut servers: Vec<Server> = Vec::new();
    for _ in 0..count {
        servers.push(Server::on(Some(&url)).await);
    }
    while servers.iter().any(|server| server.bus.members().len() < count) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    servers
}

/// A server that is slow to answer the others is left out of what they say: they are asked again.
async fn sooner_or_later(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to be so");
}

#[tokio::test(flavor = "multi_thread")]
async fn polls_may_reach_any_server() {
    let servers = servers(3).await;
    let all: Vec<&Server> = servers.iter().collect();
    let client = servers[0].connect_through(&all, "ann").await;
    for (number, server) in servers.iter().cycle().take(30).enumerate() {
        server.tell("ann", &format!("word {number}."));
        client.until(&format!("word {number}.")).await;
    }
    let (status, _) = servers[1].ask("GET", "&sid=0123456789abcdef0123456789abcdef", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a session of nobody");
    servers[2].realtime.disconnect_user(&UserId::from("ann"));
    assert!(client.until("41").await.contains("access:updated"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_finds_its_socket_from_any_server() {
    let servers = servers(2).await;
    let client = servers[0].connect("ann").await;
    let (ann, session) = (UserId::from("ann"), client.session());
    let question = json!({"data": {"type": "confirmation"}});
    let call = servers[1].realtime.call(&session, &ann, &question, Some(Duration::from_secs(60)));
    let reply = async {
        client.until("421[").await;
        client.say("431[true]").await;
    };
    let (answer, ()) = tokio::join!(call, reply);
    assert_eq!(answer.unwrap(), json!(true));
    let soon = Some(Duration::from_millis(100));
    let stranger = servers[1].realtime.call(&session, &UserId::from("bob"), &question, soon).await;
    assert!(matches!(stranger, Err(CallError::NotConnected)), "{stranger:?}");
    let silent = servers[1].realtime.call(&session, &ann, &question, soon).await;
    assert!(matches!(silent, Err(CallError::NoAnswer)), "{silent:?}");
    sooner_or_later(async || servers[1].realtime.owner(&session).await == Some(ann.clone())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_there_is_the_same_on_every_server() {
    let servers = servers(2).await;
    let chat = servers[0].chat_of("ann").await;
    servers[0].store.share_chat(&chat, None).await.unwrap();
    servers[0].grant(&chat, "bob").await;
    let (ann, bob) = (servers[0].connect("ann").await, servers[1].connect("bob").await);
    let join = format!(r#"420["events:chat",{{"chat_id":"{chat}","data":{{"type":"join"}}}}]"#);
    ann.say(&join).await;
    ann.until(r#"[{"id":"ann","name":"ANN"}]"#).await;
    bob.say(&join).await;
    let both = r#"[{"id":"ann","name":"ANN"},{"id":"bob","name":"BOB"}]"#;
    ann.until(both).await;
    bob.until(both).await;
    for server in &servers {
        sooner_or_later(async || server.realtime.usage().await.user_count == 2).await;
        let both = [UserId::from("ann"), UserId::from("bob")];
        sooner_or_later(async || server.realtime.user_ids().await == both).await;
    }
    sooner_or_later(async || {
        bob.say(r#"420["usage",{"model":"m"}]"#).await;
        bob.until("430[").await;
        servers[0].realtime.usage().await.model_ids == ["m"]
    })
    .await;
    let typing =
        format!(r#"420["events:chat",{{"chat_id":"{chat}","data":{{"type":"typing","data":{{"typing":true}}}}}}]"#);
    ann.say(&typing).await;
    bob.until(r#""typing":true"#).await;
    bob.say("41").await;
    while bob.hear().await != "1" {}
    ann.until(r#"[{"id":"ann","name":"ANN"}]"#).await;
}

/// A reply that grows on a server that is not here.
async fn reply_elsewhere(server: &Server, words: &[&str]) -> ChatId {
    let chat = server.chat_of("ann").await;
    let object = json!({"id": "reply", "role": "assistant", "content": "", "done": false});
    let message = Message::from_json(&chat, "", object.as_object().unwrap()).unwrap();
    let turn = Turn {
        id: TurnId::from("turn"),
        chat_id: chat.clone(),
        message_id: message.id.clone(),
        user_id: UserId::from("ann"),
        state: TurnState::Running,
        owner: "elsewhere".to_owned(),
        fence: 1,
        lease_until_ms: i64::MAX,
        checkpoint: json!({}),
        created_at: 1,
        updated_at: 1,
    };
    let new = NewTurn {
        new_chat: None,
        chat_id: chat.clone(),
        messages: vec![message],
        current_message_id: None,
        patch: ChatPatch::default(),
        turns: vec![turn],
        guest: None,
        after: None,
    };
    server.store.begin_turns(&new).await.unwrap();
    let log = server.bus.log("turn");
    for word in words {
        let data = json!({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": word});
        log.append(&json!({"type": "response:completion", "data": data})).unwrap();
    }
    server.bus.settle().await;
    chat
}

fn resume(chat: &ChatId) -> String {
    format!(r#"420["events:chat",{{"chat_id":"{chat}","data":{{"type":"resume","data":{{"message_id":"reply"}}}}}}]"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_resumes_while_the_database_is_away_is_told_all_as_soon_as_it_is_back() {
    let servers = servers(2).await;
    let chat = reply_elsewhere(&servers[0], &["one ", "two"]).await;
    let client = servers[1].connect("ann").await;
    for table in ["fleet_log", "turn"] {
        servers[0].sql(format!("ALTER TABLE {table} RENAME TO lost")).await;
        client.say(&resume(&chat)).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        servers[0].sql(format!("ALTER TABLE lost RENAME TO {table}")).await;
        let answer = client.until("430[").await;
        assert!(answer.contains(r#""seq":2"#) && answer.contains(r#""content":"one two""#), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_thrown_out_because_tokens_cannot_be_looked_up_for_a_moment() {
    let servers = servers(2).await;
    let chat = reply_elsewhere(&servers[0], &["one"]).await;
    let client = servers[1].connect("ann").await;
    servers[1].away.store(true, Ordering::Relaxed);
    client.say(&resume(&chat)).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    servers[1].away.store(false, Ordering::Relaxed);
    let answer = client.until("430[").await;
    assert!(answer.contains(r#""content":"one""#), "{answer}");
    servers[0].tell("ann", "still here");
    client.until("still here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_was_stored_and_not_told_is_told_when_its_instance_is_found_dead() {
    let servers = servers(2).await;
    let chat = reply_elsewhere(&servers[0], &["one"]).await;
    let clients = [servers[0].connect("ann").await, servers[1].connect("ann").await];
    let end = MessagePatch { content: Some(json!("all of it")), done: Some(true), ..MessagePatch::default() };
    servers[0].store.finish_turn(&TurnId::from("turn"), 1, TurnState::Done, &end).await.unwrap();
    servers[0]
        .sql("INSERT INTO fleet_instance (instance, note, seen_at_ms) VALUES ('elsewhere', '{}', 1)".to_owned())
        .await;
    for client in clients {
        let told = client.until(r#""done":true"#).await;
        assert!(told.contains("all of it") && told.contains(chat.as_str()), "{told}");
    }
}
