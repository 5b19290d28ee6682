//! The tools that a model is offered: its own, and those that were picked for the message.

use airis_domain::{Json, JsonMap, User};
use airis_tools::Offer;
use airis_tools::servers::Around;
use serde_json::json;

use crate::job::Job;
use crate::models::Resolved;
use crate::{Inner, memory_tools};

/// What the model of a turn may call, looked up once. Who waits for the reply is told which tools are not there.
pub async fn of_turn(inner: &Inner, job: &Job) -> Vec<Json> {
    if !wanted(&job.body, &job.params()) {
        return Vec::new();
    }
    let picked = picked(&job.body);
    let offered = inner.tools.offer(offer(job, &picked)).await;
    for missing in offered.missing {
        tracing::info!(turn = %job.turn, missing, "picked tools are not there");
        let status = json!({"action": "tool_connection", "description": missing, "error": true, "done": true});
        if !job.is_temporary()
            && let Err(error) = inner.store.push_status(&job.chat, &job.message, &status).await
        {
            tracing::warn!(%error, turn = %job.turn, "a status was not stored");
        }
        job.notice("status", status);
    }
    let own = memory_tools::specs(inner, job).await;
    let mut specs = offered.specs;
    // A name means one tool: what remembers is called first.
    specs.retain(|spec| own.iter().all(|other| other["function"]["name"] != spec["function"]["name"]));
    specs.extend(own);
    specs
}

/// The same for a program: it gets the tools that it names, and calls them itself.
pub async fn of_request(inner: &Inner, user: &User, body: &JsonMap, model: &Resolved) -> Vec<Json> {
    let picked = picked(body);
    let mut params = model.params.clone();
    params.extend(body.get("params").and_then(Json::as_object).cloned().unwrap_or_default());
    if picked.is_empty() || !wanted(body, &params) {
        return Vec::new();
    }
    let around = Around { model: &model.id, ..Around::default() };
    let offer = Offer { user, picked: &picked, model_meta: &model.meta, in_chat: false, around };
    let offered = inner.tools.offer(offer).await;
    for missing in offered.missing {
        tracing::info!(missing, "picked tools are not there");
    }
    offered.specs
}

/// Around which message a turn's tools are called.
pub fn offer<'a>(job: &'a Job, picked: &'a [String]) -> Offer<'a> {
    let around = Around { chat: job.chat.as_str(), message: job.message.as_str(), model: &job.model.id };
    Offer { user: &job.user, picked, model_meta: &job.model.meta, in_chat: true, around }
}

pub fn picked(body: &JsonMap) -> Vec<String> {
    let ids = body.get("tool_ids").and_then(Json::as_array).into_iter().flatten();
    ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// Who sends tools of their own gets no others, and models that are told of tools in words get none natively.
fn wanted(body: &JsonMap, params: &JsonMap) -> bool {
    !body.contains_key("tools") && params.get("function_calling").and_then(Json::as_str) != Some("legacy")
}
