//! Looking through what is remembered.

use async_recursion::async_recursion as boxed;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use airis_domain::{Memory, MemoryKind, User, UserId};

use crate::change::path;
use crate::{Memories, MemoryError};

/// Which memories to look at.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub kind: Option<MemoryKind>,
    /// What stands at this path.
    pub path: Option<String>,
    /// Whether what stands below that path counts, too.
    pub below: bool,
    pub id: Option<String>,
}

/// A path, and how much stands at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    pub path: String,
    pub count: usize,
    /// Seconds.
    pub updated_at: i64,
}

impl Memories {
    /// Everything in the order it was stored.
    #[boxed]
    pub async fn all(&self, user: &UserId) -> Result<Vec<Memory>, MemoryError> {
        Ok(self.store.memories(user).await?)
    }

    /// What is nearest to a text, with how near it is from 0 to 1.
    #[boxed]
    pub async fn query(&self, user: &User, text: &str, most: usize) -> Result<Vec<(Memory, f64)>, MemoryError> {
        let mut found = self.nearest(user, text, self.all(&user.id).await?).await?;
        found.truncate(most);
        Ok(found)
    }

    /// What has the words comes first, then what is near to them; without words the last changed comes first.
    #[boxed]
    pub async fn search(
        &self,
        user: &User,
        words: &str,
        scope: &Scope,
        most: usize,
    ) -> Result<Vec<Memory>, MemoryError> {
        let mut found = self.within(&user.id, scope).await?;
        let words = words.trim();
        if words.is_empty() {
            found.sort_by_key(|memory| Reverse(memory.updated_at));
        } else {
            found = self.nearest(user, words, found).await?.into_iter().map(|(memory, _)| memory).collect();
            let wanted = words.to_lowercase();
            found.sort_by_key(|memory| !memory.content.to_lowercase().contains(&wanted));
        }
        found.truncate(most);
        Ok(found)
    }

    /// Paths that hold the text, by name.
    #[boxed]
    pub async fn topics(
        &self,
        user: &UserId,
        text: &str,
        scope: &Scope,
        most: usize,
    ) -> Result<Vec<Topic>, MemoryError> {
        let wanted = text.trim().to_lowercase();
        let mut topics: BTreeMap<String, Topic> = BTreeMap::new();
        for memory in self.within(user, scope).await? {
            let Some(path) = memory.path.filter(|path| path.to_lowercase().contains(&wanted)) else { continue };
            let topic = topics.entry(path.clone()).or_insert(Topic { path, count: 0, updated_at: 0 });
            topic.count += 1;
            topic.updated_at = topic.updated_at.max(memory.updated_at);
        }
        Ok(topics.into_values().take(most).collect())
    }

    async fn within(&self, user: &UserId, scope: &Scope) -> Result<Vec<Memory>, MemoryError> {
        let path = match &scope.path {
            Some(text) => Some(path(Some(text))?.unwrap_or_default()),
            None => None,
        };
        let wanted = |memory: &Memory| {
            scope.kind.is_none_or(|kind| memory.kind == kind)
                && scope.id.as_ref().is_none_or(|id| memory.id == *id)
                && path.as_ref().is_none_or(|path| memory.is_at(path, scope.below))
        };
        Ok(self.all(user).await?.into_iter().filter(wanted).collect())
    }
}
