//! One node of a conversation's tree.

use serde::{Deserialize, Serialize};

use crate::{ChatId, Json, JsonMap, MessageId};

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    User,
    Assistant,
    System,
    Tool,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
            Self::Tool => "tool",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "user" => Some(Self::User),
            "assistant" => Some(Self::Assistant),
            "system" => Some(Self::System),
            "tool" => Some(Self::Tool),
            _ => None,
        }
    }
}

/// A message row. `rest` keeps every key of the contract's message object that has no field here, so that nothing a
/// client stores is lost; `childrenIds` is never stored but rebuilt from `parent_id`.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub id: MessageId,
    pub chat_id: ChatId,
    pub parent_id: Option<MessageId>,
    pub role: Role,
    /// Text, or a list of parts.
    pub content: Json,
    /// Output items in OpenAI Responses shape; `None` when the message never had any.
    pub output: Option<Json>,
    /// Model id of an assistant message.
    pub model: Option<String>,
    /// `None`: the key is absent in the client's object (user messages).
    pub done: Option<bool>,
    pub usage: Option<Json>,
    pub error: Option<Json>,
    pub files: Option<Json>,
    pub sources: Option<Json>,
    pub status_history: Option<Json>,
    /// Seconds.
    pub timestamp: Option<i64>,
    pub rest: JsonMap,
}
