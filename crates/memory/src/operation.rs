//! Changes as programs and models ask for them: one after the other, each with what came of it.

use airis_domain::{Json, Memory, MemoryKind, UserId};
use async_recursion::async_recursion as boxed;

use crate::{Change, Memories, MemoryError, Source};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Add,
    Replace,
    Remove,
    Move,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Remove => "remove",
            Self::Move => "move",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Add, Self::Replace, Self::Remove, Self::Move].into_iter().find(|action| action.as_str() == text)
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct Operation {
    pub action: Action,
    /// Of the memory to replace, remove or move.
    pub id: Option<String>,
    pub change: Change,
}

impl Operation {
    /// Reads what a model wrote; one sentence where that makes no sense.
    pub fn read(object: &Json) -> Result<Self, String> {
        let text = |name: &str| object[name].as_str().map(str::to_owned);
        let action = object["action"].as_str().and_then(Action::parse);
        let action = action.ok_or("the action of an operation is add, replace, remove or move")?;
        let kind = match &object["type"] {
            Json::Null => None,
            kind => Some(kind.as_str().and_then(MemoryKind::parse).ok_or("a type is user or context")?),
        };
        let change = Change { content: text("content"), kind, path: text("path") };
        Ok(Self { action, id: text("id").or_else(|| text("memory_id")), change })
    }
}

impl Memories {
    /// Does one operation; the memory as it is then, unless it was removed. What it means is found out later.
    #[boxed]
    pub async fn apply(
        &self,
        user: &UserId,
        operation: Operation,
        source: Source,
    ) -> Result<Option<Memory>, MemoryError> {
        let Operation { action, id, change } = operation;
        let id = match (id, action) {
            (Some(id), _) => id,
            (None, Action::Add) => String::new(),
            (None, _) => return Err(MemoryError::Refused("an id is missing".to_owned())),
        };
        let nothing = || MemoryError::Refused("there is no content".to_owned());
        let memory = match action {
            Action::Add => self.add(user, change, source).await?,
            Action::Replace => {
                let content = Some(change.content.ok_or_else(nothing)?);
                self.change(user, &id, Change { content, ..change }).await?
            }
            Action::Move => {
                let path = Some(change.path.unwrap_or_default());
                self.change(user, &id, Change { content: None, path, ..change }).await?
            }
            Action::Remove => {
                return if self.remove(user, &id).await? { Ok(None) } else { Err(MemoryError::Unknown) };
            }
        };
        Ok(Some(memory))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_model_writes_is_read_or_refused_with_a_word() {
        let read = |object: Json| Operation::read(&object).map(|found| (found.action, found.id, found.change.kind));
        assert_eq!(read(json!({"action": "add", "content": "x"})), Ok((Action::Add, None, None)));
        let replace = json!({"action": "replace", "memory_id": "m", "type": "user", "content": "x"});
        assert_eq!(read(replace), Ok((Action::Replace, Some("m".to_owned()), Some(MemoryKind::User))));
        for odd in [json!(null), json!([]), json!({"action": "drop"}), json!({"action": "add", "type": 5})] {
            assert!(read(odd.clone()).is_err(), "{odd}");
        }
    }
}
