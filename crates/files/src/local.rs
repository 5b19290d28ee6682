//! Files in a folder.

use std::path::{Component, Path, PathBuf};

use async_trait::async_trait;
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::{FilesError, Reader, Received, Result, Storage, Tags};

/// Keeps every file as one in this folder. Its place is the whole path, but only the last part of it counts: a folder
/// may move, and files may come from another server.
pub struct LocalFolder {
    folder: PathBuf,
    /// Whether a place is a path below the folder instead of the name of a file in it.
    nested: bool,
}

impl LocalFolder {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, nested: false }
    }

    /// Files in folders of a folder, named by the path from there.
    pub fn tree(folder: PathBuf) -> Self {
        Self { folder, nested: true }
    }

    fn at(&self, place: &str) -> Result<PathBuf> {
        if self.nested {
            return self.below(place);
        }
        let name = place.rsplit(['/', '\\']).next().unwrap_or_default();
        if name.is_empty() || name == "." || name == ".." || name.contains('\0') {
            return Err(FilesError::Gone);
        }
        Ok(self.folder.join(name))
    }

    /// A file that lies below the folder in truth, links followed.
    fn below(&self, place: &str) -> Result<PathBuf> {
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        if place.contains(['\0', '\\']) || !Path::new(place).components().all(plain) {
            return Err(FilesError::Gone);
        }
        let (root, path) = (self.folder.canonicalize()?, self.folder.join(place).canonicalize()?);
        if path.starts_with(&root) { Ok(path) } else { Err(FilesError::Gone) }
    }
}

#[async_trait]
impl Storage for LocalFolder {
    async fn keep(&self, received: Received, name: &str, _tags: &Tags) -> Result<String> {
        let path = self.at(name)?;
        received.settle(&path).await?;
        Ok(path.to_string_lossy().into_owned())
    }

    async fn size(&self, place: &str) -> Result<u64> {
        let meta = fs::metadata(self.at(place)?).await?;
        if meta.is_file() { Ok(meta.len()) } else { Err(FilesError::Gone) }
    }

    async fn read(&self, place: &str, start: u64, length: u64) -> Result<Reader> {
        let mut file = File::open(self.at(place)?).await?;
        if start > 0 {
            file.seek(std::io::SeekFrom::Start(start)).await?;
        }
        Ok(Box::pin(file.take(length)))
    }

    async fn remove(&self, place: &str) -> Result<()> {
        match fs::remove_file(self.at(place)?).await.map_err(FilesError::from) {
            Err(FilesError::Gone) => Ok(()),
            outcome => outcome,
        }
    }
}
