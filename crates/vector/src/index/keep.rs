//! Making segments of what came lately, joining small ones to larger ones, and leaving out what was deleted.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use super::docs::Docs;
use super::list::{each, packed};
use super::piece::Piece;
use super::{Field, ListRow, Made, Range, TOGETHER, WordRows, Words};
use crate::{Result, VectorError};

/// So many small segments, one behind the other, become one.
const JOINED: usize = 8;
/// A segment of more steps than these is not small.
const SMALL: usize = 2;
/// Steps that are taken while somebody who adds waits; of more, they are taken in the background.
const HERE: usize = 4;
/// Parts of a segment that may be deleted before it is made anew.
const GONE: usize = 8;
/// Lists that are read of a segment at once, and what is written at once.
const LISTS: usize = 256;
const WRITTEN: usize = 1_000;
const BYTES: usize = 1024 * 1024;
/// The place of a passage that is gone.
const NOWHERE: u32 = u32::MAX;

/// The lists of a segment that are not joined yet, and the new places of its passages.
struct Source {
    id: i64,
    places: Vec<u32>,
    lists: VecDeque<ListRow>,
    last: Option<(Field, String)>,
    over: bool,
}

impl<S: WordRows> Words<S> {
    pub(super) fn step(&self) -> usize {
        self.step.load(Ordering::Relaxed).max(1)
    }

    /// So many passages were added to a collection: when there are enough, they become a segment before more are added. They
    /// are stored in any case.
    pub async fn added(&self, collection: i64, count: usize) {
        let known = self.kept.waiting.lock().get_mut(&collection).map(|waiting| {
            *waiting += count;
            *waiting
        });
        if known.is_some_and(|waiting| waiting < self.step()) {
            return;
        }
        if let Err(error) = self.catch_up(collection, Some(HERE)).await {
            tracing::warn!(%error, "passages wait for the index of their words");
        }
    }

    /// So many passages of a collection were deleted.
    pub fn deleted(&self, collection: i64, count: u64) {
        *self.kept.gone.lock().entry(collection).or_default() += count;
        if self.much_is_gone(collection) {
            self.tend(collection);
        }
    }

    /// Whether so much was deleted since somebody looked that a segment may be made anew.
    fn much_is_gone(&self, collection: i64) -> bool {
        self.kept.gone.lock().get(&collection).is_some_and(|gone| *gone >= self.step().div_ceil(GONE) as u64)
    }

    /// Brings the index of a collection in order, in the background.
    pub(super) fn tend(&self, collection: i64) {
        if !self.kept.tended.lock().insert(collection) {
            return;
        }
        let words = self.clone();
        let mut tasks = self.kept.tasks.lock();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            loop {
                let done = words.put_in_order(collection).await;
                words.kept.tended.lock().remove(&collection);
                if let Err(error) = done {
                    tracing::warn!(%error, "the index of words is not put in order");
                    break;
                }
                // Some may have been deleted since they were counted.
                if !words.much_is_gone(collection) || !words.kept.tended.lock().insert(collection) {
                    break;
                }
            }
        });
    }

    async fn put_in_order(&self, collection: i64) -> Result<()> {
        let other = self.store.has_other(collection, false).await?;
        if other {
            self.store.prepare().await?;
        }
        self.catch_up(collection, None).await?;
        if other {
            self.store.settle(collection).await?;
        }
        loop {
            let ranges = self.store.segments(collection).await?;
            let small = |range: &Range| range.count <= SMALL * self.step();
            let Some(run) = ranges.windows(JOINED).find(|run| run.iter().all(small)) else { break };
            if !self.join(collection, run).await? {
                break;
            }
            // What is made anew has nothing that is gone.
            self.catch_up(collection, None).await?;
        }
        let looked = self.kept.gone.lock().insert(collection, 0);
        if looked != Some(0) {
            for range in self.store.segments(collection).await? {
                let there = self.store.count(collection, range.after, range.last).await?;
                if there * GONE < range.count * (GONE - 1) {
                    self.join(collection, &[range]).await?;
                }
            }
        }
        self.store.sweep().await
    }

    /// Makes segments of what came lately, as long as there is enough for one. `most`: when more are to be made than these,
    /// they are made in the background.
    async fn catch_up(&self, collection: i64, most: Option<usize>) -> Result<()> {
        loop {
            let making = self.kept.making.lock().await;
            let after = self.store.segments(collection).await?.last().map_or(0, |range| range.last);
            let waiting = self.store.count(collection, after, i64::MAX).await?;
            let later = most.is_some_and(|most| waiting > most * self.step());
            // Of what the background makes, nobody who adds makes a part.
            self.kept.waiting.lock().insert(collection, if later { 0 } else { waiting });
            if waiting < self.step() {
                return Ok(());
            }
            if most.is_some() {
                self.tend(collection);
            }
            if later || !self.make(collection, after).await? {
                return Ok(());
            }
            drop(making);
        }
    }

    /// Makes one segment of what is behind this key; false when somebody else does.
    async fn make(&self, collection: i64, after: i64) -> Result<bool> {
        let Some(id) = self.store.begin(collection, after).await? else { return Ok(false) };
        let made = self.fill(collection, after, id).await;
        if !matches!(made, Ok(true)) {
            self.store.discard(id).await?;
        }
        made
    }

    async fn fill(&self, collection: i64, after: i64, id: i64) -> Result<bool> {
        let (mut piece, mut last) = (Piece::default(), after);
        while piece.docs.len() < self.step() {
            let rows = self.store.texts(collection, last, TOGETHER.min(self.step())).await?;
            let Some(row) = rows.last() else { break };
            last = row.key;
            piece = off_thread(move || {
                rows.iter().for_each(|row| piece.push(row));
                piece
            })
            .await?;
        }
        let (docs, lists) = off_thread(move || piece.packed()).await?;
        let mut lists = lists.into_iter().peekable();
        while lists.peek().is_some() {
            self.store.put(id, lists.by_ref().take(WRITTEN).collect()).await?;
        }
        let made = Made { collection, id, last, count: docs.len(), docs: docs.packed(), instead: Vec::new() };
        self.store.finish(made).await
    }

    /// Makes one segment of these; false when somebody else does.
    async fn join(&self, collection: i64, ranges: &[Range]) -> Result<bool> {
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return Ok(false) };
        let Some(id) = self.store.begin(collection, first.after).await? else { return Ok(false) };
        let joined = self.fill_from(collection, (first.after, last.last), ranges, id).await;
        if matches!(joined, Ok(true)) {
            for range in ranges {
                self.store.discard(range.id).await?;
            }
        } else {
            self.store.discard(id).await?;
        }
        joined
    }

    async fn fill_from(&self, collection: i64, (after, last): (i64, i64), ranges: &[Range], id: i64) -> Result<bool> {
        let there = self.store.keys(collection, after, last).await?;
        let ids: Vec<i64> = ranges.iter().map(|range| range.id).collect();
        let mut stored = self.store.docs(&ids).await?;
        let (mut docs, mut sources) = (Docs::default(), Vec::with_capacity(ids.len()));
        for id in &ids {
            let bytes = stored.iter_mut().find(|(known, _)| known == id).map(|(_, bytes)| std::mem::take(bytes));
            // It was joined by somebody else, or its collection is gone.
            let Some(old) = bytes.and_then(|bytes| Docs::unpacked(&bytes)) else { return Ok(false) };
            let places = old.keys.iter().enumerate().map(|(place, key)| match there.binary_search(key) {
                Ok(_) => docs.push(*key, old.lengths[place], old.file(place)),
                Err(_) => NOWHERE,
            });
            let places = places.collect();
            sources.push(Source { id: *id, places, lists: VecDeque::new(), last: None, over: false });
        }
        let (mut lists, mut bytes) = (Vec::new(), 0);
        loop {
            for source in &mut sources {
                self.read_on(source).await?;
            }
            let next = sources.iter().filter_map(|source| source.lists.front()).map(|list| (list.field, &list.word));
            let Some((field, word)) = next.min().map(|(field, word)| (field, word.clone())) else { break };
            let mut postings = Vec::new();
            for source in &mut sources {
                let Some(list) = source.lists.pop_front_if(|list| list.field == field && list.word == word) else {
                    continue;
                };
                each(&list.bytes, list.count, |place, often| match source.places.get(place as usize) {
                    Some(&NOWHERE) | None => {}
                    Some(place) => postings.push((*place, often)),
                });
            }
            if !postings.is_empty() {
                let list = packed(&postings, &docs.lengths);
                bytes += list.len();
                lists.push(ListRow { field, word, count: postings.len(), bytes: list });
            }
            if lists.len() >= WRITTEN || bytes >= BYTES {
                self.store.put(id, std::mem::take(&mut lists)).await?;
                bytes = 0;
            }
        }
        self.store.put(id, lists).await?;
        let made = Made { collection, id, last, count: docs.len(), docs: docs.packed(), instead: ids };
        self.store.finish(made).await
    }

    /// Reads further lists of a segment where none are left.
    async fn read_on(&self, source: &mut Source) -> Result<()> {
        if source.over || !source.lists.is_empty() {
            return Ok(());
        }
        let after = source.last.as_ref().map(|(field, word)| (*field, word.as_str()));
        let mut lists = self.store.next(source.id, after, LISTS).await?;
        for list in &mut lists {
            // What is read at once reaches behind the last block.
            list.bytes.resize(list.bytes.len() + super::list::BEHIND, 0);
        }
        source.over = lists.is_empty();
        source.last = lists.last().map(|list| (list.field, list.word.clone()));
        source.lists = lists.into();
        Ok(())
    }

    /// Waits for nothing that goes on in the background; what is not whole is made anew.
    pub async fn close(&self) {
        let mut tasks = std::mem::take(&mut *self.kept.tasks.lock());
        tasks.shutdown().await;
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| VectorError::Unavailable(error.to_string()))
}
