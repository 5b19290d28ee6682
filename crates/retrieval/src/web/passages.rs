//! Pages as passages: kept in a collection, or searched at once for the question that they were found for.

use airis_domain::{Json, User};
use airis_vector::Scope;
use async_recursion::async_recursion as boxed;
use serde_json::json;

use super::page::Page;
use super::search::Searched;
use crate::found::{Piece, Source};
use crate::index::Target;
use crate::passages::digest;
use crate::reach::Place;
use crate::{Result, Retrieval, RetrievalError};

/// Characters that the name of a collection may have.
const LONGEST_NAME: usize = 63;

/// The collection of a person's search.
pub fn collection_of(user: &User, about: &str) -> String {
    format!("web-search-{}-{}", user.id, digest(about)).chars().take(LONGEST_NAME).collect()
}

impl Retrieval {
    /// Keeps pages in a collection; with `over`, in place of what is there.
    #[boxed]
    pub async fn keep_pages(&self, user: &User, collection: &str, pages: &[Page], over: bool) -> Result<()> {
        let inner = &self.inner;
        // A file or a knowledge base is more than one page.
        let is_whole = collection.starts_with("file-") || inner.store.knowledge(collection).await?.is_some();
        if over && !is_whole {
            inner.vectors.drop_collection(collection).await?;
        }
        let mut kept = 0;
        for page in pages {
            let target = Target {
                collection: collection.to_owned(),
                file_id: None,
                hash: Some(digest(&page.content)),
                payer: user.id.clone(),
                metadata: page.metadata(user),
            };
            match inner.index(target, page.sections.clone()).await {
                Ok(count) => kept += count,
                // One page without words does not keep the others from it.
                Err(RetrievalError::Extract(error)) if pages.len() > 1 => {
                    tracing::info!(%error, "a page holds no passages");
                }
                Err(error) => return Err(error),
            }
        }
        if kept == 0 { Err(crate::ExtractError::Empty.into()) } else { Ok(()) }
    }

    /// The collection in which a search is kept for its person.
    #[boxed]
    pub async fn keep_search(&self, user: &User, searched: &Searched) -> Result<String> {
        let collection = collection_of(user, &searched.queries.join(" "));
        self.keep_pages(user, &collection, &searched.pages, true).await?;
        Ok(collection)
    }

    /// What of the pages answers the questions that they were found for: the nearest passages, or all of them where the
    /// server is set up so, or where nothing can be searched.
    #[boxed]
    pub async fn source_of_search(&self, user: &User, searched: &Searched) -> Source {
        let urls: Vec<&str> = searched.pages.iter().map(|page| page.url.as_str()).collect();
        let name = searched.queries.join(", ");
        let item = json!({"type": "web_search", "name": name, "urls": urls, "queries": searched.queries});
        let bypassed = self.inner.config.flag("web.search.bypass_embedding_and_retrieval");
        if bypassed || self.inner.takes_whole() {
            return Source { item, passages: whole(user, &searched.pages) };
        }
        // Replies of one question search at the same time, each for itself.
        let collection = collection_of(user, &uuid::Uuid::new_v4().to_string());
        let found = self.nearest(user, &collection, searched).await;
        if let Err(error) = self.inner.vectors.drop_collection(&collection).await {
            tracing::warn!(%error, collection, "what was found on the web is still kept");
        }
        let passages = found.unwrap_or_else(|error| {
            tracing::warn!(%error, "pages go to the model as they are");
            whole(user, &searched.pages)
        });
        Source { item, passages }
    }

    async fn nearest(&self, user: &User, collection: &str, searched: &Searched) -> Result<Vec<Piece>> {
        self.keep_pages(user, collection, &searched.pages, false).await?;
        let asked = self.inner.ask_patiently(user, searched.queries.clone()).await;
        self.inner.pieces(&[Place::Here(Scope::all(collection))], &asked).await
    }
}

fn whole(user: &User, pages: &[Page]) -> Vec<Piece> {
    let piece = |page: &Page| Piece { text: page.text(), metadata: page.metadata(user), score: None };
    pages.iter().map(piece).collect()
}

impl Searched {
    /// Pages as clients get them that want no collection.
    pub fn documents(&self, user: &User) -> Vec<Json> {
        let document = |page: &Page| json!({"content": page.text(), "metadata": page.metadata(user)});
        self.pages.iter().map(document).collect()
    }
}
