//! Groups of people.

use crate::{Json, UserId};

/// People who share permissions and things. A member of a group counts as a member of those above it, too.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub id: String,
    pub parent_group_id: Option<String>,
    /// Who made it.
    pub user_id: UserId,
    pub name: String,
    pub description: String,
    /// Free, but for `config.share` (who may share with it) and `config.default_models`.
    pub data: Option<Json>,
    pub meta: Option<Json>,
    /// Switches that the group turns on; sparse.
    pub permissions: Option<Json>,
    /// Seconds, as the next.
    pub created_at: i64,
    pub updated_at: i64,
}

impl Group {
    /// A value of `data.config`.
    pub fn setting(&self, name: &str) -> Option<&Json> {
        self.data.as_ref()?.get("config")?.get(name)
    }
}
