//! Which collections somebody may search, and what of them.

use airis_access::Readable;
use airis_domain::{File, FileId, Knowledge, Role, User};
use airis_vector::Scope;
use async_recursion::async_recursion as boxed;

use crate::elsewhere::Elsewhere;
use crate::state::Inner;
use crate::{Result, Retrieval, RetrievalError};

/// How the names of collections begin that belong to one file, or to one person.
const OF_FILE: &str = "file-";
const OF_SEARCH: &str = "web-search-";
const OF_MEMORY: &str = "user-memory-";
/// The collection that describes knowledge bases; it is asked by the server alone.
const OF_ALL: &str = "knowledge-bases";

/// Where passages are looked for.
pub enum Place {
    Here(Scope),
    /// Where others keep them.
    Elsewhere(Box<Elsewhere>),
}

impl Place {
    /// Where to look here, if it is here.
    pub fn here(&self) -> Option<&Scope> {
        match self {
            Self::Here(scope) => Some(scope),
            Self::Elsewhere(_) => None,
        }
    }
}

impl Retrieval {
    /// Where to look in a collection, as far as `user` may read it; `NotYours` when that is nowhere.
    #[boxed]
    pub async fn place(&self, user: &User, collection: &str) -> Result<Place> {
        self.inner.place(user, collection).await
    }

    /// Whether there is anything in a place; of what others keep nobody knows before a question is asked.
    #[boxed]
    pub async fn has(&self, place: &Place) -> Result<bool> {
        match place {
            Place::Here(scope) => Ok(self.inner.vectors.has(&scope.collection).await?),
            Place::Elsewhere(_) => Ok(true),
        }
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
        if let Some(knowledge) = inner.store.knowledge(collection).await? {
            if knowledge.is_external() {
                return Err(RetrievalError::Refused(
                    "This knowledge base is searched where it lies; nothing is added".to_owned(),
                ));
            }
            airis_access::Writable::<Knowledge>::knowledge(&inner.store, &inner.config, user, collection).await?;
            return Ok(());
        }
        inner.unscoped(user, collection)
    }
}

impl Inner {
    #[boxed]
    pub async fn place(&self, user: &User, collection: &str) -> Result<Place> {
        if let Some(id) = collection.strip_prefix(OF_FILE) {
            let id = FileId::from(id);
            if !self.config.settings().bypass_retrieval_access_control {
                Readable::<File>::file(&self.store, &self.config, user, &id, false).await?;
            }
            return Ok(Place::Here(Scope { collection: collection.to_owned(), files: Some(vec![id.0]) }));
        }
        if let Some(knowledge) = self.store.knowledge(collection).await? {
            if !self.config.settings().bypass_retrieval_access_control {
                Readable::<Knowledge>::knowledge(&self.store, &self.config, user, collection).await?;
            }
            if knowledge.is_external() {
                return Ok(Place::Elsewhere(Box::new(self.elsewhere(&knowledge).await?)));
            }
            // What was taken out of a knowledge base is not found in it, whatever still lies there.
            let files = self.store.file_ids_of_knowledge(collection).await?;
            return Ok(Place::Here(Scope { collection: collection.to_owned(), files: Some(files) }));
        }
        self.unscoped(user, collection)?;
        Ok(Place::Here(Scope::all(collection)))
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
