//! Knowledge bases as clients see them.

use airis_domain::{AccessGrant, Json as Value, Knowledge, KnowledgeDirectory, User};
use airis_store::KnowledgeFile;
use serde::Serialize;
use utoipa::ToSchema;

use crate::files::FileModelResponse;
use crate::models::views::{AccessGrantModel, UserResponse};

/// A knowledge base. Times are seconds.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnowledgeModel {
    pub id: String,
    pub user_id: String,
    pub name: String,
    pub description: String,
    #[schema(value_type = Option<Object>)]
    pub meta: Option<Value>,
    pub access_grants: Vec<AccessGrantModel>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// What is known of a file in a knowledge base.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileMetadataResponse {
    pub id: String,
    pub hash: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub meta: Option<Value>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A knowledge base with its files, where they were asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnowledgeResponse {
    #[serde(flatten)]
    pub knowledge: KnowledgeModel,
    pub files: Option<Vec<FileMetadataResponse>>,
}

/// The same, and whether the caller may change it.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnowledgeFilesResponse {
    #[serde(flatten)]
    pub knowledge: KnowledgeModel,
    pub files: Option<Vec<FileMetadataResponse>>,
    pub write_access: Option<bool>,
}

/// A knowledge base in lists.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnowledgeAccessResponse {
    #[serde(flatten)]
    pub knowledge: KnowledgeModel,
    pub user: Option<UserResponse>,
    pub file_count: Option<i64>,
    pub write_access: Option<bool>,
}

/// A page of knowledge bases.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnowledgeAccessListResponse {
    pub items: Vec<KnowledgeAccessResponse>,
    pub total: i64,
}

/// A directory of a knowledge base.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KnowledgeDirectoryModel {
    pub id: String,
    pub knowledge_id: String,
    pub parent_id: Option<String>,
    pub name: String,
    pub user_id: String,
    pub created_at: i64,
    pub updated_at: i64,
}

impl From<&KnowledgeDirectory> for KnowledgeDirectoryModel {
    fn from(directory: &KnowledgeDirectory) -> Self {
        let directory = directory.clone();
        Self {
            id: directory.id,
            knowledge_id: directory.knowledge_id,
            parent_id: directory.parent_id,
            name: directory.name,
            user_id: directory.user_id.0,
            created_at: directory.created_at,
            updated_at: directory.updated_at,
        }
    }
}

/// A file in a knowledge base, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileUserResponse {
    #[serde(flatten)]
    pub file: FileModelResponse,
    pub directory_id: Option<String>,
    /// Names of the directories above it with slashes between; empty at the top.
    pub directory_path: String,
    /// Whether the bytes that were uploaded are kept.
    pub has_original: bool,
    pub user: Option<UserResponse>,
    /// The knowledge base, where several were searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<KnowledgeModel>,
}

/// A page of files, and where it is in the tree of directories.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnowledgeFileListResponse {
    pub items: Vec<FileUserResponse>,
    pub directories: Vec<KnowledgeDirectoryModel>,
    /// The directories above, the outermost first, and the present one.
    pub breadcrumbs: Vec<KnowledgeDirectoryModel>,
    pub total: i64,
}

/// A knowledge base and the grants that are its own.
pub fn model(knowledge: &Knowledge, grants: &[AccessGrant]) -> KnowledgeModel {
    let own = grants.iter().filter(|grant| grant.resource_id == knowledge.id);
    KnowledgeModel {
        id: knowledge.id.clone(),
        user_id: knowledge.user_id.to_string(),
        name: knowledge.name.clone(),
        description: knowledge.description.clone(),
        meta: knowledge.meta.clone(),
        access_grants: own.map(Into::into).collect(),
        created_at: knowledge.created_at,
        updated_at: knowledge.updated_at,
    }
}

/// What is known of files.
pub fn metadata(files: Vec<KnowledgeFile>) -> Vec<FileMetadataResponse> {
    let one = |linked: KnowledgeFile| FileMetadataResponse {
        meta: Some(linked.file.meta_json()),
        id: linked.file.id.0,
        hash: linked.file.hash,
        created_at: linked.file.created_at,
        updated_at: linked.file.updated_at,
    };
    files.into_iter().map(one).collect()
}

/// A file in a list; its text only where that was asked for.
pub fn listed(linked: KnowledgeFile, text: Option<String>, path: String, owners: &[User]) -> FileUserResponse {
    let user = owners.iter().find(|owner| owner.id == linked.file.user_id).map(Into::into);
    let (directory_id, has_original) = (linked.directory_id, linked.file.path.is_some());
    let mut file = FileModelResponse::from(linked.file);
    file.data = text.map(|text| serde_json::json!({"content": text}));
    FileUserResponse { file, directory_id, directory_path: path, has_original, user, collection: None }
}
