//! What instances tell the sockets of a room.

use serde::{Deserialize, Serialize};

use crate::Json;

/// One Socket.IO event for everybody in a room, such as `user:<id>` or `chat:<id>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomEvent {
    pub room: String,
    /// Socket.IO event name, such as `events`.
    pub event: String,
    pub payload: Json,
    /// A socket that must not receive it (its own author).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<String>,
    /// The trace that it belongs to (a `traceparent`): of a reply's first event and of its last, where traces are exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}
