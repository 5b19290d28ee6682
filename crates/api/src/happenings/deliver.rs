//! The one task that tells addresses what happened.

use airis_domain::{EventHook, Json, UserId};
use airis_store::StoreError;
use tokio::task::JoinSet;

use super::{Happening, catalogue, form, messenger};
use crate::app::App;

/// Addresses that are told at once; the others wait, and happenings with them.
const AT_ONCE: usize = 16;

/// Tells addresses of everything that happens, as long as it runs. The first caller gets the happenings; there is one.
pub async fn deliver(app: App) {
    let Some(mut happenings) = app.happenings.receiver.lock().take() else { return };
    super::tell(&app, Happening::new("system.startup.completed", ("system", &app.instance)).from("system"));
    let mut under_way = JoinSet::new();
    while let Some(happening) = happenings.recv().await {
        let hooks = match wanted(&app, &happening).await {
            Ok(hooks) => hooks,
            Err(error) => {
                tracing::warn!(%error, "nobody can be told what happened");
                continue;
            }
        };
        if hooks.is_empty() {
            continue;
        }
        let message = happening.message(&app.instance);
        for hook in hooks {
            while under_way.len() >= AT_ONCE {
                under_way.join_next().await;
            }
            under_way.spawn(send(app.clone(), hook, message.clone()));
        }
        // Those that are through make room.
        while under_way.try_join_next().is_some() {}
    }
}

async fn send(app: App, hook: EventHook, message: Json) {
    let call = form::post(&app, &hook.url).json(&messenger::body(&hook.url, message));
    if let Err(error) = app.outbound.fetch(call).await.and_then(airis_outbound::Answer::ok) {
        tracing::warn!(webhook = hook.id, %error, "a webhook was not told");
    }
}

/// The addresses that want to hear of it.
async fn wanted(app: &App, happening: &Happening) -> Result<Vec<EventHook>, StoreError> {
    let mut wanted = Vec::new();
    for hook in app.store.event_hooks().await? {
        let fits = hook.enabled && hook.events.iter().any(|wish| catalogue::fits(wish, happening.event));
        if fits && concerns(app, &hook, happening).await? {
            wanted.push(hook);
        }
    }
    Ok(wanted)
}

/// Whether one of the people that an address is about did it, or had it done to them.
async fn concerns(app: &App, hook: &EventHook, happening: &Happening) -> Result<bool, StoreError> {
    let targets = hook.targets.as_ref().and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    if targets.is_empty() {
        return Ok(true);
    }
    let mut people: Vec<UserId> = happening.actor.iter().map(|actor| actor.id.clone()).collect();
    if happening.subject.0 == "user" {
        people.push(happening.subject.1.as_str().into());
    }
    for target in targets {
        let id = target["id"].as_str().unwrap_or_default();
        if target["type"] == "user" {
            if people.iter().any(|person| person.as_str() == id) {
                return Ok(true);
            }
            continue;
        }
        for person in &people {
            if app.store.groups_of(person).await?.iter().any(|group| group.id == id) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
