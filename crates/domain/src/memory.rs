//! What people want models to remember.

use crate::{Json, UserId};

/// What a memory is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryKind {
    /// The person.
    User,
    /// A topic.
    Context,
}

impl MemoryKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Context => "context",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "user" => Some(Self::User),
            "context" => Some(Self::Context),
            _ => None,
        }
    }
}

/// One thing to remember. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    pub id: String,
    pub user_id: UserId,
    pub kind: MemoryKind,
    /// Where it stands among the topics, such as `work/garden`.
    pub path: Option<String>,
    pub content: String,
    pub meta: Option<Json>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Memory {
    /// Whether it stands at this path or, where those count, below it.
    pub fn is_at(&self, path: &str, below: bool) -> bool {
        let own = self.path.as_deref().unwrap_or_default();
        own == path || (below && own.strip_prefix(path).is_some_and(|rest| path.is_empty() || rest.starts_with('/')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_what_is_below_it_and_not_what_begins_like_it() {
        let at = |path: Option<&str>| Memory {
            id: String::new(),
            user_id: "u".into(),
            kind: MemoryKind::Context,
            path: path.map(str::to_owned),
            content: String::new(),
            meta: None,
            created_at: 0,
            updated_at: 0,
        };
        for (path, asked, below, found) in [
            (Some("work/garden"), "work", true, true),
            (Some("work/garden"), "work", false, false),
            (Some("workshop"), "work", true, false),
            (Some("work"), "work", false, true),
            (Some("work"), "", true, true),
            (None, "work", true, false),
        ] {
            assert_eq!(at(path).is_at(asked, below), found, "{path:?} {asked}");
        }
    }
}
