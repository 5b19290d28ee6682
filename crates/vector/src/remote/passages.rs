//! Where passages, their texts and their words are kept when another server keeps the vectors: as if it were not there, in
//! a file, or in tables that instances share.

use std::collections::HashMap;

use crate::embedded::Embedded;
use crate::kept::{Away, Kept};
use crate::postgres::Tables;
use crate::{Found, Passage, Result, Row, Scope, Which};

pub enum Passages {
    File(Embedded),
    Tables(Tables),
}

/// Hands questions on as they are.
macro_rules! as_either {
    ($($name:ident($($given:ident: $kind:ty),*) -> $answer:ty;)+) => {
        impl Passages {
            $(pub async fn $name(&self, $($given: $kind),*) -> $answer {
                match self {
                    Self::File(store) => store.$name($($given),*).await,
                    Self::Tables(store) => store.$name($($given),*).await,
                }
            })+
        }
    };
}

impl Passages {
    pub fn index_together(&self, passages: usize) {
        match self {
            Self::File(store) => store.index_together(passages),
            Self::Tables(store) => store.index_together(passages),
        }
    }
}

as_either! {
    has(collection: &str) -> Result<bool>;
    has_text(collection: &str, hash: &str, file_id: &str) -> Result<bool>;
    with_words(scope: &Scope, text: &str, about: bool, limit: usize) -> Result<Vec<Found>>;
    all(scope: &Scope, limit: usize) -> Result<Vec<Found>>;
    lacks_at(collection: &str, model: &str, home: Option<&str>) -> Result<bool>;
    delete(collection: &str, which: &Which) -> Result<u64>;
    forget_file(file_id: &str) -> Result<u64>;
    drop_collection(collection: &str) -> Result<()>;
    reset() -> Result<()>;
    collections() -> Result<Vec<String>>;
    close() -> ();
    write(collection: &str, passages: &[Passage], kept: &[Kept], instead_of: Option<&str>) -> Result<()>;
    stored(collection: &str, file_id: &str) -> Result<Vec<(Passage, Kept)>>;
    at_points(scope: &Scope, points: &[&str]) -> Result<HashMap<String, Row>>;
    announce(points: &[Away], now: i64) -> Result<()>;
    give_up(points: &[&str]) -> Result<()>;
    waste(home: &str, before: i64, limit: i64) -> Result<Vec<Away>>;
    cleared(points: &[&str]) -> Result<()>;
}
