//! Passages by their words. What lately came to a collection is kept by its words in memory, made from the texts; as soon as
//! it is much, it becomes a segment: lists in the database, which are never changed, and joined to larger ones in the
//! background. A segment has all passages of a range of keys; what was deleted since is left out when what was found is
//! read, and goes for good when segments are joined. So nothing that was stored waits for an index, nothing half made is
//! ever seen, and what there was before there was an index is taken into it in the background.

mod docs;
mod keep;
mod list;
mod piece;
mod search;
mod shelf;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use parking_lot::Mutex;
use tokio::task::JoinSet;

use crate::words::{folded, wanted};
use crate::{Found, Result, Row, Scope, VectorError, found};
use list::List;
use search::{Asked, Lies, Part};
use shelf::{Segment, Shelf, Shelves};

/// Passages of a collection that become a segment.
pub const STEP: usize = 16_384;
/// Passages whose texts are read at once, and that lie together in memory.
const TOGETHER: usize = 1_024;
/// In so many passages or more, words that most of them have tell nothing, and are left out where there are others.
const LARGE: usize = 1_000;
/// What a passage is about counts half as much as its own words.
const ABOUT: f32 = 0.5;
/// So many more than are wanted are found, as some may be gone.
const MORE: usize = 8;
/// How often it is looked anew while somebody joins segments.
const TRIES: usize = 8;

/// Where a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Text,
    About,
}

impl Field {
    pub fn of(number: i32) -> Self {
        if number == Self::Text as i32 { Self::Text } else { Self::About }
    }
}

/// A segment in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub id: i64,
    pub after: i64,
    pub last: i64,
    pub count: usize,
}

/// A passage with what is indexed of it.
pub struct TextRow {
    pub key: i64,
    pub file: Option<String>,
    pub text: String,
    pub about: String,
}

/// The list of a word as it is stored.
pub struct ListRow {
    pub field: Field,
    pub word: String,
    pub count: usize,
    pub bytes: Vec<u8>,
}

/// The id of a segment, and one of its lists: field, word, count, bytes.
pub type WordRow = (i64, Option<i32>, Option<String>, Option<i64>, Option<Vec<u8>>);

/// A segment that is whole.
pub struct Made {
    pub collection: i64,
    pub id: i64,
    pub last: i64,
    pub count: usize,
    pub docs: Vec<u8>,
    /// Those that it takes the place of.
    pub instead: Vec<i64>,
}

/// What a database keeps of the words of passages.
pub trait WordRows: Clone + Send + Sync + 'static {
    /// Segments that are whole, in the order of their keys.
    fn segments(&self, collection: i64) -> impl Future<Output = Result<Vec<Range>>> + Send;

    /// The passages of segments, as they are stored.
    fn docs(&self, segments: &[i64]) -> impl Future<Output = Result<Vec<(i64, Vec<u8>)>>> + Send;

    /// Passages behind the key `after`, in the order of their keys.
    fn texts(&self, collection: i64, after: i64, limit: usize) -> impl Future<Output = Result<Vec<TextRow>>> + Send;

    /// Keys of the passages behind `after`, up to `last`, in their order.
    fn keys(&self, collection: i64, after: i64, last: i64) -> impl Future<Output = Result<Vec<i64>>> + Send;

    /// How many passages are behind `after`, up to `last`.
    fn count(&self, collection: i64, after: i64, last: i64) -> impl Future<Output = Result<usize>> + Send;

    /// All segments at one time, with their lists of these words.
    fn lists(
        &self,
        collection: i64,
        words: &[String],
        about: bool,
    ) -> impl Future<Output = Result<Vec<WordRow>>> + Send;

    /// The lists of a segment behind a word of a field, in their order.
    fn next(
        &self,
        segment: i64,
        after: Option<(Field, &str)>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<ListRow>>> + Send;

    /// Begins a segment that nobody sees until it is whole; `None`: somebody else makes the same.
    fn begin(&self, collection: i64, after: i64) -> impl Future<Output = Result<Option<i64>>> + Send;

    /// Adds lists to a segment.
    fn put(&self, segment: i64, lists: Vec<ListRow>) -> impl Future<Output = Result<()>> + Send;

    /// From now on a segment is there; false, and it is not, when one of those that it replaces is gone, or another one
    /// begins at its place.
    fn finish(&self, made: Made) -> impl Future<Output = Result<bool>> + Send;

    /// Deletes a segment that is not whole.
    fn discard(&self, segment: i64) -> impl Future<Output = Result<()>> + Send;

    /// Those with these keys that are there and within the scope.
    fn rows(
        &self,
        collection: i64,
        scope: &Scope,
        keys: &[i64],
    ) -> impl Future<Output = Result<HashMap<i64, Row>>> + Send;

    /// Deletes what was begun long ago and never became whole, and what was replaced.
    fn sweep(&self) -> impl Future<Output = Result<()>> + Send;

    /// Whether another index is to be asked, which has all passages of a collection. `much`: they are not in this one yet.
    fn has_other(&self, collection: i64, much: bool) -> impl Future<Output = Result<bool>> + Send;

    /// Makes ready for taking in what there was before there was this index.
    fn prepare(&self) -> impl Future<Output = Result<()>> + Send;

    /// The other index is not needed for a collection any more.
    fn settle(&self, collection: i64) -> impl Future<Output = Result<()>> + Send;
}

/// The index of the words of all passages in a database; cheap to clone.
#[derive(Clone)]
pub struct Words<S> {
    store: S,
    /// Passages that become a segment.
    step: Arc<AtomicUsize>,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    shelves: Mutex<Shelves>,
    /// Collections that are tended in the background.
    tended: Mutex<HashSet<i64>>,
    tasks: Mutex<JoinSet<()>>,
    /// Passages of a collection that no segment has, about, and those that were deleted since somebody looked.
    waiting: Mutex<HashMap<i64, usize>>,
    gone: Mutex<HashMap<i64, u64>>,
    /// Held by whoever makes a segment.
    making: tokio::sync::Mutex<()>,
}

impl<S: WordRows> Words<S> {
    pub fn new(store: S, step: Arc<AtomicUsize>) -> Self {
        Self { store, step, kept: Arc::default() }
    }

    /// The passages that best fit the words of a text, the best first. `None`: too much is not in the index yet, and another
    /// one is to be asked.
    pub async fn find(
        &self,
        (collection, version): (i64, i64),
        scope: &Scope,
        text: &str,
        about: bool,
        limit: usize,
    ) -> Result<Option<Vec<Found>>> {
        let wanted = wanted(&folded(text));
        if wanted.is_empty() || limit == 0 {
            return Ok(Some(Vec::new()));
        }
        let Some(asked) = self.asked(collection, version, &wanted, about).await? else { return Ok(None) };
        let asked = Arc::new(asked);
        let files = scope.files.as_ref().map(|files| Arc::new(files.iter().cloned().collect::<HashSet<_>>()));
        let mut wide = limit.saturating_add(MORE);
        loop {
            let (searched, files) = (asked.clone(), files.clone());
            let best = tokio::task::spawn_blocking(move || searched.best(files.as_deref(), wide))
                .await
                .map_err(|error| VectorError::Unavailable(error.to_string()))?;
            let keys: Vec<i64> = best.iter().map(|(key, _)| *key).collect();
            let mut rows = self.store.rows(collection, scope, &keys).await?;
            let all = best.len() < wide;
            // Some of what was found is gone: others come in its place.
            if all || rows.len() >= limit {
                let there =
                    best.into_iter().filter_map(|(key, score)| Some(found(rows.remove(&key)?, f64::from(score))));
                return Ok(Some(there.take(limit).collect()));
            }
            wide = wide.saturating_mul(4);
        }
    }

    /// The lists of these words, with the passages as they are in the same segments.
    async fn asked(&self, collection: i64, version: i64, wanted: &[String], about: bool) -> Result<Option<Asked>> {
        for _ in 0..TRIES {
            let Some(shelf) = self.shelf(collection, version).await? else { return Ok(None) };
            let rows = self.store.lists(collection, wanted, about).await?;
            let there: HashSet<i64> = rows.iter().map(|(segment, ..)| *segment).collect();
            let known = shelf.segments.iter().filter(|segment| there.contains(&segment.id)).count();
            if known == shelf.segments.len() && known == there.len() {
                return Ok(Some(asked(&shelf, rows, wanted, about)));
            }
            // Somebody made or joined segments meanwhile.
            self.kept.shelves.lock().put(collection, Shelf { version: version - 1, ..shelf });
        }
        Err(VectorError::Unavailable("its index of words is being made anew; try again".to_owned()))
    }

    /// The index of a collection as it is in this version.
    async fn shelf(&self, collection: i64, version: i64) -> Result<Option<Shelf>> {
        let known = self.kept.shelves.lock().get(collection);
        let mut shelf = match known {
            Some(shelf) if shelf.version == version => return Ok(Some(shelf)),
            Some(shelf) => shelf,
            None => Shelf { version, segments: Vec::new(), pieces: Vec::new(), last: 0 },
        };
        shelf.segments = self.segments(collection, &shelf.segments).await?;
        let after = shelf.after();
        let waiting = self.store.count(collection, after, i64::MAX).await?;
        let much = waiting >= 2 * self.step();
        let other = self.store.has_other(collection, much).await?;
        if much || other {
            self.tend(collection);
        }
        if other {
            return Ok(None);
        }
        shelf.pieces.retain(|piece| piece.docs.keys.last().is_some_and(|last| *last > after));
        for piece in &mut shelf.pieces {
            if piece.docs.keys[0] <= after {
                *piece = Arc::new(piece.only(|key| key > after));
            }
        }
        shelf.last = shelf.last.max(after);
        loop {
            let rows = self.store.texts(collection, shelf.last, TOGETHER).await?;
            let Some(last) = rows.last() else { break };
            shelf.last = last.key;
            if shelf.pieces.last().is_none_or(|piece| piece.docs.len() + rows.len() > TOGETHER) {
                shelf.pieces.push(Arc::default());
            }
            if let Some(piece) = shelf.pieces.last_mut().map(Arc::make_mut) {
                rows.iter().for_each(|row| piece.push(row));
            }
        }
        if shelf.waiting() != waiting {
            let there: HashSet<i64> = self.store.keys(collection, after, i64::MAX).await?.into_iter().collect();
            for piece in &mut shelf.pieces {
                if let Some(alive) = piece.alive(&there) {
                    *piece = Arc::new(alive);
                }
            }
            shelf.pieces.retain(|piece| piece.docs.len() > 0);
        }
        shelf.version = version;
        self.kept.shelves.lock().put(collection, shelf.clone());
        Ok(Some(shelf))
    }

    /// The segments of a collection; those that are known are not read again.
    async fn segments(&self, collection: i64, known: &[Arc<Segment>]) -> Result<Vec<Arc<Segment>>> {
        for _ in 0..TRIES {
            let ranges = self.store.segments(collection).await?;
            let mut there: HashMap<i64, Arc<Segment>> =
                known.iter().map(|segment| (segment.id, segment.clone())).collect();
            let new: Vec<i64> = ranges.iter().map(|range| range.id).filter(|id| !there.contains_key(id)).collect();
            if !new.is_empty() {
                let ranges: HashMap<i64, Range> = ranges.iter().map(|range| (range.id, *range)).collect();
                for (id, bytes) in self.store.docs(&new).await? {
                    let docs = docs::Docs::unpacked(&bytes);
                    let (Some(range), Some(docs)) = (ranges.get(&id), docs) else {
                        return Err(VectorError::Unavailable("its index of words cannot be read".to_owned()));
                    };
                    there.insert(id, Arc::new(Segment { id, last: range.last, docs }));
                }
            }
            let segments: Vec<_> = ranges.iter().filter_map(|range| there.remove(&range.id)).collect();
            if segments.len() == ranges.len() {
                return Ok(segments);
            }
        }
        Err(VectorError::Unavailable("its index of words is being made anew; try again".to_owned()))
    }

    /// Everything was deleted.
    pub fn clear(&self) {
        self.kept.shelves.lock().clear();
        self.kept.waiting.lock().clear();
        self.kept.gone.lock().clear();
    }
}

/// What each word tells, the fewer passages have it the more, and where it is. Words that most have are left out.
fn asked(shelf: &Shelf, rows: Vec<WordRow>, wanted: &[String], about: bool) -> Asked {
    let mut stored: HashMap<(i64, Field, String), List> = HashMap::new();
    for (segment, field, word, count, bytes) in rows {
        if let (Some(field), Some(word), Some(count), Some(bytes)) = (field, word, count, bytes) {
            let list = List::packed(bytes, usize::try_from(count).unwrap_or(0));
            stored.insert((segment, Field::of(field), word), list);
        }
    }
    let joined = |text: Option<List>, what: Option<List>| match (text, what) {
        (Some(text), Some(what)) => Some(text.with(what, ABOUT)),
        (None, Some(what)) => Some(List::Plain(Vec::new()).with(what, ABOUT)),
        (text, None) => text,
    };
    let mut parts = Vec::with_capacity(shelf.segments.len() + shelf.pieces.len());
    for segment in &shelf.segments {
        let mut of = |field: Field, word: &String| stored.remove(&(segment.id, field, word.clone()));
        let lists = wanted.iter().enumerate().filter_map(|(at, word)| {
            let what = if about { of(Field::About, word) } else { None };
            Some((at, joined(of(Field::Text, word), what)?))
        });
        let lists = lists.collect();
        parts.push(Part { docs: Lies::Segment(segment.clone()), lists });
    }
    for piece in &shelf.pieces {
        let lists = wanted.iter().enumerate().filter_map(|(at, word)| {
            let what = if about { piece.list(Field::About, word) } else { None };
            Some((at, joined(piece.list(Field::Text, word), what)?))
        });
        let lists = lists.collect();
        parts.push(Part { docs: Lies::Piece(piece.clone()), lists });
    }
    let mut having = vec![0; wanted.len()];
    for (word, list) in parts.iter().flat_map(|part| &part.lists) {
        having[*word] += list.len();
    }
    let count = shelf.count();
    let rare = |having: usize| count < LARGE || having * 2 <= count;
    if having.iter().any(|having| *having > 0 && rare(*having)) {
        parts.iter_mut().for_each(|part| part.lists.retain(|(word, _)| rare(having[*word])));
    }
    let weight = |having: &usize| {
        let (count, having) = (count as f64, *having as f64);
        (1.0 + (count - having + 0.5) / (having + 0.5)).ln() as f32
    };
    Asked { weights: having.iter().map(weight).collect(), average: shelf.average(), parts }
}
