//! What is looked for, and what was found.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Words, and where to look for them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// At most 500 signs; without any everything is found.
    #[serde(default)]
    #[param(required = false)]
    pub q: String,
    #[serde(default)]
    #[param(inline, required = false)]
    pub kind: Wanted,
    #[serde(default)]
    #[param(inline, required = false)]
    pub sharing: Sharing,
    /// Only what is in this folder.
    #[serde(default)]
    #[param(required = false)]
    pub scope: String,
    /// From 1 to 100000.
    #[serde(default)]
    pub page: Option<i64>,
}

/// Which kind of thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    #[default]
    All,
    Chat,
    Message,
    Note,
}

/// Whose things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    #[default]
    All,
    Mine,
    /// Of others.
    Shared,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResponse {
    pub items: Vec<SearchResult>,
    pub has_more: bool,
    /// Where to look more closely.
    pub scopes: Vec<SearchScope>,
    /// Kinds of things that the caller may look for.
    pub kinds: Vec<String>,
}

/// One thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResult {
    /// The kind, a colon, and the thing's own id.
    pub id: String,
    /// `chat`, `message` or `note`.
    pub kind: String,
    pub title: String,
    /// Where it is.
    pub context: String,
    /// The words around the first match.
    pub snippet: String,
    /// More of the same.
    pub preview: String,
    /// Where the client shows it.
    pub url: String,
    /// The message of a chat that the words were found in; absent where they are in the title only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub message_id: Option<String>,
    /// Seconds.
    pub updated_at: i64,
    pub shared: bool,
    pub pinned: bool,
}

/// A folder.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchScope {
    pub id: String,
    pub name: String,
    /// `folder` or `channel`.
    pub kind: String,
}
