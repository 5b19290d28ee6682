//! Retrieval: texts are taken from files, cut into passages, embedded and kept; questions find them again, as far as whoever
//! asks may read what they were taken from.

mod elsewhere;
pub mod extract;
mod found;
mod index;
mod ingest;
mod item;
mod passages;
mod reach;
mod rerank;
mod search;
mod services;
pub mod split;
mod state;
mod trial;
mod web;

pub use airis_vector::check as check_vectors;
pub use extract::{Bounds, ExtractError, Section};
pub use found::{Gathered, Piece, Source};
pub use index::Target;
pub use item::{Want, is_whole};
pub use passages::{collection_of, digest, embedding_config};
pub use reach::Place;
pub use search::Wish;
pub use trial::{Expected, Question, Run};
pub use web::{Hit, Page, Searched, is_video};

use std::sync::Arc;

use airis_access::AccessError;
use airis_config::{Config, VectorStore};
use airis_files::{Files, FilesError};
use airis_outbound::Outbound;
use airis_providers::{ProviderError, Providers};
use airis_store::{Store, StoreError};
use airis_vector::{VectorError, Vectors};

use crate::state::Inner;

/// The name of the file of passages in the data folder.
pub const FILE: &str = "vectors.db";

/// Why something could not be indexed or found.
#[derive(Debug, thiserror::Error)]
pub enum RetrievalError {
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The caller may not read or change it, or it is not there.
    #[error("not found, or not yours")]
    NotYours,
    /// The same text is there already, from another file.
    #[error("The same content is there already")]
    Duplicate,
    /// What was asked for makes no sense; one sentence.
    #[error("{0}")]
    Refused(String),
    /// A knowledge base that others keep was not reached, and why.
    #[error("\"{name}\" cannot be searched: {why}")]
    Elsewhere { name: String, why: String },
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Vector(#[from] VectorError),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccessError> for RetrievalError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => Self::Store(error),
            _ => Self::NotYours,
        }
    }
}

impl RetrievalError {
    /// What is said to whoever waits for a file; the rest goes to the log.
    pub fn told(&self) -> String {
        match self {
            Self::Extract(error) => error.to_string(),
            Self::Refused(text) => text.clone(),
            Self::Provider(error) => format!("The text cannot be embedded: {error}"),
            Self::Files(FilesError::Gone) => "The uploaded file is gone".to_owned(),
            Self::Files(FilesError::TooLarge(limit)) => {
                format!("Text is taken from files up to {} MB", limit / (1024 * 1024))
            }
            Self::Files(_) => "The uploaded file cannot be read".to_owned(),
            Self::Duplicate | Self::Elsewhere { .. } => self.to_string(),
            Self::Vector(_) | Self::Store(_) | Self::NotYours => "The text could not be stored".to_owned(),
        }
    }
}

pub type Result<T> = std::result::Result<T, RetrievalError>;

/// Retrieval of this server; cheap to clone.
#[derive(Clone)]
pub struct Retrieval {
    inner: Arc<Inner>,
}

impl Retrieval {
    /// Passages lie beside everything else in a PostgreSQL that instances share, else in the data folder, whoever keeps their
    /// vectors; nothing is opened or begun yet.
    pub fn new(
        store: Store,
        files: Files,
        providers: Providers,
        outbound: Outbound,
        config: Arc<Config>,
        instance: String,
    ) -> Self {
        let settings = config.settings();
        let file = settings.data_dir.join(FILE);
        let vectors = match (&settings.vector_store, store.postgres()) {
            (VectorStore::Server(server), pool) => Vectors::remote(server, pool.cloned(), &file),
            (VectorStore::Database, Some(pool)) => Vectors::postgres(pool.clone()),
            (VectorStore::Database | VectorStore::File, _) => Vectors::embedded(&file),
        };
        Self { inner: Arc::new(Inner::new(store, vectors, files, providers, outbound, config, instance)) }
    }

    /// What is kept of texts.
    pub fn vectors(&self) -> &Vectors {
        &self.inner.vectors
    }
}
