//! The vectors of collections that were searched lately, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use crate::codes::Codes;

/// Bytes that are kept, all collections together: 1.7 million vectors of 384 numbers. A larger collection is read for
/// every question.
pub const ROOM: usize = 768 * 1024 * 1024;

/// The vectors of a model in a collection, as they were in one of its versions.
#[derive(Clone)]
pub struct Loaded {
    pub version: i64,
    /// The key of the last one that was read.
    pub last: i64,
    /// The middle of the first ones, which sides are told by.
    pub middle: Arc<Vec<f32>>,
    pub pieces: Vec<Arc<Codes>>,
}

impl Loaded {
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len()).sum()
    }

    fn size(&self) -> usize {
        self.pieces.iter().map(|piece| piece.size()).sum()
    }
}

/// By collection and model, as many as there is room for; those that were not asked for longest go first.
#[derive(Default)]
pub struct Cache {
    kept: HashMap<(i64, String), (Loaded, u64)>,
    clock: u64,
}

impl Cache {
    /// What is kept with so many numbers a vector, of whichever version.
    pub fn get(&mut self, collection: i64, model: &str, dimensions: usize) -> Option<Loaded> {
        self.clock += 1;
        let (kept, used) = self.kept.get_mut(&(collection, model.to_owned()))?;
        if kept.middle.len() != dimensions {
            return None;
        }
        *used = self.clock;
        Some(kept.clone())
    }

    pub fn put(&mut self, collection: i64, model: &str, kept: Loaded) {
        self.clock += 1;
        self.kept.insert((collection, model.to_owned()), (kept, self.clock));
        while self.kept.values().map(|(kept, _)| kept.size()).sum::<usize>() > ROOM {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone()) else {
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

    #[test]
    fn another_model_or_another_length_is_not_taken_for_this_one() {
        let mut cache = Cache::default();
        let kept = Loaded { version: 1, last: 0, middle: Arc::new(vec![0.0, 0.0]), pieces: Vec::new() };
        cache.put(1, "m", kept);
        assert!(cache.get(1, "m", 2).is_some_and(|kept| kept.version == 1));
        assert!(cache.get(1, "m", 3).is_none());
        assert!(cache.get(1, "other", 2).is_none() && cache.get(2, "m", 2).is_none());
    }
}
