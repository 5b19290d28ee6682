//! Running the tools that a model called, one after the other.

use std::sync::Arc;

use airis_domain::{Json, JsonMap};
use serde_json::json;
use tracing::Instrument;

use crate::checkpoint::save;
use crate::generate::{cancelled, log_failed};
use crate::job::Job;
use crate::run::Ending;
use crate::{Inner, items, memory_tools, offered, traced};

/// Runs the calls at these places of the output and appends their results; where people want to be asked first, the
/// turn pauses instead.
pub async fn run(inner: &Arc<Inner>, job: &Arc<Job>, calls: &[usize]) -> Result<(), Ending> {
    show(job, |count| (0..count).filter(|place| calls.contains(place)).collect())?;
    let asks = asks_first(inner, job);
    if asks && !job.is_temporary() {
        return Err(wait(job, calls));
    }
    if !asks {
        known(inner, job).await?;
    }
    for &place in calls {
        if asks {
            append(job, place, NOT_ASKED, "failed");
        } else {
            settle(inner, job, place).await?;
        }
        if calls.len() > 1 {
            // Should the process die in the next tool, this one's outcome is known.
            save(inner, job).await?;
        }
    }
    let first = calls.first().copied().unwrap_or(0);
    show(job, |count| (first..count).collect())
}

/// Should the process die in a tool, whoever takes the turn over knows that it may have run.
async fn known(inner: &Inner, job: &Job) -> Result<(), Ending> {
    inner.bus.settle().await;
    if job.log.is_whole() { Ok(()) } else { save(inner, job).await }
}

/// Notes that an allowed call is run from now on; until then it may be begun by whoever has the turn.
fn begins(job: &Job, place: usize) -> std::io::Result<()> {
    let mut progress = job.progress.lock();
    progress.writer.items[place]["status"] = json!("completed");
    job.log.note(&json!({"type": "chat:completion", "data": {"output": progress.writer.items}}))
}

/// Goes on with calls that somebody decided about: what they allowed is run, what they did not is answered for, and the
/// next one waits for them.
pub async fn resume(inner: &Arc<Inner>, job: &Arc<Job>) -> Result<(), Ending> {
    let open = open(&job.progress.lock().writer.items);
    let mut waiting = Vec::new();
    for &place in &open {
        let item = job.progress.lock().writer.items[place].clone();
        match item["status"].as_str() {
            Some("pending" | "queued") => waiting.push(place),
            Some("rejected") => answer(job, place, REJECTED, "failed"),
            Some("approved") => {
                begins(job, place).map_err(log_failed)?;
                known(inner, job).await?;
                settle(inner, job, place).await?;
            }
            // What was cut off earlier is not run by the way.
            _ => {}
        }
    }
    if !waiting.is_empty() {
        return Err(wait(job, &waiting));
    }
    if open.is_empty() { Ok(()) } else { save(inner, job).await.and_then(|()| show(job, |_| Vec::new())) }
}

/// What the model is told of a call that the person did not allow.
const REJECTED: &str = "The person did not allow this call.";
/// The same where nobody could be asked.
const NOT_ASKED: &str =
    "The person wants to allow calls first, which is possible in stored chats only; it was not run.";

/// Whether a call waits until somebody decides about it.
pub fn waits(item: &Json) -> bool {
    matches!(item["status"].as_str(), Some("pending" | "queued"))
}

/// Whether somebody decided about a call, and nothing came of it yet.
pub fn is_decided(item: &Json) -> bool {
    matches!(item["status"].as_str(), Some("approved" | "rejected"))
}

/// Places of the calls that nothing answers yet.
fn open(items: &[Json]) -> Vec<usize> {
    let answered = |call: &Json| {
        items.iter().any(|item| items::kind(item) == "function_call_output" && item["call_id"] == call["call_id"])
    };
    let calls = items.iter().enumerate().filter(|(_, item)| items::kind(item) == "function_call" && !answered(item));
    calls.map(|(place, _)| place).collect()
}

/// Whether the person wants to allow every call.
fn asks_first(inner: &Inner, job: &Job) -> bool {
    inner.config.flag("chat.tool_permissions.enable")
        && job.params().get("tool_approval_mode").and_then(Json::as_str) == Some("ask")
}

/// One call after the other is to be decided about.
fn wait(job: &Job, calls: &[usize]) -> Ending {
    let mut progress = job.progress.lock();
    for (index, &place) in calls.iter().enumerate() {
        progress.writer.items[place]["status"] = json!(if index == 0 { "pending" } else { "queued" });
    }
    Ending::Paused
}

/// Runs one call and appends its result.
async fn settle(inner: &Arc<Inner>, job: &Arc<Job>, place: usize) -> Result<(), Ending> {
    let (name, arguments) = {
        let progress = job.progress.lock();
        let item = &progress.writer.items[place];
        let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
        (text("name"), text("arguments"))
    };
    let span = traced::tool(&name);
    let outcome = tokio::select! {
        () = job.cancel.cancelled() => {
            // Nobody knows how far the tool came: it is not run again.
            append(job, place, items::UNKNOWN_OUTCOME, "incomplete");
            return Err(cancelled(inner, job));
        }
        outcome = call(inner, job, &name, &arguments).instrument(span.clone()) => outcome,
    };
    span.record("otel.failed", outcome.is_err());
    match outcome {
        Ok(text) => append(job, place, &text, "completed"),
        Err(text) => append(job, place, &text, "failed"),
    }
    Ok(())
}

async fn call(inner: &Inner, job: &Job, name: &str, arguments: &str) -> Result<String, String> {
    let text = if arguments.trim().is_empty() { "{}" } else { arguments };
    let arguments: JsonMap =
        serde_json::from_str(text).map_err(|error| format!("the arguments are not a JSON object: {error}"))?;
    if let Some(outcome) = memory_tools::call(inner, job, name, &arguments).await {
        return outcome;
    }
    let picked = offered::picked(&job.body);
    let called = inner.tools.call(offered::offer(job, &picked), name, arguments).await;
    called.unwrap_or_else(|| Err(format!("there is no tool named {name}")))
}

fn append(job: &Job, place: usize, text: &str, status: &str) {
    if status == "failed" {
        job.progress.lock().writer.items[place]["status"] = json!("failed");
    }
    answer(job, place, text, status);
}

fn answer(job: &Job, place: usize, text: &str, status: &str) {
    let mut progress = job.progress.lock();
    let seen = &mut progress.writer.items;
    let call = seen[place]["call_id"].as_str().unwrap_or_default().to_owned();
    seen.push(items::function_output(&call, text, status));
}

/// Tells viewers of the items at the places that `of` picks.
fn show(job: &Job, of: impl Fn(usize) -> Vec<usize>) -> Result<(), Ending> {
    let mut progress = job.progress.lock();
    let places = of(progress.writer.items.len());
    let events = if job.extends {
        vec![progress.writer.snapshot()]
    } else {
        places.into_iter().map(|place| progress.writer.item_done(place)).collect()
    };
    job.tell(&mut progress, events).and_then(|()| job.flush(&mut progress)).map_err(log_failed)
}
