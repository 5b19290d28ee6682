//! What a server of vectors must be able to do. It is an index and no more: which of its points stand for passages, only
//! the store of passages says.

use std::collections::HashMap;

use airis_domain::JsonMap;
use async_trait::async_trait;

use crate::Result;

/// A vector of length one with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// A UUID that no other point has or had.
    pub id: String,
    pub vector: Vec<f32>,
    pub collection: String,
    pub file_id: Option<String>,
    pub text: String,
    pub metadata: JsonMap,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub vector: &'a [f32],
    pub collection: &'a str,
    /// Only points of these files; `None`: of all.
    pub files: Option<&'a [String]>,
    pub limit: usize,
}

/// A point that was found, with the cosine of its vector and the one that was looked for.
pub type Hit = (String, f64);

/// A server of vectors. Places are collections of the server, one for each model and length of vectors; their names consist
/// of letters, digits and `_`, and begin with a letter.
#[async_trait]
pub trait Points: Send + Sync {
    /// Whether the server answers, and lets us in.
    async fn check(&self) -> Result<()>;

    /// Makes a place for vectors of so many numbers; one that is there stays as it is.
    async fn ensure(&self, place: &str, dimensions: usize) -> Result<()>;

    /// Stores points; they are found when `settle` was called behind the last of them.
    async fn upsert(&self, place: &str, points: &[Point]) -> Result<()>;

    /// Has found what was stored, where that takes more than storing it.
    async fn settle(&self, _place: &str) -> Result<()> {
        Ok(())
    }

    /// The points nearest to a vector, the nearest first; none where there is no such place.
    async fn near(&self, place: &str, question: Question<'_>) -> Result<Vec<Hit>>;

    /// The vectors of points; those that are not there are left out.
    async fn vectors(&self, place: &str, ids: &[&str]) -> Result<HashMap<String, Vec<f32>>>;

    /// Deletes points; those that are not there, and places that are not, are no failure.
    async fn delete(&self, place: &str, ids: &[&str]) -> Result<()>;

    /// Names of places that begin with a prefix.
    async fn places(&self, prefix: &str) -> Result<Vec<String>>;

    /// Deletes a place with all that is in it; one that is not there is no failure.
    async fn drop_place(&self, place: &str) -> Result<()>;
}
