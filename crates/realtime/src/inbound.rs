//! From a client to us. Events of one socket are handled one after the other, in the order in which they came.

use std::sync::Arc;

use airis_domain::{Json, RoomEvent};
use bytes::Bytes;
use serde_json::json;

use crate::link::Flow;
use crate::rooms::user_room;
use crate::seat::{Accepted, ClientEvent, Seat};
use crate::sessions::Person;
use crate::{Inner, chat_events, note_events, places, presence, sessions};

/// Longest model id that is believed.
const MODEL_ID: usize = 512;

/// Takes an event; it is handled after those before it.
pub(crate) fn receive(inner: &Arc<Inner>, seat: &Arc<Seat>, event: ClientEvent) -> Flow {
    match seat.accept(event) {
        Accepted::Queued => {}
        Accepted::Overflow => {
            tracing::warn!(sid = seat.id(), "client sends faster than it is served; cut");
            return Flow::Over;
        }
        Accepted::Start => {
            let (inner, seat) = (inner.clone(), seat.clone());
            // Owned by the socket: it ends with the last waiting event.
            tokio::spawn(async move {
                while let Some(event) = seat.next_event() {
                    handle(&inner, &seat, event).await;
                }
                if seat.is_closed() {
                    // The client left meanwhile; what the last event joined is left again.
                    leave(&inner, &seat);
                }
            });
        }
    }
    Flow::On
}

async fn handle(inner: &Arc<Inner>, seat: &Arc<Seat>, event: ClientEvent) {
    let (name, data, ack) = match event {
        ClientEvent::Connect(auth) => return welcome(inner, seat, &auth).await,
        ClientEvent::Event { name, data, ack } => (name, data, ack),
    };
    match name.as_str() {
        "user-join" => {
            let person = match token_of(&data) {
                Some(token) => bind(inner, seat, token).await,
                None => None,
            };
            let answer = person.map(|person| json!({ "id": person.id, "name": person.name }));
            seat.acknowledge(ack, answer.as_ref());
        }
        // Rooms of channels join with the channels; a client may ask before there is one.
        "join-channels" => seat.acknowledge(ack, None),
        "join-note" => {
            let joined = note_events::join(inner, seat, &data).await;
            seat.acknowledge(ack, Some(&Json::Bool(joined)));
        }
        "leave-note" => {
            let left = note_events::leave(inner, seat, &data);
            seat.acknowledge(ack, Some(&Json::Bool(left)));
        }
        "heartbeat" => {
            heartbeat(inner, seat).await;
            seat.acknowledge(ack, None);
        }
        "usage" => {
            report_usage(inner, seat, &data).await;
            seat.acknowledge(ack, None);
        }
        "events:chat" => {
            let answer = chat_events::handle(inner, seat, &data).await;
            seat.acknowledge(ack, Some(&answer));
        }
        _ => tracing::debug!(sid = seat.id(), event = name, "unknown client event"),
    }
}

/// Seats a new socket. It may stay without a valid token, but then hears nothing.
async fn welcome(inner: &Arc<Inner>, seat: &Arc<Seat>, auth: &Json) {
    inner.rooms.add(seat.clone());
    if let Some(token) = auth.get("token").and_then(Json::as_str) {
        bind(inner, seat, token).await;
    }
    seat.push(Bytes::from(format!(r#"40{{"sid":"{}"}}"#, seat.id())));
}

fn token_of(data: &Json) -> Option<&str> {
    data.pointer("/auth/token").and_then(Json::as_str)
}

/// Gives the seat to the person behind a token and joins their room.
async fn bind(inner: &Arc<Inner>, seat: &Arc<Seat>, token: &str) -> Option<Arc<Person>> {
    let person = Arc::new(known(inner, token).await??);
    if let Some(before) = seat.person().filter(|before| before.id != person.id) {
        presence::leave_all(inner, seat);
        note_events::leave_all(inner, seat);
        let room = user_room(&before.id);
        inner.rooms.leave(&room, seat);
        places::tell(inner, &room);
    }
    seat.bind(person.clone(), token);
    let room = user_room(&person.id);
    inner.rooms.join(room.clone(), seat);
    // Whoever is answered must not miss what is said from then on.
    places::told(inner, &room).await;
    Some(person)
}

/// Who may use sockets with a token; `None` when that cannot be known now.
async fn known(inner: &Inner, token: &str) -> Option<Option<Person>> {
    let holder = sessions::holder(inner.sessions.as_ref(), token).await;
    holder.inspect_err(|error| tracing::warn!(%error, "a socket token could not be looked up")).ok()
}

/// Who sends an event, checked anew. A socket whose token no longer holds is closed.
pub(crate) async fn current(inner: &Arc<Inner>, seat: &Arc<Seat>) -> Option<Arc<Person>> {
    let (person, token) = seat.bound()?;
    match known(inner, &token).await? {
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
pub(crate) fn leave(inner: &Arc<Inner>, seat: &Arc<Seat>) {
    presence::leave_all(inner, seat);
    note_events::leave_all(inner, seat);
    inner.usage.forget(seat.id());
    let person = seat.person();
    if let Some(person) = &person {
        inner.departed.remember(seat.id(), &person.id);
    }
    let rooms: Vec<_> = person.iter().map(|person| user_room(&person.id)).collect();
    inner.rooms.remove(seat, &rooms);
    rooms.iter().for_each(|room| places::tell(inner, room));
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
    inner.bus.emit(RoomEvent {
        room,
        event: "events".to_owned(),
        payload,
        except: except.map(str::to_owned),
        trace: None,
    });
}
