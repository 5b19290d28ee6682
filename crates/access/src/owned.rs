//! Entities that belong to one person.

use airis_domain::{Chat, ChatId, Folder, User, UserId};
use airis_store::Store;
use async_recursion::async_recursion as boxed;

use crate::AccessError;

/// Something with an owner.
pub trait Belongs {
    /// Whose it is.
    fn owner(&self) -> &UserId;
}

impl Belongs for Chat {
    fn owner(&self) -> &UserId {
        &self.user_id
    }
}

impl Belongs for Folder {
    fn owner(&self) -> &UserId {
        &self.user_id
    }
}

/// An entity whose ownership by the caller was checked; there is no other way to make one.
#[derive(Clone, Debug)]
pub struct Owned<T>(T);

impl<T: Belongs> Owned<T> {
    /// Proves that `user` owns `entity`.
    pub fn prove(entity: Option<T>, user: &User) -> Result<Self, AccessError> {
        entity.filter(|entity| entity.owner() == &user.id).map(Self).ok_or(AccessError::NotYours)
    }

    /// The entity, when the proof has done its work.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Owned<Chat> {
    /// Loads a chat and proves that `user` owns it.
    #[boxed]
    pub async fn chat(store: &Store, user: &User, id: &ChatId) -> Result<Self, AccessError> {
        Self::prove(store.chat(id).await?, user)
    }
}

impl Owned<Folder> {
    /// Loads a folder and proves that `user` owns it.
    #[boxed]
    pub async fn folder(store: &Store, user: &User, id: &str) -> Result<Self, AccessError> {
        Self::prove(store.folder(&user.id, id).await?, user)
    }
}
