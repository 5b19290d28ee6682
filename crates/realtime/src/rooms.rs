//! Which sockets are here, and which of them are in which room. Only this instance's sockets: others have their own.

use std::sync::Arc;

use airis_domain::{ChatId, UserId};
use dashmap::DashMap;

use crate::seat::Seat;
use crate::sessions::Person;

/// Local sockets by id and by room. A socket's own id is a room without an entry of its own.
#[derive(Default)]
pub(crate) struct Rooms {
    seats: DashMap<String, Arc<Seat>>,
    rooms: DashMap<String, Vec<Arc<Seat>>>,
}

/// The room of everything one person may see.
pub(crate) fn user_room(user: &UserId) -> String {
    format!("user:{user}")
}

/// The room of everybody who has a chat open.
pub(crate) fn chat_room(chat: &ChatId) -> String {
    format!("chat:{chat}")
}

/// The room of everybody who has a note open.
pub fn note_room(note: &str) -> String {
    format!("note:{note}")
}

impl Rooms {
    pub(crate) fn add(&self, seat: Arc<Seat>) {
        self.seats.insert(seat.id().to_owned(), seat);
    }

    /// Forgets a socket and takes it out of the given rooms.
    pub(crate) fn remove(&self, seat: &Seat, rooms: &[String]) {
        self.seats.remove(seat.id());
        for room in rooms {
            self.leave(room, seat);
        }
    }

    pub(crate) fn seat(&self, id: &str) -> Option<Arc<Seat>> {
        self.seats.get(id).map(|seat| seat.clone())
    }

    pub(crate) fn seats(&self) -> Vec<Arc<Seat>> {
        self.seats.iter().map(|seat| seat.clone()).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.seats.len()
    }

    /// False when it was there already.
    pub(crate) fn join(&self, room: String, seat: &Arc<Seat>) -> bool {
        let mut members = self.rooms.entry(room).or_default();
        if members.iter().any(|member| Arc::ptr_eq(member, seat)) {
            return false;
        }
        members.push(seat.clone());
        true
    }

    /// False when it was not there.
    pub(crate) fn leave(&self, room: &str, seat: &Seat) -> bool {
        let Some(mut members) = self.rooms.get_mut(room) else { return false };
        let before = members.len();
        members.retain(|member| member.id() != seat.id());
        let left = members.len() < before;
        drop(members);
        self.rooms.remove_if(room, |_, members| members.is_empty());
        left
    }

    /// Sockets of a room, or the socket of that id.
    pub(crate) fn members(&self, room: &str) -> Vec<Arc<Seat>> {
        if let Some(members) = self.rooms.get(room) {
            return members.clone();
        }
        self.seat(room).into_iter().collect()
    }

    /// Sockets of a room; `None` when nobody is in it.
    pub(crate) fn inside(&self, room: &str) -> Option<Vec<Arc<Seat>>> {
        self.rooms.get(room).map(|members| members.clone())
    }

    /// Every room with somebody in it.
    pub(crate) fn names(&self) -> Vec<String> {
        self.rooms.iter().map(|room| room.key().clone()).collect()
    }

    /// Calls `each` for every member without copying the list; `each` must not touch the rooms.
    pub(crate) fn for_each(&self, room: &str, mut each: impl FnMut(&Seat)) {
        if let Some(members) = self.rooms.get(room) {
            members.iter().for_each(|member| each(member));
        } else if let Some(seat) = self.seats.get(room) {
            each(&seat);
        }
    }

    pub(crate) fn is_empty(&self, room: &str) -> bool {
        !self.rooms.contains_key(room) && !self.seats.contains_key(room)
    }

    /// Different people with an awake session, sorted by id.
    pub(crate) fn people(&self, seats: &[Arc<Seat>]) -> Vec<Arc<Person>> {
        let mut people: Vec<_> = seats.iter().filter_map(|seat| seat.awake()).collect();
        people.sort_by(|a, b| a.id.cmp(&b.id));
        people.dedup_by(|a, b| a.id == b.id);
        people
    }
}
