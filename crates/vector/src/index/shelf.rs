//! What is kept in memory of the index of a collection: where its passages are, and the words of those that no segment has.

use std::collections::HashMap;
use std::sync::Arc;

use super::docs::Docs;
use super::piece::Piece;

/// Bytes that are kept, all collections together.
const ROOM: usize = 192 * 1024 * 1024;

/// Passages whose words are in the database, up to the key `last`.
pub struct Segment {
    pub id: i64,
    pub last: i64,
    pub docs: Docs,
}

/// The index of a collection, as it was in one of its versions.
#[derive(Clone)]
pub struct Shelf {
    pub version: i64,
    /// In the order of their keys.
    pub segments: Vec<Arc<Segment>>,
    /// What came behind them.
    pub pieces: Vec<Arc<Piece>>,
    /// The key of the last one that was read.
    pub last: i64,
}

impl Shelf {
    /// The last key that a segment has.
    pub fn after(&self) -> i64 {
        self.segments.last().map_or(0, |segment| segment.last)
    }

    /// Passages that no segment has.
    pub fn waiting(&self) -> usize {
        self.pieces.iter().map(|piece| piece.docs.len()).sum()
    }

    fn all(&self) -> impl Iterator<Item = &Docs> {
        self.segments.iter().map(|segment| &segment.docs).chain(self.pieces.iter().map(|piece| &piece.docs))
    }

    /// How many passages there are.
    pub fn count(&self) -> usize {
        self.all().map(Docs::len).sum()
    }

    /// Words of a passage.
    pub fn average(&self) -> f32 {
        let total: u64 = self.all().map(|docs| docs.total).sum();
        (total as f64 / self.count().max(1) as f64).max(1.0) as f32
    }

    fn size(&self) -> usize {
        let segments: usize = self.segments.iter().map(|segment| segment.docs.size()).sum();
        segments + self.pieces.iter().map(|piece| piece.size()).sum::<usize>()
    }
}

/// By collection, as many as there is room for; those that were not asked for longest go first.
#[derive(Default)]
pub struct Shelves {
    kept: HashMap<i64, (Shelf, usize, u64)>,
    clock: u64,
}

impl Shelves {
    pub fn get(&mut self, collection: i64) -> Option<Shelf> {
        self.clock += 1;
        let (shelf, _, used) = self.kept.get_mut(&collection)?;
        *used = self.clock;
        Some(shelf.clone())
    }

    pub fn put(&mut self, collection: i64, shelf: Shelf) {
        self.clock += 1;
        let size = shelf.size();
        self.kept.insert(collection, (shelf, size, self.clock));
        // The one that is asked for stays, however large it is.
        while self.kept.len() > 1 && self.kept.values().map(|(_, size, _)| size).sum::<usize>() > ROOM {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, (_, _, used))| *used).map(|(key, _)| *key) else {
                return;
            };
            self.kept.remove(&oldest);
        }
    }

    pub fn clear(&mut self) {
        self.kept.clear();
    }
}
