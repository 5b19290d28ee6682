//! Vectors at a server made for them; passages, their texts and their words stay in the file or the tables where they are
//! without one, which alone say what there is.
//!
//! A vector is put there as a new point before the passage that names it is written, and deleted after the last passage that
//! did is gone; both are written down first (`waste`). So whatever dies in between, what is found is whole: points that no
//! passage names are passed over, and deleted by whoever writes next.

mod chroma;
mod elastic;
mod mariadb;
mod milvus;
mod passages;
mod pgvector;
mod pinecone;
mod points;
mod qdrant;
mod rest;
mod valkey;
mod weaviate;
mod write;

pub use passages::Passages;

use std::sync::Arc;

use airis_config::VectorServer;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, RwLock};

use crate::measure::unit;
use crate::{Found, Result, Scope, Which, found};
use points::{Points, Question};

/// Points that are asked for at once at most.
const MOST: usize = 2_000;
/// Files that a question names at once; more make several questions.
const FILES: usize = 1_000;

/// The passages, and the server of their vectors.
pub struct Remote {
    passages: Passages,
    points: Arc<dyn Points>,
    /// Which server it is, and how the names of our places begin there.
    product: &'static str,
    prefix: String,
    /// Held by those that write, and alone by whoever deletes everything.
    going: RwLock<()>,
    /// Held while a place is made sure of: servers do not make one twice at a time.
    making: Mutex<()>,
}

/// Asks a server whether it answers, and lets us in.
pub async fn check(server: &VectorServer) -> Result<()> {
    open(server).1.check().await
}

/// Which server it is, how it is spoken to, and the prefix of our places.
fn open(server: &VectorServer) -> (&'static str, Arc<dyn Points>, String) {
    let own = || "airis".to_owned();
    match server {
        VectorServer::Chroma(chroma) => ("chroma", Arc::new(chroma::Chroma::new(chroma)), own()),
        VectorServer::Elasticsearch(server) => {
            let elastic = elastic::Elastic::new(server, elastic::Dialect::Elasticsearch);
            ("elasticsearch", Arc::new(elastic), server.prefix.clone())
        }
        VectorServer::OpenSearch(server) => {
            let elastic = elastic::Elastic::new(server, elastic::Dialect::OpenSearch);
            ("opensearch", Arc::new(elastic), server.prefix.clone())
        }
        VectorServer::MariaDb(server) => ("mariadb-vector", Arc::new(mariadb::MariaDb::new(server)), own()),
        VectorServer::Milvus(milvus) => ("milvus", Arc::new(milvus::Milvus::new(milvus)), milvus.prefix.clone()),
        VectorServer::Pgvector(server) => ("pgvector", Arc::new(pgvector::Pgvector::new(server)), own()),
        VectorServer::Pinecone(server) => ("pinecone", Arc::new(pinecone::Pinecone::new(server)), own()),
        VectorServer::Qdrant(qdrant) => ("qdrant", Arc::new(qdrant::Qdrant::new(qdrant)), qdrant.prefix.clone()),
        VectorServer::Valkey(valkey) => ("valkey", Arc::new(valkey::Valkey::new(valkey)), valkey.prefix.clone()),
        VectorServer::Weaviate(server) => ("weaviate", Arc::new(weaviate::Weaviate::new(server)), own()),
    }
}

impl Remote {
    pub fn new(passages: Passages, server: &VectorServer) -> Self {
        let (product, points, prefix) = open(server);
        Self { passages, points, product, prefix: name(&prefix), going: RwLock::new(()), making: Mutex::new(()) }
    }

    pub fn index_together(&self, passages: usize) {
        self.passages.index_together(passages);
    }

    pub async fn has(&self, collection: &str) -> Result<bool> {
        self.passages.has(collection).await
    }

    pub async fn has_text(&self, collection: &str, hash: &str, file_id: &str) -> Result<bool> {
        self.passages.has_text(collection, hash, file_id).await
    }

    pub async fn near(&self, scope: &Scope, model: &str, vector: &[f32], limit: usize) -> Result<Vec<Found>> {
        let vector = unit(vector)?;
        if vector.iter().all(|number| *number == 0.0) || limit == 0 || !self.passages.has(&scope.collection).await? {
            return Ok(Vec::new());
        }
        let place = self.place(model, vector.len());
        let mut all = Vec::new();
        match &scope.files {
            None => self.nearest(scope, &place, &vector, limit, &mut all).await?,
            Some(files) => {
                for files in files.chunks(FILES) {
                    let part = Scope { collection: scope.collection.clone(), files: Some(files.to_vec()) };
                    self.nearest(&part, &place, &vector, limit, &mut all).await?;
                }
            }
        }
        // Of two that are equally near, the one that was added first comes first.
        all.sort_by(|(one, key, _), (other, later, _)| other.total_cmp(one).then(key.cmp(later)));
        all.truncate(limit);
        Ok(all.into_iter().map(|(_, _, found)| found).collect())
    }

    /// Adds the nearest of a scope, with their keys. What the server finds and no passage names may be in the way: then more
    /// is asked for.
    async fn nearest(
        &self,
        scope: &Scope,
        place: &str,
        vector: &[f32],
        limit: usize,
        all: &mut Vec<(f64, i64, Found)>,
    ) -> Result<()> {
        let mut asked = limit;
        loop {
            let question =
                Question { vector, collection: &scope.collection, files: scope.files.as_deref(), limit: asked };
            let hits = self.points.near(place, question).await?;
            let ids: Vec<&str> = hits.iter().map(|(id, _)| id.as_str()).collect();
            // What was deleted or forbidden meanwhile is not there.
            let mut rows = self.passages.at_points(scope, &ids).await?;
            if rows.len() >= limit || hits.len() < asked || asked >= MOST {
                all.extend(hits.iter().filter_map(|(id, cosine)| {
                    let row = rows.remove(id)?;
                    let score = f64::midpoint(1.0, cosine.clamp(-1.0, 1.0));
                    Some((score, row.0, found(row, score)))
                }));
                return Ok(());
            }
            asked = (asked * 4).min(MOST);
        }
    }

    pub async fn with_words(&self, scope: &Scope, text: &str, about: bool, limit: usize) -> Result<Vec<Found>> {
        self.passages.with_words(scope, text, about, limit).await
    }

    pub async fn all(&self, scope: &Scope, limit: usize) -> Result<Vec<Found>> {
        self.passages.all(scope, limit).await
    }

    pub async fn lacks(&self, collection: &str, model: &str) -> Result<bool> {
        self.passages.lacks_at(collection, model, Some(&self.home(""))).await
    }

    pub async fn delete(&self, collection: &str, which: &Which) -> Result<u64> {
        let deleted = self.passages.delete(collection, which).await?;
        self.sweep().await;
        Ok(deleted)
    }

    pub async fn forget_file(&self, file_id: &str) -> Result<u64> {
        let deleted = self.passages.forget_file(file_id).await?;
        self.sweep().await;
        Ok(deleted)
    }

    pub async fn drop_collection(&self, collection: &str) -> Result<()> {
        self.passages.drop_collection(collection).await?;
        self.sweep().await;
        Ok(())
    }

    /// Whoever is putting vectors there meanwhile finds their points not announced any more, and fails.
    pub async fn reset(&self) -> Result<()> {
        let _alone = self.going.write().await;
        self.passages.reset().await?;
        for place in self.points.places(&format!("{}_", self.prefix)).await? {
            if self.is_ours(&place) {
                self.points.drop_place(&place).await?;
            }
        }
        Ok(())
    }

    pub async fn collections(&self) -> Result<Vec<String>> {
        self.passages.collections().await
    }

    pub async fn close(&self) {
        self.passages.close().await;
    }

    /// Vectors of different models are never compared, and those of one length alone can be.
    fn place(&self, model: &str, dimensions: usize) -> String {
        format!("{}_{}_{dimensions}", self.prefix, &hex::encode(Sha256::digest(model))[..12])
    }

    /// Whether a place was named by `place`: another prefix may begin as ours does.
    fn is_ours(&self, place: &str) -> bool {
        let rest = place.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix('_')?.split_once('_'));
        rest.is_some_and(|(model, dimensions)| model.len() == 12 && dimensions.parse::<usize>().is_ok())
    }

    /// A place with its server, as passages remember it.
    fn home(&self, place: &str) -> String {
        if place.is_empty() {
            format!("{}:{}_", self.product, self.prefix)
        } else {
            format!("{}:{place}", self.product)
        }
    }
}

/// A name that every server takes: letters, digits and `_`, with a letter first.
fn name(text: &str) -> String {
    let mut name: String =
        text.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).take(40).collect();
    name.make_ascii_lowercase();
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name } else { format!("airis{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_become_names_that_every_server_takes() {
        assert_eq!(name("Our Chats-1"), "our_chats_1");
        assert_eq!(name(""), "airis");
        assert_eq!(name("9é"), "airis9_");
    }
}
