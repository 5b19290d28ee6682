//! Codes of vectors in files beside the database, so that the first question after a start need not read every vector. They
//! are never believed over the database: a file has a checksum and says what it was made of, some of its vectors are
//! compared with those of the database, and whatever is found is measured by the database's own.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cache::Loaded;
use crate::codes::Codes;
use crate::measure::{pack, unpack};

/// How a file begins, and of which form it is.
const MARK: &[u8] = b"airis codes 1\n";
const ENDING: &str = "codes";
/// Bytes of numbers that say how long something is, and of a checksum.
const NUMBER: usize = 4;

/// Where the codes of a model in a collection are stored.
#[derive(Clone)]
pub struct Place {
    folder: PathBuf,
    collection: i64,
    model: String,
}

/// One file.
struct Stored {
    version: i64,
    after: i64,
    middle: Vec<f32>,
    codes: Codes,
}

impl Place {
    pub fn new(root: &Path, collection: i64, model: &str) -> Self {
        let name = hex::encode(&Sha256::digest(model)[..8]);
        Self { folder: root.join(format!("{collection}-{name}")), collection, model: model.to_owned() }
    }

    /// What is stored of vectors with so many numbers by this version of the collection or an earlier one; `newest`: the
    /// last key that the database gave. The version of what is read is none.
    pub fn read(&self, dimensions: usize, version: i64, newest: i64) -> Option<Loaded> {
        let files: Vec<PathBuf> = fs::read_dir(&self.folder)
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
            .collect();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let share = files.len().div_ceil(cores).max(1);
        let mut stored: Vec<Stored> = std::thread::scope(|scope| {
            let read =
                |files: &[PathBuf]| files.iter().filter_map(|file| self.file(file, dimensions)).collect::<Vec<_>>();
            let work: Vec<_> = files.chunks(share).map(|files| scope.spawn(move || read(files))).collect();
            work.into_iter().filter_map(|work| work.join().ok()).flatten().collect()
        });
        stored.sort_by_key(|stored| stored.after);
        let (mut pieces, mut last, mut middle) = (Vec::new(), 0, None);
        for stored in stored {
            // What is behind a gap is read from the database.
            let end = stored.codes.keys.last().copied().unwrap_or(0);
            let middle = middle.get_or_insert_with(|| stored.middle.clone());
            if stored.after != last || stored.version > version || end > newest || *middle != stored.middle {
                break;
            }
            pieces.push(Arc::new(stored.codes));
            last = end;
        }
        let middle = Arc::new(middle.filter(|_| !pieces.is_empty())?);
        Some(Loaded { version: i64::MIN, last, middle, pieces })
    }

    fn file(&self, path: &Path, dimensions: usize) -> Option<Stored> {
        let bytes = fs::read(path).ok()?;
        let bytes = bytes.strip_prefix(MARK)?;
        let (sum, bytes) = bytes.split_first_chunk::<NUMBER>()?;
        if crc32fast::hash(bytes) != u32::from_le_bytes(*sum) {
            tracing::warn!(file = %path.display(), "stored codes of vectors are damaged, and made anew");
            return None;
        }
        let (length, bytes) = bytes.split_first_chunk::<NUMBER>()?;
        let (head, bytes) = bytes.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        let head: Value = serde_json::from_slice(head).ok()?;
        if head["collection"] != self.collection || head["model"] != self.model || head["dimensions"] != dimensions {
            return None;
        }
        let files =
            head["files"].as_array()?.iter().map(|file| Some(file.as_str()?.to_owned())).collect::<Option<_>>()?;
        let (numbers, bytes) = bytes.split_at_checked(dimensions.checked_mul(4)?)?;
        let mut middle = Vec::with_capacity(dimensions);
        unpack(numbers, dimensions, &mut middle);
        let count = usize::try_from(head["count"].as_u64()?).ok()?;
        let codes = Codes::unpacked(bytes, files, count, dimensions)?;
        Some(Stored { version: head["version"].as_i64()?, after: head["after"].as_i64()?, middle, codes })
    }

    /// Stores what will not change any more: all pieces but the last one. What is stored already is not written again, and
    /// what is not among them goes.
    pub fn write(&self, kept: &Loaded) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let middle = crc32fast::hash(&pack(&kept.middle));
        let (mut wanted, mut after) = (HashSet::new(), 0);
        let settled = kept.pieces.len().saturating_sub(1);
        for piece in kept.pieces[..settled].iter().filter(|piece| piece.len() > 0) {
            let last = piece.keys.last().copied().unwrap_or(after);
            let path = self.folder.join(format!("{after}-{last}-{}-{middle:08x}.{ENDING}", piece.len()));
            if !path.exists() {
                // Whoever reads sees all of a file or none of it.
                let half = path.with_extension("half");
                fs::write(&half, self.bytes(kept, piece, after))?;
                fs::rename(&half, &path)?;
            }
            wanted.insert(path);
            after = last;
        }
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if !wanted.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    fn bytes(&self, kept: &Loaded, piece: &Codes, after: i64) -> Vec<u8> {
        let head = json!({
            "collection": self.collection,
            "version": kept.version,
            "model": self.model,
            "dimensions": kept.middle.len(),
            "after": after,
            "count": piece.len(),
            "files": piece.files(),
        });
        let head = head.to_string();
        let mut rest = u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
        rest.extend(head.as_bytes());
        rest.extend(pack(&kept.middle));
        rest.extend(piece.packed());
        let mut bytes = MARK.to_vec();
        bytes.extend(crc32fast::hash(&rest).to_le_bytes());
        bytes.extend(rest);
        bytes
    }

    /// Deletes what is stored, as it is not true.
    pub fn clear(&self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "stored codes of vectors are not deleted");
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn piece(keys: std::ops::Range<i64>) -> Arc<Codes> {
        let mut codes = Codes::default();
        for key in keys {
            codes.push(key, Some(format!("f{}", key % 3)), &[key as f32, 1.0, -1.0], &[0.0; 3]);
        }
        Arc::new(codes)
    }

    fn kept(pieces: Vec<Arc<Codes>>) -> Loaded {
        Loaded { version: 5, last: 40, middle: Arc::new(vec![0.0; 3]), pieces }
    }

    fn last(loaded: Option<Loaded>) -> Option<(usize, i64)> {
        loaded.map(|loaded| (loaded.len(), loaded.last))
    }

    #[test]
    fn what_was_stored_is_read_and_nothing_that_is_not_true_of_the_database() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path(), 7, "m");
        assert_eq!(last(place.read(3, 5, 99)), None);
        let pieces = vec![piece(1..10), piece(10..30), piece(30..35), piece(35..40)];
        place.write(&kept(pieces.clone())).unwrap();
        assert_eq!(last(place.read(3, 5, 99)), Some((34, 34)), "the last one may change");
        // A database that was put back, another length, another model, another collection.
        assert_eq!(last(place.read(3, 4, 99)), None);
        assert_eq!(last(place.read(3, 5, 31)), Some((29, 29)));
        assert_eq!(last(place.read(2, 5, 99)), None);
        assert_eq!(last(Place::new(folder.path(), 7, "n").read(3, 5, 99)), None);
        assert_eq!(last(Place::new(folder.path(), 8, "m").read(3, 5, 99)), None);
        // A piece that changed takes the place of what was there.
        place.write(&kept(vec![pieces[0].clone(), piece(10..32), piece(32..40)])).unwrap();
        assert_eq!(last(place.read(3, 9, 99)), Some((31, 31)));
        assert_eq!(fs::read_dir(&place.folder).unwrap().count(), 2);
    }

    #[test]
    fn what_is_damaged_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path(), 7, "m");
        place.write(&kept(vec![piece(1..10), piece(10..30), piece(30..35)])).unwrap();
        let second = fs::read_dir(&place.folder).unwrap().map(|entry| entry.unwrap().path());
        let second = second.into_iter().find(|path| path.to_string_lossy().contains("/9-29-")).unwrap();
        let bytes = fs::read(&second).unwrap();
        for at in [0, 15, 20, bytes.len() / 2, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 4;
            fs::write(&second, damaged).unwrap();
            assert_eq!(last(place.read(3, 5, 99)), Some((9, 9)), "{at}");
        }
        fs::write(&second, &bytes[..40]).unwrap();
        assert_eq!(last(place.read(3, 5, 99)), Some((9, 9)));
        place.clear();
        assert_eq!(last(place.read(3, 5, 99)), None);
    }
}
