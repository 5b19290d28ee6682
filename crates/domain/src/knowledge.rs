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

/// What `meta.source` of a knowledge base says that is searched where others keep it.
const EXTERNAL: &str = "external";

impl Knowledge {
    /// Whether its passages lie with somebody else, and no files are in it.
    pub fn is_external(&self) -> bool {
        self.meta.as_ref().is_some_and(|meta| meta["source"] == EXTERNAL)
    }
}

/// Where the passages of a knowledge base lie that others keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelved {
    pub connection_id: String,
    /// A collection or table with what must be known of it: `type`, `name` and `config`.
    pub place: Json,
}

impl Shelved {
    /// As a knowledge base knows it; `None` for one with files of its own.
    pub fn of(knowledge: &Knowledge) -> Option<Self> {
        let about = knowledge.meta.as_ref().filter(|_| knowledge.is_external())?.get(EXTERNAL)?;
        Some(Self { connection_id: about["connection_id"].as_str()?.to_owned(), place: about["source"].clone() })
    }

    pub fn meta(&self) -> Json {
        serde_json::json!({"source": EXTERNAL, "external": {"connection_id": self.connection_id, "source": self.place}})
    }
}

/// A server of somebody else that has passages. Times are seconds.
#[derive(Clone, PartialEq)]
pub struct KnowledgeConnection {
    pub id: String,
    pub user_id: UserId,
    pub name: String,
    /// The product, such as `qdrant`.
    pub provider: String,
    pub endpoint: String,
    /// What opens it; never shown.
    pub auth: Option<Json>,
    pub config: Option<Json>,
    pub capabilities: Option<Json>,
    pub enabled: bool,
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
