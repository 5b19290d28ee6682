//! Prompts as clients see them.

use airis_domain::{AccessGrant, Json as Value, Prompt, PromptVersion};
use serde::Serialize;
use utoipa::ToSchema;

use crate::models::views::{AccessGrantModel, UserResponse};

/// A stored prompt.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromptModel {
    pub id: String,
    pub command: String,
    pub user_id: String,
    pub name: String,
    pub content: String,
    #[schema(value_type = Option<Object>)]
    pub data: Value,
    #[schema(value_type = Option<Object>)]
    pub meta: Value,
    pub tags: Vec<String>,
    /// Whether it is offered.
    pub is_active: bool,
    /// The version of its history that is live.
    pub version_id: Option<String>,
    /// Seconds, as the next.
    pub created_at: i64,
    pub updated_at: i64,
    pub access_grants: Vec<AccessGrantModel>,
}

/// A stored prompt, its owner, and whether the caller may change it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromptAccessResponse {
    #[serde(flatten)]
    pub prompt: PromptModel,
    pub user: Option<UserResponse>,
    pub write_access: Option<bool>,
}

/// A page of stored prompts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromptAccessListResponse {
    pub items: Vec<PromptAccessResponse>,
    pub total: i64,
}

/// What a prompt was at a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromptHistoryModel {
    pub id: String,
    pub prompt_id: String,
    pub parent_id: Option<String>,
    #[schema(value_type = Object)]
    pub snapshot: Value,
    pub user_id: String,
    pub commit_message: Option<String>,
    /// Seconds.
    pub created_at: i64,
}

/// The same, with who made it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromptHistoryResponse {
    #[serde(flatten)]
    pub version: PromptHistoryModel,
    pub user: Option<UserResponse>,
}

/// Everything about a prompt and the grants that are its own.
pub fn view(prompt: &Prompt, grants: &[AccessGrant]) -> PromptModel {
    let prompt = prompt.clone();
    PromptModel {
        access_grants: grants.iter().filter(|grant| grant.resource_id == prompt.id).map(Into::into).collect(),
        id: prompt.id,
        command: prompt.command,
        user_id: prompt.user_id.0,
        name: prompt.name,
        content: prompt.content,
        data: prompt.data,
        meta: prompt.meta,
        tags: prompt.tags,
        is_active: prompt.is_active,
        version_id: prompt.version_id,
        created_at: prompt.created_at,
        updated_at: prompt.updated_at,
    }
}

impl From<PromptVersion> for PromptHistoryModel {
    fn from(version: PromptVersion) -> Self {
        Self {
            id: version.id,
            prompt_id: version.prompt_id,
            parent_id: version.parent_id,
            snapshot: version.snapshot,
            user_id: version.user_id.0,
            commit_message: version.message,
            created_at: version.created_at,
        }
    }
}
