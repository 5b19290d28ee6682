//! The web client's way: Socket.IO events of turns, their delay and order, and the memory of idle sockets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::mock::micros;
use crate::report::{Report, percentile};
use crate::server::{Launch, Server};

/// A signed-in Socket.IO connection.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub id: String,
}

impl Socket {
    /// Connects as the web client does: Engine.IO 4 over websocket, token in the connect packet, then `user-join`.
    pub async fn connect(url: &str, token: &str) -> Result<Self> {
        let address = format!("{}/ws/socket.io/?EIO=4&transport=websocket", url.replacen("http", "ws", 1));
        // The default buffer of 128 KB is cleared at every read: the load would measure itself.
        let config = WebSocketConfig::default().read_buffer_size(4096);
        let (stream, _) = connect_async_with_config(address, Some(config), true).await?;
        let mut socket = Self { stream, id: String::new() };
        socket.packet('0').await?;
        socket.send(format!("40{}", json!({"token": token}))).await?;
        let answer = socket.packet('4').await?;
        let body: Value = serde_json::from_str(answer.trim_start_matches("40"))?;
        socket.id = body["sid"].as_str().context("no socket id")?.to_owned();
        socket.send(format!("420{}", json!(["user-join", {"auth": {"token": token}}]))).await?;
        socket.packet('4').await?;
        Ok(socket)
    }

    async fn send(&mut self, text: String) -> Result<()> {
        Ok(self.stream.send(Message::text(text)).await?)
    }

    /// The next packet of a kind; pings are answered on the way.
    async fn packet(&mut self, kind: char) -> Result<String> {
        loop {
            match self.stream.next().await.context("the socket closed")?? {
                Message::Text(text) if text.as_str() == "2" => self.send("3".into()).await?,
                Message::Text(text) if text.starts_with(kind) => return Ok(text.to_string()),
                Message::Close(_) => bail!("the socket closed"),
                _ => {}
            }
        }
    }

    /// What the next `events` event says.
    async fn event(&mut self) -> Result<Told> {
        loop {
            let packet = self.packet('4').await?;
            if let Some(text) = packet.strip_prefix("42[\"events\",").and_then(|rest| rest.strip_suffix(']')) {
                return Ok(serde_json::from_str(text)?);
            }
        }
    }
}

/// The parts of an event that are measured.
#[derive(Deserialize)]
struct Told {
    data: Payload,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Delta,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Delta {
    delta: Option<String>,
    done: bool,
}

/// What one viewer saw of one reply.
struct Seen {
    delays_ms: Vec<f64>,
    ordered: bool,
}

/// Added first-token latency and tokens per second of web-client turns.
pub async fn measure_streams(launch: &Launch, sizes: &[usize], report: &mut Report) -> Result<()> {
    let (server, token) = crate::ready(launch).await?;
    let server = Arc::new(server);
    for &size in sizes {
        let seen = whole(round(&server, &token, "mock-200-50", size).await?)?;
        let mut first: Vec<f64> = seen.iter().filter_map(|seen| seen.delays_ms.first().copied()).collect();
        for (label, share) in [("p50", 0.5), ("p99", 0.99)] {
            let row = format!("web-client streams, {size} at once: first-token delay {label}");
            report.add(launch.name(), &row, percentile(&mut first, share), "ms");
        }
        let begin = Instant::now();
        let tokens: usize =
            whole(round(&server, &token, "mock-200-0", size).await?)?.iter().map(|seen| seen.delays_ms.len()).sum();
        let rate = tokens as f64 / begin.elapsed().as_secs_f64();
        report.add(launch.name(), &format!("web-client streams, {size} at once: tokens per second"), rate, "1/s");
    }
    stop(server).await;
    Ok(())
}

/// Many streams at 50 tokens a second: every token in order, and how late.
pub async fn measure_delivery(launch: &Launch, size: usize, report: &mut Report) -> Result<()> {
    let (server, token) = crate::ready(launch).await?;
    let server = Arc::new(server);
    // A viewer who reads too slowly is cut off: it counts as incomplete.
    let mut seen = Vec::new();
    for outcome in round(&server, &token, "mock-500-50", size).await? {
        match outcome {
            Ok(one) => seen.push(one),
            Err(error) => eprintln!("a stream broke off: {error:#}"),
        }
    }
    let ordered = seen.iter().filter(|seen| seen.ordered && seen.delays_ms.len() == 500).count();
    let mut delays: Vec<f64> = seen.iter().flat_map(|seen| seen.delays_ms.iter().copied()).collect();
    let label = format!("web-client delivery, {size} streams at 50 tokens/s");
    report.add(launch.name(), &format!("{label}: complete and in order"), ordered as f64, "streams");
    report.add(launch.name(), &format!("{label}: token delay p50"), percentile(&mut delays, 0.5), "ms");
    report.add(launch.name(), &format!("{label}: token delay p99"), percentile(&mut delays, 0.99), "ms");
    report.add(launch.name(), &format!("{label}: memory during it"), server.memory_mb()?, "MB");
    stop(server).await;
    Ok(())
}

/// Resident memory per signed-in socket that does nothing.
pub async fn measure_idle(launch: &Launch, count: usize, report: &mut Report) -> Result<()> {
    let (server, token) = crate::ready(launch).await?;
    // The first sockets pay for code and pools that all share.
    let mut warm = Vec::new();
    for _ in 0..20 {
        warm.push(Socket::connect(&server.url, &token).await?);
    }
    // What signing up took is given back within seconds.
    tokio::time::sleep(Duration::from_secs(20)).await;
    let before = server.memory_mb()?;
    let mut sockets = Vec::new();
    for _ in 0..count {
        sockets.push(Socket::connect(&server.url, &token).await?);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let per_socket = (server.memory_mb()? - before) * 1024.0 / count as f64;
    report.add(launch.name(), "memory per idle signed-in socket", per_socket, "KB");
    drop((warm, sockets));
    server.stop().await;
    Ok(())
}

async fn stop(server: Arc<Server>) {
    if let Ok(server) = Arc::try_unwrap(server) {
        server.stop().await;
    }
}

/// `size` people, each with an account of their own would share one room: here each viewer filters its own chat.
async fn round(server: &Arc<Server>, admin: &str, model: &str, size: usize) -> Result<Vec<Result<Seen>>> {
    let people = crate::people::people(server, admin, size).await?;
    let mut sockets = Vec::new();
    for token in &people {
        sockets.push(Socket::connect(&server.url, token).await?);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (socket, token) in sockets.into_iter().zip(people) {
        let (server, model) = (server.clone(), model.to_owned());
        tasks.spawn(async move {
            tokio::time::timeout(Duration::from_secs(180), watch(&server, &token, &model, socket)).await?
        });
    }
    Ok(tasks.join_all().await)
}

fn whole(seen: Vec<Result<Seen>>) -> Result<Vec<Seen>> {
    seen.into_iter().collect()
}

/// Asks once and reads until the turn is done.
async fn watch(server: &Server, token: &str, model: &str, mut socket: Socket) -> Result<Seen> {
    let ask = json!({
        "model": model, "stream": true, "messages": [], "params": {}, "features": {}, "variables": {},
        "session_id": socket.id, "parent_id": null, "id": format!("a-{}", socket.id), "background_tasks": {},
        "user_message": {"id": format!("u-{}", socket.id), "parentId": null, "childrenIds": [], "role": "user",
            "content": "go", "models": [model], "timestamp": 1},
    });
    let (status, body) = server.post("/api/chat/completions", token, &ask).await?;
    ensure!(status == 200, "status {status}: {body}");
    let mut seen = Seen { delays_ms: Vec::new(), ordered: true };
    let mut last = 0;
    loop {
        let event = socket.event().await?;
        if event.data.kind == "chat:completion" && event.data.data.done {
            return Ok(seen);
        }
        let Some(delta) = event.data.data.delta else { continue };
        let now = micros();
        for sent in delta.split_whitespace().filter_map(|word| word.parse::<u64>().ok()) {
            seen.delays_ms.push(now.saturating_sub(sent) as f64 / 1e3);
            seen.ordered &= sent >= last;
            last = sent;
        }
    }
}
