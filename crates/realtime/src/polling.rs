//! Clients on long polling: a request brings what waits for them, another takes what they say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use airis_bus::Home;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use dashmap::DashMap;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full, Limited};
use parking_lot::Mutex;

use crate::gate::{plain, query_value};
use crate::link::{Flow, JOIN_WITHIN, Link, PING};
use crate::outbox::Next;
use crate::seat::Seat;
use crate::{Inner, MAX_PAYLOAD, relay};

/// What separates packets in a body.
const SEPARATOR: char = '\u{1e}';
/// Bytes handed out at a time.
const PORTION: usize = 4 * 1024 * 1024;

/// Open sessions by id.
#[derive(Default)]
pub(crate) struct Polling {
    sessions: DashMap<String, Arc<Session>>,
}

impl Polling {
    fn session(&self, sid: &str) -> Option<Arc<Session>> {
        self.sessions.get(sid).map(|session| session.clone())
    }
}

struct Session {
    seat: Arc<Seat>,
    /// Gone once the session is over.
    link: Mutex<Option<Link>>,
    /// Somebody waits for packets.
    polled: tokio::sync::Mutex<()>,
    ponged: AtomicBool,
}

impl Session {
    fn end(&self) {
        self.seat.close();
        drop(self.link.lock().take());
    }
}

/// Answers a polling request.
pub(crate) async fn answer<B>(inner: &Arc<Inner>, request: Request<B>) -> Response<Full<Bytes>>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let Some(sid) = query_value(request.uri(), "sid").map(str::to_owned) else {
        return if request.method() == Method::GET { open(inner).await } else { refused() };
    };
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return refused();
    }
    match relay::home(inner, &sid).await {
        Home::Here => {}
        Home::There(place) => return relay::poll(inner, &place, &sid, request).await,
        Home::Nowhere => return refused(),
    }
    let method = request.method().clone();
    match whole(request).await {
        Some(body) => serve(inner, &sid, &method, body).await,
        None => {
            if let Some(session) = inner.polling.session(&sid) {
                session.end();
            }
            too_large()
        }
    }
}

/// Answers a request for a session of this instance.
pub(crate) async fn serve(inner: &Inner, sid: &str, method: &Method, body: Bytes) -> Response<Full<Bytes>> {
    match inner.polling.session(sid) {
        Some(session) if method == Method::GET => give(inner, &session).await,
        Some(session) => take(&session, &body),
        None => refused(),
    }
}

/// The body of a request; `None` when it is too large or breaks off.
pub(crate) async fn whole<B>(request: Request<B>) -> Option<Bytes>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let body = Limited::new(request.into_body(), MAX_PAYLOAD).collect().await;
    body.ok().map(|body| body.to_bytes())
}

/// The answer to a body that is too large.
pub(crate) fn too_large() -> Response<Full<Bytes>> {
    plain(StatusCode::PAYLOAD_TOO_LARGE, "\"Payload too large\"")
}

pub(crate) fn refused() -> Response<Full<Bytes>> {
    plain(StatusCode::BAD_REQUEST, "\"Invalid session\"")
}

/// The answer to a body that makes no sense.
pub(crate) fn unusable() -> Response<Full<Bytes>> {
    plain(StatusCode::BAD_REQUEST, "\"Invalid payload\"")
}

async fn open(inner: &Arc<Inner>) -> Response<Full<Bytes>> {
    let link = Link::open(inner);
    let seat = link.seat.clone();
    let session = Arc::new(Session {
        seat: seat.clone(),
        link: Mutex::new(Some(link)),
        polled: tokio::sync::Mutex::default(),
        ponged: AtomicBool::new(false),
    });
    inner.polling.sessions.insert(seat.id().to_owned(), session.clone());
    // Owned by the session: it ends when the client is silent or the seat is closed.
    tokio::spawn(watch(inner.clone(), session));
    match seat.next(1).await {
        Next::Send(packets) => body(&packets),
        Next::Close => refused(),
    }
}

/// Pings a client until it is silent, then forgets it.
async fn watch(inner: Arc<Inner>, session: Arc<Session>) {
    let settings = inner.config.settings();
    let interval = Duration::from_secs(settings.websocket_ping_interval);
    let patience = Duration::from_secs(settings.websocket_ping_timeout);
    let begun = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(interval).await;
        session.ponged.store(false, Ordering::Relaxed);
        session.seat.push(PING);
        tokio::time::sleep(patience).await;
        let joined = session.link.lock().as_ref().is_some_and(Link::joined);
        let silent = !session.ponged.load(Ordering::Relaxed) || (!joined && begun.elapsed() > JOIN_WITHIN);
        if silent || session.seat.is_closed() {
            break;
        }
    }
    session.end();
    inner.polling.sessions.remove(session.seat.id());
}

async fn give(inner: &Inner, session: &Session) -> Response<Full<Bytes>> {
    let Ok(_polled) = session.polled.try_lock() else {
        // Two requests at once break the protocol; nobody knows which packets the client has.
        session.end();
        return refused();
    };
    match session.seat.next(PORTION).await {
        Next::Send(packets) => body(&packets),
        Next::Close => {
            session.end();
            inner.polling.sessions.remove(session.seat.id());
            plain(StatusCode::OK, "1")
        }
    }
}

fn take(session: &Session, whole: &[u8]) -> Response<Full<Bytes>> {
    let understood = std::str::from_utf8(whole).is_ok_and(|text| text.split(SEPARATOR).all(|one| packet(session, one)));
    if !understood {
        session.end();
        return unusable();
    }
    plain(StatusCode::OK, "OK")
}

/// False when the conversation is over.
fn packet(session: &Session, text: &str) -> bool {
    let mut link = session.link.lock();
    let Some(link) = link.as_mut() else { return false };
    let flow = match text.strip_prefix('b') {
        Some(coded) => STANDARD.decode(coded).map_or(Flow::Over, |bytes| link.binary(bytes)),
        // A goodbye is not a mistake: the rest of the body is still taken.
        None if text == "1" || text == "41" => {
            session.seat.close();
            Flow::On
        }
        None => link.text(text),
    };
    if flow == Flow::Pong {
        session.ponged.store(true, Ordering::Relaxed);
    }
    flow != Flow::Over
}

fn body(packets: &[Bytes]) -> Response<Full<Bytes>> {
    let mut whole = Vec::with_capacity(packets.iter().map(|packet| packet.len() + 1).sum());
    for (i, packet) in packets.iter().enumerate() {
        if i > 0 {
            whole.push(SEPARATOR as u8);
        }
        whole.extend_from_slice(packet);
    }
    text(StatusCode::OK, whole)
}

pub(crate) fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    let kind = http::HeaderValue::from_static("text/plain; charset=UTF-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response
}
