//! What happens besides the reply: titles, tags and follow-up questions. Slow or failing, they never delay or break it.

use std::sync::Arc;
use std::time::Duration;

use airis_domain::{Json, JsonMap, MessageRole};
use airis_providers::{ChatRequest, ProviderError};
use airis_store::{ChatPatch, MessagePatch};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::Inner;
use crate::job::Job;

/// A task that takes longer is given up.
const DEADLINE: Duration = Duration::from_secs(60);
/// Characters of the conversation that a task sees.
const EXCERPT: usize = 6_000;
/// Characters of a title made from the first message.
const PLAIN_TITLE: usize = 60;

const TITLE: &str = "Name this conversation in at most five words, in its own language. Answer with JSON only, in the form \
    {\"title\": \"...\"}.\n\nConversation:\n{{MESSAGES}}";
const TAGS: &str = "Choose one to three broad topics for this conversation, each one or two words, in its own language. Answer \
    with JSON only, in the form {\"tags\": [\"...\", \"...\"]}.\n\nConversation:\n{{MESSAGES}}";
const FOLLOW_UPS: &str = "Suggest three short questions that the user might ask next, from the user's point of view and in the \
    conversation's language. Answer with JSON only, in the form {\"follow_ups\": [\"...\", \"...\", \"...\"]}.\n\nConversation:\n{{MESSAGES}}";

/// A task under way.
pub type Pending = JoinHandle<()>;

/// Begins with the title at once: it needs only the question.
pub fn start_title(inner: &Arc<Inner>, job: &Arc<Job>) -> Option<Pending> {
    if !job.background.title || !job.first || job.is_temporary() {
        return None;
    }
    let (engine, job) = (inner.clone(), job.clone());
    Some(inner.spawn_lesser(async move {
        let inner = engine;
        let question = question(&inner, &job).await;
        let asked = inner.config.flag("task.title.enable");
        let answer = if asked {
            ask(&inner, &job, "task.title.prompt_template", TITLE, &format!("USER: {question}")).await
        } else {
            None
        };
        let title = answer
            .and_then(|answer| answer["title"].as_str().map(|title| title.trim().to_owned()))
            .filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| plain_title(&question));
        let patch = ChatPatch { title: Some(title.clone()), ..ChatPatch::default() };
        match inner.store.update_chat(&job.chat, &patch).await {
            Ok(_) => job.notice("chat:title", json!(title)),
            Err(error) => tracing::warn!(%error, chat = %job.chat, "a title was not stored"),
        }
    }))
}

/// After the reply: follow-up questions, the title if it is not there yet, tags.
pub async fn after(inner: &Arc<Inner>, job: &Arc<Job>, title: Option<Pending>) {
    let conversation = if job.background.follow_ups || job.background.tags {
        format!("USER: {}\n\nASSISTANT: {}", question(inner, job).await, job.content())
    } else {
        String::new()
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

async fn follow_ups(inner: &Inner, job: &Job, conversation: &str) {
    let Some(answer) = ask(inner, job, "task.follow_up.prompt_template", FOLLOW_UPS, conversation).await else {
        return;
    };
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

async fn tags(inner: &Inner, job: &Job, conversation: &str) {
    let Some(answer) = ask(inner, job, "task.tags.prompt_template", TAGS, conversation).await else { return };
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
async fn ask(inner: &Inner, job: &Job, template_key: &str, own: &str, conversation: &str) -> Option<Json> {
    let model = task_model(inner, job).await;
    if inner.providers.is_built_in(&model).await {
        // It computes one reply at a time: a title would stand before the next answer in the queue.
        return None;
    }
    let custom = inner.config.text(template_key);
    let template = if custom.trim().is_empty() { own } else { &custom };
    let excerpt: String = conversation.chars().take(EXCERPT).collect();
    let mut body = JsonMap::new();
    body.insert(
        "messages".to_owned(),
        json!([{"role": "user", "content": template.replace("{{MESSAGES}}", &excerpt)}]),
    );
    body.insert("stream".to_owned(), json!(false));
    if template_key == "task.title.prompt_template" {
        body.insert("max_tokens".to_owned(), json!(1000));
    }
    body.extend(inner.config.get("task.model.params").as_object().cloned().unwrap_or_default());
    let request = ChatRequest { model, body, user: Some(job.user.clone()), chat_id: None, prefix: None };
    match tokio::time::timeout(DEADLINE, inner.providers.complete(request)).await {
        Ok(Ok(answer)) => object(answer.pointer("/choices/0/message/content")?.as_str()?),
        Ok(Err(error)) => {
            report(&error);
            None
        }
        Err(_) => {
            tracing::info!(chat = %job.chat, deadline_s = DEADLINE.as_secs(), "a background task was given up");
            None
        }
    }
}

fn report(error: &ProviderError) {
    tracing::info!(%error, "a background task failed");
}

/// The model that administrators chose for tasks, if it is there; otherwise the one that replies.
async fn task_model(inner: &Inner, job: &Job) -> String {
    let local = inner.providers.is_local(&job.model.base).await;
    let key = if local { "task.model.default" } else { "task.model.external" };
    let chosen = inner.config.text(key);
    if !chosen.is_empty() && inner.providers.offers(&chosen).await { chosen } else { job.model.base.clone() }
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

fn plain(content: &Json) -> String {
    match content {
        Json::String(text) => text.clone(),
        Json::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
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
fn object(text: &str) -> Option<Json> {
    let (start, end) = (text.find('{')?, text.rfind('}')?);
    serde_json::from_str(text.get(start..=end)?).ok()
}

fn texts(value: &Json) -> Vec<String> {
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
