//! Who else looks at a chat.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use airis_bus::LEFT;
use airis_domain::{ChatId, Json, RoomEvent};
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::Notify;

use crate::inbound::emit;
use crate::rooms::chat_room;
use crate::seat::Seat;
use crate::{Inner, packet, places};

/// An event of our own, never sent as such: who looks at a chat has changed. Every instance reads it for its own sockets,
/// so that the last word is the whole truth in whatever order changes are heard of.
pub(crate) const CHANGED: &str = "airis:presence";

/// Chats whose viewers are to be read anew.
#[derive(Default)]
pub(crate) struct Changed {
    chats: Mutex<HashSet<ChatId>>,
    ready: Notify,
}

impl Changed {
    pub(crate) fn note(&self, chat: ChatId) {
        self.chats.lock().insert(chat);
        self.ready.notify_one();
    }
}

/// Tells everybody in a chat's room who is there.
pub(crate) fn publish(inner: &Inner, chat: &ChatId) {
    let room = chat_room(chat);
    if inner.bus.is_shared() {
        places::tell(inner, &room);
        let payload = json!({ "chat_id": chat });
        return inner.bus.emit(RoomEvent { room, event: CHANGED.to_owned(), payload, except: None, trace: None });
    }
    let people = inner.rooms.people(&inner.rooms.members(&room));
    inner.bus.set_viewers(chat.as_str(), people.iter().map(|person| person.id.to_string()).collect());
    let users: Vec<_> = people.iter().map(|person| places::shown(person)).collect();
    emit(inner, room, payload(chat, &users), None);
}

/// Reads who looks at changed chats on all instances and tells the sockets here, until aborted.
pub(crate) async fn run(inner: Arc<Inner>) {
    let mut left = inner.bus.subscribe(LEFT);
    loop {
        tokio::select! {
            () = inner.changed.ready.notified() => {}
            // Those who were there through an instance that is gone.
            rooms = left.recv() => if let Ok(rooms) = rooms {
                let rooms = rooms["rooms"].as_array().cloned().unwrap_or_default();
                let chats = rooms.iter().filter_map(|room| room.as_str()?.strip_prefix("chat:"));
                chats.for_each(|chat| inner.changed.note(ChatId::from(chat)));
            },
        }
        let chats = std::mem::take(&mut *inner.changed.chats.lock());
        for chat in chats {
            read(&inner, &chat).await;
        }
    }
}

async fn read(inner: &Inner, chat: &ChatId) {
    let room = chat_room(chat);
    let people = match inner.bus.people(&room).await {
        Ok(people) => people,
        // It is read again when the bus is back.
        Err(error) => return tracing::debug!(%error, "who looks at a chat cannot be read"),
    };
    let people: BTreeMap<String, Json> =
        people.into_iter().filter_map(|person| Some((person["id"].as_str()?.to_owned(), person))).collect();
    inner.bus.set_viewers(chat.as_str(), people.keys().cloned().collect());
    let users: Vec<Json> = people.into_values().collect();
    if let Ok(packet) = packet::event("events", &payload(chat, &users), None) {
        inner.rooms.for_each(&room, |seat| seat.push(packet.clone()));
    }
}

fn payload(chat: &ChatId, users: &[Json]) -> Json {
    let data = json!({ "type": "chat:presence", "data": { "users": users } });
    json!({ "chat_id": chat, "shared": true, "data": data })
}

/// Closes every chat a socket had open.
pub(crate) fn leave_all(inner: &Inner, seat: &Arc<Seat>) {
    for chat in seat.chats() {
        seat.close_chat(&chat);
        if inner.rooms.leave(&chat_room(&chat), seat) {
            publish(inner, &chat);
        }
    }
}
