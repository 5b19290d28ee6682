//! From the bus to the sockets: one task, one serialisation per event however many sockets hear it.

use std::sync::Arc;

use airis_domain::{ChatId, Json, RoomEvent, UserId};
use airis_telemetry::SPANS;
use bytes::Bytes;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::{Inner, note_events, packet, presence};

/// An event of our own, never sent as such: the sockets of the room hear `access:updated` and are closed.
pub(crate) const EXPEL: &str = "airis:expel";

/// An event of our own, never sent as such: the sockets of a chat's room hear `chat:access`, and those of others than
/// the owner leave it. Who may still be there comes back.
pub(crate) const REVIEW: &str = "airis:review";

/// An event of our own, never sent as such: the sockets of a note's room hear `note:access` and leave it. Who may still be
/// there comes back.
pub(crate) const REVIEW_NOTE: &str = "airis:review-note";

/// Delivers until the bus is gone.
pub(crate) async fn run(inner: Arc<Inner>) {
    let mut events = inner.bus.room_events();
    loop {
        match events.recv().await {
            Ok(event) => deliver(&inner, &event),
            Err(RecvError::Lagged(missed)) => resync(&inner, missed),
            Err(RecvError::Closed) => return,
        }
    }
}

fn deliver(inner: &Inner, event: &RoomEvent) {
    if event.event == presence::CHANGED {
        // Also where nobody looks: a turn of the chat may run here.
        if let Some(chat) = event.payload.get("chat_id").and_then(Json::as_str) {
            inner.changed.note(ChatId::from(chat));
        }
        return;
    }
    if inner.rooms.is_empty(&event.room) {
        return;
    }
    if event.event == EXPEL {
        return expel(inner, &event.room);
    }
    if event.event == REVIEW {
        return review(inner, event);
    }
    if event.event == REVIEW_NOTE {
        return review_note(inner, event);
    }
    let (span, mut sockets) = (span(event), 0_u64);
    match span.in_scope(|| packet::event(&event.event, &event.payload, None)) {
        Ok(packet) => span.in_scope(|| {
            inner.rooms.for_each(&event.room, |seat| {
                if event.except.as_deref() != Some(seat.id()) {
                    seat.push(packet.clone());
                    sockets += 1;
                }
            });
        }),
        Err(error) => tracing::error!(%error, event = event.event, "event cannot be written as JSON"),
    }
    span.record("airis.sockets", sockets);
}

/// The span of an event that carries a trace, wherever it was emitted.
fn span(event: &RoomEvent) -> Span {
    let Some(trace) = &event.trace else { return Span::none() };
    info_span!(
        target: SPANS,
        parent: None,
        "socket deliver",
        otel.kind = "consumer",
        otel.parent = trace,
        airis.sockets = Empty,
    )
}

fn expel(inner: &Inner, room: &str) {
    for seat in inner.rooms.members(room) {
        seat.push(Bytes::from_static(br#"42["access:updated",{}]"#));
        seat.dismiss();
    }
}

fn review(inner: &Inner, event: &RoomEvent) {
    let text = |key: &str| event.payload.get(key).and_then(Json::as_str);
    let (Some(chat), Some(owner)) = (text("chat_id").map(ChatId::from), text("owner").map(UserId::from)) else {
        return;
    };
    let data = json!({ "type": "chat:access", "data": {} });
    let payload = json!({ "chat_id": chat, "shared": true, "data": data });
    let Ok(packet) = packet::event("events", &payload, None) else { return };
    for seat in inner.rooms.members(&event.room) {
        seat.push(packet.clone());
        if seat.person().is_none_or(|person| person.id != owner) {
            seat.close_chat(&chat);
            inner.rooms.leave(&event.room, &seat);
        }
    }
    presence::publish(inner, &chat);
}

fn review_note(inner: &Inner, event: &RoomEvent) {
    let Some(note) = event.payload.get("note_id").and_then(Json::as_str) else { return };
    let payload = json!({ "note_id": note, "data": { "type": "note:access", "data": {} } });
    let Ok(packet) = packet::event("events", &payload, None) else { return };
    for seat in inner.rooms.members(&event.room) {
        seat.push(packet.clone());
        note_events::close(inner, &seat, note);
    }
}

/// Events were lost and nobody knows whose: every client connects anew, reads its chat and goes on from there.
fn resync(inner: &Inner, missed: u64) {
    let seats = inner.rooms.seats();
    tracing::warn!(missed, sockets = seats.len(), "fell behind the bus; every socket resyncs");
    for seat in seats {
        seat.cut();
    }
}
