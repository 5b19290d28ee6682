//! The vectors nearest to another one. Where those of their collection have room in memory they are kept there in a quarter
//! of it, and only what was added since is read; else they are read in pieces. What seems nearest is then measured by the
//! vectors as they are stored, which also leaves out what is gone or forbidden by now.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::cache::{Loaded, Memory, ROOM};
use crate::codes::{Asked, Codes};
use crate::measure::{product, unit, unpack};
use crate::stored::Place;
use crate::{Result, Scope, VectorError};

/// Vectors that are read at once, and that lie together.
pub const TOGETHER: i64 = 20_000;
/// Up to so many vectors, each is looked at with care; of more, `LEAST` and one of `CLOSER` at least.
const FEW: usize = 32_768;
const LEAST: usize = 16_384;
const CLOSER: usize = 64;
/// So many times as many as are wanted are measured exactly, and some more.
const OVER: usize = 8;
const MORE: usize = 32;
/// Parts of a collection that may be gone before it is read anew.
const GONE: usize = 8;

/// Which vectors of a piece are compared with the database before it is believed: from the first one to the last.
const SAMPLE: [usize; 5] = [0, 1, 2, 3, 4];

/// The key of a passage, and the product of its vector with the one that was asked for.
pub type Near = (i64, f32);
/// A passage's key, its file, and its vector as it is stored.
pub type VectorRow = (i64, Option<String>, Vec<u8>);

/// Where vectors are kept.
pub trait VectorRows: Sync {
    /// Those of a model in a collection behind the key `after`, in the order of their keys, at most `TOGETHER`.
    fn vector_rows(
        &self,
        collection: i64,
        model: &str,
        after: i64,
    ) -> impl Future<Output = Result<Vec<VectorRow>>> + Send;

    /// How many there are.
    fn count(&self, collection: i64, model: &str) -> impl Future<Output = Result<usize>> + Send;

    /// Those with these keys that are there and within the scope.
    fn vectors(
        &self,
        collection: i64,
        scope: &Scope,
        keys: &[i64],
    ) -> impl Future<Output = Result<Vec<(i64, Vec<u8>)>>> + Send;

    /// The last key that was given.
    fn newest(&self) -> impl Future<Output = Result<i64>> + Send;

    /// Where codes may be stored.
    fn place(&self, collection: i64, model: &str) -> Option<Place>;
}

/// What is looked for in a collection of this version.
struct Search<'a, S> {
    store: &'a S,
    memory: &'a Memory,
    collection: i64,
    version: i64,
    model: &'a str,
    scope: &'a Scope,
    vector: Vec<f32>,
}

/// The nearest in a collection of this version, the nearest first.
pub async fn nearest(
    store: &impl VectorRows,
    memory: &Memory,
    (collection, version): (i64, i64),
    model: &str,
    (scope, vector, limit): (&Scope, &[f32], usize),
) -> Result<Vec<Near>> {
    let vector = unit(vector)?;
    Search { store, memory, collection, version, model, scope, vector }.nearest(limit).await
}

/// Reads what came since, so that questions and the next start find it ready.
pub async fn prepare(
    store: &impl VectorRows,
    memory: &Memory,
    (collection, version): (i64, i64),
    model: &str,
    dimensions: usize,
) -> Result<()> {
    // What has no room is read for every question.
    if store.count(collection, model).await?.saturating_mul(dimensions) > ROOM {
        return Ok(());
    }
    let scope = Scope::all("");
    let search = Search { store, memory, collection, version, model, scope: &scope, vector: vec![0.0; dimensions] };
    let kept = match search.kept() {
        Some(kept) => Some(kept),
        None => search.stored().await?,
    };
    let kept = match kept {
        Some(kept) if kept.version == version => return Ok(()),
        Some(kept) => kept,
        None => {
            let middle = Arc::new(middle_of(&store.vector_rows(collection, model, 0).await?, dimensions));
            Loaded { version: i64::MIN, last: 0, middle, pieces: Vec::new() }
        }
    };
    search.brought_up(kept).await?;
    Ok(())
}

impl<S: VectorRows> Search<'_, S> {
    async fn nearest(&self, limit: usize) -> Result<Vec<Near>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut wide = limit.saturating_mul(OVER).saturating_add(MORE);
        loop {
            let seen = self.seen(wide).await?;
            let all = seen.len() < wide;
            let mut best = self.measured(&seen).await?;
            // Some of what seemed near is gone: others come in its place.
            if best.len() >= limit || all {
                best.truncate(limit);
                return Ok(best);
            }
            wide = wide.saturating_mul(4);
        }
    }

    /// Keys of what seems nearest, as many as there are up to `wide`.
    async fn seen(&self, wide: usize) -> Result<Vec<i64>> {
        let kept = match self.kept() {
            Some(kept) => Some(kept),
            None => self.stored().await?,
        };
        let kept = match kept {
            Some(kept) if kept.version == self.version => kept,
            Some(kept) => match self.brought_up(kept).await? {
                Some(kept) => kept,
                None => return self.read(wide).await,
            },
            None => return self.read(wide).await,
        };
        Ok(keys(self.compared(&kept.pieces, &kept.middle, wide).await?))
    }

    fn kept(&self) -> Option<Loaded> {
        self.memory.get(self.collection, self.model, self.vector.len())
    }

    fn keep(&self, kept: Loaded) {
        self.memory.put(self.collection, self.model, kept, self.store.place(self.collection, self.model));
    }

    /// What was stored by an earlier run, if it is of this database.
    async fn stored(&self) -> Result<Option<Loaded>> {
        let Some(place) = self.store.place(self.collection, self.model) else { return Ok(None) };
        let _reading = self.memory.reading.lock().await;
        // Somebody else may have read it while we waited.
        if let Some(kept) = self.kept() {
            return Ok(Some(kept));
        }
        let (newest, version, dimensions) = (self.store.newest().await?, self.version, self.vector.len());
        let stored = place.clone();
        let read = tokio::task::spawn_blocking(move || stored.read(dimensions, version, newest));
        let Some(kept) = read.await.map_err(|error| VectorError::Unavailable(error.to_string()))? else {
            return Ok(None);
        };
        if !self.agrees(&kept).await? {
            tracing::warn!("stored codes of vectors are of another database, and made anew");
            place.clear();
            return Ok(None);
        }
        self.memory.put(self.collection, self.model, kept.clone(), None);
        Ok(Some(kept))
    }

    /// Whether some vectors of each piece are what the database has.
    async fn agrees(&self, kept: &Loaded) -> Result<bool> {
        let sample = |piece: &Codes| SAMPLE.map(|part| (piece.len() - 1) * part / SAMPLE[SAMPLE.len() - 1]);
        let keys: Vec<i64> = kept.pieces.iter().flat_map(|piece| sample(piece).map(|at| piece.keys[at])).collect();
        let all = Scope::all(&self.scope.collection);
        let there: HashMap<i64, Vec<u8>> =
            self.store.vectors(self.collection, &all, &keys).await?.into_iter().collect();
        let mut numbers = Vec::with_capacity(self.vector.len());
        for piece in &kept.pieces {
            for at in sample(piece) {
                // What is gone says nothing.
                let Some(bytes) = there.get(&piece.keys[at]) else { continue };
                numbers.clear();
                if !unpack(bytes, self.vector.len(), &mut numbers) || !piece.is(at, &numbers, &kept.middle) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// What is kept with what came since; `None` when too much of it is gone.
    async fn brought_up(&self, mut kept: Loaded) -> Result<Option<Loaded>> {
        let before = kept.len();
        loop {
            let rows = self.store.vector_rows(self.collection, self.model, kept.last).await?;
            let Some((last, ..)) = rows.last() else { break };
            kept.last = *last;
            let most = usize::try_from(TOGETHER).unwrap_or(usize::MAX);
            match kept.pieces.last_mut().filter(|piece| piece.len() + rows.len() <= most) {
                Some(piece) => add(Arc::make_mut(piece), rows, &kept.middle),
                None => kept.pieces.push(Arc::new(coded(rows, &kept.middle))),
            }
        }
        let there = self.store.count(self.collection, self.model).await?;
        if kept.len().saturating_sub(there) > before / GONE {
            return Ok(None);
        }
        kept.version = self.version;
        self.keep(kept.clone());
        Ok(Some(kept))
    }

    /// Reads everything, and keeps it where it has room.
    async fn read(&self, wide: usize) -> Result<Vec<i64>> {
        let (mut pieces, mut size, mut fits) = (Vec::new(), 0, true);
        let (mut best, mut last, mut middle) = (Vec::new(), 0, None);
        loop {
            let rows = self.store.vector_rows(self.collection, self.model, last).await?;
            let Some((key, ..)) = rows.last() else { break };
            last = *key;
            let middle = middle.get_or_insert_with(|| Arc::new(middle_of(&rows, self.vector.len())));
            let piece = coded(rows, middle);
            size += piece.size();
            pieces.push(Arc::new(piece));
            if size > ROOM {
                best.extend(self.compared(&std::mem::take(&mut pieces), middle, wide).await?);
                best = first(best, wide);
                (size, fits) = (0, false);
            }
        }
        let Some(middle) = middle else { return Ok(Vec::new()) };
        best.extend(self.compared(&pieces, &middle, wide).await?);
        if fits {
            let kept = Loaded { version: self.version, last, middle, pieces };
            self.keep(kept);
        }
        Ok(keys(first(best, wide)))
    }

    /// What seems nearest in these pieces, about how near it is, the nearest first. All cores look.
    async fn compared(&self, pieces: &[Arc<Codes>], middle: &[f32], wide: usize) -> Result<Vec<Near>> {
        let asked = Arc::new(Asked::new(&self.vector, middle));
        let files = self.scope.files.as_ref().map(|files| Arc::new(files.iter().cloned().collect::<HashSet<_>>()));
        let total: usize = pieces.iter().map(|piece| piece.len()).sum();
        let closer = (total > FEW).then(|| LEAST.max(total / CLOSER).max(wide));
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let share = pieces.len().div_ceil(cores).max(1);
        let work = pieces.chunks(share).map(|pieces| {
            let (pieces, asked, files) = (pieces.to_vec(), asked.clone(), files.clone());
            tokio::task::spawn_blocking(move || {
                let looked = pieces.iter().flat_map(|piece| {
                    // Of each piece its share.
                    let closer = closer.map(|closer| (closer * piece.len()).div_ceil(total));
                    piece.nearest(&asked, files.as_deref(), closer, wide)
                });
                first(looked.collect(), wide)
            })
        });
        let mut best = Vec::new();
        for part in futures::future::join_all(work).await {
            best.extend(part.map_err(|error| VectorError::Unavailable(error.to_string()))?);
        }
        Ok(first(best, wide))
    }

    /// How near these are in truth, the nearest first; those that are gone are left out.
    async fn measured(&self, keys: &[i64]) -> Result<Vec<Near>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let order: HashMap<i64, usize> = keys.iter().enumerate().map(|(at, key)| (*key, at)).collect();
        let mut best = Vec::with_capacity(keys.len());
        let mut numbers = Vec::with_capacity(self.vector.len());
        for (key, bytes) in self.store.vectors(self.collection, self.scope, keys).await? {
            numbers.clear();
            if unpack(&bytes, self.vector.len(), &mut numbers) && order.contains_key(&key) {
                best.push((key, product(&numbers, &self.vector)));
            }
        }
        // Of two that are equally near, the one that was added first comes first.
        best.sort_by(|(one, near), (other, nearer)| nearer.total_cmp(near).then(one.cmp(other)));
        Ok(best)
    }
}

fn keys(near: Vec<Near>) -> Vec<i64> {
    near.into_iter().map(|(key, _)| key).collect()
}

fn first(mut near: Vec<Near>, limit: usize) -> Vec<Near> {
    near.sort_by(|(one, near), (other, nearer)| nearer.total_cmp(near).then(one.cmp(other)));
    near.truncate(limit);
    near
}

fn coded(rows: Vec<VectorRow>, middle: &[f32]) -> Codes {
    let mut codes = Codes::default();
    add(&mut codes, rows, middle);
    codes
}

fn add(codes: &mut Codes, rows: Vec<VectorRow>, middle: &[f32]) {
    let mut numbers = Vec::with_capacity(middle.len());
    for (key, file, bytes) in rows {
        numbers.clear();
        if unpack(&bytes, middle.len(), &mut numbers) {
            codes.push(key, file, &numbers, middle);
        }
    }
}

/// The middle of vectors, number by number.
fn middle_of(rows: &[VectorRow], dimensions: usize) -> Vec<f32> {
    let (mut sums, mut count) = (vec![0.0_f64; dimensions], 0_u32);
    let mut numbers = Vec::with_capacity(dimensions);
    for (_, _, bytes) in rows {
        numbers.clear();
        if unpack(bytes, dimensions, &mut numbers) {
            sums.iter_mut().zip(&numbers).for_each(|(sum, number)| *sum += f64::from(*number));
            count += 1;
        }
    }
    sums.into_iter().map(|sum| (sum / f64::from(count.max(1))) as f32).collect()
}
