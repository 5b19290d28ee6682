//! Counting what is in a chat: messages, models, lengths and times. Never any of the words.

use std::collections::{BTreeMap, HashMap};

use airis_domain::{Chat, Json, Message, MessageId, MessageRole, render};
use serde::Serialize;
use utoipa::ToSchema;

use super::text;

/// What is in one chat. `history` is everything, the other counts are of the branch that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AggregateChatStats {
    /// Seconds between a question and the start of its answer.
    pub average_response_time: f64,
    /// Characters.
    pub average_user_message_content_length: f64,
    /// Characters.
    pub average_assistant_message_content_length: f64,
    /// Answers by model.
    pub models: BTreeMap<String, i64>,
    pub message_count: i64,
    pub history_models: BTreeMap<String, i64>,
    pub history_message_count: i64,
    pub history_user_message_count: i64,
    pub history_assistant_message_count: i64,
}

/// What is known about one message.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MessageStats {
    pub id: String,
    pub role: String,
    pub model: Option<String>,
    /// Characters.
    pub content_length: i64,
    /// Tokens that a model wrote.
    pub token_count: Option<i64>,
    /// Seconds.
    pub timestamp: Option<i64>,
    /// What the reader thought of it: 1 or -1.
    pub rating: Option<i64>,
    pub tags: Option<Vec<String>>,
}

/// Counts a chat.
pub fn chat(chat: &Chat, messages: &[Message]) -> AggregateChatStats {
    let branch = branch(chat, messages);
    let by_id = by_id(messages);
    let by_role = |role| messages.iter().filter(move |message| message.role == role);
    let lengths = |role| by_role(role).map(|message| length(message) as f64);
    AggregateChatStats {
        average_response_time: mean(messages.iter().filter_map(|answer| waited(answer, &by_id))),
        average_user_message_content_length: mean(lengths(MessageRole::User)),
        average_assistant_message_content_length: mean(lengths(MessageRole::Assistant)),
        models: models(branch.iter().copied()),
        message_count: count(branch.iter()),
        history_models: models(messages.iter()),
        history_message_count: count(messages.iter()),
        history_user_message_count: count(by_role(MessageRole::User)),
        history_assistant_message_count: count(by_role(MessageRole::Assistant)),
    }
}

/// Counts a message.
pub fn message(message: &Message) -> MessageStats {
    let annotation = message.rest.get("annotation");
    let tags = annotation.and_then(|annotation| annotation.get("tags")).and_then(Json::as_array);
    let number = |name: &str| message.usage.as_ref()?.get(name)?.as_i64();
    MessageStats {
        id: message.id.to_string(),
        role: message.role.as_str().to_owned(),
        model: message.model.clone(),
        content_length: length(message),
        token_count: number("output_tokens").or_else(|| number("completion_tokens")),
        timestamp: message.timestamp,
        rating: annotation.and_then(|annotation| annotation.get("rating")).and_then(Json::as_i64),
        tags: tags.map(|tags| tags.iter().filter_map(Json::as_str).map(str::to_owned).collect()),
    }
}

/// When the last message of the branch that is shown was written, in seconds.
pub fn last_message_at(chat: &Chat, messages: &[Message]) -> Option<i64> {
    branch(chat, messages).first()?.timestamp
}

/// The branch that is shown, last message first.
fn branch<'a>(chat: &Chat, messages: &'a [Message]) -> Vec<&'a Message> {
    let by_id = by_id(messages);
    let mut next = render::visible_leaf(messages, chat.current_message_id.as_ref());
    let mut branch = Vec::new();
    while let Some(message) = next.and_then(|id| by_id.get(&id).copied()) {
        // The number of messages bounds a loop in damaged data.
        if branch.len() == messages.len() {
            break;
        }
        branch.push(message);
        next = message.parent_id.clone();
    }
    branch
}

type ById<'a> = HashMap<&'a MessageId, &'a Message>;

fn by_id(messages: &[Message]) -> ById<'_> {
    messages.iter().map(|message| (&message.id, message)).collect()
}

fn waited(answer: &Message, by_id: &ById<'_>) -> Option<f64> {
    let parent = answer.parent_id.as_ref().filter(|_| answer.role == MessageRole::Assistant)?;
    let asked = by_id.get(parent)?.timestamp?;
    answer.timestamp.filter(|at| *at >= asked).map(|at| (at - asked) as f64)
}

fn models<'a>(messages: impl Iterator<Item = &'a Message>) -> BTreeMap<String, i64> {
    let mut models = BTreeMap::new();
    for model in messages.filter(|message| message.role == MessageRole::Assistant).filter_map(|m| m.model.clone()) {
        *models.entry(model).or_default() += 1;
    }
    models
}

fn length(message: &Message) -> i64 {
    text::of_content(&message.content).map_or(0, |text| count(text.chars()))
}

fn count(items: impl Iterator) -> i64 {
    i64::try_from(items.count()).unwrap_or(i64::MAX)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}
