//! What people upload, as bytes: received onto the disk, kept by a storage, read back in parts. Knows nothing of who may.

mod google;
mod google_identity;
mod incoming;
mod local;
mod name;
mod objects;
mod tags;
mod take;
mod text;

pub use google::GoogleBucket;
pub use google_identity::GoogleCredentials;
pub use incoming::{Incoming, Received};
pub use local::LocalFolder;
pub use name::{base_name, extension, stored_name};
pub use objects::{Bucket, Container, Encryption};
pub use tags::Tags;
pub use take::Taken;
pub use text::{Unreadable, text_of};

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncReadExt};

use google::GoogleObjects;
use objects::Objects;

/// Why bytes could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// There is nothing at this place.
    #[error("the stored file is gone")]
    Gone,
    /// The disk, or the space granted, is used up.
    #[error("no space is left for files")]
    Full,
    /// More bytes than the caller is ready to take.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    #[error("files cannot be reached: {0}")]
    Io(io::Error),
}

impl From<io::Error> for FilesError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Gone,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error),
        }
    }
}

pub type Result<T> = std::result::Result<T, FilesError>;

/// Bytes as they come.
pub type Reader = Pin<Box<dyn AsyncRead + Send>>;

/// Where files are kept. A place is opaque text that the storage understands; the contract calls it `path`.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Takes over what was received, under this name; returns its place.
    async fn keep(&self, received: Received, name: &str, tags: &Tags) -> Result<String>;
    /// Bytes that are kept there.
    async fn size(&self, place: &str) -> Result<u64>;
    /// `length` bytes from `start` on.
    async fn read(&self, place: &str, start: u64, length: u64) -> Result<Reader>;
    /// Removes it; what is gone already is no failure.
    async fn remove(&self, place: &str) -> Result<()>;
}

/// The files of this server; cheap to clone.
#[derive(Clone)]
pub struct Files {
    storage: Arc<dyn Storage>,
    /// Where uploads grow until they are whole.
    receiving: Arc<PathBuf>,
}

impl Files {
    /// Files in a folder of this machine, or one that machines share.
    pub fn local(folder: &Path) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self { storage: Arc::new(LocalFolder::new(folder.clone())), receiving: Arc::new(folder) }
    }

    /// Files in a bucket of S3; what arrives grows in a folder of this machine first.
    pub fn s3(bucket: &Bucket, receiving: &Path) -> Result<Self> {
        Ok(Self { storage: Arc::new(Objects::s3(bucket)?), receiving: Arc::new(receiving.to_owned()) })
    }

    /// The same in a container of Azure Blob Storage.
    pub fn azure(container: &Container, receiving: &Path) -> Result<Self> {
        Ok(Self { storage: Arc::new(Objects::azure(container)?), receiving: Arc::new(receiving.to_owned()) })
    }

    /// The same in a bucket of Google Cloud Storage.
    pub fn google(bucket: &GoogleBucket, receiving: &Path) -> Result<Self> {
        Ok(Self { storage: Arc::new(GoogleObjects::new(bucket)?), receiving: Arc::new(receiving.to_owned()) })
    }

    /// What lies in folders of a folder, to be read only: a place is the path from there.
    pub fn tree(folder: &Path) -> Self {
        Self { storage: Arc::new(LocalFolder::tree(folder.to_owned())), receiving: Arc::new(folder.to_owned()) }
    }

    /// An upload that is about to arrive.
    pub async fn receive(&self) -> Result<Incoming> {
        Incoming::begin(&self.receiving).await
    }

    /// Keeps what was received for the file `id`; returns its place.
    pub async fn keep(&self, received: Received, id: &str, name: &str) -> Result<String> {
        self.keep_tagged(received, id, name, &Tags::default()).await
    }

    /// The same, with what a store that knows tags is to say of it.
    pub async fn keep_tagged(&self, received: Received, id: &str, name: &str, tags: &Tags) -> Result<String> {
        self.storage.keep(received, &stored_name(id, name), tags).await
    }

    pub async fn size(&self, place: &str) -> Result<u64> {
        self.storage.size(place).await
    }

    pub async fn read(&self, place: &str, start: u64, length: u64) -> Result<Reader> {
        self.storage.read(place, start, length).await
    }

    /// All bytes, when they are no more than `limit`.
    pub async fn whole(&self, place: &str, limit: u64) -> Result<Vec<u8>> {
        let size = self.size(place).await?;
        if size > limit {
            return Err(FilesError::TooLarge(limit));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        self.read(place, 0, size).await?.read_to_end(&mut bytes).await?;
        Ok(bytes)
    }

    pub async fn remove(&self, place: &str) -> Result<()> {
        self.storage.remove(place).await
    }

    /// Removes what a process that died was receiving.
    pub async fn sweep(&self) -> Result<usize> {
        incoming::sweep(&self.receiving).await
    }
}
