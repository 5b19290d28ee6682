//! Files: their owner's, an administrator's who may see everything, and to be read theirs who see what shows them: a chat
//! or a knowledge base. A chat shows the files of whoever wrote in it.

use airis_config::Config;
use airis_domain::{File, FileId, Role, User};
use airis_store::Store;
use async_recursion::async_recursion as boxed;

use crate::folders::sees_folder;
use crate::{AccessError, Readable};

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
    #[boxed]
    pub async fn file(store: &Store, config: &Config, user: &User, id: &FileId) -> Result<Self, AccessError> {
        Self::prove(store.file(id).await?, config, user)
    }

    fn prove(file: Option<File>, config: &Config, user: &User) -> Result<Self, AccessError> {
        file.filter(|file| file.user_id == user.id || reaches_all(config, user)).map(Self).ok_or(AccessError::NotYours)
    }
}

impl Readable<File> {
    /// Loads a file, with its text where that is wanted, and proves that `user` may read it: who may change it may, who
    /// owns a chat into which the file's owner put it, who may read a knowledge base that has it, and who follows a link
    /// to a chat that shows it, or sees a folder with such a chat.
    #[boxed]
    pub async fn file(
        store: &Store,
        config: &Config,
        user: &User,
        id: &FileId,
        text: bool,
    ) -> Result<Self, AccessError> {
        let file = if text { store.file_with_text(id).await? } else { store.file(id).await? };
        let Some(file) = file else { return Err(AccessError::NotYours) };
        if file.user_id == user.id
            || reaches_all(config, user)
            || store.guest_shows(&user.id, &file.user_id, id).await?
        {
            return Ok(Self(file));
        }
        if store.reads_file_by_knowledge(&user.id, id.as_str()).await? {
            return Ok(Self(file));
        }
        for link in store.links_that_show(&file.user_id, id).await? {
            match Readable::link(store, config, Some(user), &link).await {
                Ok(_) => return Ok(Self(file)),
                Err(AccessError::Store(error)) => return Err(error.into()),
                Err(_) => {}
            }
        }
        for folder in store.folders_that_show(&file.user_id, id).await? {
            if sees_folder(store, config, user, &file.user_id, &folder).await? {
                return Ok(Self(file));
            }
        }
        Err(AccessError::NotYours)
    }
}

/// Whether somebody may have the files of others.
pub fn reaches_all(config: &Config, user: &User) -> bool {
    user.role == Role::Admin && config.settings().bypass_admin_access_control
}
