//! The one HTTP client: bounded waits, clear failures, bytes as they come.

use std::pin::Pin;
use std::time::Duration;

use airis_config::Config;
use airis_domain::{Json, User};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use reqwest::{Client, RequestBuilder, Response};

use crate::connection::{Connection, Kind};
use crate::{ProviderError, RawBody, RawReply};

/// Seconds to reach a server at all.
const CONNECT_SECONDS: u64 = 10;
/// Seconds between two bytes of an answer when no setting says otherwise; local servers may think long before the first.
const IDLE_SECONDS: u64 = 300;
/// Largest answer that is read whole.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Bytes of an answer; an error ends it.
pub type Bodies = Pin<Box<dyn Stream<Item = Result<Bytes, ProviderError>> + Send>>;

/// Client and deadlines; cheap to clone.
#[derive(Clone)]
pub struct Http {
    client: Client,
    idle: Duration,
    total: Option<Duration>,
    list: Duration,
    forward_user: bool,
}

impl Http {
    pub fn new(config: &Config) -> Self {
        // Fails when it is there already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = config.settings();
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS))
            .tcp_nodelay(true)
            .pool_max_idle_per_host(64)
            .user_agent(concat!("airis/", env!("CARGO_PKG_VERSION")))
            .build()
            .unwrap_or_default();
        Self {
            client,
            idle: Duration::from_secs(settings.stream_idle_timeout.unwrap_or(IDLE_SECONDS)),
            total: settings.aiohttp_client_timeout.map(Duration::from_secs),
            list: Duration::from_secs(settings.model_list_timeout.max(1)),
            forward_user: settings.forward_user_info_headers,
        }
    }

    /// A request to `url` with the connection's credentials and headers.
    pub fn request(
        &self,
        connection: &Connection,
        method: reqwest::Method,
        url: &str,
        user: Option<&User>,
    ) -> RequestBuilder {
        let mut request = self.client.request(method, url);
        let auth = connection.text("auth_type");
        if connection.is_azure() && auth != "azure_ad" && auth != "microsoft_entra_id" {
            request = request.header("api-key", &connection.key);
        } else if !connection.key.is_empty() && auth != "none" {
            request = request.bearer_auth(&connection.key);
        }
        if let Some(headers) = connection.options.get("headers").and_then(Json::as_object) {
            for (name, value) in headers {
                request = request.header(name, value.as_str().unwrap_or_default());
            }
        }
        if let Some(user) = user.filter(|_| self.forward_user) {
            request = request
                .header("X-OpenWebUI-User-Name", header_text(&user.name))
                .header("X-OpenWebUI-User-Id", user.id.as_str())
                .header("X-OpenWebUI-User-Email", header_text(&user.email))
                .header("X-OpenWebUI-User-Role", user.role.as_str());
        }
        request
    }

    /// Sends and waits for the head of the answer.
    pub async fn send(&self, connection: &Connection, request: RequestBuilder) -> Result<Response, ProviderError> {
        let wait = self.total.unwrap_or(self.idle);
        match tokio::time::timeout(wait, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(unreachable(connection, &error)),
            Err(_) => Err(ProviderError::Stalled(wait.as_secs())),
        }
    }

    /// Sends and reads a whole JSON answer; an error status becomes `ProviderError::Answer`.
    pub async fn json(&self, connection: &Connection, request: RequestBuilder) -> Result<Json, ProviderError> {
        let response = self.send(connection, request).await?;
        let status = response.status().as_u16();
        let json = self.read_json(connection, response).await?;
        if status >= 400 { Err(ProviderError::Answer { status, body: json }) } else { Ok(json) }
    }

    /// The same within the deadline of model lists.
    pub async fn list_json(&self, connection: &Connection, request: RequestBuilder) -> Result<Json, ProviderError> {
        match tokio::time::timeout(self.list, self.json(connection, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(ProviderError::Stalled(self.list.as_secs())),
        }
    }

    /// Hands an answer on: JSON whole, anything else as bytes while they come.
    pub async fn raw(&self, connection: &Connection, request: RequestBuilder) -> Result<RawReply, ProviderError> {
        let response = self.send(connection, request).await?;
        let status = response.status().as_u16();
        let content_type = content_type(&response);
        if content_type.starts_with("application/json") {
            let body = RawBody::Json(self.read_json(connection, response).await?);
            return Ok(RawReply { status, content_type: "application/json".to_owned(), body });
        }
        Ok(RawReply { status, content_type, body: RawBody::Stream(self.bytes(connection, response)) })
    }

    /// The answer's bytes, each within the idle deadline.
    pub fn bytes(&self, connection: &Connection, response: Response) -> Bodies {
        let (idle, connection) = (self.idle, connection.clone());
        let mut stream = response.bytes_stream();
        Box::pin(async_stream::stream! {
            loop {
                match tokio::time::timeout(idle, stream.next()).await {
                    Ok(Some(Ok(bytes))) => yield Ok(bytes),
                    Ok(Some(Err(error))) => {
                        yield Err(unreachable(&connection, &error));
                        return;
                    }
                    Ok(None) => return,
                    Err(_) => {
                        yield Err(ProviderError::Stalled(idle.as_secs()));
                        return;
                    }
                }
            }
        })
    }

    /// Reads the whole answer as JSON, whatever its status.
    pub async fn read_json(&self, connection: &Connection, response: Response) -> Result<Json, ProviderError> {
        Ok(parse(&self.read(connection, response).await?))
    }

    /// Names the chat of a request where people's names are forwarded too.
    pub fn with_chat(&self, request: RequestBuilder, chat: &str) -> RequestBuilder {
        if self.forward_user { request.header("X-OpenWebUI-Chat-Id", chat) } else { request }
    }

    async fn read(&self, connection: &Connection, response: Response) -> Result<Vec<u8>, ProviderError> {
        let mut body = Vec::new();
        let mut stream = self.bytes(connection, response);
        while let Some(bytes) = stream.next().await {
            body.extend_from_slice(&bytes?);
            if body.len() > MAX_BODY {
                return Err(ProviderError::Broken("the answer is larger than 64 MB".to_owned()));
            }
        }
        Ok(body)
    }
}

pub fn content_type(response: &Response) -> String {
    let value = response.headers().get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or("application/octet-stream").to_owned()
}

/// JSON, or the text under `detail` so that nothing a server said is lost.
pub fn parse(body: &[u8]) -> Json {
    serde_json::from_slice(body).unwrap_or_else(|_| serde_json::json!({"detail": String::from_utf8_lossy(body)}))
}

/// Header values hold no other than visible ASCII.
fn header_text(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_graphic() || byte == b' ' { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect()
}

fn unreachable(connection: &Connection, error: &reqwest::Error) -> ProviderError {
    let what = match connection.kind {
        Kind::OpenAi => "the OpenAI-compatible server",
        Kind::Ollama => "Ollama",
    };
    let why = if error.is_connect() {
        "cannot be reached; is it running, and is the address right?"
    } else if error.is_timeout() {
        "did not answer in time"
    } else {
        "broke the connection off"
    };
    tracing::warn!(url = %connection.url, error = %error.to_string(), "provider connection failed");
    ProviderError::Unreachable(format!("{what} at {} {why}", connection.url))
}
