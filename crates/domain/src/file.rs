//! A file that somebody uploaded. Its bytes lie elsewhere; the text taken from it is here.

use serde_json::json;

use crate::{FileId, Json, JsonMap, UserId};

/// How far the server is with taking text from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// Waits for its turn.
    Pending,
    Processing,
    /// The text is there.
    Completed,
    /// No text could be taken; `error` says why.
    Failed,
}

impl FileStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "pending" => Some(Self::Pending),
            "processing" => Some(Self::Processing),
            "completed" => Some(Self::Completed),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }

    /// Nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// A file row. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub id: FileId,
    pub user_id: UserId,
    /// As people call it.
    pub filename: String,
    /// Where the storage keeps the bytes.
    pub path: Option<String>,
    /// SHA-256 of the text.
    pub hash: Option<String>,
    /// `None`: nobody asked for the text.
    pub status: Option<FileStatus>,
    pub error: Option<String>,
    /// `content_type`, `size`, `file_hash` and what the client added under `data`.
    pub meta: JsonMap,
    /// The text, where it was read with the row.
    pub content: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl File {
    /// What the uploader or the browser says that it is.
    pub fn content_type(&self) -> &str {
        self.meta.get("content_type").and_then(Json::as_str).unwrap_or_default()
    }

    pub fn is_image(&self) -> bool {
        self.content_type().starts_with("image/")
    }

    /// The contract's `data`: status, and text or error.
    pub fn data_json(&self) -> Json {
        let Some(status) = self.status else { return json!({}) };
        let mut data = json!({"status": status.as_str()});
        if let Some(content) = &self.content {
            data["content"] = json!(content);
        }
        if status.is_final() {
            data["error"] = json!(self.error);
        }
        data
    }

    /// The contract's `meta`. A file with text has the name that its text goes by when it is searched.
    pub fn meta_json(&self) -> Json {
        let mut meta = JsonMap::new();
        meta.insert("name".to_owned(), json!(self.filename));
        for (key, value) in &self.meta {
            if key != "name" {
                meta.insert(key.clone(), value.clone());
            }
        }
        if self.status == Some(FileStatus::Completed) {
            meta.entry("collection_name").or_insert_with(|| json!(format!("file-{}", self.id)));
        }
        Json::Object(meta)
    }
}
