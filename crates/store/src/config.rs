//! Persisted settings: one row per dotted key, and a version that grows with every change.

use airis_domain::JsonMap;

use crate::{Result, Store};

impl Store {
    /// Every persisted key with its value.
    pub async fn config(&self) -> Result<JsonMap> {
        todo!()
    }

    /// A number that grows with every change by any instance.
    pub async fn config_version(&self) -> Result<i64> {
        todo!()
    }

    /// Inserts the keys that are missing and leaves the others alone.
    pub async fn seed_config(&self, defaults: &JsonMap) -> Result<()> {
        todo!()
    }

    /// Writes keys in one transaction; returns the new version.
    pub async fn set_config(&self, values: &JsonMap) -> Result<i64> {
        todo!()
    }

    /// Forgets every persisted key.
    pub async fn reset_config(&self) -> Result<()> {
        todo!()
    }
}
