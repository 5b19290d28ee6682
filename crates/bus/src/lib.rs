//! What instances share while running: room events, topics and turn logs. This build has the in-process kind; rooms
//! above speak only to these functions, so that other kinds can join without them noticing.

mod log;
mod topics;

pub use log::{LogEntry, TurnLog};

use std::path::Path;

use airis_domain::{Json, RoomEvent};
use tokio::sync::broadcast;

/// Why the bus could not serve.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The turn log could not be written or read.
    #[error("turn log: {0}")]
    Log(#[from] std::io::Error),
}

/// A handle on the bus; cheap to clone.
#[derive(Clone)]
pub struct Bus {
    topics: std::sync::Arc<topics::Topics>,
    logs: std::sync::Arc<log::Logs>,
}

impl Bus {
    /// A bus for one process. Turn logs are files under `folder`, so that they outlive a crash.
    pub fn in_process(folder: &Path) -> Result<Self, BusError> {
        Ok(Self { topics: std::sync::Arc::default(), logs: std::sync::Arc::new(log::Logs::open(folder)?) })
    }

    /// Tells every socket of a room, on any instance, in the order of the calls.
    pub fn emit(&self, event: RoomEvent) {
        self.topics.emit(event);
    }

    /// Everything emitted to rooms, for the realtime room of this instance. A receiver that lags is told so and resyncs.
    pub fn room_events(&self) -> broadcast::Receiver<std::sync::Arc<RoomEvent>> {
        self.topics.rooms()
    }

    /// Whether events are emitted faster than they are delivered; who can join some into one should wait a moment.
    pub fn is_busy(&self) -> bool {
        self.topics.is_busy()
    }

    /// Says who looks at a chat right now, by user id.
    pub fn set_viewers(&self, chat: &str, users: std::collections::HashSet<String>) {
        self.topics.set_viewers(chat, users);
    }

    /// Whether anybody but its author looks at a chat.
    pub fn watched_by_others(&self, chat: &str, author: &str) -> bool {
        self.topics.watched_by_others(chat, author)
    }

    /// Tells every instance something, such as `config` or `stop` (`{"turn_id": …}`).
    pub fn publish(&self, topic: &str, payload: Json) {
        self.topics.publish(topic, payload);
    }

    /// Messages of one topic from now on.
    pub fn subscribe(&self, topic: &str) -> broadcast::Receiver<Json> {
        self.topics.subscribe(topic)
    }

    /// The numbered, durable log of one turn.
    pub fn log(&self, turn: &str) -> TurnLog {
        self.logs.log(turn)
    }

    /// Ids of turns that have a log (after a crash: those to look at).
    pub fn log_ids(&self) -> Result<Vec<String>, BusError> {
        Ok(self.logs.ids()?)
    }
}
