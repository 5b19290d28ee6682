//! Persisted settings: one row per dotted key, and a version that grows with every change.

use airis_domain::{JsonMap, now};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction};
use crate::{Result, Store, json};

impl Store {
    /// Every persisted key with its value.
    #[boxed]
    pub async fn config(&self) -> Result<JsonMap> {
        let rows: Vec<(String, String)> = reading!(self, pool =>
            sqlx::query_as("SELECT name, value FROM setting ORDER BY name").fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(name, value)| (name, json::parse(&value))).collect())
    }

    /// A number that grows with every change by any instance.
    #[boxed]
    pub async fn config_version(&self) -> Result<i64> {
        Ok(reading!(self, pool =>
            sqlx::query_scalar("SELECT version FROM setting_version WHERE id = 1").fetch_one(pool).await)?)
    }

    /// Inserts the keys that are missing and leaves the others alone.
    #[boxed]
    pub async fn seed_config(&self, defaults: &JsonMap) -> Result<()> {
        let known = self.config().await?;
        let missing: Vec<_> = defaults.iter().filter(|(name, _)| !known.contains_key(*name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        transaction!(self, tx => {
            for (name, value) in missing {
                sqlx::query("INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
                    .bind(name).bind(json::text(value)).bind(now()).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Writes keys in one transaction; returns the new version.
    #[boxed]
    pub async fn set_config(&self, values: &JsonMap) -> Result<i64> {
        let version = transaction!(self, tx => {
            // First, so that two writers of the same keys wait for each other instead of each holding one.
            let version: i64 = sqlx::query_scalar("UPDATE setting_version SET version = version + 1 WHERE id = 1 RETURNING version")
                .fetch_one(&mut *tx).await?;
            for (name, value) in values {
                sqlx::query("INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3) \
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at")
                    .bind(name).bind(json::text(value)).bind(now()).execute(&mut *tx).await?;
            }
            version
        });
        Ok(version)
    }

    /// Forgets every persisted key.
    #[boxed]
    pub async fn reset_config(&self) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("DELETE FROM setting").execute(&mut *tx).await?;
            sqlx::query("UPDATE setting_version SET version = version + 1 WHERE id = 1").execute(&mut *tx).await?;
        });
        Ok(())
    }
}
