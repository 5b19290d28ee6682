//! The next request to the provider: system prompt, history, what this turn produced so far, parameters, tools.

use airis_domain::{Json, JsonMap, MessageId};
use airis_providers::ChatRequest;
use airis_store::StoreError;
use serde_json::json;

use crate::documents::Documents;
use crate::job::Job;
use crate::{Inner, compact, folders, items, models, pictures, prompt};

/// Asked of a provider that cannot go on behind a given text.
const GO_ON: &str = "Continue your last message exactly where it ends. Do not repeat any of it.";

pub async fn prepare(
    inner: &Inner,
    job: &Job,
    documents: &Documents,
    told: Option<&str>,
    tools: &[Json],
) -> Result<ChatRequest, StoreError> {
    let body = &job.body;
    let params = job.params();
    let variables = body.get("variables");
    let folder = folders::prompt(inner, &job.user, job.folder.as_deref()).await?;
    let branch = match &job.parent {
        Some(parent) if !job.is_temporary() => {
            compact::when_due(inner, job, inner.store.branch(&job.chat, parent).await?).await
        }
        _ => Vec::new(),
    };
    let (summary, recent) = compact::split(&branch);
    let text = |value: Option<&Json>| value.and_then(Json::as_str).map(|text| prompt::fill(text, variables, &job.user));
    let system = prompt::system(&[
        folder.map(|text| prompt::fill(&text, variables, &job.user)),
        text(params.get("system")),
        prompt::sent_system(body).map(|text| prompt::fill(&text, variables, &job.user)),
        told.map(str::to_owned),
        summary,
    ]);
    let mut messages: Vec<Json> = system.into_iter().collect();
    if job.is_temporary() {
        messages.extend(sent(body));
    } else {
        messages.extend(prompt::history(recent));
    }
    if messages.iter().all(|message| message["role"] == "system") {
        messages.extend(sent(body));
    }
    if let Some(hint) = body.get("regeneration_prompt").and_then(Json::as_str).filter(|hint| !hint.is_empty()) {
        messages.extend(revised(inner, job).await?);
        messages.push(json!({"role": "user", "content": hint}));
    }
    documents.inject(inner, &mut messages);
    pictures::send(inner, &job.user, pictures::sees(&job.model.meta), &mut messages).await?;
    let prefix = so_far(inner, job, &mut messages).await;
    let mut request = JsonMap::new();
    request.insert("messages".to_owned(), Json::Array(messages));
    request.extend(models::for_provider(params));
    for name in ["tools", "tool_choice", "response_format"] {
        if let Some(value) = body.get(name) {
            request.insert(name.to_owned(), value.clone());
        }
    }
    if !body.contains_key("tools") && !tools.is_empty() {
        request.insert("tools".to_owned(), json!(tools));
    }
    let (model, user) = (job.model.base.clone(), Some(job.user.clone()));
    Ok(ChatRequest { model, body: request, user, chat_id: Some(job.chat.to_string()), prefix })
}

/// Adds what this turn produced so far; returns the text that the provider is to go on from, if it can.
async fn so_far(inner: &Inner, job: &Job, messages: &mut Vec<Json>) -> Option<String> {
    let seen = job.progress.lock().writer.items.clone();
    let (done, growing) = split(&seen);
    messages.extend(prompt::from_items(done));
    let text = growing.filter(|text| !text.is_empty())?;
    if inner.providers.can_continue(&job.model.base).await {
        return Some(text);
    }
    messages.push(json!({"role": "assistant", "content": text}));
    if job.extends {
        messages.push(json!({"role": "user", "content": GO_ON}));
    }
    None
}

/// The reply that a guided regeneration is to revise.
async fn revised(inner: &Inner, job: &Job) -> Result<Vec<Json>, StoreError> {
    let Some(id) = job.body.get("regeneration_message_id").and_then(Json::as_str).map(MessageId::from) else {
        return Ok(Vec::new());
    };
    if job.is_temporary() {
        return Ok(Vec::new());
    }
    let reply = inner.store.message(&job.chat, &id).await?;
    Ok(prompt::history(reply.as_slice()))
}

/// Messages of the request itself (temporary chats carry their history).
fn sent(body: &JsonMap) -> Vec<Json> {
    let messages = body.get("messages").and_then(Json::as_array).cloned().unwrap_or_default();
    let mut list = Vec::new();
    for message in messages.into_iter().filter(|message| message["role"] != "system") {
        match message["output"].as_array() {
            Some(output) => list.extend(prompt::from_items(output)),
            None => list.push(json!({"role": message["role"], "content": message["content"]})),
        }
    }
    list
}

/// Finished items, and the text of the last one when it is still growing.
fn split(seen: &[Json]) -> (&[Json], Option<String>) {
    match seen.split_last() {
        Some((last, before)) if items::kind(last) == "message" && last["status"] == "in_progress" => {
            (before, Some(items::text(last).to_owned()))
        }
        _ => (seen, None),
    }
}
