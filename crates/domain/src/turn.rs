//! One assistant message being produced.

use serde::{Deserialize, Serialize};

use crate::{ChatId, Json, MessageId, TurnId, UserId};

/// Where a turn stands. Only `Running` is not final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TurnState {
    Running,
    Done,
    Stopped,
    Failed,
}

impl TurnState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "running" => Some(Self::Running),
            "done" => Some(Self::Done),
            "stopped" => Some(Self::Stopped),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

/// The durable row of a turn. Whoever holds the lease (`owner` and `fence`) may write; everybody else reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    pub id: TurnId,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    pub user_id: UserId,
    pub state: TurnState,
    /// The instance that holds the lease.
    pub owner: String,
    /// Grows with every change of owner; a writer with an older number is refused.
    pub fence: i64,
    /// Milliseconds since 1970; the lease is free afterwards.
    pub lease_until_ms: i64,
    /// What is needed to go on: the prepared request and every finished output item.
    pub checkpoint: Json,
    pub created_at: i64,
    pub updated_at: i64,
}
