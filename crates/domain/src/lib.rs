//! Entities, ids and wire shapes that every room shares. Knows no HTTP, no SQL and no provider.

mod arena;
mod budget;
mod chat;
pub mod chat_object;
mod event;
mod event_hook;
mod feedback;
mod file;
mod group;
mod ids;
mod knowledge;
mod memory;
mod message;
mod model;
mod note;
mod permissions;
mod prompt;
pub mod render;
mod time;
mod turn;
mod user;

pub use arena::Arena;
pub use budget::{Budget, Measure, NANOS, Period, Price, Subject};
pub use chat::{Chat, ChatSummary, Folder, SharedChat, SharedChatSummary, Tag};
pub use event::RoomEvent;
pub use event_hook::EventHook;
pub use feedback::{Feedback, Vote, judged_model};
pub use file::{File, FileStatus};
pub use group::Group;
pub use ids::{ChatId, FileId, MessageId, ModelId, SessionId, TurnId, UserId};
pub use knowledge::{Ingestion, Knowledge, KnowledgeConnection, KnowledgeDirectory, Shelved};
pub use memory::{Memory, MemoryKind};
pub use message::{Message, Role as MessageRole};
pub use model::{AccessGrant, ModelRow, ModelVersion, described};
pub use note::Note;
pub use permissions::Permissions;
pub use prompt::{Prompt, PromptVersion};
pub use time::{now, now_nanos};
pub use turn::{Turn, TurnState};
pub use user::{Role, User};

/// Any JSON value; key order is kept.
pub type Json = serde_json::Value;
/// A JSON object; key order is kept.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;
