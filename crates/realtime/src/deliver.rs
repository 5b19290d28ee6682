//! From the bus to the sockets: one task, one serialisation per event however many sockets hear it.

use std::sync::Arc;

use airis_domain::RoomEvent;
use serde_json::value::to_raw_value;
use tokio::sync::broadcast::error::RecvError;

use crate::Inner;

/// An event of our own, never sent as such: the sockets of the room hear `access:updated` and are closed.
pub(crate) const EXPEL: &str = "airis:expel";

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
    if inner.rooms.is_empty(&event.room) {
        return;
    }
    if event.event == EXPEL {
        return expel(inner, &event.room);
    }
    match to_raw_value(&event.payload) {
        Ok(payload) => inner.rooms.for_each(&event.room, |seat| {
            if event.except.as_deref() != Some(seat.id()) {
                seat.send(&event.event, &payload);
            }
        }),
        Err(error) => tracing::error!(%error, event = event.event, "event cannot be written as JSON"),
    }
}

fn expel(inner: &Inner, room: &str) {
    let Ok(nothing) = to_raw_value(&serde_json::Map::new()) else { return };
    for seat in inner.rooms.members(room) {
        seat.send("access:updated", &nothing);
        seat.dismiss();
    }
}

/// Events were lost and nobody knows whose: every client connects anew, reads its chat and goes on from there.
fn resync(inner: &Inner, missed: u64) {
    let seats = inner.rooms.seats();
    tracing::warn!(missed, sockets = seats.len(), "fell behind the bus; every socket resyncs");
    for seat in seats {
        seat.drop_transport();
    }
}
