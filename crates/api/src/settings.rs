//! Persisted settings: loaded at start, changed by administrators, told to every instance.

use std::time::Duration;

use airis_config::Config;
use airis_domain::{Json, JsonMap};
use airis_store::{Store, StoreError};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

use crate::app::App;
use crate::error::Result;
use crate::told;

/// Tells that settings were changed: by which `instance`, and the `values` that are kept nowhere.
const TOPIC: &str = "config";
/// How often instances compare what they have, should they not have heard of a change.
const COMPARE_EVERY: Duration = Duration::from_secs(2);
/// The setting that the first account changes by itself.
const SIGN_UP: &str = "ui.enable_signup";

/// What a start does: forget settings where `RESET_CONFIG_ON_START` asks for it, seed the missing ones, load them.
pub async fn load(store: &Store, config: &Config) -> std::result::Result<(), StoreError> {
    let settings = config.settings();
    if !settings.enable_persistent_config {
        return Ok(());
    }
    if settings.reset_config_on_start {
        store.reset_config().await?;
    }
    let mut seed = config.defaults();
    seed.retain(|key, _| config.persists(key));
    store.seed_config(&seed).await?;
    config.apply(store.config().await?);
    Ok(())
}

/// Writes dotted keys, and returns when the other instances have them, too. Keys that do not persist change in running
/// processes only.
pub async fn write(app: &App, values: JsonMap) -> Result<()> {
    let (kept, fleeting): (JsonMap, JsonMap) = values.into_iter().partition(|(key, _)| app.config.persists(key));
    if !fleeting.is_empty() {
        app.config.overlay(fleeting.clone());
        told::everyone(app, TOPIC, json!({"instance": app.instance, "values": fleeting})).await;
    }
    if !kept.is_empty() {
        app.store.set_config(&kept).await?;
        reload(app).await?;
        told::everyone(app, TOPIC, json!({"instance": app.instance})).await;
    }
    Ok(())
}

/// Writes one key.
pub async fn write_one(app: &App, key: &str, value: impl Into<Json>) -> Result<()> {
    write(app, JsonMap::from_iter([(key.to_owned(), value.into())])).await
}

/// Takes over what other instances change, as long as it runs.
pub async fn follow(app: App) {
    let Some(mut questions) = app.bus.serve(TOPIC) else { return };
    let mut changes = app.bus.subscribe(TOPIC);
    let mut ticks = tokio::time::interval(COMPARE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known = None;
    loop {
        let mut asked = None;
        let changed = tokio::select! {
            // Whoever asks is answered when everything that was said before is done.
            biased;
            change = changes.recv() => match change {
                Ok(change) if change["instance"] == app.instance.as_str() => false,
                Ok(change) => match change["values"].as_object() {
                    Some(values) => {
                        app.config.overlay(values.clone());
                        false
                    }
                    None => true,
                },
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return,
            },
            Some(question) = questions.recv() => {
                asked = Some(question);
                false
            }
            _ = ticks.tick() => false,
        };
        match app.store.config_version().await {
            Ok(version) if changed || known != Some(version) => match reload(&app).await {
                Ok(()) => known = Some(version),
                Err(error) => tracing::warn!(?error, "changed settings cannot be read yet"),
            },
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "the version of the settings cannot be read"),
        }
        if let Some(question) = asked {
            question.answer(json!(true));
        }
    }
}

/// Reads them after an account was made: the very first one turned sign-up off inside its transaction, and every instance
/// must hear of it.
pub async fn reload_after_sign_up(app: &App) -> Result<()> {
    let was_open = app.config.flag(SIGN_UP);
    reload(app).await?;
    if app.config.flag(SIGN_UP) != was_open {
        told::everyone(app, TOPIC, json!({"instance": app.instance})).await;
    }
    Ok(())
}

/// Reads all persisted settings again, after a change here or elsewhere.
pub async fn reload(app: &App) -> Result<()> {
    app.config.apply(app.store.config().await?);
    Ok(())
}
