//! Knowledge bases: files that people put together to be searched, in directories, and shared.

use crate::{FileId, Json, UserId};

/// A knowledge base. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Knowledge {
    pub id: String,
    pub user_id: UserId,
    pub name: String,
    pub description: String,
    pub meta: Option<Json>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A directory of a knowledge base. Times are seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnowledgeDirectory {
    pub id: String,
    pub knowledge_id: String,
    /// `None`: at the top.
    pub parent_id: Option<String>,
    pub name: String,
    pub user_id: UserId,
    pub created_at: i64,
    pub updated_at: i64,
}

/// What is to be done with a file before it can be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingestion {
    pub file_id: FileId,
    /// Whose turn it takes.
    pub user_id: UserId,
    /// The knowledge base that gets it afterwards, and the directory there.
    pub knowledge_id: Option<String>,
    pub directory_id: Option<String>,
    /// How often it was begun.
    pub attempts: i64,
}
