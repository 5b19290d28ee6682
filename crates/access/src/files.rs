//! Files: their owner's, and an administrator's who may see everything.

use airis_config::Config;
use airis_domain::{File, FileId, Role, User};
use airis_store::Store;

use crate::AccessError;

/// An entity that the caller may read and change, by owning it or by their role; there is no other way to make one.
#[derive(Clone, Debug)]
pub struct Reachable<T>(T);

impl<T> Reachable<T> {
    /// The entity, when the proof has done its work.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Reachable<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Reachable<File> {
    /// Loads a file without its text and proves that `user` may have it.
    pub async fn file(store: &Store, config: &Config, user: &User, id: &FileId) -> Result<Self, AccessError> {
        Self::prove(store.file(id).await?, config, user)
    }

    /// The same with its text.
    pub async fn file_with_text(store: &Store, config: &Config, user: &User, id: &FileId) -> Result<Self, AccessError> {
        Self::prove(store.file_with_text(id).await?, config, user)
    }

    fn prove(file: Option<File>, config: &Config, user: &User) -> Result<Self, AccessError> {
        file.filter(|file| file.user_id == user.id || reaches_all(config, user)).map(Self).ok_or(AccessError::NotYours)
    }
}

/// Whether somebody may have the files of others.
pub fn reaches_all(config: &Config, user: &User) -> bool {
    user.role == Role::Admin && config.settings().bypass_admin_access_control
}
