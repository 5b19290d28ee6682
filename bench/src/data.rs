//! Data to measure on: people, and a person with very many chats.

use std::time::Instant;

use airis_domain::{Chat, ChatId, JsonMap, Message, MessageId, MessageRole, UserId};
use airis_store::{Store, StoreOptions};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::report::{Report, percentile};
use crate::server::{Launch, Server};

/// Session tokens of `count` people with accounts of their own; made once per server, grown on demand.
pub async fn people(server: &Server, admin: &str, count: usize) -> Result<Vec<String>> {
    let cache = server.data().join("bench-people.json");
    let mut tokens: Vec<String> =
        std::fs::read(&cache).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    for index in tokens.len()..count {
        let account = json!({"name": format!("Person {index}"), "email": format!("p{index}@example.com"),
            "password": "bench-Pass-123", "role": "admin", "profile_image_url": "/user.png"});
        let (status, body) = server.post("/api/v1/auths/add", admin, &account).await?;
        ensure!(status == 200, "cannot add a person: {status} {body}");
        tokens.push(body["token"].as_str().context("no token")?.to_owned());
    }
    std::fs::write(&cache, serde_json::to_vec(&tokens)?)?;
    tokens.truncate(count);
    Ok(tokens)
}

/// The first page of the chat list of a person with `count` chats.
pub async fn measure_list(launch: &Launch, count: usize, report: &mut Report) -> Result<()> {
    let (server, token) = crate::ready(launch).await?;
    let me: Value =
        server.http.get(format!("{}/api/v1/auths/", server.url)).bearer_auth(&token).send().await?.json().await?;
    let user = UserId::from(me["id"].as_str().context("no user id")?);
    let begin = Instant::now();
    let options = StoreOptions {
        url: format!("sqlite:///{}", server.data().join("airis.db").display()),
        pool_size: Some(1),
        pool_max_overflow: 0,
        pool_timeout: 30,
        pool_recycle: 3600,
        schema: None,
        migrate: false,
    };
    let store = Store::open(&options).await?;
    for index in 0..count {
        let (chat, messages) = small_chat(&user, index as i64);
        store.insert_chat(&chat, &messages).await?;
    }
    store.close().await;
    eprintln!("{count} chats stored in {:.1} s", begin.elapsed().as_secs_f64());
    let (rate, mut delays) = crate::http::hammer(&server, "/api/v1/chats/?page=1", &token).await?;
    report.add(launch.name(), &format!("chat list page, {count} chats: requests per second"), rate, "1/s");
    report.add(launch.name(), &format!("chat list page, {count} chats: p99"), percentile(&mut delays, 0.99), "ms");
    server.stop().await;
    Ok(())
}

/// A chat of one question and one answer.
fn small_chat(user: &UserId, index: i64) -> (Chat, Vec<Message>) {
    let id = ChatId::random();
    let (question, answer) = (MessageId::random(), MessageId::random());
    let chat = Chat {
        id: id.clone(),
        user_id: user.clone(),
        title: format!("Chat number {index}"),
        blob: JsonMap::new(),
        current_message_id: Some(answer.clone()),
        meta: JsonMap::new(),
        folder_id: None,
        share_id: None,
        archived: false,
        pinned: false,
        tasks: None,
        summary: None,
        variables: None,
        last_read_at: None,
        created_at: 1_700_000_000 + index,
        updated_at: 1_700_000_000 + index,
    };
    let message = |id: MessageId, parent: Option<MessageId>, role: MessageRole, text: &str| Message {
        id,
        chat_id: chat.id.clone(),
        parent_id: parent,
        role,
        content: json!(text),
        output: None,
        model: (role == MessageRole::Assistant).then(|| "mock-1-0".to_owned()),
        done: (role == MessageRole::Assistant).then_some(true),
        usage: None,
        error: None,
        files: None,
        sources: None,
        status_history: None,
        timestamp: Some(1_700_000_000 + index),
        rest: JsonMap::new(),
    };
    let messages = vec![
        message(question.clone(), None, MessageRole::User, "A question of ordinary length about nothing."),
        message(answer, Some(question), MessageRole::Assistant, "An answer of ordinary length about the same."),
    ];
    (chat, messages)
}
