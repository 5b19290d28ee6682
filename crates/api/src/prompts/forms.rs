//! What clients send about prompts.

use airis_store::{NewVersion, PromptPatch};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::FreeForm;

/// Longer commands nobody types, and no index takes them.
const LONGEST_COMMAND: usize = 256;

/// A prompt to store.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PromptForm {
    /// Without the slash; unique.
    pub command: String,
    pub name: String,
    pub content: String,
    #[serde(default)]
    pub data: Option<FreeForm>,
    #[serde(default)]
    pub meta: Option<FreeForm>,
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// Of a new prompt. Those of a stored one are changed at an address of their own.
    #[serde(default)]
    pub access_grants: Option<Vec<FreeForm>>,
    /// The version that was edited.
    #[serde(default)]
    pub version_id: Option<String>,
    #[serde(default)]
    pub commit_message: Option<String>,
    /// False: the change waits in the history.
    #[serde(default)]
    pub is_production: Option<bool>,
}

impl PromptForm {
    /// The version that this form makes.
    pub fn version(&self, author: &Verified) -> NewVersion {
        NewVersion {
            id: uuid::Uuid::new_v4().to_string(),
            author: author.id.clone(),
            parent_id: self.version_id.clone(),
            message: self.commit_message.clone(),
            live: self.is_production.unwrap_or(true),
        }
    }

    /// What this form changes in a stored prompt.
    pub fn patch(self) -> Result<PromptPatch> {
        Ok(PromptPatch {
            command: Some(command(&self.command)?),
            name: Some(self.name),
            content: Some(self.content),
            data: self.data.map(|data| data.0.into()),
            meta: self.meta.map(|meta| meta.0.into()),
            tags: self.tags,
        })
    }
}

/// What a prompt is called.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PromptMetadataForm {
    pub name: String,
    pub command: String,
    #[serde(default)]
    pub tags: Option<Vec<String>>,
}

impl PromptMetadataForm {
    pub fn patch(self) -> Result<PromptPatch> {
        Ok(PromptPatch {
            command: Some(command(&self.command)?),
            name: Some(self.name),
            tags: self.tags,
            ..PromptPatch::default()
        })
    }
}

/// Which version becomes live.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PromptVersionUpdateForm {
    pub version_id: String,
}

/// Whom a prompt is shared with.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PromptAccessGrantsForm {
    pub access_grants: Vec<FreeForm>,
}

/// The command as it is stored; some clients send it with its slash.
pub fn command(sent: &str) -> Result<String> {
    let command = sent.strip_prefix('/').unwrap_or(sent).replace('\0', "");
    if command.is_empty() || command.len() > LONGEST_COMMAND || command.chars().any(char::is_whitespace) {
        return Err(ApiError::bad_request("A command is 1 to 256 bytes without spaces"));
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_loses_its_slash_and_must_be_typable() {
        assert_eq!(command("/say").ok().as_deref(), Some("say"));
        assert_eq!(command("sagen-wir/mal").ok().as_deref(), Some("sagen-wir/mal"));
        for sent in ["", "/", "two words", "line\n", &"x".repeat(257)] {
            assert!(command(sent).is_err(), "{sent}");
        }
    }
}
