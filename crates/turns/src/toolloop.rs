//! Running the tools that a model called, one after the other.

use std::sync::Arc;

use airis_domain::JsonMap;
use serde_json::json;

use crate::checkpoint::save;
use crate::generate::{cancelled, log_failed};
use crate::job::Job;
use crate::run::Ending;
use crate::{Inner, items, memory_tools};

/// Runs the calls at these places of the output and appends their results.
pub async fn run(inner: &Arc<Inner>, job: &Arc<Job>, calls: &[usize]) -> Result<(), Ending> {
    show(job, |count| (0..count).filter(|place| calls.contains(place)).collect())?;
    for &place in calls {
        let (id, name, arguments) = {
            let progress = job.progress.lock();
            let item = &progress.writer.items[place];
            let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
            (text("call_id"), text("name"), text("arguments"))
        };
        let outcome = tokio::select! {
            () = job.cancel.cancelled() => {
                // Nobody knows how far the tool came: it is not run again.
                append(job, place, &id, items::UNKNOWN_OUTCOME, "incomplete");
                return Err(cancelled(inner));
            }
            outcome = call(inner, job, &name, &arguments) => outcome,
        };
        match outcome {
            Ok(text) => append(job, place, &id, &text, "completed"),
            Err(text) => append(job, place, &id, &text, "failed"),
        }
        if calls.len() > 1 {
            // Should the process die in the next tool, this one's outcome is known.
            save(inner, job).await?;
        }
    }
    let first = calls.first().copied().unwrap_or(0);
    show(job, |count| (first..count).collect())
}

async fn call(inner: &Inner, job: &Job, name: &str, arguments: &str) -> Result<String, String> {
    let text = if arguments.trim().is_empty() { "{}" } else { arguments };
    let arguments: JsonMap =
        serde_json::from_str(text).map_err(|error| format!("the arguments are not a JSON object: {error}"))?;
    if let Some(outcome) = memory_tools::call(inner, job, name, &arguments).await {
        return outcome;
    }
    inner.tools.call(&job.user, name, arguments).await.unwrap_or_else(|| Err(format!("there is no tool named {name}")))
}

fn append(job: &Job, place: usize, call: &str, text: &str, status: &str) {
    let mut progress = job.progress.lock();
    if status == "failed" {
        progress.writer.items[place]["status"] = json!("failed");
    }
    progress.writer.items.push(items::function_output(call, text, status));
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
