//! What one more exchange costs in a small chat and in a very large one.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

use crate::report::{Report, percentile};
use crate::server::{Launch, Server};
use crate::sockets::Socket;

const ROUNDS: usize = 15;

pub async fn measure(launch: &Launch, report: &mut Report) -> Result<()> {
    let (server, token) = crate::ready(launch).await?;
    let small = append_time(&server, &token, 10).await?;
    let large = append_time(&server, &token, 40_000).await?;
    report.add(launch.name(), "append to a 10 KB chat, median", small, "ms");
    report.add(launch.name(), "append to a 40 MB chat, median", large, "ms");
    report.add(launch.name(), "append to a 40 MB chat / append to a 10 KB chat", large / small, "x");
    server.stop().await;
    Ok(())
}

/// Median milliseconds until one more exchange is stored and answered for: the request that starts a turn. It hangs off
/// the chat's first message, so that the size of the prompt does not matter, only the size of the chat.
async fn append_time(server: &Server, token: &str, kilobytes: usize) -> Result<f64> {
    let id = make_chat(server, token, kilobytes).await?;
    let socket = Socket::connect(&server.url, token).await?;
    let mut samples = Vec::new();
    for round in 0..ROUNDS {
        let ask = json!({
            "model": "mock-1-0", "stream": true, "messages": [], "params": {}, "features": {}, "variables": {},
            "session_id": socket.id, "chat_id": id, "id": format!("a{round}"), "parent_id": "m1", "background_tasks": {},
            "user_message": {"id": format!("q{round}"), "parentId": "m1", "childrenIds": [], "role": "user",
                "content": "one more", "models": ["mock-1-0"], "timestamp": 1_700_000_100},
        });
        let begin = Instant::now();
        let (status, body) = server.post("/api/chat/completions", token, &ask).await?;
        ensure!(status == 200, "append: {status} {body}");
        samples.push(begin.elapsed().as_secs_f64() * 1e3);
        wait_until_idle(server, token, &id).await?;
    }
    Ok(percentile(&mut samples, 0.5))
}

async fn wait_until_idle(server: &Server, token: &str, chat: &str) -> Result<()> {
    for _ in 0..500 {
        let url = format!("{}/api/tasks/chat/{chat}", server.url);
        let body: Value = server.http.get(url).bearer_auth(token).send().await?.json().await?;
        if body["task_ids"].as_array().is_some_and(Vec::is_empty) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("the turn does not end")
}

/// A chat of about `kilobytes`, in messages of up to 40 KB; returns its id.
async fn make_chat(server: &Server, token: &str, kilobytes: usize) -> Result<String> {
    let (size, count) = if kilobytes > 1_000 { (40, kilobytes / 40) } else { (1, kilobytes) };
    let text = "lorem ipsum dolor ".repeat(size * 1024 / 18);
    let mut messages = Map::new();
    for index in 0..count {
        let role = if index % 2 == 0 { "user" } else { "assistant" };
        let parent = index.checked_sub(1).map_or(Value::Null, |parent| json!(format!("m{parent}")));
        let children: Vec<String> = (index + 1 < count).then(|| format!("m{}", index + 1)).into_iter().collect();
        messages.insert(
            format!("m{index}"),
            json!({"id": format!("m{index}"), "parentId": parent, "childrenIds": children, "role": role, "content": text,
                "model": "mock-1-0", "done": true, "timestamp": 1_700_000_000}),
        );
    }
    let leaf = format!("m{}", count - 1);
    let body = json!({"chat": {"title": "Long", "models": ["mock-1-0"], "history": {"messages": messages, "currentId": leaf}}});
    let (status, answer) = server.post("/api/v1/chats/new", token, &body).await?;
    ensure!(status == 200, "new chat: {status}");
    Ok(answer["id"].as_str().context("no chat id")?.to_owned())
}
