//! The vectors of collections that were searched lately, in memory.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::task::JoinSet;

use crate::Result;
use crate::codes::Codes;
use crate::stored::Place;

/// Bytes that are kept, all collections together: 1.7 million vectors of 384 numbers. A larger collection is read for
/// every question.
pub const ROOM: usize = 768 * 1024 * 1024;
/// Vectors that are read in the background when so many were added.
const MANY: usize = 20_000;

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

/// What is kept in memory, and what is stored of it in the background.
#[derive(Default)]
pub struct Memory {
    cache: Mutex<Cache>,
    /// Held by whoever reads what is stored, so that two do not at once.
    pub reading: tokio::sync::Mutex<()>,
    tasks: Mutex<JoinSet<()>>,
    /// Collections and models that are being stored.
    stored: Arc<Mutex<HashSet<(i64, String)>>>,
    /// Vectors of a collection and model that were added since somebody read them; `None`: somebody does.
    added: Mutex<HashMap<(i64, String), Option<usize>>>,
}

impl Memory {
    /// What is kept with so many numbers a vector, of whichever version.
    pub fn get(&self, collection: i64, model: &str, dimensions: usize) -> Option<Loaded> {
        self.cache.lock().get(collection, model, dimensions)
    }

    /// Keeps it, and stores it where there is a place for it.
    pub fn put(&self, collection: i64, model: &str, kept: Loaded, place: Option<Place>) {
        self.cache.lock().put(collection, model, kept.clone());
        let Some(place) = place.filter(|_| kept.pieces.len() > 1) else { return };
        let key = (collection, model.to_owned());
        if !self.stored.lock().insert(key.clone()) {
            return;
        }
        let stored = self.stored.clone();
        let mut tasks = self.tasks.lock();
        while tasks.try_join_next().is_some() {}
        tasks.spawn_blocking(move || {
            if let Err(error) = place.write(&kept) {
                tracing::warn!(%error, "codes of vectors are not stored, and the next start reads every vector");
            }
            stored.lock().remove(&key);
        });
    }

    /// So many vectors were added. As soon as they are many, `read` is to read them, in the background.
    pub fn added<F: Future<Output = Result<()>> + Send + 'static>(
        self: &Arc<Self>,
        collection: i64,
        model: &str,
        count: usize,
        read: impl FnOnce() -> F,
    ) {
        let key = (collection, model.to_owned());
        {
            let mut added = self.added.lock();
            let Some(waiting) = added.entry(key.clone()).or_insert(Some(0)) else { return };
            *waiting += count;
            if *waiting < MANY {
                return;
            }
            added.insert(key.clone(), None);
        }
        let (memory, read) = (self.clone(), read());
        let mut tasks = self.tasks.lock();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            if let Err(error) = read.await {
                tracing::warn!(%error, "vectors are read when somebody asks for them");
            }
            memory.added.lock().insert(key, Some(0));
        });
    }

    pub fn clear(&self) {
        self.cache.lock().clear();
    }

    /// Waits for what is being stored.
    pub async fn close(&self) {
        loop {
            let tasks = std::mem::take(&mut *self.tasks.lock());
            if tasks.is_empty() {
                return;
            }
            tasks.join_all().await;
        }
    }
}

/// By collection and model, as many as there is room for; those that were not asked for longest go first.
#[derive(Default)]
struct Cache {
    kept: HashMap<(i64, String), (Loaded, u64)>,
    clock: u64,
}

impl Cache {
    fn get(&mut self, collection: i64, model: &str, dimensions: usize) -> Option<Loaded> {
        self.clock += 1;
        let (kept, used) = self.kept.get_mut(&(collection, model.to_owned()))?;
        if kept.middle.len() != dimensions {
            return None;
        }
        *used = self.clock;
        Some(kept.clone())
    }

    fn put(&mut self, collection: i64, model: &str, kept: Loaded) {
        self.clock += 1;
        self.kept.insert((collection, model.to_owned()), (kept, self.clock));
        while self.kept.values().map(|(kept, _)| kept.size()).sum::<usize>() > ROOM {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone()) else {
                return;
            };
            self.kept.remove(&oldest);
        }
    }

    fn clear(&mut self) {
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
