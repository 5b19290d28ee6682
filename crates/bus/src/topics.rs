//! Publish and subscribe inside one process.

use std::sync::Arc;

use airis_domain::{Json, RoomEvent};
use dashmap::DashMap;
use tokio::sync::broadcast;

/// Events a receiver may lag behind before it is told to resync.
const ROOM_BACKLOG: usize = 65_536;
const TOPIC_BACKLOG: usize = 1_024;

pub(crate) struct Topics {
    rooms: broadcast::Sender<Arc<RoomEvent>>,
    named: DashMap<String, broadcast::Sender<Json>>,
}

impl Default for Topics {
    fn default() -> Self {
        Self { rooms: broadcast::channel(ROOM_BACKLOG).0, named: DashMap::new() }
    }
}

impl Topics {
    pub(crate) fn emit(&self, event: RoomEvent) {
        // Nobody listening is fine: there are no sockets yet.
        let _ = self.rooms.send(Arc::new(event));
    }

    pub(crate) fn rooms(&self) -> broadcast::Receiver<Arc<RoomEvent>> {
        self.rooms.subscribe()
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
