//! The door of `/ws/socket.io`: a tower layer that answers Engine.IO requests and passes everything else on.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use http_body_util::{Either, Full};
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};
use tower::{Layer, Service};

use crate::{Inner, polling, websocket};

/// Where the Socket.IO server answers.
const PATH: &str = "/ws/socket.io";
/// What RFC 6455 appends to the client's key.
const KEY_SUFFIX: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Puts the Socket.IO server in front of a service; other paths pass through untouched.
#[derive(Clone)]
pub struct SocketLayer {
    pub(crate) inner: Arc<Inner>,
}

impl<S> Layer<S> for SocketLayer {
    type Service = SocketGate<S>;

    fn layer(&self, service: S) -> SocketGate<S> {
        SocketGate { service, inner: self.inner.clone() }
    }
}

/// A service with the Socket.IO server in front.
#[derive(Clone)]
pub struct SocketGate<S> {
    service: S,
    inner: Arc<Inner>,
}

type Answer<B> = Response<Either<B, Full<Bytes>>>;

impl<S, B, R> Service<Request<B>> for SocketGate<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    R: Body<Data = Bytes> + Send + 'static,
{
    type Response = Answer<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Answer<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if !is_ours(request.uri().path()) {
            let answer = self.service.call(request);
            return Box::pin(async move { Ok(answer.await?.map(Either::Left)) });
        }
        let inner = self.inner.clone();
        Box::pin(async move { Ok(answer(inner, request).await.map(Either::Right)) })
    }
}

fn is_ours(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest == "/")
}

async fn answer<B>(inner: Arc<Inner>, request: Request<B>) -> Response<Full<Bytes>>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let websocket = inner.config.settings().enable_websocket;
    if query_value(request.uri(), "transport") != Some(if websocket { "websocket" } else { "polling" }) {
        return plain(StatusCode::BAD_REQUEST, "\"Invalid transport\"");
    }
    if query_value(request.uri(), "EIO") != Some("4") {
        return plain(StatusCode::BAD_REQUEST, "\"Only protocol 4 of Engine.IO is spoken here\"");
    }
    if websocket { upgrade(inner, request) } else { polling::answer(&inner, request).await }
}

/// Answers 101 and serves the connection in a task of its own, which ends with it.
fn upgrade<B: Send + 'static>(inner: Arc<Inner>, request: Request<B>) -> Response<Full<Bytes>> {
    let accept = websocket_key(&request).and_then(|key| {
        let digest = Sha1::new().chain_update(key.as_bytes()).chain_update(KEY_SUFFIX).finalize();
        HeaderValue::from_str(&STANDARD.encode(digest)).ok()
    });
    let Some(accept) = accept else {
        return plain(StatusCode::BAD_REQUEST, "\"Expected a websocket upgrade\"");
    };
    tokio::spawn(async move {
        match hyper::upgrade::on(request).await {
            // A task of its own, so that the memory of the upgrade goes back now.
            Ok(upgraded) => {
                tokio::spawn(websocket::serve(TokioIo::new(upgraded), inner));
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

/// The handshake key, when this really is a websocket upgrade of version 13.
fn websocket_key<B>(request: &Request<B>) -> Option<HeaderValue> {
    let headers = request.headers();
    let valid = request.method() == Method::GET
        && has_token(headers, &header::CONNECTION, "upgrade")
        && has_token(headers, &header::UPGRADE, "websocket")
        && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    valid.then(|| headers.get(header::SEC_WEBSOCKET_KEY).cloned()).flatten()
}

fn has_token(headers: &HeaderMap, name: &header::HeaderName, token: &str) -> bool {
    let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
}

pub(crate) fn query_value<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
