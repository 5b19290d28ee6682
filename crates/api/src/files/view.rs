//! Files as clients see them.

use airis_domain::{File, Json as Value};
use serde::Serialize;
use utoipa::ToSchema;

/// What is known of a file's bytes; more keys may follow.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileMeta {
    pub name: Option<String>,
    pub content_type: Option<String>,
    /// Bytes.
    pub size: Option<i64>,
}

/// A file in lists.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileModelResponse {
    pub id: String,
    pub user_id: String,
    /// SHA-256 of the text.
    pub hash: Option<String>,
    pub filename: String,
    /// `status`, `content` and `error`.
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    #[schema(value_type = Option<FileMeta>)]
    pub meta: Option<Value>,
    /// Seconds, as below.
    pub created_at: i64,
    pub updated_at: Option<i64>,
}

impl From<File> for FileModelResponse {
    fn from(file: File) -> Self {
        Self {
            data: Some(file.data_json()),
            meta: Some(file.meta_json()),
            id: file.id.0,
            user_id: file.user_id.0,
            hash: file.hash,
            filename: file.filename,
            created_at: file.created_at,
            updated_at: Some(file.updated_at),
        }
    }
}

/// A page of files.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileListResponse {
    pub items: Vec<FileModelResponse>,
    /// How many there are in all.
    pub total: i64,
}

/// What an upload answers: two keys more when the text will be taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadedFile {
    #[serde(flatten)]
    pub file: FileModelResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Everything about a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileModel {
    pub id: String,
    pub user_id: String,
    /// SHA-256 of the text.
    pub hash: Option<String>,
    pub filename: String,
    /// Where the storage keeps it.
    pub path: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub meta: Option<Value>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
}

impl From<File> for FileModel {
    fn from(file: File) -> Self {
        Self {
            data: Some(file.data_json()),
            meta: Some(file.meta_json()),
            id: file.id.0,
            user_id: file.user_id.0,
            hash: file.hash,
            filename: file.filename,
            path: file.path,
            created_at: Some(file.created_at),
            updated_at: Some(file.updated_at),
        }
    }
}
