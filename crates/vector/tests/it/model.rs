//! Random changes on every store and on a plain list of what there must be; nothing else may be found.

use std::collections::BTreeSet;

use airis_vector::{Duplicate, Passage, Scope, Vectors, Which};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::{MODEL, passage};

const COLLECTIONS: [&str; 3] = ["kb", "file-a", "it's"];
const FILES: [&str; 3] = ["a", "b", "c'"];
/// Vectors, each with another angle to the one that is looked for.
const ANGLES: u8 = 12;

#[derive(Clone, Debug)]
enum Change {
    Add { to: usize, file: usize, ids: Vec<u8> },
    Replace { to: usize, file: usize, count: u8 },
    Copy { from: usize, to: usize, file: usize },
    DeleteFile { of: usize, file: usize },
    DeleteHash { of: usize, file: usize },
    Forget { file: usize },
    Drop { of: usize },
}

#[derive(Clone, Debug, PartialEq)]
struct Known {
    collection: usize,
    id: String,
    file: usize,
    text: String,
    angle: u8,
}

/// What there must be.
#[derive(Default)]
struct Plain {
    passages: Vec<Known>,
    collections: BTreeSet<usize>,
    /// Texts and ids that were given, so that each is another one.
    given: u32,
}

fn change() -> impl Strategy<Value = Change> {
    let (collection, file) = (0..COLLECTIONS.len(), 0..FILES.len());
    prop_oneof![
        4 => (collection.clone(), file.clone(), prop::collection::vec(0..4_u8, 1..4))
            .prop_map(|(to, file, ids)| Change::Add { to, file, ids }),
        3 => (collection.clone(), file.clone(), 0..4_u8).prop_map(|(to, file, count)| Change::Replace { to, file, count }),
        3 => (collection.clone(), collection.clone(), file.clone()).prop_map(|(from, to, file)| Change::Copy { from, to, file }),
        1 => (collection.clone(), file.clone()).prop_map(|(of, file)| Change::DeleteFile { of, file }),
        1 => (collection.clone(), file.clone()).prop_map(|(of, file)| Change::DeleteHash { of, file }),
        1 => file.prop_map(|file| Change::Forget { file }),
        1 => collection.prop_map(|of| Change::Drop { of }),
    ]
}

impl Plain {
    fn new_passage(&mut self, collection: usize, file: usize, id: String) -> Passage {
        self.given += 1;
        let angle = u8::try_from(self.given % u32::from(ANGLES)).unwrap();
        let text = format!("same unique{}", self.given);
        self.passages.retain(|known| known.collection != collection || known.id != id);
        self.passages.push(Known { collection, id: id.clone(), file, text: text.clone(), angle });
        let turn = f32::from(angle) * 0.25;
        passage(&id, FILES[file], &text, [turn.cos() * 2.0, turn.sin() * 2.0])
    }

    /// Makes a change here and there; what it counts must be the same.
    async fn make(&mut self, store: &Vectors, change: &Change) {
        match change {
            Change::Add { to, file, ids } => {
                self.collections.insert(*to);
                let new = ids.iter().map(|id| self.new_passage(*to, *file, id.to_string())).collect();
                store.add(COLLECTIONS[*to], MODEL, new).await.unwrap();
            }
            Change::Replace { to, file, count } => {
                self.collections.insert(*to);
                self.passages.retain(|known| known.collection != *to || known.file != *file);
                let new = (0..*count).map(|number| self.new_passage(*to, *file, format!("{file} {number}"))).collect();
                store.replace(COLLECTIONS[*to], MODEL, FILES[*file], new).await.unwrap();
            }
            Change::Copy { from, to, file } if from != to => {
                self.collections.insert(*to);
                self.passages.retain(|known| known.collection != *to || known.file != *file);
                let here = |known: &&Known| known.collection == *from && known.file == *file;
                let mut copies: Vec<Known> = self.passages.iter().filter(here).cloned().collect();
                for copy in &mut copies {
                    self.given += 1;
                    (copy.collection, copy.id) = (*to, format!("copy {}", self.given));
                }
                let duplicate = Duplicate { from: COLLECTIONS[*from], to: COLLECTIONS[*to], file_id: FILES[*file] };
                assert_eq!(store.copy(&duplicate).await.unwrap(), copies.len() as u64);
                self.passages.extend(copies);
            }
            Change::Copy { .. } => {}
            Change::DeleteFile { of, file } | Change::DeleteHash { of, file } => {
                let before = self.passages.len();
                self.passages.retain(|known| known.collection != *of || known.file != *file);
                let which = match change {
                    Change::DeleteFile { .. } => Which::File(FILES[*file].to_owned()),
                    _ => Which::Hash(format!("hash of {}", FILES[*file])),
                };
                let deleted = store.delete(COLLECTIONS[*of], &which).await.unwrap();
                assert_eq!(deleted, (before - self.passages.len()) as u64);
            }
            Change::Forget { file } => {
                let before = self.passages.len();
                self.passages.retain(|known| known.file != *file);
                let deleted = store.forget_file(FILES[*file]).await.unwrap();
                assert_eq!(deleted, (before - self.passages.len()) as u64);
            }
            Change::Drop { of } => {
                self.passages.retain(|known| known.collection != *of);
                self.collections.remove(of);
                store.drop_collection(COLLECTIONS[*of]).await.unwrap();
            }
        }
    }

    /// Asks in every way, for somebody who may read all files and for somebody who may read the first one alone.
    async fn compare(&self, store: &Vectors) {
        let mut names: Vec<&str> = self.collections.iter().map(|number| COLLECTIONS[*number]).collect();
        names.sort_unstable();
        assert_eq!(store.collections().await.unwrap(), names);
        for (number, name) in COLLECTIONS.iter().enumerate() {
            assert_eq!(store.has(name).await.unwrap(), self.collections.contains(&number), "{name}");
            assert!(!store.lacks(name, MODEL).await.unwrap(), "{name}");
            for files in [None, Some(vec![FILES[0].to_owned()]), Some(Vec::new())] {
                let may = |known: &&Known| {
                    known.collection == number
                        && files.as_ref().is_none_or(|files| files.contains(&FILES[known.file].to_owned()))
                };
                let mut there: Vec<&Known> = self.passages.iter().filter(may).collect();
                let texts: Vec<&str> = there.iter().map(|known| known.text.as_str()).collect();
                let scope = Scope { collection: (*name).to_owned(), files: files.clone() };
                let all = store.all(&scope, 99).await.unwrap();
                assert_eq!(all.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), texts, "{scope:?}");
                let words = store.with_words(&scope, "same", false, 99).await.unwrap();
                let found: BTreeSet<&str> = words.iter().map(|found| found.text.as_str()).collect();
                assert_eq!((found, words.len()), (texts.iter().copied().collect(), texts.len()), "{scope:?}");
                there.sort_by_key(|known| known.angle);
                for limit in [2, 99] {
                    let near = store.near(&scope, MODEL, &[3.0, 0.0], limit).await.unwrap();
                    let scores: Vec<i64> = near.iter().map(|found| (found.score * 1e4).round() as i64).collect();
                    let score = |known: &&Known| ((1.0 + (f64::from(known.angle) * 0.25).cos()) * 0.5e4).round() as i64;
                    let expected: Vec<i64> = there.iter().take(limit).map(score).collect();
                    let close = scores.iter().zip(&expected).all(|(one, other)| (one - other).abs() <= 1);
                    assert!(close && scores.len() == expected.len(), "{scope:?}: {scores:?} for {expected:?}");
                    let found: BTreeSet<&str> = near.iter().map(|found| found.text.as_str()).collect();
                    assert!(found.len() == near.len() && found.iter().all(|text| texts.contains(text)), "{scope:?}");
                }
            }
        }
    }
}

/// `cases` times: some changes on an emptied store, compared after each.
pub async fn compared(store: Vectors, cases: u32) {
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let changes = prop::collection::vec(change(), 1..10);
        TestRunner::new(config).run(&changes, |changes| {
            runtime.block_on(async {
                store.reset().await.unwrap();
                let mut plain = Plain::default();
                for change in &changes {
                    plain.make(&store, change).await;
                    plain.compare(&store).await;
                }
            });
            Ok(())
        })
    };
    tokio::task::spawn_blocking(run).await.unwrap().unwrap();
}
