//! Changing persisted settings: stored, applied here, told to every instance.

use airis_domain::{Json, JsonMap};
use serde_json::json;

use crate::app::App;
use crate::error::Result;

/// Writes dotted keys. Without persistence, and for `oauth.*` unless told otherwise, only this process changes.
pub async fn write(app: &App, values: JsonMap) -> Result<()> {
    if !app.config.settings().enable_persistent_config {
        app.config.overlay(values);
        return Ok(());
    }
    app.store.set_config(&values).await?;
    reload(app).await?;
    app.bus.publish("config", json!({"instance": app.instance}));
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
