//! One round with the provider: everything it says, told and recorded as it comes.

use std::sync::Arc;
use std::time::Duration;

use airis_bus::Bus;
use airis_domain::Json;
use airis_providers::{ChatRequest, ChatStream, Chunk, ProviderError, Providers};
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt, pending};
use futures::stream::ReadyChunks;
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::Inner;
use crate::checkpoint::{is_due, save};
use crate::job::{Job, Progress};
use crate::run::Ending;
use crate::writer::Event;

/// How long chunks gather when sockets are served more slowly than models speak.
const BREATH: Duration = Duration::from_millis(20);
/// Who says more within this time is fast.
const MOMENT: Duration = Duration::from_millis(3);
/// Chunks taken at once.
const TOGETHER: usize = 64;

/// Returns the places of the calls to run. A reply that `goes_on` was paid for when it began.
pub async fn round(
    inner: &Arc<Inner>,
    job: &Arc<Job>,
    mut request: ChatRequest,
    goes_on: bool,
) -> Result<Vec<usize>, Ending> {
    request.body.insert("stream".to_owned(), json!(job.streams()));
    let spare = without_tools(job, &request);
    let providers = inner.providers.replying(&job.model.id, goes_on).of_turn(job.turn.as_str());
    let mut outcome = attempt(inner, job, &providers, request).await;
    if let (Err(Failure::Provider(error)), Some(spare)) = (&outcome, spare)
        && refuses_tools(error)
    {
        outcome = attempt(inner, job, &providers, spare).await;
    }
    outcome.map_err(|failure| match failure {
        Failure::Provider(error) => explain(&error),
        Failure::Ending(ending) => ending,
    })
}

/// Why a round came to nothing.
enum Failure {
    /// The provider did not begin to answer.
    Provider(ProviderError),
    Ending(Ending),
}

impl From<Ending> for Failure {
    fn from(ending: Ending) -> Self {
        Self::Ending(ending)
    }
}

/// The same request without the tools that nobody picked: a model that can call none still answers.
fn without_tools(job: &Job, request: &ChatRequest) -> Option<ChatRequest> {
    let picked = job.body.contains_key("tools")
        || job.body.get("tool_ids").and_then(Json::as_array).is_some_and(|ids| !ids.is_empty());
    if picked || !request.body.contains_key("tools") {
        return None;
    }
    let mut spare = request.clone();
    spare.body.remove("tools");
    Some(spare)
}

fn refuses_tools(error: &ProviderError) -> bool {
    matches!(error, ProviderError::Answer { status: 400..=499, .. }) && error.to_string().contains("tool")
}

async fn attempt(
    inner: &Arc<Inner>,
    job: &Arc<Job>,
    providers: &Providers,
    request: ChatRequest,
) -> Result<Vec<usize>, Failure> {
    if job.streams() {
        streamed(inner, job, providers, request).await
    } else {
        whole(inner, job, providers, request).await
    }
}

/// A cancelled turn was stopped by somebody, or its process ends, or another instance has it.
pub fn cancelled(inner: &Inner, job: &Job) -> Ending {
    if job.is_lost() {
        Ending::Lost
    } else if inner.is_leaving() {
        Ending::Left
    } else {
        Ending::Stopped
    }
}

pub fn log_failed(error: std::io::Error) -> Ending {
    tracing::error!(%error, "the log of a turn cannot be written");
    Ending::Failed(json!(
        "The server cannot record the reply (is its disk full?); it was stopped so that nothing shown gets lost."
    ))
}

async fn streamed(
    inner: &Arc<Inner>,
    job: &Arc<Job>,
    providers: &Providers,
    request: ChatRequest,
) -> Result<Vec<usize>, Failure> {
    let opened = tokio::select! {
        () = job.cancel.cancelled() => return Err(cancelled(inner, job).into()),
        opened = providers.stream(request) => opened,
    };
    listen(inner, job, opened.map_err(Failure::Provider)?).await?;
    let mut progress = job.progress.lock();
    let (calls, events) = progress.writer.end_round();
    tell(job, &mut progress, events)?;
    job.flush(&mut progress).map_err(log_failed)?;
    Ok(calls)
}

/// Until the provider has said everything. A checkpoint is written beside the stream: no token waits for the database.
async fn listen(inner: &Inner, job: &Job, chunks: ChatStream) -> Result<(), Ending> {
    // What has arrived by now goes on together: a busy process tells fewer and longer pieces instead of falling behind.
    let mut chunks = chunks.ready_chunks(TOGETHER);
    let mut saving: Option<BoxFuture<'_, Result<(), Ending>>> = None;
    let mut saved = Instant::now();
    let outcome = loop {
        let running = async {
            match saving.as_mut() {
                Some(saving) => saving.await,
                None => pending().await,
            }
        };
        let arrived = tokio::select! {
            biased;
            () = job.cancel.cancelled() => break Err(cancelled(inner, job)),
            stored = running => {
                saving = None;
                saved = Instant::now();
                match stored {
                    Ok(()) => continue,
                    Err(lost) => break Err(lost),
                }
            }
            arrived = next(&inner.bus, &mut chunks) => arrived,
        };
        let Some(arrived) = arrived else { break Ok(()) };
        if let Err(ending) = take(job, arrived) {
            break Err(ending);
        }
        if inner.bus.is_busy() {
            sleep(BREATH).await;
        }
        if saving.is_none() && is_due(inner, saved) {
            saving = Some(save(inner, job).boxed());
        }
    };
    // The end is stored after this checkpoint, never under it.
    if let Some(saving) = saving {
        saving.await?;
    }
    outcome
}

/// What arrives. Where it is told now and then, it is looked for then, in one go with what comes of other replies: a
/// process that wakes for each token of each of them does little else.
async fn next(bus: &Bus, chunks: &mut ReadyChunks<ChatStream>) -> Option<Vec<Result<Chunk, ProviderError>>> {
    // A fast model is not held up: it says more within a moment.
    if bus.tells_again().is_some()
        && let Ok(arrived) = timeout(MOMENT, chunks.next()).await
    {
        return arrived;
    }
    while let Some(again) = bus.tells_again() {
        sleep_until(again).await;
        if let Some(arrived) = chunks.next().now_or_never() {
            return arrived;
        }
    }
    chunks.next().await
}

/// Records and tells what arrived; text before an error is told first.
fn take(job: &Job, arrived: Vec<Result<Chunk, ProviderError>>) -> Result<(), Ending> {
    let mut progress = job.progress.lock();
    let mut events: Vec<Event> = Vec::new();
    let mut outcome = Ok(());
    for chunk in arrived {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => {
                outcome = Err(explain(&error));
                break;
            }
        };
        for event in progress.writer.feed(chunk) {
            if !events.last_mut().is_some_and(|last| last.join(&event)) {
                events.push(event);
            }
        }
        if let Some(error) = progress.writer.error.take() {
            outcome = Err(Ending::Failed(error.get("message").cloned().unwrap_or(error)));
            break;
        }
    }
    tell(job, &mut progress, events)?;
    outcome
}

/// Without a stream the provider's answer is one event.
async fn whole(
    inner: &Arc<Inner>,
    job: &Arc<Job>,
    providers: &Providers,
    request: ChatRequest,
) -> Result<Vec<usize>, Failure> {
    let answer: Json = tokio::select! {
        () = job.cancel.cancelled() => return Err(cancelled(inner, job).into()),
        answer = providers.complete(request) => answer.map_err(Failure::Provider)?,
    };
    let mut progress = job.progress.lock();
    let _ = progress.writer.feed(Chunk::read(answer.clone()));
    if let Some(error) = progress.writer.error.take() {
        return Err(Ending::Failed(error.get("message").cloned().unwrap_or(error)).into());
    }
    job.tell(&mut progress, vec![Event::chat(answer)]).map_err(log_failed)?;
    let (calls, _) = progress.writer.end_round();
    Ok(calls)
}

/// A reply that extends an older one is told as whole snapshots.
fn tell(job: &Job, progress: &mut Progress, events: Vec<Event>) -> Result<(), Ending> {
    let events = if job.extends && !events.is_empty() { vec![progress.writer.snapshot()] } else { events };
    job.tell(progress, events).map_err(log_failed)
}

/// What people are told of a provider's failure: its own words where it has some.
fn explain(error: &ProviderError) -> Ending {
    Ending::Failed(json!(error.to_string()))
}
