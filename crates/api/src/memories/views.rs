//! Memories on the wire.

use airis_domain::{Json, Memory};
use serde::Serialize;
use utoipa::ToSchema;

/// One thing to remember.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemoryModel {
    pub id: String,
    pub user_id: String,
    /// `user` or `context`.
    #[serde(rename = "type")]
    #[schema(value_type = String, required = false)]
    pub kind: &'static str,
    #[schema(required = false)]
    pub path: Option<String>,
    pub content: String,
    #[schema(value_type = Option<Object>, required = false)]
    pub meta: Option<Json>,
    /// Seconds.
    pub updated_at: i64,
    /// Seconds.
    pub created_at: i64,
}

impl From<Memory> for MemoryModel {
    fn from(memory: Memory) -> Self {
        Self {
            id: memory.id,
            user_id: memory.user_id.0,
            kind: memory.kind.as_str(),
            path: memory.path,
            content: memory.content,
            meta: memory.meta,
            updated_at: memory.updated_at,
            created_at: memory.created_at,
        }
    }
}
