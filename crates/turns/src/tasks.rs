//! What happens besides the reply: titles, tags and follow-up questions. Slow or failing, they never delay or break it.

use std::sync::Arc;

use airis_domain::{Json, JsonMap, MessageRole};
use airis_store::{ChatPatch, MessagePatch};
use serde_json::json;
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::job::Job;
use crate::task_prompt::{Matter, plain};
use crate::{Inner, Task, ask};

/// Characters of a title made from the first message.
const PLAIN_TITLE: usize = 60;

/// A task under way.
pub type Pending = JoinHandle<()>;

/// Begins with the title at once: it needs only the question.
pub fn start_title(inner: &Arc<Inner>, job: &Arc<Job>) -> Option<Pending> {
    if !job.background.title || !job.first || job.is_temporary() {
        return None;
    }
    let (engine, job) = (inner.clone(), job.clone());
    let naming = async move {
        let inner = engine;
        let question = question(&inner, &job).await;
        let asked = inner.config.flag("task.title.enable");
        let conversation = [format!("USER: {question}")];
        let named = if asked { answer(&inner, &job, Task::Title, &conversation).await } else { None };
        let title = named
            .and_then(|answer| answer["title"].as_str().map(|title| title.trim().to_owned()))
            .filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| plain_title(&question));
        let patch = ChatPatch { title: Some(title.clone()), ..ChatPatch::default() };
        match inner.store.update_chat(&job.chat, &patch).await {
            Ok(_) => job.notice("chat:title", json!(title)),
            Err(error) => tracing::warn!(%error, chat = %job.chat, "a title was not stored"),
        }
    };
    Some(inner.spawn_lesser(naming.in_current_span()))
}

/// After the reply: follow-up questions, the title if it is not there yet, tags.
pub async fn after(inner: &Arc<Inner>, job: &Arc<Job>, title: Option<Pending>) {
    let conversation = if job.background.follow_ups || job.background.tags {
        vec![format!("USER: {}", question(inner, job).await), format!("ASSISTANT: {}", job.content())]
    } else {
        Vec::new()
    };
    if job.background.follow_ups && inner.config.flag("task.follow_up.enable") {
        follow_ups(inner, job, &conversation).await;
    }
    if let Some(title) = title
        && title.await.is_err()
    {
        tracing::warn!(chat = %job.chat, "the title task failed");
    }
    if job.background.tags && job.first && !job.is_temporary() && inner.config.flag("task.tags.enable") {
        tags(inner, job, &conversation).await;
    }
}

async fn follow_ups(inner: &Inner, job: &Job, conversation: &[String]) {
    let Some(answer) = answer(inner, job, Task::FollowUps, conversation).await else { return };
    let questions = texts(&answer["follow_ups"]);
    if questions.is_empty() {
        return;
    }
    if !job.is_temporary() {
        let mut rest = JsonMap::new();
        rest.insert("followUps".to_owned(), json!(questions));
        let patch = MessagePatch { rest, ..MessagePatch::default() };
        if let Err(error) = inner.store.patch_message(&job.chat, &job.message, &patch).await {
            tracing::warn!(%error, chat = %job.chat, "follow-up questions were not stored");
        }
    }
    job.notice("chat:message:follow_ups", json!({"follow_ups": questions}));
}

async fn tags(inner: &Inner, job: &Job, conversation: &[String]) {
    let Some(answer) = answer(inner, job, Task::Tags, conversation).await else { return };
    let names = texts(&answer["tags"]);
    if names.is_empty() {
        return;
    }
    match inner.store.set_chat_tags(&job.user.id, &job.chat, &names).await {
        Ok(tags) => job.notice("chat:tags", json!(tags.into_iter().map(|tag| tag.name).collect::<Vec<_>>())),
        Err(error) => tracing::warn!(%error, chat = %job.chat, "tags were not stored"),
    }
}

/// Asks the task model and reads its JSON. `None` when it fails, is too slow or does not answer in JSON.
async fn answer(inner: &Inner, job: &Job, task: Task, conversation: &[String]) -> Option<Json> {
    let model = ask::task_model(inner, &job.model.base).await;
    if inner.providers.is_built_in(&model).await {
        // It computes one reply at a time: a title would stand before the next answer in the queue.
        return None;
    }
    let matter = Matter { messages: conversation.to_vec(), ..Matter::default() };
    // Where the model of the reply does it, it counts as that was picked.
    let picked = (model == job.model.base).then_some(job.model.id.as_str());
    let providers = inner.providers.aside(picked);
    let request = ask::request(inner, task, model, &matter, &job.user);
    match tokio::time::timeout(ask::DEADLINE, providers.complete(request)).await {
        Ok(Ok(answer)) => object(answer.pointer("/choices/0/message/content")?.as_str()?),
        Ok(Err(error)) => {
            tracing::info!(%error, "a background task failed");
            None
        }
        Err(_) => {
            tracing::info!(chat = %job.chat, deadline_s = ask::DEADLINE.as_secs(), "a background task was given up");
            None
        }
    }
}

/// The text that is being answered.
async fn question(inner: &Inner, job: &Job) -> String {
    if let Some(parent) = job.parent.as_ref().filter(|_| !job.is_temporary())
        && let Ok(Some(message)) = inner.store.message(&job.chat, parent).await
        && message.role == MessageRole::User
    {
        return plain(&message.content);
    }
    let sent = job.body.get("messages").and_then(Json::as_array);
    sent.and_then(|messages| messages.iter().rev().find(|message| message["role"] == "user"))
        .map_or_else(String::new, |message| plain(&message["content"]))
}

fn plain_title(question: &str) -> String {
    let line = question.trim().lines().next().unwrap_or_default();
    let short: String = line.chars().take(PLAIN_TITLE).collect();
    match (short.is_empty(), short.len() < line.len()) {
        (true, _) => "New Chat".to_owned(),
        (false, true) => format!("{}…", short.trim_end()),
        (false, false) => short,
    }
}

/// The JSON object inside a text, from its first brace to its last.
pub fn object(text: &str) -> Option<Json> {
    let (start, end) = (text.find('{')?, text.rfind('}')?);
    serde_json::from_str(text.get(start..=end)?).ok()
}

pub(crate) fn texts(value: &Json) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(|text| text.trim().to_owned()))
        .filter(|text| !text.is_empty())
        .take(5)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_in_what_models_write_around_it() {
        assert_eq!(object("Sure!\n```json\n{\"title\": \"A\"}\n```"), Some(json!({"title": "A"})));
        assert_eq!(object("no json"), None);
        assert_eq!(object("} {"), None);
    }

    #[test]
    fn a_title_without_a_model_is_the_first_line() {
        assert_eq!(plain_title("Hello\nworld"), "Hello");
        assert_eq!(plain_title("  "), "New Chat");
        assert!(plain_title(&"é".repeat(200)).ends_with('…'));
    }
}
