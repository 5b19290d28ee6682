//! What is asked of a prompt and its history.

use airis_domain::{Json, Prompt, UserId};

use crate::json;

/// What changes in a prompt; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct PromptPatch {
    pub command: Option<String>,
    pub name: Option<String>,
    pub content: Option<String>,
    pub data: Option<Json>,
    pub meta: Option<Json>,
    pub tags: Option<Vec<String>>,
}

/// How a change enters a prompt's history.
#[derive(Clone, Debug)]
pub struct NewVersion {
    pub id: String,
    pub author: UserId,
    /// The version that was changed; the live one when this is `None` or not known.
    pub parent_id: Option<String>,
    pub message: Option<String>,
    /// Whether the prompt is changed; otherwise the change waits in the history.
    pub live: bool,
}

/// What became of a version that should go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionRemoval {
    Removed,
    /// The live version stays.
    Live,
    Missing,
}

impl PromptPatch {
    /// The prompt with these changes.
    pub(crate) fn over(&self, mut prompt: Prompt) -> Prompt {
        let text = |field: &mut String, change: &Option<String>| {
            if let Some(change) = change {
                *field = json::clean(change).into_owned();
            }
        };
        text(&mut prompt.command, &self.command);
        text(&mut prompt.name, &self.name);
        text(&mut prompt.content, &self.content);
        prompt.data = self.data.clone().unwrap_or(prompt.data);
        prompt.meta = self.meta.clone().unwrap_or(prompt.meta);
        prompt.tags = self.tags.clone().unwrap_or(prompt.tags);
        prompt
    }
}
