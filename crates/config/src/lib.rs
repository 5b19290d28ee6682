//! Settings: the environment once at start, persisted settings live. Pure: no process environment, no database.
#![expect(clippy::todo, unused_variables, reason = "signatures first; bodies follow at once")]

mod settings;

pub use settings::Settings;

use airis_domain::{Json, JsonMap};

/// A value that stops the start: names the variable and the fix in one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    pub variable: String,
    pub problem: String,
}

/// Settings from the environment, and the persisted ones as of now. Shared as `Arc<Config>`.
pub struct Config {
    settings: Settings,
}

impl Config {
    /// Reads the environment through `env`; fails on the first wrong value.
    pub fn from_env(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        todo!()
    }

    /// Settings that only the environment decides.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Every persisted key with its default from environment or built in; the seed of the store.
    pub fn defaults(&self) -> JsonMap {
        todo!()
    }

    /// Replaces the persisted values (after loading or a change by any instance).
    pub fn apply(&self, persisted: JsonMap) {
        todo!()
    }

    /// Lays values over the persisted ones in this process only.
    pub fn overlay(&self, values: JsonMap) {
        todo!()
    }

    /// A persisted setting, or its default, or null. Dotted keys as in the contract, such as `openai.api_base_urls`.
    pub fn get(&self, key: &str) -> Json {
        todo!()
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
}
