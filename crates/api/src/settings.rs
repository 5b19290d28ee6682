//! Persisted settings: loaded at start, changed by administrators, told to every instance.

use airis_config::Config;
use airis_domain::{Json, JsonMap};
use airis_store::{Store, StoreError};
use serde_json::json;

use crate::app::App;
use crate::error::Result;

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

/// Writes dotted keys. Keys that do not persist change in this process only.
pub async fn write(app: &App, values: JsonMap) -> Result<()> {
    let (kept, fleeting): (JsonMap, JsonMap) = values.into_iter().partition(|(key, _)| app.config.persists(key));
    if !fleeting.is_empty() {
        app.config.overlay(fleeting);
    }
    if !kept.is_empty() {
        app.store.set_config(&kept).await?;
        reload(app).await?;
        app.bus.publish("config", json!({"instance": app.instance}));
    }
    Ok(())
}

/// Writes one key.
pub async fn write_one(app: &App, key: &str, value: impl Into<Json>) -> Result<()> {
    write(app, JsonMap::from_iter([(key.to_owned(), value.into())])).await
}

/// Reads all persisted settings again, after a change here or elsewhere.
pub async fn reload(app: &App) -> Result<()> {
    app.config.apply(app.store.config().await?);
    Ok(())
}
