//! The door of `/ws/socket.io`: a tower layer before the Socket.IO engine. It answers what the engine would answer
//! differently from the contract, and does the websocket upgrade itself, because then the engine keeps no part of the
//! HTTP request alive (8 KB per socket) and every connection runs over a [`Line`].

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use http_body_util::{BodyExt, Either, Full};
use hyper_util::rt::TokioIo;
use socketioxide::service::SocketIoService;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tower::{Layer, Service};

use crate::line::{Line, Metered};

/// Where the Socket.IO server answers.
pub(crate) const PATH: &str = "/ws/socket.io";

pub(crate) type Engine = SocketIoService<Nowhere>;

/// What the engine would pass other paths to; it never sees one.
#[derive(Clone)]
pub(crate) struct Nowhere;

impl<B> Service<Request<B>> for Nowhere {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        std::future::ready(Ok(plain(StatusCode::NOT_FOUND, "\"Not found\"")))
    }
}

/// Puts the Socket.IO server in front of a service; other paths pass through untouched.
#[derive(Clone)]
pub struct SocketLayer {
    pub(crate) engine: Engine,
    /// Websocket only, or polling only.
    pub(crate) websocket: bool,
}

impl<S> Layer<S> for SocketLayer {
    type Service = SocketGate<S>;

    fn layer(&self, inner: S) -> SocketGate<S> {
        SocketGate { inner, door: self.clone() }
    }
}

/// A service with the Socket.IO server in front.
#[derive(Clone)]
pub struct SocketGate<S> {
    inner: S,
    door: SocketLayer,
}

type Answer<B> = Response<Either<B, Full<Bytes>>>;

impl<S, B, R> Service<Request<B>> for SocketGate<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + std::fmt::Debug + 'static,
    B::Error: std::fmt::Debug,
    R: Body<Data = Bytes> + Send + 'static,
{
    type Response = Answer<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Answer<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if !is_ours(request.uri().path()) {
            let answer = self.inner.call(request);
            return Box::pin(async move { Ok(answer.await?.map(Either::Left)) });
        }
        let door = self.door.clone();
        Box::pin(async move { Ok(door.answer(request).await.map(Either::Right)) })
    }
}

fn is_ours(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest == "/")
}

impl SocketLayer {
    async fn answer<B>(self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes> + Send + Unpin + std::fmt::Debug + 'static,
        B::Error: std::fmt::Debug,
    {
        let wanted = query_value(request.uri(), "transport");
        let allowed = if self.websocket { "websocket" } else { "polling" };
        if wanted != Some(allowed) {
            return plain(StatusCode::BAD_REQUEST, "\"Invalid transport\"");
        }
        if query_value(request.uri(), "EIO") != Some("4") {
            return plain(
                StatusCode::BAD_REQUEST,
                "\"The client is using an unsupported version of the Socket.IO or Engine.IO protocols\"",
            );
        }
        if self.websocket { self.upgrade(request) } else { self.poll(request).await }
    }

    /// Answers 101 and hands the connection to the engine, with a head of its own that shares no buffer with hyper's.
    fn upgrade<B: Send + 'static>(self, request: Request<B>) -> Response<Full<Bytes>> {
        let Some(key) = websocket_key(&request) else {
            return plain(StatusCode::BAD_REQUEST, "\"Expected a websocket upgrade\"");
        };
        let accept = derive_accept_key(key.as_bytes());
        let Ok(accept) = HeaderValue::from_str(&accept) else {
            return plain(StatusCode::BAD_REQUEST, "\"Bad Sec-WebSocket-Key\"");
        };
        let line = Arc::new(Line::default());
        let mut head = Request::new(());
        *head.uri_mut() = request.uri().to_string().parse().unwrap_or_default();
        head.extensions_mut().insert(line.clone());
        let mut engine = self.engine;
        // Owned by the connection: it ends when the upgrade fails or the engine has taken the socket.
        tokio::spawn(async move {
            match hyper::upgrade::on(request).await {
                Ok(upgraded) => {
                    let io = Metered::new(TokioIo::new(upgraded), line);
                    if let Err(error) = Service::call(&mut engine, (io, head)).await {
                        tracing::debug!(%error, "websocket refused by the engine");
                    }
                }
                Err(error) => tracing::debug!(%error, "websocket upgrade failed"),
            }
        });
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        response
    }

    /// Long polling through the engine. Its open packet always offers an upgrade; here there is none.
    async fn poll<B>(mut self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes> + Send + Unpin + std::fmt::Debug + 'static,
        B::Error: std::fmt::Debug,
    {
        let opens = request.method() == Method::GET && query_value(request.uri(), "sid").is_none();
        let Ok(response) = Service::call(&mut self.engine, request).await;
        let (mut head, body) = response.into_parts();
        let Ok(body) = body.collect().await;
        let mut body = body.to_bytes();
        if opens && head.status == StatusCode::OK {
            let text = String::from_utf8_lossy(&body).replace(r#""upgrades":["websocket"]"#, r#""upgrades":[]"#);
            body = Bytes::from(text);
            head.headers.remove(header::CONTENT_LENGTH);
        }
        Response::from_parts(head, Full::new(body))
    }
}

/// The handshake key, when this really is a websocket upgrade of version 13.
fn websocket_key<B>(request: &Request<B>) -> Option<HeaderValue> {
    let headers = request.headers();
    let valid = request.method() == Method::GET
        && has_token(headers, header::CONNECTION, "upgrade")
        && has_token(headers, header::UPGRADE, "websocket")
        && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    valid.then(|| headers.get(header::SEC_WEBSOCKET_KEY).cloned()).flatten()
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
}

fn query_value<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    uri.query()?
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value))
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
