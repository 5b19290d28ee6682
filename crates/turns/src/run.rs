//! A turn from its first request to the provider to its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use airis_domain::{ChatId, Json, JsonMap, TurnId, TurnState};
use airis_providers::{ChatRequest, ProviderError};
use airis_store::{MessagePatch, StoreError};
use futures::StreamExt;
use serde_json::json;

use crate::job::Job;
use crate::writer::Event;
use crate::{Inner, items, models, prompt, tasks, toolloop};

/// Seconds between two checkpoints of one growing reply; more when many grow at once.
const CHECKPOINT: f64 = 1.0;

/// How a turn ended, apart from success.
pub enum Ending {
    /// Somebody stopped it.
    Stopped,
    /// The process ends: the turn stays as it is for the next one.
    Left,
    /// The provider or the tool loop failed; what people are told.
    Failed(Json),
    /// Another instance has it now.
    Lost,
}

/// Starts the prepared turns of one request; the chat is active from now on.
pub fn launch(inner: &Arc<Inner>, chat: &ChatId, turns: &[TurnId]) {
    for (index, id) in turns.iter().enumerate() {
        let Some(job) = inner.job(id) else { continue };
        if index == 0 && inner.first_of(chat, turns) {
            job.notice("chat:active", json!({"active": true, "folder_id": job.folder}));
        }
        inner.spawn(drive(inner.clone(), job));
    }
}

/// Runs one turn to its end, whatever that is.
pub async fn drive(inner: Arc<Inner>, job: Arc<Job>) {
    let title = tasks::start_title(&inner, &job);
    let ending = generate(&inner, &job).await;
    let outcome = match ending {
        Ok(()) => complete(&inner, &job, title).await,
        Err(Ending::Stopped) => stopped(&inner, &job).await,
        Err(Ending::Failed(content)) => failed(&inner, &job, content).await,
        Err(Ending::Left) => {
            checkpoint(&inner, &job).await;
            inner.forget(&job);
            return;
        }
        Err(Ending::Lost) => Err(StoreError::LeaseLost),
    };
    match outcome {
        Ok(()) => {
            if let Err(error) = job.log.remove() {
                tracing::warn!(%error, turn = %job.turn, "the log of a finished turn was not removed");
            }
        }
        Err(StoreError::LeaseLost) => {
            tracing::warn!(turn = %job.turn, "another instance took this turn over");
            inner.forget(&job);
            return;
        }
        // The log stays, so that the outcome is not lost: a later take-over stores it.
        Err(error) => tracing::error!(%error, turn = %job.turn, "the end of a turn was not stored"),
    }
    if inner.forget(&job) {
        job.notice("chat:active", json!({"active": false, "folder_id": job.folder}));
    }
}

/// Stores the end of a reply that was complete when its owner died.
pub async fn end_only(inner: Arc<Inner>, job: Arc<Job>) {
    items::close(&mut job.progress.lock().writer.items, "completed");
    match finish(&inner, &job, TurnState::Done, None).await {
        Ok(()) => _ = job.log.remove(),
        Err(error) => tracing::error!(%error, turn = %job.turn, "the end of a turn was not stored"),
    }
    if inner.forget(&job) {
        job.notice("chat:active", json!({"active": false, "folder_id": job.folder}));
    }
}

/// Rounds of generation and tools until the model says no more.
async fn generate(inner: &Arc<Inner>, job: &Arc<Job>) -> Result<(), Ending> {
    let limit = inner.config.settings().max_tool_call_iterations;
    let mut rounds = 0;
    loop {
        let request = prepare(inner, job).await.map_err(|error| Ending::Failed(json!(error.to_string())))?;
        let calls = stream(inner, job, request).await?;
        if calls.is_empty() {
            return Ok(());
        }
        rounds += 1;
        if limit >= 0 && rounds > limit {
            return Err(Ending::Failed(json!(format!("the model called tools more than {limit} times"))));
        }
        toolloop::run(inner, job, &calls).await?;
        save(inner, job).await?;
    }
}

/// The next request: system prompt, history, what this turn produced so far, parameters, tools.
async fn prepare(inner: &Inner, job: &Job) -> Result<ChatRequest, StoreError> {
    let body = &job.body;
    let mut params = job.model.params.clone();
    params.extend(body.get("params").and_then(Json::as_object).cloned().unwrap_or_default());
    let variables = body.get("variables");
    let folder = match &job.folder {
        Some(id) => inner.store.folder(&job.user.id, id).await?.and_then(|folder| folder.data),
        None => None,
    };
    let text = |value: Option<&Json>| value.and_then(Json::as_str).map(|text| prompt::fill(text, variables, &job.user));
    let system = prompt::system(&[
        text(folder.as_ref().and_then(|data| data.get("system_prompt"))),
        text(params.get("system")),
        prompt::sent_system(body).map(|text| prompt::fill(&text, variables, &job.user)),
    ]);
    let mut messages: Vec<Json> = system.into_iter().collect();
    if job.is_temporary() {
        messages.extend(sent(body));
    } else if let Some(parent) = &job.parent {
        messages.extend(prompt::history(&inner.store.branch(&job.chat, parent).await?));
    }
    if messages.iter().all(|message| message["role"] == "system") {
        messages.extend(sent(body));
    }
    let seen = job.progress.lock().writer.items.clone();
    let (done, prefix) = split(&seen);
    messages.extend(prompt::from_items(done));
    let mut prefix = prefix.filter(|text| !text.is_empty());
    if let Some(text) = prefix.as_ref().filter(|_| !job.extends)
        && !inner.providers.can_continue(&job.model.base).await
    {
        messages.push(json!({"role": "assistant", "content": text}));
        prefix = None;
    } else if job.extends
        && let Some(text) = prefix.as_ref()
        && !inner.providers.can_continue(&job.model.base).await
    {
        messages.push(json!({"role": "assistant", "content": text}));
        messages.push(json!({"role": "user", "content": "Continue your last message exactly where it ends. Do not repeat any of it."}));
        prefix = None;
    }
    if let Some(hint) = body.get("regeneration_prompt").and_then(Json::as_str).filter(|hint| !hint.is_empty()) {
        messages.push(json!({"role": "user", "content": hint}));
    }
    let mut request = JsonMap::new();
    request.insert("stream".to_owned(), json!(true));
    request.insert("messages".to_owned(), Json::Array(messages));
    request.extend(models::for_provider(params));
    for name in ["tools", "tool_choice", "response_format"] {
        if let Some(value) = body.get(name) {
            request.insert(name.to_owned(), value.clone());
        }
    }
    if !body.contains_key("tools") {
        let ids: Vec<String> = body
            .get("tool_ids")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        let tools = inner.tools.specs(&job.user, &ids).await;
        if !tools.is_empty() {
            request.insert("tools".to_owned(), Json::Array(tools));
        }
    }
    let (model, user) = (job.model.base.clone(), Some(job.user.clone()));
    Ok(ChatRequest { model, body: request, user, chat_id: Some(job.chat.to_string()), prefix })
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

/// One round: everything the provider streams, told and recorded as it comes. Returns the calls to run.
async fn stream(inner: &Arc<Inner>, job: &Arc<Job>, mut request: ChatRequest) -> Result<Vec<usize>, Ending> {
    let whole = job.body.get("stream").and_then(Json::as_bool) == Some(false);
    let cancelled = || if inner.is_leaving() { Ending::Left } else { Ending::Stopped };
    if whole {
        request.body.insert("stream".to_owned(), json!(false));
        let answer = tokio::select! {
            () = job.cancel.cancelled() => return Err(cancelled()),
            answer = inner.providers.complete(request) => answer.map_err(|error| Ending::Failed(explain(&error)))?,
        };
        let mut progress = job.progress.lock();
        let _ = progress.writer.feed(airis_providers::Chunk::read(answer.clone()));
        tell(job, &mut progress, vec![Event::chat(answer)])?;
        let (calls, _) = progress.writer.end_round();
        return Ok(calls);
    }
    let opened = tokio::select! {
        () = job.cancel.cancelled() => return Err(cancelled()),
        opened = inner.providers.stream(request) => opened,
    };
    let mut chunks = opened.map_err(|error| Ending::Failed(explain(&error)))?;
    let mut saved = Instant::now();
    loop {
        let chunk = tokio::select! {
            biased;
            () = job.cancel.cancelled() => return Err(cancelled()),
            chunk = chunks.next() => chunk,
        };
        let Some(chunk) = chunk else { break };
        let chunk = chunk.map_err(|error| Ending::Failed(explain(&error)))?;
        {
            let mut progress = job.progress.lock();
            let mut events = progress.writer.feed(chunk);
            if job.extends && !events.is_empty() {
                events = vec![progress.writer.snapshot()];
            }
            tell(job, &mut progress, events)?;
            if let Some(error) = progress.writer.error.take() {
                return Err(Ending::Failed(error.get("message").cloned().unwrap_or(error)));
            }
        }
        if saved.elapsed() > interval(inner) {
            save(inner, job).await?;
            saved = Instant::now();
        }
    }
    let mut progress = job.progress.lock();
    let (calls, mut events) = progress.writer.end_round();
    if job.extends && !events.is_empty() {
        events = vec![progress.writer.snapshot()];
    }
    tell(job, &mut progress, events)?;
    job.flush(&mut progress).map_err(log_failed)?;
    Ok(calls)
}

fn tell(job: &Job, progress: &mut crate::job::Progress, events: Vec<Event>) -> Result<(), Ending> {
    job.tell(progress, events).map_err(log_failed)
}

pub fn log_failed(error: std::io::Error) -> Ending {
    tracing::error!(%error, "the log of a turn cannot be written");
    Ending::Failed(json!(
        "The server cannot record the reply (is its disk full?); it was stopped so that nothing shown gets lost."
    ))
}

/// What people are told of a provider's failure: its own words where it has some.
fn explain(error: &ProviderError) -> Json {
    json!(error.to_string())
}

fn interval(inner: &Inner) -> Duration {
    Duration::from_secs_f64(CHECKPOINT * (1.0 + inner.count_running() as f64 / 100.0))
}

/// A checkpoint that must hold the lease.
async fn save(inner: &Inner, job: &Job) -> Result<(), Ending> {
    match checkpoint(inner, job).await {
        Some(StoreError::LeaseLost) => Err(Ending::Lost),
        _ => Ok(()),
    }
}

async fn checkpoint(inner: &Inner, job: &Job) -> Option<StoreError> {
    if job.is_temporary() {
        return None;
    }
    let patch = patch(job);
    let outcome = inner.store.checkpoint_turn(&job.turn, job.fence, &job.kept(), &patch).await;
    if let Err(error) = &outcome {
        tracing::warn!(%error, turn = %job.turn, "a checkpoint was not stored");
    }
    outcome.err()
}

fn patch(job: &Job) -> MessagePatch {
    let progress = job.progress.lock();
    let items = &progress.writer.items;
    MessagePatch {
        content: Some(json!(items::content(items))),
        output: (!items.is_empty()).then(|| json!(items)),
        usage: progress.writer.usage.clone(),
        ..MessagePatch::default()
    }
}

async fn finish(inner: &Inner, job: &Job, state: TurnState, error: Option<Json>) -> Result<(), StoreError> {
    if job.is_temporary() {
        return Ok(());
    }
    let mut patch = patch(job);
    patch.done = Some(true);
    patch.error = error;
    match inner.store.finish_turn(&job.turn, job.fence, state, &patch).await {
        // The chat was deleted while its reply was written.
        Err(StoreError::NotFound) => Ok(()),
        outcome => outcome,
    }
}

async fn complete(inner: &Arc<Inner>, job: &Arc<Job>, title: Option<tasks::Pending>) -> Result<(), StoreError> {
    items::close(&mut job.progress.lock().writer.items, "completed");
    finish(inner, job, TurnState::Done, None).await?;
    let stored = if job.is_temporary() { None } else { inner.store.chat(&job.chat).await? };
    if !job.is_temporary() {
        job.notice("chat:list", json!({"chat_id": job.chat, "folder_id": job.folder}));
    }
    {
        let mut progress = job.progress.lock();
        let mut data = json!({"done": true, "output": progress.writer.items, "title": stored.map_or_else(String::new, |chat| chat.title)});
        if let Some(usage) = &progress.writer.usage {
            data["usage"] = usage.clone();
        }
        if job.tell(&mut progress, vec![Event::chat(data)]).is_err() {
            tracing::warn!(turn = %job.turn, "the end of a turn was not logged");
        }
    }
    tasks::after(inner, job, title).await;
    Ok(())
}

async fn stopped(inner: &Inner, job: &Job) -> Result<(), StoreError> {
    let output = {
        let mut progress = job.progress.lock();
        let _ = job.flush(&mut progress);
        items::close(&mut progress.writer.items, "incomplete");
        json!(progress.writer.items)
    };
    finish(inner, job, TurnState::Stopped, None).await?;
    job.notice("chat:tasks:cancel", json!({"output": output}));
    job.notice("chat:tasks:cancel", Json::Null);
    Ok(())
}

async fn failed(inner: &Inner, job: &Job, content: Json) -> Result<(), StoreError> {
    {
        let mut progress = job.progress.lock();
        let _ = job.flush(&mut progress);
        items::close(&mut progress.writer.items, "incomplete");
    }
    let error = json!({"content": content});
    finish(inner, job, TurnState::Failed, Some(error.clone())).await?;
    job.notice("chat:message:error", json!({"error": error, "done": true}));
    Ok(())
}
