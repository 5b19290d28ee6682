//! Which collections somebody may search, and what of them.

use airis_access::Readable;
use airis_domain::{File, FileId, Knowledge, Role, User};
use airis_vector::Scope;
use async_recursion::async_recursion as boxed;

use crate::state::Inner;
use crate::{Result, Retrieval, RetrievalError};

/// How the names of collections begin that belong to one file, or to one person.
const OF_FILE: &str = "file-";
const OF_SEARCH: &str = "web-search-";
const OF_MEMORY: &str = "user-memory-";
/// The collection that describes knowledge bases; it is asked by the server alone.
const OF_ALL: &str = "knowledge-bases";

impl Retrieval {
    /// Where to look in a collection, as far as `user` may read it; `NotYours` when that is nowhere.
    #[boxed]
    pub async fn scope(&self, user: &User, collection: &str) -> Result<Scope> {
        self.inner.scope(user, collection).await
    }

    /// Proves that `user` may write into a collection that they name themselves.
    #[boxed]
    pub async fn may_write(&self, user: &User, collection: &str) -> Result<()> {
        let inner = &self.inner;
        if let Some(id) = collection.strip_prefix(OF_FILE) {
            let id = FileId::from(id);
            airis_access::Reachable::file(&inner.store, &inner.config, user, &id).await?;
            return Ok(());
        }
        if inner.store.knowledge(collection).await?.is_some() {
            airis_access::Writable::<Knowledge>::knowledge(&inner.store, &inner.config, user, collection).await?;
            return Ok(());
        }
        inner.unscoped(user, collection)
    }
}

impl Inner {
    #[boxed]
    pub async fn scope(&self, user: &User, collection: &str) -> Result<Scope> {
        if let Some(id) = collection.strip_prefix(OF_FILE) {
            let id = FileId::from(id);
            if !self.config.settings().bypass_retrieval_access_control {
                Readable::<File>::file(&self.store, &self.config, user, &id, false).await?;
            }
            return Ok(Scope { collection: collection.to_owned(), files: Some(vec![id.0]) });
        }
        if self.store.knowledge(collection).await?.is_some() {
            if !self.config.settings().bypass_retrieval_access_control {
                Readable::<Knowledge>::knowledge(&self.store, &self.config, user, collection).await?;
            }
            // What was taken out of a knowledge base is not found in it, whatever still lies there.
            let files = self.store.file_ids_of_knowledge(collection).await?;
            return Ok(Scope { collection: collection.to_owned(), files: Some(files) });
        }
        self.unscoped(user, collection)?;
        Ok(Scope::all(collection))
    }

    /// Collections that belong to no file and no knowledge base.
    fn unscoped(&self, user: &User, collection: &str) -> Result<()> {
        let settings = self.config.settings();
        let own = |begin: &str| {
            let rest = collection.strip_prefix(begin).and_then(|rest| rest.strip_prefix(user.id.as_str()));
            rest.is_some_and(|rest| rest.starts_with('-'))
        };
        let allowed = if collection == OF_ALL {
            false
        } else if collection.starts_with(OF_SEARCH) {
            own(OF_SEARCH)
        } else if collection.starts_with(OF_MEMORY) {
            collection.strip_prefix(OF_MEMORY) == Some(user.id.as_str())
        } else {
            user.role == Role::Admin || settings.enable_unscoped_collections || settings.bypass_retrieval_access_control
        };
        if allowed { Ok(()) } else { Err(RetrievalError::NotYours) }
    }
}
