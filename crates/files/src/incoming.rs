//! An upload on its way in: written and hashed piece by piece, never whole in memory.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::{FilesError, Result};

/// How unfinished uploads are named; no kept file can be, as those begin with an id.
const PREFIX: &str = ".incoming-";
/// An upload that has not grown for so long belongs to nobody.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Grows with every piece. Dropped before it is finished, it leaves nothing behind.
pub struct Incoming {
    file: File,
    hash: Sha256,
    size: u64,
    part: Part,
}

/// A whole upload that nobody keeps yet. Dropped, it leaves nothing behind.
pub struct Received {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    part: Part,
}

impl Incoming {
    pub(crate) async fn begin(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).await?;
        let path = folder.join(format!("{PREFIX}{}", uuid::Uuid::new_v4()));
        let file = OpenOptions::new().write(true).create_new(true).open(&path).await?;
        Ok(Self { file, hash: Sha256::new(), size: 0, part: Part(Some(path)) })
    }

    /// Adds a piece; returns the size so far.
    pub async fn write(&mut self, piece: &[u8]) -> Result<u64> {
        self.file.write_all(piece).await?;
        self.hash.update(piece);
        self.size += piece.len() as u64;
        Ok(self.size)
    }

    /// Everything is on the disk when this returns.
    pub async fn finish(mut self) -> Result<Received> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        Ok(Received { size: self.size, sha256: hex::encode(self.hash.finalize()), part: self.part })
    }
}

impl Received {
    /// Reads it while nobody keeps it.
    pub async fn open(&self) -> Result<File> {
        match &self.part.0 {
            Some(path) => Ok(File::open(path).await?),
            None => Err(FilesError::Gone),
        }
    }

    /// Moves the upload to where it stays; both must lie on one disk.
    pub async fn settle(mut self, target: &Path) -> Result<()> {
        if let Some(path) = &self.part.0 {
            fs::rename(path, target).await?;
        }
        self.part.0 = None;
        Ok(())
    }
}

/// The unfinished file; removed with its owner.
struct Part(Option<PathBuf>);

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // What cannot be removed now is swept away later.
            _ = std::fs::remove_file(path);
        }
    }
}

/// Removes abandoned uploads; returns how many there were. Others of this moment may belong to another process.
pub(crate) async fn sweep(folder: &Path) -> Result<usize> {
    let mut removed = 0;
    let Ok(mut entries) = fs::read_dir(folder).await else { return Ok(0) };
    while let Some(entry) = entries.next_entry().await? {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let Ok(changed) = entry.metadata().await.and_then(|meta| meta.modified()) else { continue };
        let age = SystemTime::now().duration_since(changed).unwrap_or_default();
        if ours && age > ABANDONED && fs::remove_file(entry.path()).await.is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}
