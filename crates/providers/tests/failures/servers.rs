//! Servers that do exactly what a test says, and the asking side of each test.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use airis_config::Config;
use airis_providers::{ChatRequest, Part, ProviderError, Providers};
use futures::StreamExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const KEY: &str = "sk-very-secret-0123456789";

/// One request that a server heard.
pub struct Visit {
    pub stream: TcpStream,
    /// Request line and headers.
    pub head: String,
}

impl Visit {
    pub async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        // The other side may have left.
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Says it in many small packets.
    pub async fn say_slowly(&mut self, bytes: impl AsRef<[u8]>, step: usize) {
        self.stream.set_nodelay(true).unwrap();
        for piece in bytes.as_ref().chunks(step) {
            self.say(piece).await;
            tokio::task::yield_now().await;
        }
    }

    /// Stays, and says nothing: whoever comes to an end all the same has given it up.
    pub async fn hang(self) {
        std::future::pending::<()>().await;
        drop(self);
    }

    /// Ends the connection as a crash does.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

/// A server that handles every connection as `behave` says.
pub async fn raw_server<F, Fut>(behave: F) -> SocketAddr
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(behave(stream));
        }
    });
    address
}

/// The same once the request is read. Ollama's lists are answered with the one model `m`.
pub async fn server<F, Fut>(behave: F) -> SocketAddr
where
    F: Fn(Visit) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let behave = Arc::new(behave);
    raw_server(move |mut stream| {
        let behave = behave.clone();
        async move {
            let Some(head) = read_request(&mut stream).await else { return };
            let mut visit = Visit { stream, head };
            if visit.head.starts_with("GET /api/") {
                visit.say(answer(200, "application/json", r#"{"models":[{"name":"m","model":"m"}]}"#)).await;
            } else {
                behave(visit).await;
            }
        }
    })
    .await
}

pub async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let lower = head.to_lowercase();
    let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// A whole answer.
pub fn answer(status: u16, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// The head of a stream that ends with its connection.
pub fn begin(kind: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n")
}

/// A server-sent event with a piece of text.
pub fn text(text: &str) -> String {
    format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {"content": text}}]}))
}

/// The event that says why the reply is over.
pub fn finish() -> String {
    format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
}

/// Providers with these settings; two seconds of silence are too much for them.
pub fn providers(settings: &[(&str, &str)]) -> Providers {
    let given: Vec<(String, String)> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let env = move |name: &str| {
        let fallback = match name {
            "ENABLE_OPENAI_API" | "ENABLE_OLLAMA_API" => Some("false"),
            "LOCAL_MODEL_PATH" => Some("no-such-folder"),
            "AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT" | "AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST" => Some("2"),
            _ => None,
        };
        given.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).or(fallback.map(str::to_owned))
    };
    Providers::new(Arc::new(Config::from_env(&env).unwrap()))
}

/// One OpenAI-compatible connection with the model `m`.
pub fn openai(base: &str) -> Providers {
    openai_with(base, r#"{"0": {"model_ids": ["m"]}}"#, &[])
}

pub fn openai_with(base: &str, options: &str, more: &[(&str, &str)]) -> Providers {
    let mut settings = vec![
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", base),
        ("OPENAI_API_KEYS", KEY),
        ("OPENAI_API_CONFIGS", options),
    ];
    settings.extend(more);
    providers(&settings)
}

pub fn ollama(address: SocketAddr) -> Providers {
    let base = format!("http://{address}");
    let options = json!({"0": {"key": KEY}}).to_string();
    providers(&[("ENABLE_OLLAMA_API", "true"), ("OLLAMA_BASE_URLS", &base), ("OLLAMA_API_CONFIGS", &options)])
}

pub fn url(address: SocketAddr) -> String {
    format!("http://{address}/v1")
}

pub fn request(stream: bool) -> ChatRequest {
    let body = json!({"messages": [{"role": "user", "content": "hi"}], "stream": stream});
    ChatRequest {
        model: "m".to_owned(),
        body: body.as_object().unwrap().clone(),
        user: None,
        chat_id: None,
        prefix: None,
    }
}

/// A reply to its end.
#[derive(Debug, Default)]
pub struct Reply {
    pub text: String,
    pub parts: Vec<Part>,
    pub error: Option<ProviderError>,
}

impl Reply {
    /// What people would read of the failure.
    pub fn told(&self) -> String {
        self.error.as_ref().expect("an error was expected").to_string()
    }
}

/// Asks and reads; whoever hangs longer than a test may take fails it.
pub async fn ask(providers: &Providers) -> Reply {
    within(120, async {
        let mut reply = Reply::default();
        match providers.stream(request(true)).await {
            Ok(mut stream) => {
                while let Some(chunk) = stream.next().await {
                    match chunk {
                        Ok(chunk) => reply.parts.extend(chunk.parts),
                        Err(error) => {
                            assert!(reply.error.replace(error).is_none(), "an error ends the stream");
                        }
                    }
                }
            }
            Err(error) => reply.error = Some(error),
        }
        for part in &reply.parts {
            if let Part::Text(text) = part {
                reply.text.push_str(text);
            }
        }
        reply
    })
    .await
}

pub async fn within<T>(seconds: u64, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(seconds), work).await.expect("it hung")
}
