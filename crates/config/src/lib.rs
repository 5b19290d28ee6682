//! Settings: the environment once at start, persisted settings live. Pure: no process environment, no database.

mod audit;
mod docs;
mod forwarded;
mod otel;
mod persisted;
mod redis;
mod security_headers;
mod settings;
mod standing;
mod storage;
mod table;
mod trust;
mod values;
mod variable;
mod vectors;

pub use audit::{Audit, AuditLevel};
pub use docs::docs_markdown;
pub use forwarded::{Forwarded, visible};
pub use otel::{Otel, Protocol, Receiver, Sampler};
pub use redis::Redis;
pub use settings::Settings;
pub use standing::{Source, Standing, is_known, standing};
pub use storage::{AzureStorage, FileStorage, GoogleStorage, S3Encryption, S3Storage};
pub use trust::Trusted;
pub use vectors::{
    ChromaServer, ElasticServer, MariaDbServer, MilvusServer, PgvectorIndex, PgvectorServer, PineconeServer,
    QdrantServer, ValkeyServer, VectorServer, VectorStore, WeaviateServer,
};

use std::sync::Arc;

use airis_domain::{Json, JsonMap};
use arc_swap::ArcSwap;

/// A value that stops the start: names the variable and the fix in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    pub variable: String,
    pub problem: String,
}

/// Settings from the environment, and the persisted ones as of now. Shared as `Arc<Config>`.
pub struct Config {
    settings: Settings,
    defaults: JsonMap,
    live: ArcSwap<Live>,
}

/// What overrides the defaults: rows of the store, and changes that only this process knows.
#[derive(Clone, Default)]
struct Live {
    persisted: Arc<JsonMap>,
    overlay: Arc<JsonMap>,
}

impl Config {
    /// Reads the environment through `env`; fails on the first wrong value.
    pub fn from_env(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let values = values::Values::read(env)?;
        let settings = Settings::read(&values)?;
        let defaults = persisted::defaults(&values, env)?;
        Ok(Self { settings, defaults, live: ArcSwap::default() })
    }

    /// Settings that only the environment decides.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Every persisted key with its default from environment or built in; the seed of the store.
    pub fn defaults(&self) -> JsonMap {
        self.defaults.clone()
    }

    /// Whether changes of this key are stored; otherwise they live as long as the process.
    pub fn persists(&self, key: &str) -> bool {
        self.settings.enable_persistent_config
            && (self.settings.enable_oauth_persistent_config || !key.starts_with("oauth."))
    }

    /// Replaces the persisted values (after loading or a change by any instance).
    pub fn apply(&self, persisted: JsonMap) {
        let persisted = Arc::new(persisted);
        self.live.rcu(|live| Live { persisted: persisted.clone(), overlay: live.overlay.clone() });
    }

    /// Lays values over the persisted ones in this process only.
    pub fn overlay(&self, values: JsonMap) {
        self.live.rcu(|live| {
            let mut overlay = live.overlay.as_ref().clone();
            overlay.extend(values.clone());
            Live { persisted: live.persisted.clone(), overlay: Arc::new(overlay) }
        });
    }

    /// A persisted setting, or its default, or null. Dotted keys as in the contract, such as `openai.api_base_urls`.
    pub fn get(&self, key: &str) -> Json {
        let live = self.live.load();
        let stored = if self.persists(key) { live.persisted.get(key) } else { None };
        let value = live.overlay.get(key).or(stored).or_else(|| self.defaults.get(key)).cloned().unwrap_or_default();
        if key == "user.permissions" { self.with_missing_switches(value) } else { value }
    }

    /// Every key with its present value.
    pub fn all(&self) -> JsonMap {
        let live = self.live.load();
        let mut keys: JsonMap = self.defaults.keys().map(|key| (key.clone(), self.get(key))).collect();
        let more = live.persisted.iter().chain(live.overlay.iter());
        for (key, _) in more {
            if !keys.contains_key(key) {
                keys.insert(key.clone(), self.get(key));
            }
        }
        keys
    }

    pub fn flag(&self, key: &str) -> bool {
        self.get(key).as_bool().unwrap_or(false)
    }

    pub fn text(&self, key: &str) -> String {
        self.get(key).as_str().map(str::to_owned).unwrap_or_default()
    }

    pub fn int(&self, key: &str) -> Option<i64> {
        self.get(key).as_i64()
    }

    /// A list of strings; anything else is an empty list.
    pub fn texts(&self, key: &str) -> Vec<String> {
        self.get(key)
            .as_array()
            .map(|items| items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
            .unwrap_or_default()
    }

    /// Switches that an older stored tree lacks come from the defaults.
    fn with_missing_switches(&self, stored: Json) -> Json {
        let mut tree = self.defaults.get("user.permissions").cloned().unwrap_or_default();
        let (Some(areas), Some(stored)) = (tree.as_object_mut(), stored.as_object()) else { return tree };
        for (area, switches) in stored {
            match (areas.get_mut(area).and_then(Json::as_object_mut), switches.as_object()) {
                (Some(known), Some(switches)) => known.extend(switches.clone()),
                _ => {
                    areas.insert(area.clone(), switches.clone());
                }
            }
        }
        tree
    }
}

#[cfg(test)]
mod tests;
