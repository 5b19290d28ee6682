//! The one HTTP client: bounded waits, clear failures, bytes as they come.

use std::pin::Pin;
use std::time::{Duration, Instant};

use airis_config::{Config, Forwarded};
use airis_domain::{Json, User};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, RequestBuilder, Response, StatusCode};

use crate::connection::Connection;
use crate::{ProviderError, RawBody, RawReply, fault, redact, words};

/// Seconds to reach a server at all.
const CONNECT_SECONDS: u64 = 10;
/// Seconds between two bytes of an answer when no setting says otherwise; local servers may think long before the first.
const IDLE_SECONDS: u64 = 300;
/// Seconds for the words behind an error status; the status alone says enough when they do not come.
const ERROR_SECONDS: u64 = 5;
/// Largest answer that is read whole.
const MAX_BODY: usize = 64 * 1024 * 1024;
/// Bytes that are read of an error.
const MAX_ERROR: usize = 1024 * 1024;

/// Bytes of an answer; an error ends it.
pub type Bodies = Pin<Box<dyn Stream<Item = Result<Bytes, ProviderError>> + Send>>;

/// When an answer must be whole.
#[derive(Clone, Copy)]
struct Deadline(Instant);

/// Client and deadlines; cheap to clone.
#[derive(Clone)]
pub struct Http {
    client: Client,
    idle: Duration,
    total: Option<Duration>,
    list: Duration,
    forwarded: Option<Forwarded>,
}

impl Http {
    pub fn new(config: &Config) -> Self {
        let settings = config.settings();
        let client = Client::builder()
            .tls_backend_preconfigured(airis_outbound::encryption())
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS))
            .redirect(Policy::custom(redirect))
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
            forwarded: settings.forwarded.clone(),
        }
    }

    /// The same deadlines with another client.
    pub fn with_client(&self, client: Client) -> Self {
        Self { client, ..self.clone() }
    }

    /// How long nothing may happen.
    pub fn idle(&self) -> Duration {
        self.idle
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
        // A provider that traces, too, goes on with the same trace.
        if let Some(trace) = airis_telemetry::trace::header() {
            request = request.header("traceparent", trace);
        }
        if let (Some(user), Some(names)) = (user, &self.forwarded) {
            for (name, value) in names.user(user, airis_domain::now()) {
                request = request.header(name, value);
            }
        }
        request
    }

    /// Sends and waits for the head of the answer.
    pub async fn send(&self, connection: &Connection, request: RequestBuilder) -> Result<Response, ProviderError> {
        let begun = Instant::now();
        let wait = self.total.unwrap_or(self.idle);
        let mut response = match tokio::time::timeout(wait, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(fault::unreachable(connection, &error)),
            Err(_) => return Err(ProviderError::Stalled(wait.as_secs())),
        };
        if response.status().is_redirection() {
            return Err(redirected(connection, &response));
        }
        if let Some(total) = self.total {
            response.extensions_mut().insert(Deadline(begun + total));
        }
        Ok(response)
    }

    /// Sends and reads a whole JSON answer; an error status becomes `ProviderError::Answer`.
    pub async fn json(&self, connection: &Connection, request: RequestBuilder) -> Result<Json, ProviderError> {
        let response = self.ok(connection, self.send(connection, request).await?).await?;
        self.read_json(connection, response).await
    }

    /// The answer if its status says success; else what the server said.
    pub async fn ok(&self, connection: &Connection, response: Response) -> Result<Response, ProviderError> {
        let status = response.status().as_u16();
        if status < 400 {
            return Ok(response);
        }
        Err(ProviderError::Answer { status, body: parse(&self.read_error(connection, response).await) })
    }

    /// The same within the deadline of model lists.
    pub async fn list_json(&self, connection: &Connection, request: RequestBuilder) -> Result<Json, ProviderError> {
        match tokio::time::timeout(self.list, self.json(connection, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(ProviderError::Stalled(self.list.as_secs())),
        }
    }

    /// Hands an answer on: JSON and errors whole, anything else as bytes while they come.
    pub async fn raw(&self, connection: &Connection, request: RequestBuilder) -> Result<RawReply, ProviderError> {
        let response = self.send(connection, request).await?;
        let (status, kind) = (response.status().as_u16(), content_type(&response));
        let is_json = kind.starts_with("application/json");
        let content_type = if is_json { "application/json".to_owned() } else { kind };
        let body = match (status >= 400, is_json) {
            (true, true) => RawBody::Json(parse(&self.read_error(connection, response).await)),
            (true, false) => {
                let body = Bytes::from(self.read_error(connection, response).await);
                RawBody::Stream(Box::pin(futures::stream::once(async { Ok(body) })))
            }
            (false, true) => RawBody::Json(parse(&self.read(connection, response).await?)),
            (false, false) => RawBody::Stream(self.bytes(connection, response)),
        };
        Ok(RawReply { status, content_type, body })
    }

    /// The answer's bytes, each within the idle deadline, all within the total one.
    pub fn bytes(&self, connection: &Connection, response: Response) -> Bodies {
        let (idle, total, connection) = (self.idle, self.total.unwrap_or_default(), connection.clone());
        let deadline = response.extensions().get::<Deadline>().copied();
        let mut stream = response.bytes_stream();
        Box::pin(async_stream::stream! {
            loop {
                let left = deadline.map(|Deadline(end)| end.saturating_duration_since(Instant::now()));
                let wait = left.map_or(idle, |left| left.min(idle));
                match tokio::time::timeout(wait, stream.next()).await {
                    Ok(Some(Ok(_))) if left.is_some_and(|left| left.is_zero()) => {}
                    Ok(Some(Ok(bytes))) => {
                        yield Ok(bytes);
                        continue;
                    }
                    Ok(Some(Err(error))) => {
                        yield Err(fault::unreachable(&connection, &error));
                        return;
                    }
                    Ok(None) => return,
                    Err(_) => {}
                }
                yield Err(if wait < idle { late(&connection, total) } else { ProviderError::Stalled(idle.as_secs()) });
                return;
            }
        })
    }

    /// Reads the whole answer, which must be JSON.
    pub async fn read_json(&self, connection: &Connection, response: Response) -> Result<Json, ProviderError> {
        let body = self.read(connection, response).await?;
        serde_json::from_slice(&body).map_err(|_| {
            let text = redact::text(connection, &String::from_utf8_lossy(&body));
            ProviderError::Broken(match words::line(&text) {
                line if line.is_empty() => "it is empty; is the address right?".to_owned(),
                line => format!("no JSON, but \"{line}\"; is the address right?"),
            })
        })
    }

    /// Names the chat of a request where people's names are forwarded too.
    pub fn with_chat(&self, request: RequestBuilder, chat: &str) -> RequestBuilder {
        match &self.forwarded {
            Some(names) => request.header(&names.chat_id, chat),
            None => request,
        }
    }

    async fn read(&self, connection: &Connection, response: Response) -> Result<Vec<u8>, ProviderError> {
        let mut body = Vec::new();
        let mut stream = self.bytes(connection, response);
        while let Some(bytes) = stream.next().await {
            body.extend_from_slice(&bytes?);
            if body.len() > MAX_BODY {
                return Err(ProviderError::Broken("it is larger than 64 MB".to_owned()));
            }
        }
        Ok(body)
    }

    /// As much of an error as comes in time, without the connection's secrets.
    async fn read_error(&self, connection: &Connection, response: Response) -> Vec<u8> {
        let mut body = Vec::new();
        let mut stream = self.bytes(connection, response);
        let reading = async {
            while let Some(Ok(bytes)) = stream.next().await {
                body.extend_from_slice(&bytes);
                if body.len() > MAX_ERROR {
                    break;
                }
            }
        };
        // What came until then is kept.
        let _ = tokio::time::timeout(Duration::from_secs(ERROR_SECONDS), reading).await;
        body.truncate(MAX_ERROR);
        match serde_json::from_slice::<Json>(&body) {
            Ok(mut json) => {
                redact::json(connection, &mut json);
                json.to_string().into_bytes()
            }
            Err(_) => redact::text(connection, &String::from_utf8_lossy(&body)).into_bytes(),
        }
    }
}

/// Redirects stay on the same server, so that keys do, and only where a question stays a question: 301 to 303 make a
/// `GET` of it.
fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let same = attempt.previous().last().is_some_and(|from| from.origin() == attempt.url().origin());
    let keeps = matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    if same && keeps && attempt.previous().len() < 5 { attempt.follow() } else { attempt.stop() }
}

fn redirected(connection: &Connection, response: &Response) -> ProviderError {
    let to = response.headers().get(reqwest::header::LOCATION).and_then(|value| value.to_str().ok());
    let to = words::line(to.unwrap_or("another address"));
    ProviderError::Unreachable(format!(
        "{} at {} sends requests on to {to}; put the address it really has into the connection",
        fault::name(connection),
        connection.place()
    ))
}

fn late(connection: &Connection, total: Duration) -> ProviderError {
    ProviderError::Unreachable(format!(
        "{} at {} did not finish its answer within {} s; AIOHTTP_CLIENT_TIMEOUT sets this limit",
        fault::name(connection),
        connection.place(),
        total.as_secs()
    ))
}

pub fn content_type(response: &Response) -> String {
    let value = response.headers().get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or("application/octet-stream").to_owned()
}

/// JSON, or the text under `detail` so that nothing a server said is lost.
pub fn parse(body: &[u8]) -> Json {
    serde_json::from_slice(body).unwrap_or_else(|_| serde_json::json!({"detail": String::from_utf8_lossy(body)}))
}
