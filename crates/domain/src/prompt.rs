//! Prompts that people keep, call by a command, and share.

use serde_json::json;

use crate::{AccessGrant, Json, UserId};

/// A stored prompt. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    pub id: String,
    /// What people type behind a slash; no two prompts have the same.
    pub command: String,
    pub user_id: UserId,
    pub name: String,
    pub content: String,
    pub data: Json,
    pub meta: Json,
    pub tags: Vec<String>,
    /// Whether it is offered.
    pub is_active: bool,
    /// The version of its history that is live.
    pub version_id: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Prompt {
    /// What its history keeps of it.
    pub fn snapshot(&self, grants: &[AccessGrant]) -> Json {
        json!({
            "name": self.name,
            "content": self.content,
            "command": self.command,
            "data": self.data,
            "meta": self.meta,
            "tags": self.tags,
            "access_grants": grants,
        })
    }

    /// Takes over what a snapshot holds, but for the command and the grants: an address and who may use it are not
    /// changed by looking back.
    pub fn restore(&mut self, snapshot: &Json) {
        let text = |key: &str| snapshot.get(key).and_then(Json::as_str).map(str::to_owned);
        if let Some(name) = text("name") {
            self.name = name;
        }
        if let Some(content) = text("content") {
            self.content = content;
        }
        if let Some(data) = snapshot.get("data") {
            self.data = data.clone();
        }
        if let Some(meta) = snapshot.get("meta") {
            self.meta = meta.clone();
        }
        if let Some(tags) = snapshot.get("tags").and_then(Json::as_array) {
            self.tags = tags.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        }
    }
}

/// What a prompt was at a time, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptVersion {
    pub id: String,
    pub prompt_id: String,
    /// The version that was changed into this one.
    pub parent_id: Option<String>,
    pub snapshot: Json,
    pub user_id: UserId,
    pub message: Option<String>,
    pub created_at: i64,
}
