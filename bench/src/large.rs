//! Reading when very much is stored: a list of very many chats, a search over all their messages, very long chats.

use std::time::{Duration, Instant};

use airis_domain::{Chat, ChatId, JsonMap, Message, MessageId, MessageRole, UserId};
use airis_store::{Store, StoreOptions};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::http::hammer;
use crate::report::{Report, percentile};
use crate::server::{Launch, Server};
use crate::words::{Words, word};

/// Messages of an ordinary chat.
const MESSAGES: usize = 20;
/// Words of an ordinary message.
const WORDS: usize = 25;
/// Messages of the longest chat.
const LONG: usize = 10_000;
/// Chats that are stored at a time.
const WRITERS: usize = 4;
/// What the database does after so many rows (statistics, checkpoints) is not what is measured.
const SETTLE: Duration = Duration::from_secs(20);

/// Reads of a person with `count` chats of twenty messages, one of ten thousand messages and one of 40 MB.
pub async fn measure(launch: &Launch, count: usize, report: &mut Report) -> Result<()> {
    let (server, token) = crate::ready(launch).await?;
    let me: Value =
        server.http.get(format!("{}/api/v1/auths/", server.url)).bearer_auth(&token).send().await?.json().await?;
    let user = UserId::from(me["id"].as_str().context("no user id")?);
    let on = if launch.database.is_some() { "PostgreSQL" } else { "SQLite" };
    let begin = Instant::now();
    let store = Store::open(&options(launch, &server)).await?;
    let mut writers: JoinSet<Result<()>> = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, user) = (store.clone(), user.clone());
        writers.spawn(async move {
            let mut words = Words::new(writer as u64 + 2);
            for index in (writer..count).step_by(WRITERS) {
                store_chat(&store, &user, index, MESSAGES, |_| words.text(WORDS)).await?;
            }
            Ok(())
        });
    }
    while let Some(done) = writers.join_next().await {
        done??;
    }
    let mut words = Words::new(1);
    let long = store_chat(&store, &user, count, LONG, |_| words.text(WORDS)).await?;
    let heavy = store_chat(&store, &user, count + 1, 1_000, |_| words.text(5_500)).await?;
    store.close().await;
    eprintln!("{on}: {count} chats, {} messages stored in {:.1} s", count * MESSAGES, begin.elapsed().as_secs_f64());
    tokio::time::sleep(SETTLE).await;

    let searches = |texts: &[String]| {
        texts.iter().map(|text| format!("/api/v1/chats/search?text={text}&page=1")).collect::<Vec<_>>()
    };
    let (frequent, rare): (Vec<_>, Vec<_>) = (0..20).map(|index| (word(index), word(20_000 + index))).unzip();
    let phrases: Vec<String> = (0..20).map(|index| format!("{}%20{}", word(index), word(300 + index))).collect();
    let screens = |id: &ChatId| vec![format!("/api/v1/chats/{id}?last=40")];
    let wholes = |id: &ChatId| vec![format!("/api/v1/chats/{id}")];
    for (label, clients, paths) in [
        ("chat list page", 16, vec!["/api/v1/chats/?page=1".to_owned()]),
        ("search for a frequent word", 4, searches(&frequent)),
        ("search for a rare word", 4, searches(&rare)),
        ("search for two words", 4, searches(&phrases)),
        ("last screen of 10,000 messages", 4, screens(&long)),
        ("all of 10,000 messages", 1, wholes(&long)),
        ("last screen of a 40 MB chat", 4, screens(&heavy)),
        ("all of a 40 MB chat", 1, wholes(&heavy)),
    ] {
        let (rate, mut delays) = hammer(&server, &paths, &token, clients).await?;
        let label = format!("{on}, {count} chats of {MESSAGES} messages: {label}, {clients} clients");
        report.add(launch.name(), &format!("{label}: a second"), rate, "1/s");
        report.add(launch.name(), &format!("{label}: p50"), percentile(&mut delays, 0.5), "ms");
        report.add(launch.name(), &format!("{label}: p99"), percentile(&mut delays, 0.99), "ms");
    }
    server.stop().await;
    Ok(())
}

fn options(launch: &Launch, server: &Server) -> StoreOptions {
    let sqlite = || format!("sqlite:///{}", server.data().join("airis.db").display());
    StoreOptions {
        url: launch.database.clone().unwrap_or_else(sqlite),
        pool_size: Some(WRITERS as u32),
        pool_max_overflow: 0,
        pool_timeout: 30,
        pool_recycle: 3600,
        schema: None,
        migrate: false,
    }
}

/// Stores a chat of questions and answers in one branch.
async fn store_chat(
    store: &Store,
    user: &UserId,
    index: usize,
    length: usize,
    mut text: impl FnMut(usize) -> String,
) -> Result<ChatId> {
    let at = 1_600_000_000 + index as i64;
    let id = ChatId::random();
    let name = |number: usize| MessageId::from(format!("{id}-{number}"));
    let messages: Vec<Message> = (0..length)
        .map(|number| {
            let role = if number % 2 == 0 { MessageRole::User } else { MessageRole::Assistant };
            let answer = role == MessageRole::Assistant;
            Message {
                id: name(number),
                chat_id: id.clone(),
                parent_id: number.checked_sub(1).map(name),
                role,
                content: json!(text(number)),
                output: None,
                model: answer.then(|| "mock-1-0".to_owned()),
                done: answer.then_some(true),
                usage: None,
                error: None,
                files: None,
                sources: None,
                status_history: None,
                timestamp: Some(at),
                rest: JsonMap::new(),
            }
        })
        .collect();
    let chat = Chat {
        id: id.clone(),
        user_id: user.clone(),
        title: format!("Chat number {index}"),
        blob: JsonMap::new(),
        current_message_id: messages.last().map(|message| message.id.clone()),
        meta: JsonMap::new(),
        folder_id: None,
        share_id: None,
        archived: false,
        pinned: false,
        tasks: None,
        summary: None,
        variables: None,
        last_read_at: None,
        created_at: at,
        updated_at: at,
    };
    store.insert_chat(&chat, &messages).await?;
    Ok(id)
}
