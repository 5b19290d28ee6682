//! A picture for a reply, where the asker wants one.

use airis_domain::Json;
use airis_media::{MAKES, Wish, address};
use serde_json::json;

use crate::checkpoint::save;
use crate::job::Job;
use crate::questions::Asked;
use crate::run::{Ending, tell_status};
use crate::task_prompt::Matter;
use crate::tasks::object;
use crate::writer::Event;
use crate::{Inner, Task, ask, generate};

/// What the model is told that writes the reply.
const SHOWN: &str = "A picture was made for the last message, and the user sees it beside your reply. Say in a sentence or \
    two what it shows; do not say that you cannot make pictures.";
const MISSING: &str = "The user wanted a picture beside your reply, but it could not be made. Say so, with the reason:";

/// Makes the picture, shows it, and returns what the model of the reply is told of it. A picture that cannot be made
/// breaks no reply. Once, however often the turn changes hands.
pub async fn of_turn(inner: &Inner, job: &Job) -> Result<Option<String>, Ending> {
    let (painted, begun) = {
        let progress = job.progress.lock();
        (!progress.writer.files.is_empty(), !progress.writer.items.is_empty())
    };
    if !wanted(inner, job).await || (begun && !painted) {
        return Ok(None);
    }
    if painted {
        return Ok(Some(SHOWN.to_owned()));
    }
    let asked = asked(inner, job).await?;
    if asked.is_empty() {
        return Ok(None);
    }
    tell(inner, job, "A picture is being made", json!({"done": false})).await;
    let prompt = describe(inner, job, asked).await;
    let wish = Wish { prompt: prompt.clone(), ..Wish::default() };
    match inner.images.make(&job.user, wish).await {
        Ok(files) => {
            let items = files.iter().map(|file| json!({"type": "image", "url": address(file), "name": file.filename}));
            show(job, items.collect())?;
            // Whoever takes the turn over must find the picture.
            save(inner, job).await?;
            tell(inner, job, "A picture was made", json!({"done": true})).await;
            Ok(Some(format!("{SHOWN} It was made from this description:\n\n{prompt}")))
        }
        Err(error) => {
            tracing::warn!(%error, turn = %job.turn, "a picture was not made");
            let why = error.told(&job.user);
            let description = format!("The picture could not be made: {why}");
            tell(inner, job, &description, json!({"error": true, "done": true})).await;
            Ok(Some(format!("{MISSING} {why}")))
        }
    }
}

/// Whether the asker wants it and may, and the model may be given it.
async fn wanted(inner: &Inner, job: &Job) -> bool {
    let asked = job.body.get("features").is_some_and(|features| features["image_generation"] == true);
    asked
        && inner.config.flag(MAKES)
        && job.model.meta["capabilities"]["image_generation"] != false
        && permitted(inner, job).await
}

async fn permitted(inner: &Inner, job: &Job) -> bool {
    inner.images.permits(&job.user).await.unwrap_or_else(|error| {
        tracing::error!(%error, user = %job.user.id, "what somebody may do is not known");
        false
    })
}

async fn asked(inner: &Inner, job: &Job) -> Result<Asked, Ending> {
    let branch = match &job.parent {
        Some(parent) if !job.is_temporary() => {
            inner.store.branch(&job.chat, parent).await.map_err(|error| Ending::Failed(json!(error.to_string())))?
        }
        _ => Vec::new(),
    };
    Ok(Asked::of(&branch, &job.body))
}

/// The description that the model of small jobs writes; without one that is quick and willing it is the question.
async fn describe(inner: &Inner, job: &Job, asked: Asked) -> String {
    let plain = asked.question;
    if !inner.config.flag("image_generation.prompt.enable") {
        return plain;
    }
    let model = ask::task_model(inner, &job.model.base).await;
    if inner.providers.is_built_in(&model).await {
        // It computes one reply at a time: the picture would wait for the words.
        return plain;
    }
    // Where the model of the reply does it, it counts as that was picked.
    let picked = (model == job.model.base).then_some(job.model.id.as_str());
    let providers = inner.providers.aside(picked);
    let matter = Matter { messages: asked.lines, ..Matter::default() };
    let request = ask::request(inner, Task::ImagePrompt, model, &matter, &job.user);
    let written = match tokio::time::timeout(ask::DEADLINE, providers.complete(request)).await {
        Ok(Ok(answer)) => {
            let text = answer.pointer("/choices/0/message/content").and_then(Json::as_str);
            let prompt = text.and_then(object).and_then(|answer| answer["prompt"].as_str().map(str::to_owned));
            prompt.filter(|prompt| !prompt.trim().is_empty())
        }
        Ok(Err(error)) => {
            tracing::info!(%error, "a picture is made of the question itself");
            None
        }
        Err(_) => {
            tracing::info!(seconds = ask::DEADLINE.as_secs(), "the description of a picture took too long");
            None
        }
    };
    written.unwrap_or(plain)
}

/// Puts pictures beside the reply.
fn show(job: &Job, pictures: Vec<Json>) -> Result<(), Ending> {
    let mut progress = job.progress.lock();
    progress.writer.files.extend(pictures);
    let event = Event { kind: "chat:message:files", data: json!({"files": progress.writer.files}) };
    job.tell(&mut progress, vec![event]).map_err(generate::log_failed)
}

async fn tell(inner: &Inner, job: &Job, description: &str, more: Json) {
    let mut status = json!({"action": "image_generation", "description": description});
    for (key, value) in more.as_object().into_iter().flatten() {
        status[key] = value.clone();
    }
    tell_status(inner, job, status).await;
}
