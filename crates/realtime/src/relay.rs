//! Requests that reached another instance than the one they are meant for: by the socket's id they are handed on over the
//! bus, answered there, and the answer is handed back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use airis_bus::{Home, Question};
use airis_domain::{Json, SessionId, UserId};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use serde_json::json;

use crate::call::{self, CallError};
use crate::{Inner, polling};

/// What instances ask each other about sockets.
const POLL: &str = "poll";
const CALL: &str = "call";
const OWNER: &str = "owner";
const PEOPLE: &str = "people";

/// How long another instance may take to say what it knows.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The same where everybody is asked and somebody waits for a page.
const GATHER_WITHIN: Duration = Duration::from_millis(700);
/// What the way there and back may take beside what is waited for.
const WAY: Duration = Duration::from_secs(5);

/// Where a socket is at home.
pub(crate) async fn home(inner: &Inner, sid: &str) -> Home {
    inner.bus.home(|mark| sid.starts_with(mark)).await
}

/// Hands a polling request on; the answer of the instance that has the session.
pub(crate) async fn poll<B>(inner: &Inner, to: &str, sid: &str, request: Request<B>) -> Response<Full<Bytes>>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let method = request.method().to_string();
    let Some(body) = polling::whole(request).await else { return polling::too_large() };
    let Ok(body) = std::str::from_utf8(&body) else { return polling::unusable() };
    let settings = inner.config.settings();
    let patience = Duration::from_secs(settings.websocket_ping_interval + settings.websocket_ping_timeout) + WAY;
    let payload = json!({ "sid": sid, "method": method, "body": body });
    match inner.bus.ask(to, POLL, payload, patience).await {
        Ok(answer) => {
            let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok());
            let text = answer["body"].as_str().unwrap_or_default().to_owned();
            polling::text(status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or_default(), text)
        }
        Err(error) => {
            tracing::debug!(%error, sid, "the instance of a polling session does not answer");
            polling::refused()
        }
    }
}

/// Asks a socket of another instance.
pub(crate) async fn call(
    inner: &Inner,
    to: &str,
    (session, user): (&SessionId, &UserId),
    envelope: &Json,
    patience: Duration,
) -> Result<Json, CallError> {
    let millis = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
    let payload = json!({ "session": session, "user": user, "envelope": envelope, "patience_ms": millis });
    let mut answer = inner.bus.ask(to, CALL, payload, patience + WAY).await.map_err(|_| CallError::NoAnswer)?;
    match answer["error"].as_str() {
        None => Ok(answer["answer"].take()),
        Some(code) => Err(CallError::from_code(code)),
    }
}

/// Who a socket of another instance belongs to.
pub(crate) async fn owner(inner: &Inner, to: &str, sid: &str) -> Option<UserId> {
    let answer = inner.bus.ask(to, OWNER, json!({ "sid": sid }), ANSWER_WITHIN).await.ok()?;
    answer.as_str().map(UserId::from)
}

/// Models in use, and people with an awake session, on all instances.
pub(crate) async fn people(inner: &Inner) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut models, mut users) = here(inner);
    for answer in inner.bus.ask_everyone(PEOPLE, &Json::Null, GATHER_WITHIN).await {
        let texts = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
        models.extend(texts("models").iter().filter_map(|text| text.as_str().map(str::to_owned)));
        users.extend(texts("users").iter().filter_map(|text| text.as_str().map(str::to_owned)));
    }
    (models, users)
}

fn here(inner: &Inner) -> (BTreeSet<String>, BTreeSet<String>) {
    let people = inner.rooms.people(&inner.rooms.seats());
    (inner.usage.models().into_iter().collect(), people.iter().map(|person| person.id.to_string()).collect())
}

/// Answers other instances until aborted.
pub(crate) async fn run(inner: Arc<Inner>) {
    let desks = (inner.bus.serve(POLL), inner.bus.serve(CALL), inner.bus.serve(OWNER), inner.bus.serve(PEOPLE));
    let (Some(mut polls), Some(mut calls), Some(mut owners), Some(mut gatherings)) = desks else { return };
    loop {
        // Each is answered in a task of its own, which ends with the answer, or when nobody waits for it any more.
        tokio::select! {
            Some(question) = polls.recv() => drop(tokio::spawn(answer_poll(inner.clone(), question))),
            Some(question) = calls.recv() => drop(tokio::spawn(answer_call(inner.clone(), question))),
            Some(question) = owners.recv() => {
                let owner = question.payload["sid"].as_str().and_then(|sid| inner.owner_here(sid));
                question.answer(json!(owner));
            }
            Some(question) = gatherings.recv() => {
                let (models, users) = here(&inner);
                question.answer(json!({ "models": models, "users": users }));
            }
            else => return,
        }
    }
}

async fn answer_poll(inner: Arc<Inner>, question: Question) {
    let text = |name: &str| question.payload[name].as_str().unwrap_or_default().to_owned();
    let (sid, body) = (text("sid"), text("body"));
    let method = if text("method") == "POST" { Method::POST } else { Method::GET };
    let response = tokio::select! {
        response = polling::serve(&inner, &sid, &method, body.into()) => response,
        () = question.never_mind() => return,
    };
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await;
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    question.answer(json!({ "status": parts.status.as_u16(), "body": body }));
}

async fn answer_call(inner: Arc<Inner>, question: Question) {
    let text = |name: &str| question.payload[name].as_str().unwrap_or_default().to_owned();
    let (session, user) = (SessionId::from(text("session")), UserId::from(text("user")));
    let patience = Duration::from_millis(question.payload["patience_ms"].as_u64().unwrap_or_default());
    let answer = tokio::select! {
        answer = call::here(&inner, &session, &user, &question.payload["envelope"], patience) => answer,
        () = question.never_mind() => return,
    };
    question.answer(match answer {
        Ok(answer) => json!({ "answer": answer }),
        Err(error) => json!({ "error": error.code() }),
    });
}
