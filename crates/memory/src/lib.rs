//! What people want models to remember: kept with what it means, found by that or by its words, and told to models.

mod change;
mod find;
mod meaning;
mod operation;
mod told;

pub use change::{Change, Source};
pub use find::{Scope, Topic};
pub use operation::{Action, Operation};

use async_recursion::async_recursion as boxed;
use std::sync::Arc;

use airis_access::{AccessError, effective};
use airis_config::Config;
use airis_domain::{Role, User};
use airis_providers::{ProviderError, Providers};
use airis_store::{Store, StoreError};

/// The switch below which everything here happens, and the permission that it takes.
pub const SWITCH: &str = "memories.enable";
pub const PERMISSION: &str = "features.memories";

/// Why something cannot be remembered or found.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// There is no such memory of this person.
    #[error("no such memory")]
    Unknown,
    /// What was asked for makes no sense; one sentence.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Memories of everybody; cheap to clone.
#[derive(Clone)]
pub struct Memories {
    store: Store,
    providers: Providers,
    config: Arc<Config>,
}

impl Memories {
    pub fn new(store: Store, providers: Providers, config: Arc<Config>) -> Self {
        Self { store, providers, config }
    }

    /// Whether anything is remembered for this person at all.
    #[boxed]
    pub async fn are_for(&self, user: &User) -> Result<bool, MemoryError> {
        if !self.config.flag(SWITCH) {
            return Ok(false);
        }
        if user.role == Role::Admin {
            return Ok(true);
        }
        match effective(&self.store, &self.config, user).await {
            Ok(permissions) => Ok(permissions.allows(PERMISSION)),
            Err(AccessError::Store(error)) => Err(error.into()),
            Err(_) => Ok(false),
        }
    }
}
