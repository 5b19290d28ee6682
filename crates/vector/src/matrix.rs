//! The vectors of a collection in memory, one behind the other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::measure::product;

/// Bytes of vectors that are kept, all collections together. A larger collection is read for every question.
pub const ROOM: usize = 256 * 1024 * 1024;

/// Vectors of one model in one collection, or some of them.
pub struct Matrix {
    pub dimensions: usize,
    /// Keys of the passages, in the order of their vectors.
    pub keys: Vec<i64>,
    /// Whose they are: numbers in `files`.
    pub owners: Vec<u32>,
    /// Ids of files; the first one is nobody's.
    pub files: Vec<String>,
    pub numbers: Vec<f32>,
}

impl Matrix {
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, keys: Vec::new(), owners: Vec::new(), files: vec![String::new()], numbers: Vec::new() }
    }

    /// The number of a file.
    pub fn owner(&mut self, known: &mut HashMap<String, u32>, file: Option<String>) -> u32 {
        let Some(file) = file else { return 0 };
        if let Some(number) = known.get(&file) {
            return *number;
        }
        let number = u32::try_from(self.files.len()).unwrap_or(0);
        self.files.push(file.clone());
        known.insert(file, number);
        number
    }

    /// Keys of the nearest vectors with their products, the nearest first. `files`: only of those.
    pub fn nearest(&self, vector: &[f32], files: Option<&[String]>, limit: usize) -> Vec<(i64, f32)> {
        if vector.len() != self.dimensions || limit == 0 {
            return Vec::new();
        }
        let allowed: Option<Vec<bool>> = files.map(|files| {
            let wanted: HashSet<&str> = files.iter().map(String::as_str).collect();
            self.files.iter().map(|file| !file.is_empty() && wanted.contains(file.as_str())).collect()
        });
        let may =
            |owner: u32| allowed.as_ref().is_none_or(|allowed| allowed.get(owner as usize).copied().unwrap_or(false));
        let mut best: Vec<(i64, f32)> = Vec::with_capacity(limit.min(self.keys.len()) + 1);
        let rows = self.numbers.chunks_exact(self.dimensions);
        for ((row, key), owner) in rows.zip(&self.keys).zip(&self.owners) {
            if !may(*owner) {
                continue;
            }
            let near = product(row, vector);
            if best.len() == limit && best.last().is_some_and(|(_, least)| near <= *least) {
                continue;
            }
            // Of two that are equally near, the one that was added first comes first.
            let place = best.partition_point(|(_, known)| *known >= near);
            best.insert(place, (*key, near));
            best.truncate(limit);
        }
        best
    }

    /// Bytes of what is kept for every vector.
    pub fn size(&self) -> usize {
        self.numbers.len() * size_of::<f32>() + self.keys.len() * (size_of::<i64>() + size_of::<u32>())
    }
}

/// The vectors of a collection.
struct Kept {
    /// Of the collection when they were read.
    version: i64,
    pieces: Arc<Vec<Matrix>>,
    used: u64,
}

impl Kept {
    fn size(&self) -> usize {
        self.pieces.iter().map(Matrix::size).sum()
    }
}

/// Vectors by collection and model, as many as there is room for; those that were not asked for longest go first.
#[derive(Default)]
pub struct Cache {
    kept: HashMap<(i64, String), Kept>,
    clock: u64,
}

impl Cache {
    /// The vectors, if they are those of this version and have so many numbers.
    pub fn get(&mut self, collection: i64, model: &str, version: i64, dimensions: usize) -> Option<Arc<Vec<Matrix>>> {
        self.clock += 1;
        let kept = self.kept.get_mut(&(collection, model.to_owned()))?;
        if kept.version != version || kept.pieces.iter().any(|piece| piece.dimensions != dimensions) {
            return None;
        }
        kept.used = self.clock;
        Some(kept.pieces.clone())
    }

    pub fn put(&mut self, collection: i64, model: &str, version: i64, pieces: Arc<Vec<Matrix>>) {
        self.clock += 1;
        self.kept.insert((collection, model.to_owned()), Kept { version, pieces, used: self.clock });
        while self.kept.values().map(Kept::size).sum::<usize>() > ROOM {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(key, _)| key.clone()) else {
                return;
            };
            self.kept.remove(&oldest);
        }
    }

    pub fn clear(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[(i64, Option<&str>, [f32; 2])]) -> Matrix {
        let (mut matrix, mut known) = (Matrix::new(2), HashMap::new());
        for (key, file, vector) in rows {
            let owner = matrix.owner(&mut known, file.map(str::to_owned));
            matrix.keys.push(*key);
            matrix.owners.push(owner);
            matrix.numbers.extend(vector);
        }
        matrix
    }

    #[test]
    fn the_nearest_come_first_and_only_of_the_files_that_were_named() {
        let rows =
            [(1, Some("a"), [0.0, 1.0]), (2, Some("b"), [1.0, 0.0]), (3, None, [1.0, 0.0]), (4, Some("a"), [0.6, 0.8])];
        let matrix = matrix(&rows);
        let keys = |files: Option<&[String]>, limit| {
            matrix.nearest(&[1.0, 0.0], files, limit).into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        assert_eq!(keys(None, 9), [2, 3, 4, 1]);
        assert_eq!(keys(None, 1), [2]);
        assert_eq!(keys(Some(&["a".to_owned()]), 9), [4, 1]);
        assert_eq!(
            keys(Some(&[String::new()]), 9),
            Vec::<i64>::new(),
            "what is nobody's is not asked for by an empty name"
        );
        assert_eq!(keys(Some(&[]), 9), Vec::<i64>::new());
        assert!(matrix.nearest(&[1.0], None, 9).is_empty());
        assert!(matrix.nearest(&[1.0, 0.0], None, 0).is_empty());
    }

    #[test]
    fn another_version_is_not_taken_for_this_one() {
        let mut cache = Cache::default();
        cache.put(1, "m", 1, Arc::new(vec![matrix(&[(1, None, [0.0, 1.0])])]));
        assert!(cache.get(1, "m", 1, 2).is_some());
        assert!(cache.get(1, "m", 2, 2).is_none() && cache.get(1, "m", 1, 3).is_none());
        assert!(cache.get(1, "other", 1, 2).is_none() && cache.get(2, "m", 1, 2).is_none());
    }
}
