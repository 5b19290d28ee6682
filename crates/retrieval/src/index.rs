//! Making texts searchable: cut, embedded, kept.

use async_recursion::async_recursion as boxed;
use std::sync::Arc;

use airis_domain::{File, JsonMap, Knowledge, User, UserId};
use airis_providers::EmbeddingPurpose;
use airis_vector::{Duplicate, Passage, Which};
use serde_json::json;

use crate::extract::{ExtractError, Section};
use crate::passages::{collection_of, digest, embedding_config, metadata_of, passages};
use crate::split::Rules;
use crate::state::Inner;
use crate::{Result, Retrieval, RetrievalError};

/// Passages of one text at most.
const MOST: usize = 20_000;
/// Passages that are embedded together, so that questions get their turn in between.
const SLICE: usize = 64;

/// Where a text goes, and what is known of it.
#[derive(Clone, Debug)]
pub struct Target {
    pub collection: String,
    /// The file that it was taken from; its earlier passages in the collection are replaced.
    pub file_id: Option<String>,
    pub hash: Option<String>,
    /// Whose budget pays for its vectors.
    pub payer: UserId,
    pub metadata: JsonMap,
}

impl Target {
    /// The collection of a file itself.
    pub fn file(file: &File, hash: &str) -> Self {
        Self {
            collection: collection_of(file.id.as_str()),
            file_id: Some(file.id.to_string()),
            hash: Some(hash.to_owned()),
            payer: file.user_id.clone(),
            metadata: metadata_of(file),
        }
    }
}

impl Retrieval {
    /// Makes a text searchable; how many passages it has.
    #[boxed]
    pub async fn index(&self, target: Target, sections: Vec<Section>) -> Result<usize> {
        self.inner.index(target, sections).await
    }

    /// Replaces the text of a file and what is found of it, wherever it is found.
    #[boxed]
    pub async fn rewrite(&self, file: &File, text: &str) -> Result<()> {
        self.inner.store.write_file_text(&file.id, text, &digest(text)).await?;
        let renewed = self.inner.renew(file, text).await;
        if renewed.is_err() {
            // What the text said before must not be found any more.
            self.inner.vectors.forget_file(file.id.as_str()).await?;
        }
        renewed
    }

    /// Puts a file's passages into a collection beside its own. Refuses a text that is there from another file.
    #[boxed]
    pub async fn add_to(&self, collection: &str, file: &File) -> Result<()> {
        if self.inner.is_bypassed() {
            return Ok(());
        }
        if let Some(hash) = &file.hash
            && self.inner.vectors.has_text(collection, hash, file.id.as_str()).await?
        {
            return Err(RetrievalError::Duplicate);
        }
        self.inner.ensure_indexed(file).await?;
        self.inner.copy(collection, file).await
    }

    /// Takes a file's passages out of a collection.
    #[boxed]
    pub async fn remove_from(&self, collection: &str, file_id: &str) -> Result<()> {
        self.inner.vectors.delete(collection, &Which::File(file_id.to_owned())).await?;
        Ok(())
    }

    /// Forgets a file that was deleted, everywhere.
    #[boxed]
    pub async fn forget(&self, file_id: &str) -> Result<()> {
        self.inner.vectors.forget_file(file_id).await?;
        self.inner.vectors.drop_collection(&collection_of(file_id)).await?;
        Ok(())
    }

    /// Builds the collection of a knowledge base anew from the texts of its files: how many, and how many in vain.
    #[boxed]
    pub async fn rebuild(&self, knowledge: &str) -> Result<(usize, usize)> {
        let inner = &self.inner;
        inner.vectors.drop_collection(knowledge).await?;
        let files = inner.store.files_of_knowledge(knowledge).await?;
        let mut failed = 0;
        for linked in &files {
            let file = &linked.file;
            let rebuilt = async {
                let Some(text) = inner.store.file_with_text(&file.id).await?.and_then(|file| file.content) else {
                    return Err(RetrievalError::Extract(ExtractError::Empty));
                };
                inner.index(Target::file(file, &digest(&text)), vec![Section::plain(text)]).await?;
                inner.copy(knowledge, file).await
            };
            if let Err(error) = rebuilt.await {
                tracing::warn!(%error, file = %file.id, knowledge, "a file of a knowledge base was not indexed");
                failed += 1;
            }
        }
        Ok((files.len(), failed))
    }
}

impl Inner {
    #[boxed]
    pub async fn index(&self, target: Target, sections: Vec<Section>) -> Result<usize> {
        let (rules, config) = (Rules::read(&self.config), embedding_config(&self.config));
        let target = Arc::new(target);
        let work = {
            let target = target.clone();
            tokio::task::spawn_blocking(move || passages(&target, &sections, &rules, &config))
        };
        let mut passages = work.await.map_err(|_| RetrievalError::Refused("The text broke what cuts it".to_owned()))?;
        match passages.len() {
            0 => return Err(ExtractError::Empty.into()),
            count if count > MOST => return Err(ExtractError::TooLarge.into()),
            _ => {}
        }
        let payer = self.store.user(&target.payer).await?;
        let model = self.embed(&mut passages, payer.as_ref()).await?.unwrap_or_default();
        let count = passages.len();
        match &target.file_id {
            Some(file) => self.vectors.replace(&target.collection, &model, file, passages).await?,
            None => self.vectors.add(&target.collection, &model, passages).await?,
        }
        Ok(count)
    }

    /// Gives passages their vectors; `None` when nothing here makes any.
    async fn embed(&self, passages: &mut [Passage], payer: Option<&User>) -> Result<Option<String>> {
        let mut model = None;
        for slice in passages.chunks_mut(SLICE) {
            let texts = slice.iter().map(|passage| flat(&passage.text)).collect();
            let Some(embedded) = self.providers.embed_for(EmbeddingPurpose::Passage, texts, payer).await? else {
                return Ok(None);
            };
            if model.as_ref().is_some_and(|model| *model != embedded.model) {
                return Err(RetrievalError::Refused("The embedding model was changed meanwhile; try again".to_owned()));
            }
            model = Some(embedded.model);
            for (passage, vector) in slice.iter_mut().zip(embedded.vectors) {
                passage.vector = Some(vector);
            }
        }
        Ok(model)
    }

    /// Indexes a file whose text is there and whose passages are not, or not by the present model.
    #[boxed]
    pub async fn ensure_indexed(&self, file: &File) -> Result<()> {
        let collection = collection_of(file.id.as_str());
        let there = self.vectors.has(&collection).await?;
        let current = match self.providers.embedding_model() {
            Some(model) => !self.vectors.lacks(&collection, &model).await?,
            None => true,
        };
        if there && current {
            return Ok(());
        }
        let text = match &file.content {
            Some(text) => Some(text.clone()),
            None => self.store.file_with_text(&file.id).await?.and_then(|file| file.content),
        };
        let text = text.filter(|text| !text.trim().is_empty()).ok_or(ExtractError::Empty)?;
        self.index(Target::file(file, &digest(&text)), vec![Section::plain(text)]).await?;
        Ok(())
    }

    #[boxed]
    pub async fn copy(&self, collection: &str, file: &File) -> Result<()> {
        let from = collection_of(file.id.as_str());
        self.vectors.copy(&Duplicate { from: &from, to: collection, file_id: file.id.as_str() }).await?;
        Ok(())
    }

    async fn renew(&self, file: &File, text: &str) -> Result<()> {
        if self.is_bypassed() || text.trim().is_empty() {
            self.vectors.forget_file(file.id.as_str()).await?;
            return Ok(());
        }
        self.index(Target::file(file, &digest(text)), vec![Section::plain(text)]).await?;
        for knowledge in self.store.knowledge_with_file(&file.id).await? {
            self.copy(&knowledge, file).await?;
        }
        Ok(())
    }

    /// Puts a file that was just read into the knowledge base that it was uploaded for.
    #[boxed]
    pub async fn link(&self, file: &File, knowledge: &str, directory: Option<&str>) -> Result<()> {
        let user = self.store.user(&file.user_id).await?.ok_or(RetrievalError::NotYours)?;
        let target =
            airis_access::Writable::<Knowledge>::knowledge(&self.store, &self.config, &user, knowledge).await?;
        if target.is_external() {
            return Err(RetrievalError::Refused(
                "The knowledge base is searched where it lies; it takes no files".to_owned(),
            ));
        }
        if self.is_there(file, knowledge, directory).await? {
            return Err(RetrievalError::Duplicate);
        }
        if !self.is_bypassed() {
            self.copy(knowledge, file).await?;
        }
        let directory = match directory {
            Some(id) => {
                let known = self.store.knowledge_directories(knowledge).await?;
                known.into_iter().find(|directory| directory.id == id).map(|directory| directory.id)
            }
            None => None,
        };
        self.store.link_file(knowledge, &file.id, &file.user_id, directory.as_deref()).await?;
        let meta = JsonMap::from_iter([("collection_name".to_owned(), json!(knowledge))]);
        Ok(self.store.set_file_meta(&file.id, &meta).await?)
    }
}

impl Inner {
    /// Whether the same was uploaded to the same place before. The same text under another name may be wanted, as in a
    /// folder that is kept alike.
    async fn is_there(&self, file: &File, knowledge: &str, directory: Option<&str>) -> Result<bool> {
        let Some(hash) = &file.hash else { return Ok(false) };
        if self.is_bypassed() || !self.vectors.has_text(knowledge, hash, file.id.as_str()).await? {
            return Ok(false);
        }
        let there = self.store.files_of_knowledge(knowledge).await?;
        Ok(there.iter().any(|known| {
            known.file.id != file.id
                && known.file.hash == file.hash
                && known.file.filename == file.filename
                && known.directory_id.as_deref() == directory.filter(|directory| !directory.is_empty())
        }))
    }
}

/// Models of meaning were not made for lines.
pub fn flat(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}
