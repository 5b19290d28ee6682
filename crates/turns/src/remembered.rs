//! What the asker wants models to remember, where they have that switched on.

use std::time::Duration;

use airis_domain::{Json, JsonMap, User};

use crate::Inner;
use crate::documents::text_of;
use crate::job::Job;

/// A reply is written without it when it takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the model of a turn is told.
pub async fn of_turn(inner: &Inner, job: &Job) -> Option<String> {
    if !is_wanted(job) {
        return None;
    }
    let question = match &job.parent {
        Some(parent) if !job.is_temporary() => match inner.store.message(&job.chat, parent).await {
            Ok(message) => message.map(|message| text_of(&message.content)),
            Err(error) => {
                tracing::warn!(%error, turn = %job.turn, "the question was not read");
                None
            }
        },
        _ => None,
    };
    told(inner, &job.user, &question.or_else(|| last_question(&job.body)).unwrap_or_default()).await
}

/// Whether the asker has it switched on.
pub fn is_wanted(job: &Job) -> bool {
    // A client that says nothing leaves it to what the person has set.
    let set = || job.user.settings.as_ref().and_then(|settings| settings["ui"]["memory"].as_bool());
    asked(&job.body).or_else(set).unwrap_or(false)
}

/// What the model is told that answers a program, if the program wants that.
pub async fn of_request(inner: &Inner, user: &User, body: &JsonMap) -> Option<String> {
    if asked(body) != Some(true) {
        return None;
    }
    told(inner, user, &last_question(body).unwrap_or_default()).await
}

fn asked(body: &JsonMap) -> Option<bool> {
    body.get("features")?.get("memory")?.as_bool()
}

fn last_question(body: &JsonMap) -> Option<String> {
    let messages = body.get("messages").and_then(Json::as_array)?;
    messages.iter().rfind(|message| message["role"] == "user").map(|message| text_of(&message["content"]))
}

async fn told(inner: &Inner, user: &User, question: &str) -> Option<String> {
    match tokio::time::timeout(PATIENCE, inner.memories.told(user, question)).await {
        Ok(Ok(told)) => told,
        Ok(Err(error)) => {
            tracing::warn!(%error, user = %user.id, "what somebody wants remembered was not read");
            None
        }
        Err(_) => {
            tracing::warn!(user = %user.id, "looking through what somebody wants remembered took too long");
            None
        }
    }
}
