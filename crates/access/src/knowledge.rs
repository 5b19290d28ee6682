//! Knowledge bases: their owner's, theirs with whom they were shared, and an administrator's who may see everything.

use airis_config::Config;
use airis_domain::{Knowledge, User};
use airis_store::Store;
use async_recursion::async_recursion as boxed;

use crate::{AccessError, Readable, granted, reaches_all};

/// What grants call a knowledge base.
pub const KNOWLEDGE: &str = "knowledge";

/// An entity that the caller may change; there is no other way to make one.
#[derive(Clone, Debug)]
pub struct Writable<T>(T);

impl<T> Writable<T> {
    /// The entity, when the proof has done its work.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Writable<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Readable<Knowledge> {
    /// Loads a knowledge base and proves that `user` may search it.
    #[boxed]
    pub async fn knowledge(store: &Store, config: &Config, user: &User, id: &str) -> Result<Self, AccessError> {
        allowed(store, config, user, id, "read").await.map(Self)
    }
}

impl Writable<Knowledge> {
    /// Loads a knowledge base and proves that `user` may change it.
    #[boxed]
    pub async fn knowledge(store: &Store, config: &Config, user: &User, id: &str) -> Result<Self, AccessError> {
        allowed(store, config, user, id, "write").await.map(Self)
    }
}

async fn allowed(
    store: &Store,
    config: &Config,
    user: &User,
    id: &str,
    permission: &str,
) -> Result<Knowledge, AccessError> {
    let knowledge = store.knowledge(id).await?.ok_or(AccessError::NotYours)?;
    if knowledge.user_id == user.id || reaches_all(config, user) {
        return Ok(knowledge);
    }
    let grants = store.grants(KNOWLEDGE, id).await?;
    let groups = store.group_ids_of(&user.id).await?;
    if granted(&grants, user, &groups, permission) { Ok(knowledge) } else { Err(AccessError::NotYours) }
}
