//! Publish and subscribe inside one process.

use std::collections::HashSet;
use std::sync::Arc;

use airis_domain::{Json, RoomEvent};
use dashmap::DashMap;
use tokio::sync::broadcast;

/// Events a receiver may lag behind before it is told to resync.
const ROOM_BACKLOG: usize = 65_536;
const TOPIC_BACKLOG: usize = 1_024;
/// Events waiting for a receiver from which on those who can wait should.
const BUSY: usize = 2_048;

pub(crate) struct Topics {
    rooms: broadcast::Sender<Arc<RoomEvent>>,
    named: DashMap<String, broadcast::Sender<Json>>,
    viewers: DashMap<String, HashSet<String>>,
}

impl Default for Topics {
    fn default() -> Self {
        Self { rooms: broadcast::channel(ROOM_BACKLOG).0, named: DashMap::new(), viewers: DashMap::new() }
    }
}

impl Topics {
    pub(crate) fn emit(&self, event: Arc<RoomEvent>) {
        // Nobody listening is fine: there are no sockets yet.
        let _ = self.rooms.send(event);
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.rooms.len() > BUSY
    }

    pub(crate) fn rooms(&self) -> broadcast::Receiver<Arc<RoomEvent>> {
        self.rooms.subscribe()
    }

    pub(crate) fn set_viewers(&self, chat: &str, users: HashSet<String>) {
        if users.is_empty() {
            self.viewers.remove(chat);
        } else {
            self.viewers.insert(chat.to_owned(), users);
        }
    }

    pub(crate) fn watched_by_others(&self, chat: &str, author: &str) -> bool {
        self.viewers.get(chat).is_some_and(|users| users.iter().any(|user| user != author))
    }

    pub(crate) fn publish(&self, topic: &str, payload: Json) {
        if let Some(sender) = self.named.get(topic) {
            let _ = sender.send(payload);
        }
    }

    pub(crate) fn subscribe(&self, topic: &str) -> broadcast::Receiver<Json> {
        self.named.entry(topic.to_owned()).or_insert_with(|| broadcast::channel(TOPIC_BACKLOG).0).subscribe()
    }
}
