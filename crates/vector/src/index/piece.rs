//! Passages that no segment has yet, by their words.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::docs::Docs;
use super::list::{List, packed};
use super::{Field, ListRow, TextRow};
use crate::words::{folded, words};

/// Places and counts by word.
type Postings = HashMap<Box<str>, Vec<(u32, u32)>>;

/// Some passages that came one after the other.
#[derive(Clone, Default)]
pub struct Piece {
    pub docs: Docs,
    /// Of texts, and of what they are about.
    words: [Postings; 2],
    postings: usize,
}

impl Piece {
    pub fn push(&mut self, row: &TextRow) {
        let text = words(&folded(&row.text));
        let length = text.split(' ').filter(|word| !word.is_empty()).count();
        let place = self.docs.push(row.key, u32::try_from(length).unwrap_or(u32::MAX), row.file.as_deref());
        self.count(Field::Text, place, &text);
        if !row.about.is_empty() {
            self.count(Field::About, place, &words(&folded(&row.about)));
        }
    }

    fn count(&mut self, field: Field, place: u32, text: &str) {
        let words = &mut self.words[field as usize];
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let known = match words.get_mut(word) {
                Some(known) => known,
                None => words.entry(word.into()).or_default(),
            };
            match known.last_mut() {
                Some((last, often)) if *last == place => *often += 1,
                _ => {
                    known.push((place, 1));
                    self.postings += 1;
                }
            }
        }
    }

    pub fn list(&self, field: Field, word: &str) -> Option<List> {
        let postings = self.words[field as usize].get(word)?;
        Some(List::Plain(postings.iter().map(|(place, often)| (*place, *often as f32)).collect()))
    }

    /// The same with those alone whose keys are wanted.
    pub fn only(&self, wanted: impl Fn(i64) -> bool) -> Self {
        let mut piece = Self::default();
        let mut places = vec![None; self.docs.len()];
        for (place, key) in self.docs.keys.iter().enumerate().filter(|(_, key)| wanted(**key)) {
            places[place] = Some(piece.docs.push(*key, self.docs.lengths[place], self.docs.file(place)));
        }
        for (kept, all) in piece.words.iter_mut().zip(&self.words) {
            for (word, postings) in all {
                let left = postings.iter().filter_map(|(place, often)| Some((places[*place as usize]?, *often)));
                let left: Vec<(u32, u32)> = left.collect();
                if !left.is_empty() {
                    piece.postings += left.len();
                    kept.insert(word.clone(), left);
                }
            }
        }
        piece
    }

    /// The same with those alone that are there.
    pub fn alive(&self, keys: &HashSet<i64>) -> Option<Self> {
        let gone = self.docs.keys.iter().any(|key| !keys.contains(key));
        gone.then(|| self.only(|key| keys.contains(&key)))
    }

    /// All lists as they are stored, in their order.
    pub fn packed(self) -> (Docs, Vec<ListRow>) {
        let mut rows = Vec::with_capacity(self.words.iter().map(HashMap::len).sum());
        for (field, words) in [Field::Text, Field::About].into_iter().zip(self.words) {
            for (word, postings) in BTreeMap::from_iter(words) {
                let bytes = packed(&postings, &self.docs.lengths);
                rows.push(ListRow { field, word: word.into(), count: postings.len(), bytes });
            }
        }
        (self.docs, rows)
    }

    /// Bytes that it takes, about.
    pub fn size(&self) -> usize {
        let words: usize = self.words.iter().map(|words| words.capacity() * 64).sum();
        self.docs.size() + words + self.postings * 12
    }
}
