//! The body of a request for a reply, read once.

use airis_domain::{ChatId, Json, JsonMap, MessageId};

use crate::{TurnError, items};

/// What the client wants done besides the reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Background {
    pub title: bool,
    pub tags: bool,
    pub follow_ups: bool,
}

/// One assistant message to produce.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub model: String,
    pub message: MessageId,
    pub index: Option<Json>,
}

/// A chat-completions body with a session.
pub struct Form {
    pub body: JsonMap,
    pub chat: Option<ChatId>,
    pub folder: Option<String>,
    pub user_message: Option<JsonMap>,
    pub parent: Option<MessageId>,
    pub wanted: Vec<Wanted>,
    /// The existing assistant message to extend.
    pub extends: Option<MessageId>,
    pub background: Background,
    pub session: Option<String>,
}

impl Form {
    pub fn read(body: JsonMap) -> Result<Self, TurnError> {
        let text =
            |name: &str| body.get(name).and_then(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let model = text("model").ok_or(TurnError::ModelNotFound)?;
        let user_message =
            body.get("user_message").or_else(|| body.get("parent_message")).and_then(Json::as_object).cloned();
        let extends = text("assistant_message_id").map(MessageId::from);
        let wanted = match wanted(body.get("message_ids")) {
            list if !list.is_empty() => list,
            _ => {
                let message =
                    extends.clone().or_else(|| text("id").map(MessageId::from)).unwrap_or_else(MessageId::random);
                vec![Wanted { model, message, index: None }]
            }
        };
        let mut ids: Vec<&MessageId> = wanted.iter().map(|wanted| &wanted.message).collect();
        ids.sort();
        ids.dedup();
        if ids.len() != wanted.len() {
            return Err(TurnError::Conflict("two replies have the same message id".to_owned()));
        }
        let task = |name: &str| {
            body.get("background_tasks").and_then(|tasks| tasks.get(name)).and_then(Json::as_bool).unwrap_or(false)
        };
        let background = Background {
            title: task("title_generation"),
            tags: task("tags_generation"),
            follow_ups: task("follow_up_generation"),
        };
        let parent = match &user_message {
            Some(message) => message.get("parentId").and_then(Json::as_str).map(MessageId::from),
            None => text("parent_id").map(MessageId::from),
        };
        Ok(Self {
            chat: text("chat_id").map(ChatId::from),
            folder: text("folder_id"),
            user_message,
            parent,
            wanted,
            extends,
            background,
            session: text("session_id"),
            body,
        })
    }

    /// Takes the reply to extend off the messages of a temporary chat, which carry it as the last one.
    pub fn take_trailing_reply(&mut self) -> Option<Vec<Json>> {
        self.extends.as_ref()?;
        let messages = self.body.get_mut("messages")?.as_array_mut()?;
        let reply = messages.pop_if(|last| last["role"] == "assistant")?;
        Some(items::of_message(reply.get("output"), &reply["content"]))
    }

    /// Where the replies hang: the user's message, or the parent that was named.
    pub fn reply_parent(&self) -> Option<MessageId> {
        let id = self.user_message.as_ref().and_then(|message| message.get("id")).and_then(Json::as_str);
        id.map(MessageId::from).or_else(|| self.parent.clone())
    }
}

/// A list of objects, or the older object of model and message id.
fn wanted(value: Option<&Json>) -> Vec<Wanted> {
    match value {
        Some(Json::Array(list)) => list
            .iter()
            .filter_map(|entry| {
                let text = |name: &str| entry.get(name).and_then(Json::as_str);
                let index = entry.get("modelIdx").filter(|index| !index.is_null()).cloned();
                Some(Wanted { model: text("model_id")?.to_owned(), message: text("message_id")?.into(), index })
            })
            .collect(),
        Some(Json::Object(map)) => map
            .iter()
            .filter_map(|(model, id)| Some(Wanted { model: model.clone(), message: id.as_str()?.into(), index: None }))
            .collect(),
        _ => Vec::new(),
    }
}
