//! What clients send about memories.

use airis_domain::MemoryKind;
use airis_memory::{Change, Source};
use serde::Deserialize;
use utoipa::ToSchema;

/// What a memory is about: the person, or a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    User,
    #[default]
    Context,
}

impl From<Kind> for MemoryKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::User => Self::User,
            Kind::Context => Self::Context,
        }
    }
}

/// The same, or either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KindFilter {
    User,
    Context,
    #[default]
    All,
}

impl KindFilter {
    pub fn kind(self) -> Option<MemoryKind> {
        match self {
            Self::User => Some(MemoryKind::User),
            Self::Context => Some(MemoryKind::Context),
            Self::All => None,
        }
    }
}

/// Something new.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AddMemoryForm {
    pub content: String,
    #[serde(default, rename = "type")]
    #[schema(inline)]
    pub kind: Kind,
    pub path: Option<String>,
}

/// What to say otherwise; null leaves a part as it is, an empty path takes the memory off its path.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MemoryUpdateModel {
    pub content: Option<String>,
    #[serde(rename = "type")]
    #[schema(inline)]
    pub kind: Option<Kind>,
    pub path: Option<String>,
}

impl From<MemoryUpdateModel> for Change {
    fn from(form: MemoryUpdateModel) -> Self {
        Self { content: form.content, kind: form.kind.map(MemoryKind::from), path: form.path }
    }
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Add,
    Replace,
    Remove,
    Move,
}

impl From<Action> for airis_memory::Action {
    fn from(action: Action) -> Self {
        match action {
            Action::Add => Self::Add,
            Action::Replace => Self::Replace,
            Action::Remove => Self::Remove,
            Action::Move => Self::Move,
        }
    }
}

/// One of many changes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MemoryOperationModel {
    #[schema(inline)]
    pub action: Action,
    /// Of the memory to replace, remove or move.
    pub id: Option<String>,
    pub content: Option<String>,
    #[serde(rename = "type")]
    #[schema(inline)]
    pub kind: Option<Kind>,
    pub path: Option<String>,
}

/// Who asks for the changes; without anybody it is the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeSource {
    Tool,
    BackgroundReview,
}

impl From<ChangeSource> for Source {
    fn from(source: ChangeSource) -> Self {
        match source {
            ChangeSource::Tool => Self::Tool,
            ChangeSource::BackgroundReview => Self::Review,
        }
    }
}

/// Many changes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UpdateMemoriesForm {
    pub operations: Vec<MemoryOperationModel>,
    #[schema(inline)]
    pub source: Option<ChangeSource>,
}

/// A text to which memories may be near.
#[derive(Debug, Deserialize, ToSchema)]
pub struct QueryMemoryForm {
    pub content: String,
    /// How many; one without it.
    #[serde(default)]
    pub k: Option<i64>,
}

/// Words, and where to look for them.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SearchMemoriesForm {
    pub query: Option<String>,
    #[serde(default, rename = "type")]
    #[schema(inline)]
    pub kind: KindFilter,
    /// At this path, or below it.
    pub path: Option<String>,
    pub memory_id: Option<String>,
    #[serde(default = "twenty")]
    pub limit: i64,
}

/// Which paths.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ListMemoryPathsForm {
    /// Part of the path.
    pub query: Option<String>,
    #[serde(default, rename = "type")]
    #[schema(inline)]
    pub kind: KindFilter,
    #[serde(default = "hundred")]
    pub limit: i64,
}

/// A path.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReadMemoryPathForm {
    pub path: String,
    #[serde(default, rename = "type")]
    #[schema(inline)]
    pub kind: KindFilter,
    /// Whether what is below it counts, too.
    #[serde(default = "yes")]
    pub include_children: bool,
    #[serde(default = "fifty")]
    pub limit: i64,
}

fn twenty() -> i64 {
    20
}

fn fifty() -> i64 {
    50
}

fn hundred() -> i64 {
    100
}

fn yes() -> bool {
    true
}

/// A number of things that was asked for; below zero is none.
pub fn most(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or_default()
}
