//! Addresses that are told what happens on the server.

use crate::Json;

/// One address and what it wants to hear.
#[derive(Clone, Debug, PartialEq)]
pub struct EventHook {
    pub id: String,
    pub name: String,
    pub url: String,
    pub enabled: bool,
    /// Names of events, `group.*` for all of a group, `*` for all.
    pub events: Vec<String>,
    /// `[{"type": "user" | "group", "id": …}]`: only what these people do; null or empty: everybody.
    pub targets: Option<Json>,
    /// Seconds, as the next.
    pub created_at: i64,
    pub updated_at: i64,
}
