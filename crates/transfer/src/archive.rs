//! The archive of a backup: a compressed tar whose last file, `manifest.json`, says what all others must be.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::refuse;
use crate::{Result, TransferError};

/// The form of archives that this binary writes and reads.
pub const FORMAT: u32 = 1;
pub const MANIFEST: &str = "manifest.json";
/// What a manifest may be at most: a line for each file of a large server.
const LARGEST_MANIFEST: u64 = 1 << 30;

/// What is in an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version that made it.
    pub airis: String,
    /// Seconds.
    pub made_at: i64,
    /// `sqlite` or `postgresql`; it can be restored into either.
    pub database: String,
    /// Migrations that the database had.
    pub schema: Vec<i64>,
    /// In an order in which each refers to earlier ones only.
    pub tables: Vec<KeptTable>,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptTable {
    pub table: String,
    pub columns: Vec<String>,
    pub rows: u64,
    /// Of all rows in any order.
    pub checksum: String,
}

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub path: String,
    pub size: u64,
    pub sha256: String,
}

/// An archive that is being written; its place is taken when it is whole.
pub struct Writer {
    tar: tar::Builder<GzEncoder<BufWriter<File>>>,
    pub entries: Vec<Entry>,
}

impl Writer {
    /// Only its owner may read it: it holds everything.
    pub fn new(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let file = file.map_err(|error| io(path, error))?;
        let packed = GzEncoder::new(BufWriter::with_capacity(1 << 20, file), Compression::new(4));
        Ok(Self { tar: tar::Builder::new(packed), entries: Vec::new() })
    }

    /// Adds bytes as a file.
    pub fn bytes(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.stream(path, bytes.len() as u64, bytes)
    }

    /// Adds a file of the disk; false when it is gone by now.
    pub fn file(&mut self, path: &str, from: &Path) -> Result<bool> {
        let file = match File::open(from) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(io(from, error)),
        };
        let size = file.metadata().map_err(|error| io(from, error))?.len();
        self.stream(path, size, BufReader::with_capacity(1 << 20, file))?;
        Ok(true)
    }

    fn stream(&mut self, path: &str, size: u64, from: impl Read) -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        let mut read = Hashing { from: from.take(size), hash: Sha256::new(), size: 0 };
        self.tar.append_data(&mut header, path, &mut read).map_err(|error| io(Path::new(path), error))?;
        if read.size != size {
            refuse!("{path} became shorter while it was read; try again");
        }
        self.entries.push(Entry { path: path.to_owned(), size, sha256: hex::encode(read.hash.finalize()) });
        Ok(())
    }

    /// Adds the manifest; everything is on the disk when this returns.
    pub fn finish(mut self, manifest: &Manifest) -> Result<()> {
        let text = serde_json::to_vec_pretty(manifest).map_err(|error| TransferError::Refused(error.to_string()))?;
        self.bytes(MANIFEST, &text)?;
        let done = || -> std::io::Result<()> {
            let mut file = self.tar.into_inner()?.finish()?;
            file.flush()?;
            file.get_ref().sync_all()
        };
        done().map_err(|error| TransferError::Io("the archive cannot be written".to_owned(), error))
    }
}

/// Counts and hashes what passes.
struct Hashing<R> {
    from: R,
    hash: Sha256,
    size: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.hash.update(&buffer[..count]);
        self.size += count as u64;
        Ok(count)
    }
}

/// Reads an archive from its beginning to its end and proves that it is whole; what it says of itself.
pub fn verify(path: &Path) -> Result<Manifest> {
    let mut manifest: Option<Manifest> = None;
    let mut found: BTreeMap<String, (u64, String)> = BTreeMap::new();
    each(path, |name, from| {
        if name == MANIFEST {
            let mut text = Vec::new();
            from.take(LARGEST_MANIFEST).read_to_end(&mut text).map_err(|error| damaged(path, &error))?;
            let Ok(read) = serde_json::from_slice(&text) else {
                refuse!("{} is damaged: its manifest cannot be read", path.display())
            };
            manifest = Some(read);
            return Ok(());
        }
        let mut read = Hashing { from, hash: Sha256::new(), size: 0 };
        std::io::copy(&mut read, &mut std::io::sink()).map_err(|error| damaged(path, &error))?;
        found.insert(name.to_owned(), (read.size, hex::encode(read.hash.finalize())));
        Ok(())
    })?;
    let Some(manifest) = manifest else { refuse!("{} is no whole backup: it has no manifest", path.display()) };
    if manifest.format != FORMAT {
        refuse!("{} is of form {}, which this airis does not read", path.display(), manifest.format);
    }
    for entry in &manifest.entries {
        match found.remove(&entry.path) {
            Some((size, sha256)) if size == entry.size && sha256 == entry.sha256 => {}
            Some(_) => refuse!("{} is damaged: {} is not what it was", path.display(), entry.path),
            None => refuse!("{} is damaged: {} is missing", path.display(), entry.path),
        }
    }
    if let Some(stranger) = found.keys().next() {
        refuse!("{} is damaged: nobody knows of {stranger}", path.display());
    }
    Ok(manifest)
}

/// Hands over each file of an archive with its name.
pub fn each(path: &Path, mut take: impl FnMut(&str, &mut dyn Read) -> Result<()>) -> Result<()> {
    let file = File::open(path).map_err(|error| io(path, error))?;
    let mut tar = tar::Archive::new(GzDecoder::new(BufReader::with_capacity(1 << 20, file)));
    for entry in tar.entries().map_err(|error| damaged(path, &error))? {
        let mut entry = entry.map_err(|error| damaged(path, &error))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        take(&name, &mut entry)?;
    }
    // Only whoever reads to the end learns whether the sum of the whole holds, the manifest's bytes among it.
    std::io::copy(&mut tar.into_inner(), &mut std::io::sink()).map_err(|error| damaged(path, &error))?;
    Ok(())
}

pub fn damaged(path: &Path, error: &std::io::Error) -> TransferError {
    TransferError::Refused(format!("{} is no backup of airis, or it is damaged: {error}", path.display()))
}

pub fn io(path: &Path, error: std::io::Error) -> TransferError {
    TransferError::Io(path.display().to_string(), error)
}
