//! Passages of texts with their vectors, and how they are found: by what they mean and by their words. One face for every
//! store of vectors. Knows nothing of who may read what: callers say in which collections and files to look.

mod cache;
mod codes;
mod embedded;
mod error;
pub mod external;
mod index;
mod kept;
mod measure;
mod nearest;
mod postgres;
mod remote;
mod stored;
mod words;

pub use error::VectorError;
pub use remote::check;

use std::path::Path;
use std::sync::Arc;

use airis_config::VectorServer;
use airis_domain::JsonMap;
use sqlx::PgPool;

use crate::embedded::Embedded;
use crate::postgres::Tables;
use crate::remote::{Passages, Remote};

pub type Result<T> = std::result::Result<T, VectorError>;

/// A piece of a text. Its vector need not have length one.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Unique within its collection.
    pub id: String,
    pub text: String,
    /// The file that it was taken from.
    pub file_id: Option<String>,
    /// SHA-256 of the whole text that it is a piece of.
    pub hash: Option<String>,
    pub metadata: JsonMap,
    /// Names and headings under which it stands, searched by their words where that is wanted.
    pub about: String,
    /// `None` where nothing makes vectors: it is found by its words.
    pub vector: Option<Vec<f32>>,
}

/// A passage that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub id: String,
    pub text: String,
    pub metadata: JsonMap,
    /// How near, larger is nearer: by meaning from 0 to 1, by words any number above 0.
    pub score: f64,
}

/// Where to look. Whoever may not read a file any more leaves it out here, so that no copy of it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub collection: String,
    /// Ids of files; `None`: all passages.
    pub files: Option<Vec<String>>,
}

impl Scope {
    /// All of a collection.
    pub fn all(collection: &str) -> Self {
        Self { collection: collection.to_owned(), files: None }
    }
}

/// Which passages of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that were taken from this file.
    File(String),
    /// Those of a text with this digest.
    Hash(String),
}

/// What is copied from one collection to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// Whose passages; those that the target has of it are replaced.
    pub file_id: &'a str,
}

/// Passages that are read of a whole collection at most.
const MOST: usize = 100_000;

/// Key, id, text and metadata of a passage.
type Row = (i64, String, String, String);

fn found((_, id, text, metadata): Row, score: f64) -> Found {
    let metadata: JsonMap = serde_json::from_str(&metadata).unwrap_or_default();
    Found { id, text, metadata, score }
}

/// The store of vectors; cheap to clone.
#[derive(Clone)]
pub struct Vectors {
    store: Arc<Kind>,
}

/// Every store that is built.
enum Kind {
    Embedded(Embedded),
    Postgres(Tables),
    Remote(Box<Remote>),
}

/// Asks whichever store there is.
macro_rules! ask {
    ($self:ident, $store:ident => $body:expr) => {
        match $self.store.as_ref() {
            Kind::Embedded($store) => $body,
            Kind::Postgres($store) => $body,
            Kind::Remote($store) => $body,
        }
    };
}

impl Vectors {
    /// A file in the data folder; opened when it is first asked for anything.
    pub fn embedded(file: &Path) -> Self {
        Self { store: Arc::new(Kind::Embedded(Embedded::new(file.to_owned()))) }
    }

    /// Tables of a PostgreSQL, which many instances share; they are made when it is first asked for anything.
    pub fn postgres(pool: PgPool) -> Self {
        Self { store: Arc::new(Kind::Postgres(Tables::new(pool))) }
    }

    /// Vectors at a server made for them. Passages, their texts and their words stay in tables of a PostgreSQL, where there
    /// is one, or in this file.
    pub fn remote(server: &VectorServer, tables: Option<PgPool>, file: &Path) -> Self {
        let passages = match tables {
            Some(pool) => Passages::Tables(Tables::new(pool)),
            None => Passages::File(Embedded::new(file.to_owned())),
        };
        Self { store: Arc::new(Kind::Remote(Box::new(Remote::new(passages, server)))) }
    }

    /// Adds passages whose vectors `model` made; those with an id that is there are replaced.
    pub async fn add(&self, collection: &str, model: &str, passages: Vec<Passage>) -> Result<()> {
        ask!(self, store => store.add(collection, model, passages, None).await)
    }

    /// The same in place of everything that the collection has of a file, in one step: nobody finds half of it.
    pub async fn replace(&self, collection: &str, model: &str, file_id: &str, passages: Vec<Passage>) -> Result<()> {
        ask!(self, store => store.add(collection, model, passages, Some(file_id)).await)
    }

    /// Copies the passages of a file with their vectors; how many.
    pub async fn copy(&self, copy: &Duplicate<'_>) -> Result<u64> {
        ask!(self, store => store.copy(copy).await)
    }

    pub async fn has(&self, collection: &str) -> Result<bool> {
        ask!(self, store => store.has(collection).await)
    }

    /// Whether a collection has the text with this digest from another file than `file_id`.
    pub async fn has_text(&self, collection: &str, hash: &str, file_id: &str) -> Result<bool> {
        ask!(self, store => store.has_text(collection, hash, file_id).await)
    }

    /// The passages nearest to a vector of `model`, the nearest first. Vectors of other models cannot be compared with it
    /// and are passed over.
    pub async fn near(&self, scope: &Scope, model: &str, vector: &[f32], limit: usize) -> Result<Vec<Found>> {
        ask!(self, store => store.near(scope, model, vector, limit).await)
    }

    /// The passages that best fit the words of a text (BM25), the best first. `about`: their names and headings count, too.
    pub async fn with_words(&self, scope: &Scope, text: &str, about: bool, limit: usize) -> Result<Vec<Found>> {
        ask!(self, store => store.with_words(scope, text, about, limit).await)
    }

    /// Passages in the order they were added.
    pub async fn all(&self, scope: &Scope, limit: usize) -> Result<Vec<Found>> {
        ask!(self, store => store.all(scope, limit).await)
    }

    /// Whether a collection has passages without a vector of `model`.
    pub async fn lacks(&self, collection: &str, model: &str) -> Result<bool> {
        ask!(self, store => store.lacks(collection, model).await)
    }

    /// How many passages are gone by that.
    pub async fn delete(&self, collection: &str, which: &Which) -> Result<u64> {
        ask!(self, store => store.delete(collection, which).await)
    }

    /// Deletes what any collection has of a file.
    pub async fn forget_file(&self, file_id: &str) -> Result<u64> {
        ask!(self, store => store.forget_file(file_id).await)
    }

    /// Deletes a collection; one that is not there is no failure.
    pub async fn drop_collection(&self, collection: &str) -> Result<()> {
        ask!(self, store => store.drop_collection(collection).await)
    }

    /// Deletes everything.
    pub async fn reset(&self) -> Result<()> {
        ask!(self, store => store.reset().await)
    }

    /// Names of all collections.
    pub async fn collections(&self) -> Result<Vec<String>> {
        ask!(self, store => store.collections().await)
    }

    /// How many passages of a collection are searched by what is in memory, before their words are written to an index.
    pub fn index_together(&self, passages: usize) {
        ask!(self, store => store.index_together(passages));
    }

    /// Closes what is open.
    pub async fn close(&self) {
        ask!(self, store => store.close().await);
    }
}
