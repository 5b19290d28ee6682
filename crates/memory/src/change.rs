//! Remembering, changing and forgetting.

use airis_domain::{Memory, MemoryKind, UserId, now};
use async_recursion::async_recursion as boxed;
use serde_json::json;

use crate::{Memories, MemoryError};

/// Characters of one memory, and of its path.
const LONGEST: usize = 20_000;
const LONGEST_PATH: usize = 500;
/// Memories of one person: all of them are compared with every question.
const MOST: i64 = 2_000;

/// Who had something remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The person.
    Manual,
    /// A model that called a tool.
    Tool,
    /// A model that looked through a conversation.
    Review,
}

impl Source {
    fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Tool => "tool",
            Self::Review => "background_review",
        }
    }
}

/// What to say otherwise; `None` leaves a part as it is, an empty path takes the memory off its path.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub content: Option<String>,
    pub kind: Option<MemoryKind>,
    pub path: Option<String>,
}

impl Memories {
    /// Remembers something new. What it means is found out by [`Memories::learn`].
    #[boxed]
    pub async fn add(&self, user: &UserId, new: Change, source: Source) -> Result<Memory, MemoryError> {
        if self.store.count_memories(user).await? >= MOST {
            return Err(MemoryError::Refused(format!("{MOST} memories are the most; forget some of them first")));
        }
        let at = now();
        let memory = Memory {
            id: uuid::Uuid::now_v7().to_string(),
            user_id: user.clone(),
            kind: new.kind.unwrap_or(MemoryKind::Context),
            path: path(new.path.as_deref())?,
            content: content(new.content.as_deref().unwrap_or_default())?,
            meta: Some(json!({"created_by": source.as_str()})),
            created_at: at,
            updated_at: at,
        };
        self.store.insert_memory(&memory).await?;
        Ok(memory)
    }

    /// Changes something; `Unknown` when it is not there.
    #[boxed]
    pub async fn change(&self, user: &UserId, id: &str, change: Change) -> Result<Memory, MemoryError> {
        let mut memory = self.store.memory(user, id).await?.ok_or(MemoryError::Unknown)?;
        if let Some(text) = change.content {
            memory.content = content(&text)?;
        }
        if let Some(kind) = change.kind {
            memory.kind = kind;
        }
        if change.path.is_some() {
            memory.path = path(change.path.as_deref())?;
        }
        memory.updated_at = now().max(memory.updated_at);
        if self.store.update_memory(&memory).await? { Ok(memory) } else { Err(MemoryError::Unknown) }
    }

    /// Forgets one thing; false when it was not there.
    #[boxed]
    pub async fn remove(&self, user: &UserId, id: &str) -> Result<bool, MemoryError> {
        Ok(self.store.delete_memory(user, id).await?)
    }

    /// Forgets everything; whether there was anything.
    #[boxed]
    pub async fn clear(&self, user: &UserId) -> Result<bool, MemoryError> {
        Ok(self.store.delete_memories(user).await? > 0)
    }
}

fn content(text: &str) -> Result<String, MemoryError> {
    let text = text.replace('\0', "");
    if text.trim().is_empty() {
        return Err(MemoryError::Refused("There is nothing to remember in this".to_owned()));
    }
    if text.chars().count() > LONGEST {
        return Err(MemoryError::Refused(format!("A memory has at most {LONGEST} characters")));
    }
    Ok(text)
}

/// A path without blanks and slashes that mean nothing; none when nothing is left.
pub(crate) fn path(text: Option<&str>) -> Result<Option<String>, MemoryError> {
    let text = text.unwrap_or_default().replace('\0', "");
    let parts: Vec<&str> = text.split('/').map(str::trim).filter(|part| !part.is_empty()).collect();
    let path = parts.join("/");
    if path.chars().count() > LONGEST_PATH {
        return Err(MemoryError::Refused(format!("A path has at most {LONGEST_PATH} characters")));
    }
    Ok((!path.is_empty()).then_some(path))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn paths_are_written_in_one_way() {
        for (written, read) in [
            ("/work//garden/ ", Some("work/garden")),
            (" a b / c", Some("a b/c")),
            ("///", None),
            ("", None),
            ("a\0b", Some("ab")),
        ] {
            assert_eq!(path(Some(written)).unwrap().as_deref(), read, "{written}");
        }
        assert!(path(Some(&"x".repeat(LONGEST_PATH + 1))).is_err());
    }

    #[test]
    fn a_memory_holds_some_text_and_not_a_book() {
        assert!(content(" \0\n").is_err());
        assert!(content(&"ä".repeat(LONGEST + 1)).is_err());
        assert_eq!(content("a\0b ").unwrap(), "ab ");
    }
}
