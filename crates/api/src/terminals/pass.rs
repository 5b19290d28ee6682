//! A request handed on to a terminal server, and its answer handed back, both piece by piece as they come.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use airis_domain::User;
use airis_outbound::{Body as Outgoing, Call, OutboundError, Streamed};
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt, stream};

use super::LARGEST;
use super::door::Door;
use super::headers;
use super::refusal::Refusal;
use super::way::Way;
use crate::app::App;
use crate::caller;

/// Hands a request on; `of_chat` where its address names a chat.
pub async fn on(app: &App, user: &User, of_chat: bool, request: Request) -> Response {
    hand_on(app, user, of_chat, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn hand_on(app: &App, user: &User, of_chat: bool, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let way = Way::read(parts.uri.path(), of_chat)?;
    let door = Door::open(app, user, &way.server, way.chat.as_deref()).await?;
    let settings = app.config.settings();
    let key_header = &settings.custom_api_key_header;
    let credential = caller::token(&parts.headers, key_header);
    let address = door.address(&way.path, parts.uri.query(), credential.as_deref())?;
    let mut call = Call::new(parts.method, address.clone())
        .headers(headers::onward(&parts.headers, key_header, credential.as_deref()))
        .within(settings.tool_server_timeout)
        .at_most(LARGEST);
    let over = Arc::new(AtomicBool::new(false));
    let length = body.size_hint().exact();
    let body = match length {
        Some(0) => None,
        Some(length) if length > LARGEST as u64 => return Err(Refusal::too_large()),
        _ => Some(counted(body, over.clone())),
    };
    if let Some(length) = length.filter(|length| *length > 0) {
        call = call.header(CONTENT_LENGTH.as_str(), &length.to_string());
    }
    let call = door.dressed(call, &door.key(app).await?);
    let answer = app.outbound.stream(call, body).await.map_err(|error| {
        if over.load(Ordering::Relaxed) { Refusal::too_large() } else { Refusal::unreached(&door.server, &error) }
    })?;
    Ok(handed_back(answer, &way, &door.server.url, &address))
}

/// A body on its way out; it breaks off where it is larger than may be handed on.
fn counted(body: Body, over: Arc<AtomicBool>) -> Outgoing {
    let mut left = LARGEST;
    Outgoing::wrap_stream(body.into_data_stream().map(move |piece| {
        let piece = piece.map_err(io::Error::other)?;
        left = left.checked_sub(piece.len()).ok_or_else(|| {
            over.store(true, Ordering::Relaxed);
            io::Error::other("the body is too large")
        })?;
        Ok::<_, io::Error>(piece)
    }))
}

fn handed_back(answer: Streamed, way: &Way, base: &str, asked: &str) -> Response {
    let status = StatusCode::from_u16(answer.status).ok().filter(|status| !status.is_informational());
    let headers = headers::back(&answer.headers, way, base, asked);
    let pieces = stream::try_unfold(answer, |mut answer| async move {
        Ok::<_, OutboundError>(answer.next().await?.map(|piece| (piece, answer)))
    });
    let pieces = pieces.inspect_err(|error| tracing::warn!(%error, "an answer of a terminal server broke off"));
    let mut response = Response::new(Body::from_stream(pieces));
    *response.status_mut() = status.unwrap_or(StatusCode::BAD_GATEWAY);
    *response.headers_mut() = headers;
    response
}
