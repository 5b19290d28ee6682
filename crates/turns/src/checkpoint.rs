//! What of a running turn is kept in the store, and when: never per token.

use std::sync::atomic::Ordering;
use std::time::Duration;

use airis_domain::{Json, TurnState};
use airis_store::{MessagePatch, StoreError};
use serde_json::json;
use tokio::time::Instant;
use tracing::Instrument;

use crate::job::Job;
use crate::run::Ending;
use crate::{Inner, items, traced};

/// Seconds between two checkpoints of one growing reply, and more for each that grows at once: all of them together write
/// about as much however many they are. The log has what is newer.
const EVERY: f64 = 1.0;
const FOR_EACH: f64 = 0.04;
/// The same where very many grow, or there is no log: no text shall be much older than that either.
const OF_MANY: f64 = 4.0;
const FOR_EACH_OF_MANY: f64 = 0.01;
/// Pauses before the end of a turn is stored again: the first, doubled each time up to the last.
const PAUSE: Duration = Duration::from_millis(200);
const LONG_PAUSE: Duration = Duration::from_secs(2);
/// How often a database that works but does not take the end of a turn is asked.
const TRIES: u32 = 5;

/// Whether a reply that was stored at this time is stored again.
pub fn is_due(inner: &Inner, stored: Instant) -> bool {
    let elapsed = stored.elapsed().as_secs_f64();
    if elapsed < EVERY {
        return false;
    }
    // All instances write into one database, and have about as much to write.
    let everywhere = (inner.count_running() * inner.bus.size()) as f64;
    let many = if inner.bus.trouble().is_some() { EVERY } else { OF_MANY } + FOR_EACH_OF_MANY * everywhere;
    elapsed > many.min(EVERY + FOR_EACH * everywhere)
}

/// A checkpoint that must hold the lease.
pub async fn save(inner: &Inner, job: &Job) -> Result<(), Ending> {
    match checkpoint(inner, job).await {
        Some(StoreError::LeaseLost) => Err(Ending::Lost),
        _ => Ok(()),
    }
}

/// Stores progress; what went wrong is logged and returned. A reply goes on when one checkpoint fails: its log has it all.
pub async fn checkpoint(inner: &Inner, job: &Job) -> Option<StoreError> {
    if job.is_temporary() {
        return None;
    }
    let (kept, patch) = (job.kept(), patch(job));
    // Whoever reads the log after a checkpoint finds no less in it.
    inner.bus.settle_in_time().await;
    let storing = inner.store.checkpoint_turn(&job.turn, job.fence, &kept, &patch);
    let outcome = storing.instrument(traced::store(inner, "checkpoint_turn")).await;
    if let Err(error) = &outcome {
        tracing::warn!(%error, turn = %job.turn, "a checkpoint was not stored");
    }
    outcome.err()
}

/// Stores that a turn waits for a person: its message stays open, and what it needs to go on is kept.
pub async fn pause(inner: &Inner, job: &Job) -> Result<(), StoreError> {
    inner.store.pause_turn(&job.turn, job.fence, &job.kept(), &patch(job)).await?;
    job.stored.store(true, Ordering::Relaxed);
    Ok(())
}

/// Stores the end of a turn and its message. A full disk or an absent database is waited for, until the process ends.
pub async fn finish(inner: &Inner, job: &Job, state: TurnState, error: Option<Json>) -> Result<(), StoreError> {
    let end = json!({"state": state.as_str(), "error": error});
    if let Err(error) = job.mark_end(&mut job.progress.lock(), &end) {
        tracing::warn!(%error, turn = %job.turn, "the end of a turn was not logged");
    }
    if job.is_temporary() {
        return Ok(());
    }
    let mut patch = patch(job);
    patch.done = Some(true);
    patch.error = error;
    let mut pause = PAUSE;
    for tries in 1.. {
        let storing = inner.store.finish_turn(&job.turn, job.fence, state, &patch);
        let error = match storing.instrument(traced::store(inner, "finish_turn")).await {
            // The chat was deleted while its reply was written.
            Ok(()) | Err(StoreError::NotFound) => {
                job.stored.store(true, Ordering::Relaxed);
                return Ok(());
            }
            Err(error) => error,
        };
        let passes = matches!(error, StoreError::Full(_) | StoreError::Unavailable(_));
        if matches!(error, StoreError::LeaseLost) || inner.is_leaving() || (!passes && tries >= TRIES) {
            return Err(error);
        }
        tracing::warn!(%error, turn = %job.turn, "the end of a turn is stored again in a moment");
        tokio::time::sleep(pause).await;
        pause = LONG_PAUSE.min(pause * 2);
    }
    Ok(())
}

fn patch(job: &Job) -> MessagePatch {
    let progress = job.progress.lock();
    let writer = &progress.writer;
    let list = |values: &[Json]| (!values.is_empty()).then(|| json!(values));
    MessagePatch {
        content: Some(json!(items::content(&writer.items))),
        output: list(&writer.items),
        usage: writer.usage.clone(),
        sources: list(&writer.sources),
        files: list(&writer.files),
        ..MessagePatch::default()
    }
}
