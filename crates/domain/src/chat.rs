//! Conversations as stored: one row each, messages in rows of their own.

use serde::{Deserialize, Serialize};

use crate::{ChatId, Json, JsonMap, MessageId, UserId};

/// A conversation without its messages. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    pub id: ChatId,
    pub user_id: UserId,
    pub title: String,
    /// Every key of the contract's chat blob except `history` and `title`, as the client sent it.
    pub blob: JsonMap,
    /// The leaf of the visible branch.
    pub current_message_id: Option<MessageId>,
    pub meta: JsonMap,
    pub folder_id: Option<String>,
    pub share_id: Option<String>,
    pub archived: bool,
    pub pinned: bool,
    pub tasks: Option<Json>,
    pub summary: Option<String>,
    pub variables: Option<Json>,
    pub last_read_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// One line of a chat list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatSummary {
    pub id: ChatId,
    pub title: String,
    pub updated_at: i64,
    pub created_at: i64,
    pub last_read_at: Option<i64>,
    pub archived: bool,
    pub pinned: bool,
    pub folder_id: Option<String>,
}

/// A link to a chat. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedChat {
    /// What the link ends with; whoever has it may still need to be allowed in.
    pub id: String,
    pub chat_id: ChatId,
    /// The chat's owner.
    pub user_id: UserId,
    /// The chat object as it was when it was shared; `None`: the link shows the chat as it is.
    pub snapshot: Option<Json>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl SharedChat {
    /// Whether the link shows the chat as it is.
    pub fn is_live(&self) -> bool {
        self.snapshot.is_none()
    }
}

/// One line of a list of links. Title and time of change are those of what the link shows.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedChatSummary {
    pub id: String,
    pub chat_id: ChatId,
    pub title: String,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A label of one person's chats; the id is the name in lower case with spaces as underscores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    pub id: String,
    pub name: String,
    pub user_id: UserId,
    pub meta: Option<Json>,
}

/// A folder of one person's chats. Times are seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Folder {
    pub id: String,
    pub parent_id: Option<String>,
    pub user_id: UserId,
    pub name: String,
    pub items: Option<Json>,
    pub meta: Option<Json>,
    pub data: Option<Json>,
    pub is_expanded: bool,
    pub created_at: i64,
    pub updated_at: i64,
}
