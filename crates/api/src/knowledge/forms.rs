//! What clients send about knowledge bases.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, Result};
use crate::extract::FreeForm;

/// Characters of a name.
const LONGEST_NAME: usize = 255;

/// A knowledge base to store.
#[derive(Debug, Deserialize, ToSchema)]
pub struct KnowledgeForm {
    pub name: String,
    pub description: String,
    /// Of a new one. Those of a stored one are changed at an address of their own, too.
    #[serde(default)]
    pub access_grants: Option<Vec<FreeForm>>,
}

/// With whom it is shared.
#[derive(Debug, Deserialize, ToSchema)]
pub struct KnowledgeAccessGrantsForm {
    pub access_grants: Vec<FreeForm>,
}

/// A file, and the directory that it goes into.
#[derive(Debug, Deserialize, ToSchema)]
pub struct KnowledgeFileIdForm {
    pub file_id: String,
    #[serde(default)]
    pub directory_id: Option<String>,
}

/// A file that moves; without a directory out of all.
#[derive(Debug, Deserialize, ToSchema)]
pub struct KnowledgeFileMoveForm {
    pub file_id: String,
    #[serde(default)]
    pub directory_id: Option<String>,
}

/// A new directory.
#[derive(Debug, Deserialize, ToSchema)]
pub struct KnowledgeDirectoryCreateForm {
    pub name: String,
    #[serde(default)]
    pub parent_id: Option<String>,
}

/// What is to be otherwise; a parent that is not sent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct KnowledgeDirectoryUpdateForm {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default = "unset")]
    pub parent_id: Option<String>,
}

/// What stands for a parent that was not sent.
pub const UNSET: &str = "__unset__";

fn unset() -> Option<String> {
    Some(UNSET.to_owned())
}

/// A file of a folder that is kept the same here.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct FileManifestEntry {
    pub filename: String,
    /// The directory that it is in; empty at the top.
    pub path: String,
    /// SHA-256 in hexadecimal digits.
    pub checksum: String,
    /// Bytes.
    pub size: i64,
}

/// Everything in a folder.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SyncDiffForm {
    pub manifest: Vec<FileManifestEntry>,
}

/// What is gone from a folder.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SyncCleanupForm {
    pub file_ids: Vec<String>,
    #[serde(default)]
    pub dir_ids: Vec<String>,
}

/// A name that can be shown and be part of a path.
pub fn name(sent: &str) -> Result<String> {
    let name = sent.replace('\0', "");
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(ApiError::bad_request(format!("A name has 1 to {LONGEST_NAME} characters")));
    }
    Ok(name.to_owned())
}

/// The same without slashes.
pub fn directory_name(sent: &str) -> Result<String> {
    let name = name(sent)?;
    if name.contains(['/', '\\']) || name == "." || name == ".." {
        return Err(ApiError::bad_request("The name of a directory has no slashes"));
    }
    Ok(name)
}
