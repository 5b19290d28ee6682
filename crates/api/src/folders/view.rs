//! What the contract answers about folders.

use airis_domain::{AccessGrant, Folder, Json};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// The picture of a folder.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FolderMetadataResponse {
    icon: Option<String>,
}

/// A line of the folder list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FolderNameIdResponse {
    pub id: String,
    pub name: String,
    #[schema(required = false)]
    pub meta: Option<FolderMetadataResponse>,
    #[schema(required = false)]
    pub parent_id: Option<String>,
    #[schema(required = false)]
    pub is_expanded: bool,
    #[schema(required = false)]
    pub unread_count: i64,
    /// Seconds.
    pub created_at: i64,
    /// Seconds.
    pub updated_at: i64,
}

impl FolderNameIdResponse {
    pub fn of(folder: Folder, unread_count: i64) -> Self {
        let icon = |meta: &Json| meta.get("icon").and_then(Json::as_str).map(str::to_owned);
        Self {
            id: folder.id,
            name: folder.name,
            meta: folder.meta.as_ref().map(|meta| FolderMetadataResponse { icon: icon(meta) }),
            parent_id: folder.parent_id,
            is_expanded: folder.is_expanded,
            unread_count,
            created_at: folder.created_at,
            updated_at: folder.updated_at,
        }
    }
}

/// A folder with what the caller may do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FolderResponse {
    pub id: String,
    #[schema(required = false)]
    pub parent_id: Option<String>,
    pub user_id: String,
    pub name: String,
    #[schema(value_type = Option<Object>, required = false)]
    pub items: Option<Json>,
    #[schema(value_type = Option<Object>, required = false)]
    pub meta: Option<Json>,
    #[schema(value_type = Option<Object>, required = false)]
    pub data: Option<Json>,
    #[schema(required = false)]
    pub is_expanded: bool,
    /// Seconds.
    pub created_at: i64,
    /// Seconds.
    pub updated_at: i64,
    #[schema(value_type = Vec<Object>, required = false)]
    pub access_grants: Vec<AccessGrant>,
    #[schema(required = false)]
    pub write_access: bool,
}

impl FolderResponse {
    pub fn of(folder: Folder, access_grants: Vec<AccessGrant>, write_access: bool) -> Self {
        Self {
            id: folder.id,
            parent_id: folder.parent_id,
            user_id: folder.user_id.0,
            name: folder.name,
            items: folder.items,
            meta: folder.meta,
            data: folder.data,
            is_expanded: folder.is_expanded,
            created_at: folder.created_at,
            updated_at: folder.updated_at,
            access_grants,
            write_access,
        }
    }
}

/// A folder row, as the writing operations answer it.
pub fn row(folder: &Folder) -> Json {
    json!(folder)
}
