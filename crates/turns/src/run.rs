//! A turn from its first request to the provider to its end.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use airis_domain::{ChatId, Json, Message, TurnId, TurnState};
use airis_retrieval::Want;
use airis_store::StoreError;
use serde_json::json;
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use crate::checkpoint::{checkpoint, finish, pause, save};
use crate::documents::{self, Documents};
use crate::job::{Job, envelope};
use crate::writer::Event;
use crate::{
    Inner, attached, elsewhere, folders, generate, items, offered, paint, prepare, questions, remembered, review,
    tasks, toolloop, traced, web,
};

/// How long people wait to hear of a failure that cannot be stored.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a reply waits for a store that is away, and how often it looks.
const AWAY: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(250);

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
    /// Somebody has to allow a call first.
    Paused,
}

impl Ending {
    /// Reads back what [`Job::mark_end`] kept.
    pub fn kept(end: &Json) -> Result<(), Self> {
        match end["state"].as_str().and_then(TurnState::parse) {
            Some(TurnState::Stopped) => Err(Self::Stopped),
            Some(TurnState::Failed) => Err(Self::Failed(end["error"]["content"].clone())),
            _ => Ok(()),
        }
    }
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

/// Runs one turn to its end, whatever that is. Its trace begins where this is called.
pub fn drive(inner: Arc<Inner>, job: Arc<Job>) -> impl Future<Output = ()> + Send + 'static {
    let span = traced::turn(&job);
    run(inner, job).instrument(span)
}

async fn run(inner: Arc<Inner>, job: Arc<Job>) {
    let title = tasks::start_title(&inner, &job);
    if inner.bus.is_shared() && !job.is_temporary() {
        inner.spawn_lesser(elsewhere::learn_viewers(inner.clone(), job.chat.clone()));
    }
    let ending = rounds(&inner, &job).await;
    end(inner, job, ending, title).await;
}

/// Stores and tells the end of a reply whose owner died between reaching it and storing it.
pub async fn end_only(inner: Arc<Inner>, job: Arc<Job>, ending: Result<(), Ending>) {
    let title = tasks::start_title(&inner, &job);
    end(inner, job, ending, title).await;
}

async fn end(inner: Arc<Inner>, job: Arc<Job>, ending: Result<(), Ending>, title: Option<tasks::Pending>) {
    let outcome = match &ending {
        Ok(()) => "done",
        Err(Ending::Stopped) => "stopped",
        Err(Ending::Failed(_)) => "failed",
        Err(Ending::Left) => "handed on",
        Err(Ending::Lost) => "taken over",
        Err(Ending::Paused) => "waiting",
    };
    airis_telemetry::metrics::turn_ended(outcome);
    traced::ended(&job, outcome);
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
        Err(Ending::Paused) => paused(&inner, &job).await,
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
        // The log stays, so that the outcome is not lost: a take-over stores it as soon as the database is well.
        Err(error) => tracing::error!(%error, turn = %job.turn, "the end of a turn was not stored"),
    }
    if inner.forget(&job) && !elsewhere::runs(&inner, &job.chat).await {
        job.notice("chat:active", json!({"active": false, "folder_id": job.folder}));
    }
}

/// Rounds of generation and tools until the model says no more.
async fn rounds(inner: &Arc<Inner>, job: &Arc<Job>) -> Result<(), Ending> {
    let limit = inner.config.settings().max_tool_call_iterations;
    reveal(job)?;
    let documents = tokio::select! {
        () = job.cancel.cancelled() => return Err(generate::cancelled(inner, job)),
        documents = patiently(|| read_documents(inner, job)).instrument(traced::step("retrieve")) => documents?,
    };
    cite(inner, job, &documents).await?;
    let remembered = tokio::select! {
        () = job.cancel.cancelled() => return Err(generate::cancelled(inner, job)),
        remembered = remembered::of_turn(inner, job) => remembered,
    };
    let painted = tokio::select! {
        () = job.cancel.cancelled() => return Err(generate::cancelled(inner, job)),
        painted = paint::of_turn(inner, job) => painted?,
    };
    let told: Vec<String> = remembered.into_iter().chain(painted).collect();
    let told = Some(told.join("\n\n")).filter(|told| !told.is_empty());
    let tools = tokio::select! {
        () = job.cancel.cancelled() => return Err(generate::cancelled(inner, job)),
        tools = offered::of_turn(inner, job) => tools,
    };
    toolloop::resume(inner, job).await?;
    let mut rounds = 0;
    loop {
        let request = tokio::select! {
            () = job.cancel.cancelled() => return Err(generate::cancelled(inner, job)),
            request = patiently(|| prepare::prepare(inner, job, &documents, told.as_deref(), &tools)) => request?,
        };
        let calls = generate::round(inner, job, request, rounds > 0 || job.paid).await?;
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

/// Reads from the store, again and again while it is away: a reply that was promised is not given up because a database is
/// started again.
async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(read: impl Fn() -> F) -> Result<T, Ending> {
    let begun = Instant::now();
    loop {
        match read().await {
            Err(StoreError::Unavailable(error)) if begun.elapsed() < AWAY => {
                tracing::warn!(%error, "a reply waits for the store");
                sleep(PAUSE).await;
            }
            read => return read.map_err(|error| Ending::Failed(json!(error.to_string()))),
        }
    }
}

/// Tells which model an arena picked, before its first word; once, however often the turn changes hands.
fn reveal(job: &Job) -> Result<(), Ending> {
    let mut progress = job.progress.lock();
    match &job.model.selected {
        Some(selected) if progress.seq == 0 => {
            let event = Event::chat(json!({"selected_model_id": selected}));
            job.tell(&mut progress, vec![event]).map_err(generate::log_failed)
        }
        _ => Ok(()),
    }
}

/// What the questions, the chat's folder and the model bring along, searched or read, unless the model is to look into files
/// by itself; and what the web has.
async fn read_documents(inner: &Inner, job: &Job) -> Result<Documents, StoreError> {
    let branch = match &job.parent {
        Some(parent) if !job.is_temporary() => inner.store.branch(&job.chat, parent).await?,
        _ => Vec::new(),
    };
    let wants = brought(inner, job, &branch).await?;
    let mut texts = Vec::new();
    if inner.retrieval.searches(&wants) {
        let asked = questions::Asked::of(&branch, &job.body);
        let questions = questions::think(inner, &job.user, &job.model, asked, "retrieval").await;
        if questions.thought && !job.taken_over {
            let status = json!({"action": "queries_generated", "queries": questions.texts, "done": false});
            tell_status(inner, job, status).await;
        }
        texts = questions.texts;
    }
    let web = web::of_turn(inner, job, &branch).await;
    documents::gather(inner, &job.user, &wants, texts, web).await
}

/// What is to be searched or read.
async fn brought(inner: &Inner, job: &Job, branch: &[Message]) -> Result<Vec<(Json, Want)>, StoreError> {
    if job.model.meta["capabilities"]["file_context"] == false {
        return Ok(Vec::new());
    }
    let folders = job.folder.iter().cloned().chain(attached::folders(&job.body, branch)).collect();
    let mut brought = folders::files(inner, &job.user, folders).await?;
    brought.extend(attached::of_model(&job.model.meta));
    Ok(attached::wanted(&brought, &job.body, branch))
}

/// Says what is going on, to viewers of now and of later.
pub async fn tell_status(inner: &Inner, job: &Job, status: Json) {
    if !job.is_temporary()
        && let Err(error) = inner.store.push_status(&job.chat, &job.message, &status).await
    {
        tracing::warn!(%error, turn = %job.turn, "a status was not stored");
    }
    job.notice("status", status);
}

/// Tells viewers what the reply will rest on, before its first word; once, however often the turn changes hands.
async fn cite(inner: &Inner, job: &Job, documents: &Documents) -> Result<(), Ending> {
    if documents.sources.is_empty() || !job.progress.lock().writer.sources.is_empty() {
        return Ok(());
    }
    let status = json!({"action": "sources_retrieved", "count": documents.sources.len(), "done": true});
    tell_status(inner, job, status).await;
    let mut progress = job.progress.lock();
    progress.writer.sources.clone_from(&documents.sources);
    let event = Event::chat(json!({"sources": documents.sources}));
    job.tell(&mut progress, vec![event]).map_err(generate::log_failed)
}

async fn complete(inner: &Arc<Inner>, job: &Arc<Job>, title: Option<tasks::Pending>) -> Result<(), StoreError> {
    items::close(&mut job.progress.lock().writer.items, "completed");
    finish(inner, job, TurnState::Done, None).await?;
    let stored = if job.is_temporary() { None } else { inner.store.chat(&job.chat).await? };
    if !job.is_temporary() {
        let list = json!({"chat_id": job.chat, "folder_id": job.folder});
        if let Some(owner) = stored.as_ref().map(|chat| &chat.user_id).filter(|owner| **owner != job.user.id) {
            inner.tell_room(
                format!("user:{owner}"),
                envelope(&job.chat, &job.message, "chat:list", list.clone()),
                None,
            );
        }
        job.notice("chat:list", list);
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
    tokio::select! {
        () = tasks::after(inner, job, title) => {}
        () = job.cancel.cancelled() => {
            if !inner.is_leaving() && !job.is_lost() {
                job.notice("chat:tasks:cancel", Json::Null);
            }
        }
    }
    review::start(inner, job);
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

/// Stored before it is told: an answer may come at once.
async fn paused(inner: &Inner, job: &Job) -> Result<(), StoreError> {
    pause(inner, job).await?;
    let mut progress = job.progress.lock();
    let snapshot = progress.writer.snapshot();
    if job.tell(&mut progress, vec![snapshot]).and_then(|()| job.flush(&mut progress)).is_err() {
        tracing::warn!(turn = %job.turn, "that a turn waits was not logged");
    }
    Ok(())
}

async fn failed(inner: &Inner, job: &Job, content: Json) -> Result<(), StoreError> {
    {
        let mut progress = job.progress.lock();
        let _ = job.flush(&mut progress);
        items::close(&mut progress.writer.items, "incomplete");
    }
    let error = json!({"content": content});
    let tell = || job.notice("chat:message:error", json!({"error": error, "done": true}));
    let mut stored = pin!(finish(inner, job, TurnState::Failed, Some(error.clone())));
    if let Ok(outcome) = tokio::time::timeout(PATIENCE, &mut stored).await {
        outcome?;
        tell();
        return Ok(());
    }
    // What ails the reply may ail the database too: people need not wait for it to hear why.
    tell();
    stored.await
}
