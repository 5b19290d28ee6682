//! The socket of a terminal: who opens it says so in the first message, and then each side hears the other.

use std::time::Duration;

use airis_domain::{Role, User};
use airis_outbound::{Call, Frame, OutboundError, Socket};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::carry::{Ending, carry, part, to_browser, to_server};
use super::door::Door;
use super::pass;
use super::refusal::Refusal;
use super::way::Way;
use crate::app::App;
use crate::caller::Verified;
use crate::error::ApiError;

/// Address of the socket; other requests to it are handed on.
pub const PATH: &str = "/api/v1/terminals/{server_id}/api/terminals/{session_id}";

/// How long the first message may take.
const FIRST: Duration = Duration::from_secs(10);
/// How often it is asked whether the person may still be there.
const AGAIN: Duration = Duration::from_secs(10);
/// Seconds that a terminal server has to open its own socket.
const OPENING_SECONDS: u64 = 15;
/// Bytes of the largest message: a long text that somebody pastes.
const LARGEST_MESSAGE: usize = 1024 * 1024;

/// The first message of a browser.
#[derive(Deserialize)]
struct First {
    #[serde(rename = "type")]
    kind: String,
    token: String,
    #[serde(default)]
    chat_id: Option<String>,
}

/// Opens the socket of a terminal, or hands on what is no socket.
pub async fn attach(
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    person: Result<Verified, ApiError>,
    State(app): State<App>,
    request: Request,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return match person {
            Ok(person) => pass::on(&app, &person, false, request).await,
            Err(refused) => refused.into_response(),
        };
    };
    let way = match Way::read(request.uri().path(), false) {
        Ok(way) => way,
        Err(refusal) => return refusal.into_response(),
    };
    let query = request.uri().query().map(str::to_owned);
    upgrade
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE)
        .on_upgrade(move |socket| async move { app.relays.run(serve(&app, &way, query.as_deref(), socket)).await })
}

async fn serve(app: &App, way: &Way, query: Option<&str>, socket: WebSocket) {
    let (mut to, mut from) = socket.split();
    let ending = tokio::select! {
        ending = relay(app, way, query, &mut to, &mut from) => ending.unwrap_or_else(Ending::from),
        () = app.relays.stopped() => Ending::new(1001, "The server stops"),
    };
    part(&mut from, &mut to, Message::from(&ending)).await;
}

/// Lets both sides talk until one ends, or the person may no longer be there.
async fn relay(
    app: &App,
    way: &Way,
    query: Option<&str>,
    to: &mut SplitSink<WebSocket, Message>,
    from: &mut SplitStream<WebSocket>,
) -> Result<Ending, Refusal> {
    let first = first(from).await.ok_or_else(Refusal::not_authenticated)?;
    let door = let_in(app, way, &first).await?;
    let _place = app.relays.enter().ok_or_else(Refusal::too_many)?;
    let socket = open(app, &door, way, query, &first).await?;
    let (mut to_them, mut from_them) = socket.split();
    let ending = tokio::select! {
        ending = carry(from, &mut to_them, to_server, || Frame::Ping(Bytes::new())) => ending,
        ending = carry(&mut from_them, to, to_browser, || Message::Ping(Bytes::new())) => ending,
        refusal = until_refused(app, way, &first) => refusal.into(),
    };
    part(&mut from_them, &mut to_them, Frame::from(&ending)).await;
    Ok(ending)
}

/// What the browser says first, if that signs somebody in.
async fn first(from: &mut SplitStream<WebSocket>) -> Option<First> {
    let reading = async {
        loop {
            match from.next().await?.ok()? {
                Message::Text(text) => return serde_json::from_str::<First>(text.as_str()).ok(),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Binary(_) | Message::Close(_) => return None,
            }
        }
    };
    timeout(FIRST, reading).await.ok().flatten().filter(|first| first.kind == "auth")
}

async fn let_in(app: &App, way: &Way, first: &First) -> Result<Door, Refusal> {
    let user = somebody(app, &first.token).await?;
    Door::open(app, &user, &way.server, first.chat_id.as_deref().filter(|id| !id.is_empty())).await
}

/// The person behind a session; keys open no sockets.
async fn somebody(app: &App, token: &str) -> Result<User, Refusal> {
    let caller = app.sessions.by_session(token).await?;
    if caller.user.role == Role::Pending { Err(Refusal::not_authenticated()) } else { Ok(caller.user) }
}

/// Opens the socket on the other side, which wants to be told the same way who comes.
async fn open(app: &App, door: &Door, way: &Way, query: Option<&str>, first: &First) -> Result<Socket, Refusal> {
    let key = door.key(app).await?;
    let call = Call::get(door.address(&way.path, query, Some(&first.token))?);
    let call = door.dressed(call.within(OPENING_SECONDS).at_most(LARGEST_MESSAGE), &key);
    let unreached = |error: OutboundError| Refusal::unreached(&door.server, &error);
    let mut socket = app.outbound.websocket(call).await.map_err(unreached)?;
    if !key.is_empty() {
        let hello = Frame::text(json!({"type": "auth", "token": key}).to_string());
        let sent = timeout(Duration::from_secs(OPENING_SECONDS), socket.send(hello)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return Err(unreached(OutboundError::Late(door.server.url.clone(), OPENING_SECONDS)));
        }
    }
    Ok(socket)
}

/// Returns when the session has ended, or the server or the chat is no longer for this person.
async fn until_refused(app: &App, way: &Way, first: &First) -> Refusal {
    loop {
        sleep(AGAIN).await;
        match let_in(app, way, first).await {
            // A database that is away for a moment ends nobody's work.
            Err(refusal) if refusal.code != 1011 => return refusal,
            _ => {}
        }
    }
}
