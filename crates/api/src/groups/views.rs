//! Groups as clients see them.

use std::collections::HashMap;

use airis_domain::{Group, Json as Value};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// A group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupModel {
    pub parent_group_id: Option<String>,
    pub id: String,
    pub user_id: String,
    pub name: String,
    pub description: String,
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub meta: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub permissions: Option<Value>,
    /// Seconds, as the next.
    pub created_at: i64,
    pub updated_at: i64,
}

impl From<Group> for GroupModel {
    fn from(group: Group) -> Self {
        Self {
            parent_group_id: group.parent_group_id,
            id: group.id,
            user_id: group.user_id.to_string(),
            name: group.name,
            description: group.description,
            data: group.data,
            meta: group.meta,
            permissions: group.permissions,
            created_at: group.created_at,
            updated_at: group.updated_at,
        }
    }
}

/// A group and how many people were put into it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupResponse {
    #[serde(flatten)]
    pub group: GroupModel,
    pub member_count: Option<i64>,
}

impl GroupResponse {
    /// `counts` names every group that has people.
    pub fn counted(group: Group, counts: &HashMap<String, i64>) -> Self {
        let member_count = Some(counts.get(&group.id).copied().unwrap_or(0));
        Self { group: group.into(), member_count }
    }
}

/// A group and the people in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupExportResponse {
    #[serde(flatten)]
    pub group: GroupResponse,
    #[schema(required = false)]
    pub user_ids: Vec<String>,
}

/// What everybody may know of a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupInfoResponse {
    pub parent_group_id: Option<String>,
    pub id: String,
    pub user_id: String,
    pub name: String,
    pub description: String,
    pub member_count: Option<i64>,
    /// Seconds, as the next.
    pub created_at: i64,
    pub updated_at: i64,
}

impl From<GroupResponse> for GroupInfoResponse {
    fn from(GroupResponse { group, member_count }: GroupResponse) -> Self {
        Self {
            parent_group_id: group.parent_group_id,
            id: group.id,
            user_id: group.user_id,
            name: group.name,
            description: group.description,
            member_count,
            created_at: group.created_at,
            updated_at: group.updated_at,
        }
    }
}

/// A group as it stands beside a person.
pub fn named(group: &Group) -> Value {
    json!({"id": group.id, "name": group.name})
}
