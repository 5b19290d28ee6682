//! Stored models: overrides of provider models and custom models over a base.

use serde::{Deserialize, Serialize};

use crate::{Json, UserId};

/// A stored model row. Times are seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelRow {
    pub id: String,
    pub user_id: UserId,
    /// `None`: overrides the provider model of the same id.
    pub base_model_id: Option<String>,
    pub name: String,
    pub params: Json,
    pub meta: Json,
    pub is_active: bool,
    /// The version that is in use; `None` for rows older than versions.
    pub version_id: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// One saved state of a stored model: who saved it, when (seconds) and why. The state itself is read on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelVersion {
    pub id: String,
    pub model_id: String,
    /// The version that was changed into this one.
    pub parent_id: Option<String>,
    pub user_id: UserId,
    pub commit_message: Option<String>,
    pub created_at: i64,
}

/// Who else may read or write a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessGrant {
    pub id: String,
    pub resource_type: String,
    pub resource_id: String,
    /// `user`, `group` or `anyone`.
    pub principal_type: String,
    /// An id, or `*`.
    pub principal_id: String,
    /// `read` or `write`.
    pub permission: String,
    pub created_at: i64,
}
