//! What was spoken, kept for the next who wants to hear the same: files that are named by what they hold.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::fs;

use super::clip::{Clip, KINDS, LARGEST};

/// Bytes that are kept; the oldest go first.
const MOST: u64 = 1024 * 1024 * 1024;
/// Bytes that are added between two looks at how many there are.
const BETWEEN: u64 = MOST / 16;

/// A folder of sounds.
pub struct Kept {
    folder: Arc<PathBuf>,
    added: AtomicU64,
}

impl Kept {
    pub fn new(folder: PathBuf) -> Self {
        // The first look comes soon: nobody knows what an earlier process left.
        Self { folder: Arc::new(folder), added: AtomicU64::new(BETWEEN) }
    }

    pub async fn find(&self, name: &str) -> Option<Clip> {
        for (kind, ending) in KINDS {
            let path = self.folder.join(format!("{name}.{ending}"));
            let Ok(meta) = fs::metadata(&path).await else { continue };
            let fits = meta.is_file() && usize::try_from(meta.len()).is_ok_and(|size| size <= LARGEST);
            if fits && let Ok(bytes) = fs::read(&path).await {
                return Some(Clip { bytes, kind, ending });
            }
        }
        None
    }

    /// Keeps a sound. One that cannot be kept was still spoken.
    pub async fn keep(&self, name: &str, clip: &Clip) {
        if let Err(error) = self.write(name, clip).await {
            tracing::warn!(%error, "what was spoken could not be kept");
        }
    }

    async fn write(&self, name: &str, clip: &Clip) -> io::Result<()> {
        fs::create_dir_all(self.folder.as_path()).await?;
        // Whoever looks meanwhile finds nothing or everything.
        let growing = self.folder.join(format!(".{}", uuid::Uuid::new_v4()));
        let written = async {
            fs::write(&growing, &clip.bytes).await?;
            fs::rename(&growing, self.folder.join(format!("{name}.{}", clip.ending))).await
        };
        if let Err(error) = written.await {
            _ = fs::remove_file(&growing).await;
            return Err(error);
        }
        let size = clip.bytes.len() as u64;
        if self.added.fetch_add(size, Ordering::Relaxed) + size >= BETWEEN {
            self.added.store(0, Ordering::Relaxed);
            let folder = self.folder.clone();
            tokio::task::spawn_blocking(move || sweep(&folder, MOST)).await.map_err(io::Error::other)??;
        }
        Ok(())
    }
}

/// Removes the oldest until no more than `most` bytes are left.
fn sweep(folder: &Path, most: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_file() {
            files.push((meta.modified()?, meta.len(), entry.path()));
        }
    }
    files.sort();
    let mut all: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if all <= most {
            break;
        }
        // Another instance may have been faster.
        _ = std::fs::remove_file(path);
        all -= size;
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_spoken_is_found_again_and_the_oldest_goes_first() {
        let folder = std::env::temp_dir().join(format!("airis-kept-{}", uuid::Uuid::new_v4()));
        let kept = Kept::new(folder.clone());
        let clip = |text: &str| Clip::of(format!("ID3{text}").into_bytes(), "").unwrap();
        assert!(kept.find("a").await.is_none());
        for (name, age) in [("a", 30), ("b", 20), ("c", 10)] {
            kept.keep(name, &clip(name)).await;
            let file = std::fs::File::options().write(true).open(folder.join(format!("{name}.mp3"))).unwrap();
            file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(age)).unwrap();
        }
        assert_eq!(kept.find("a").await, Some(clip("a")));
        sweep(&folder, 8).unwrap();
        assert_eq!(kept.find("a").await, None);
        assert_eq!((kept.find("b").await, kept.find("c").await), (Some(clip("b")), Some(clip("c"))));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2, "nothing half written stays");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
