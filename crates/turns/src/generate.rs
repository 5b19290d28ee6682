//! One round with the provider: everything it says, told and recorded as it comes.

use std::sync::Arc;
use std::time::Instant;

use airis_domain::Json;
use airis_providers::{ChatRequest, ChatStream, Chunk, ProviderError};
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt, pending};
use serde_json::json;

use crate::Inner;
use crate::checkpoint::{interval, save};
use crate::job::{Job, Progress};
use crate::run::Ending;
use crate::writer::Event;

/// Returns the places of the calls to run.
pub async fn round(inner: &Arc<Inner>, job: &Arc<Job>, request: ChatRequest) -> Result<Vec<usize>, Ending> {
    if job.streams() { streamed(inner, job, request).await } else { whole(inner, job, request).await }
}

/// A cancelled turn was stopped by somebody, or its process ends.
pub fn cancelled(inner: &Inner) -> Ending {
    if inner.is_leaving() { Ending::Left } else { Ending::Stopped }
}

pub fn log_failed(error: std::io::Error) -> Ending {
    tracing::error!(%error, "the log of a turn cannot be written");
    Ending::Failed(json!(
        "The server cannot record the reply (is its disk full?); it was stopped so that nothing shown gets lost."
    ))
}

async fn streamed(inner: &Arc<Inner>, job: &Arc<Job>, request: ChatRequest) -> Result<Vec<usize>, Ending> {
    let opened = tokio::select! {
        () = job.cancel.cancelled() => return Err(cancelled(inner)),
        opened = inner.providers.stream(request) => opened,
    };
    listen(inner, job, opened.map_err(|error| explain(&error))?).await?;
    let mut progress = job.progress.lock();
    let (calls, events) = progress.writer.end_round();
    tell(job, &mut progress, events)?;
    job.flush(&mut progress).map_err(log_failed)?;
    Ok(calls)
}

/// Until the provider has said everything. A checkpoint is written beside the stream: no token waits for the database.
async fn listen(inner: &Inner, job: &Job, mut chunks: ChatStream) -> Result<(), Ending> {
    let mut saving: Option<BoxFuture<'_, Result<(), Ending>>> = None;
    let mut saved = Instant::now();
    let outcome = loop {
        let running = async {
            match saving.as_mut() {
                Some(saving) => saving.await,
                None => pending().await,
            }
        };
        let chunk = tokio::select! {
            biased;
            () = job.cancel.cancelled() => break Err(cancelled(inner)),
            stored = running => {
                saving = None;
                saved = Instant::now();
                match stored {
                    Ok(()) => continue,
                    Err(lost) => break Err(lost),
                }
            }
            chunk = chunks.next() => chunk,
        };
        match chunk {
            None => break Ok(()),
            Some(Err(error)) => break Err(explain(&error)),
            Some(Ok(chunk)) => {
                if let Err(ending) = take(job, chunk) {
                    break Err(ending);
                }
            }
        }
        if saving.is_none() && saved.elapsed() > interval(inner) {
            saving = Some(save(inner, job).boxed());
        }
    };
    // The end is stored after this checkpoint, never under it.
    if let Some(saving) = saving {
        saving.await?;
    }
    outcome
}

fn take(job: &Job, chunk: Chunk) -> Result<(), Ending> {
    let mut progress = job.progress.lock();
    let events = progress.writer.feed(chunk);
    tell(job, &mut progress, events)?;
    match progress.writer.error.take() {
        Some(error) => Err(Ending::Failed(error.get("message").cloned().unwrap_or(error))),
        None => Ok(()),
    }
}

/// Without a stream the provider's answer is one event.
async fn whole(inner: &Arc<Inner>, job: &Arc<Job>, mut request: ChatRequest) -> Result<Vec<usize>, Ending> {
    request.body.insert("stream".to_owned(), json!(false));
    let answer: Json = tokio::select! {
        () = job.cancel.cancelled() => return Err(cancelled(inner)),
        answer = inner.providers.complete(request) => answer.map_err(|error| explain(&error))?,
    };
    let mut progress = job.progress.lock();
    let _ = progress.writer.feed(Chunk::read(answer.clone()));
    if let Some(error) = progress.writer.error.take() {
        return Err(Ending::Failed(error.get("message").cloned().unwrap_or(error)));
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
