//! From a client to us. Events of one socket are handled one after the other, in the order in which they came.

use std::sync::Arc;

use airis_domain::{Json, RoomEvent};
use serde_json::json;
use socketioxide::extract::{AckSender, Event, SocketRef, TryData};

use crate::rooms::user_room;
use crate::seat::{Accepted, ClientEvent, Seat};
use crate::sessions::Person;
use crate::{Inner, chat_events, presence};

/// Longest model id that is believed.
const MODEL_ID: usize = 512;

/// Seats a new socket. It may stay without a valid token, but then hears nothing.
pub(crate) async fn welcome(inner: &Arc<Inner>, socket: SocketRef, auth: Json) {
    let seat = Arc::new(Seat::new(socket));
    inner.rooms.add(seat.clone());
    listen(inner, &seat);
    if let Some(token) = auth.get("token").and_then(Json::as_str) {
        bind(inner, &seat, token).await;
    }
}

fn listen(inner: &Arc<Inner>, seat: &Arc<Seat>) {
    let (events, place) = (inner.clone(), Arc::downgrade(seat));
    seat.socket().on_fallback(move |Event(name): Event, TryData(data): TryData<Json>, ack: AckSender| {
        if let Some(seat) = place.upgrade() {
            receive(&events, seat, ClientEvent { name, data: data.unwrap_or_default(), ack });
        }
        std::future::ready(())
    });
    let (farewell, place) = (inner.clone(), Arc::downgrade(seat));
    seat.socket().on_disconnect(async move || {
        if let Some(seat) = place.upgrade() {
            leave(&farewell, &seat);
        }
    });
}

fn receive(inner: &Arc<Inner>, seat: Arc<Seat>, event: ClientEvent) {
    match seat.accept(event) {
        Accepted::Queued => {}
        Accepted::Overflow => {
            tracing::warn!(sid = seat.id(), "client sends faster than it is served; cut");
            seat.drop_transport();
        }
        Accepted::Start => {
            let inner = inner.clone();
            // Owned by the socket: it ends with the last waiting event.
            tokio::spawn(async move {
                while let Some(event) = seat.next() {
                    handle(&inner, &seat, event).await;
                }
            });
        }
    }
}

async fn handle(inner: &Arc<Inner>, seat: &Arc<Seat>, event: ClientEvent) {
    let ClientEvent { name, data, ack } = event;
    match name.as_str() {
        "user-join" => match token_of(&data) {
            Some(token) => match bind(inner, seat, token).await {
                Some(person) => seat.acknowledge(ack, &json!({ "id": person.id, "name": person.name })),
                None => seat.acknowledge(ack, &()),
            },
            None => seat.acknowledge(ack, &()),
        },
        // Rooms of channels join with the channels; a client may ask before there is one.
        "join-channels" => seat.acknowledge(ack, &()),
        "heartbeat" => {
            heartbeat(inner, seat).await;
            seat.acknowledge(ack, &());
        }
        "usage" => {
            report_usage(inner, seat, &data).await;
            seat.acknowledge(ack, &());
        }
        "events:chat" => {
            let answer = chat_events::handle(inner, seat, &data).await;
            seat.acknowledge(ack, &answer);
        }
        _ => tracing::debug!(sid = seat.id(), event = name, "unknown client event"),
    }
}

fn token_of(data: &Json) -> Option<&str> {
    data.pointer("/auth/token").and_then(Json::as_str)
}

/// Gives the seat to the person behind a token and joins their room.
async fn bind(inner: &Arc<Inner>, seat: &Arc<Seat>, token: &str) -> Option<Arc<Person>> {
    let user = inner.sessions.user(token).await?;
    let person = Arc::new(Person::of(&user)?);
    if let Some(before) = seat.person().filter(|before| before.id != person.id) {
        presence::leave_all(inner, seat);
        inner.rooms.leave(&user_room(&before.id), seat);
    }
    seat.bind(person.clone(), token);
    inner.rooms.join(user_room(&person.id), seat);
    Some(person)
}

/// Who sends an event, checked anew. A socket whose token no longer holds is closed.
pub(crate) async fn current(inner: &Arc<Inner>, seat: &Arc<Seat>) -> Option<Arc<Person>> {
    let (person, token) = seat.bound()?;
    match inner.sessions.user(&token).await.as_ref().and_then(Person::of) {
        Some(now) if now.id == person.id => Some(Arc::new(now)),
        _ => {
            expire(inner, seat);
            None
        }
    }
}

/// Ends a session whose token or role no longer holds.
pub(crate) fn expire(inner: &Arc<Inner>, seat: &Arc<Seat>) {
    leave(inner, seat);
    seat.unbind();
    seat.dismiss();
}

/// Clears everything a socket leaves behind.
fn leave(inner: &Arc<Inner>, seat: &Arc<Seat>) {
    presence::leave_all(inner, seat);
    inner.usage.forget(seat.id());
    let person = seat.person();
    if let Some(person) = &person {
        inner.departed.remember(seat.id(), &person.id);
    }
    let rooms: Vec<_> = person.iter().map(|person| user_room(&person.id)).collect();
    inner.rooms.remove(seat, &rooms);
}

async fn heartbeat(inner: &Arc<Inner>, seat: &Arc<Seat>) {
    let Some(person) = current(inner, seat).await else { return };
    seat.touch();
    let interval = inner.config.settings().active_status_update_interval;
    if let Err(error) = inner.store.touch_user(&person.id, interval).await {
        tracing::debug!(%error, "activity not noted");
    }
}

async fn report_usage(inner: &Arc<Inner>, seat: &Arc<Seat>, data: &Json) {
    let model = data.get("model").and_then(Json::as_str).filter(|model| model.len() <= MODEL_ID);
    if let (Some(model), Some(_)) = (model, current(inner, seat).await) {
        inner.usage.report(seat.id(), model);
    }
}

/// Tells a room something, on every instance.
pub(crate) fn emit(inner: &Inner, room: String, payload: Json, except: Option<&str>) {
    inner.bus.emit(RoomEvent { room, event: "events".to_owned(), payload, except: except.map(str::to_owned) });
}
