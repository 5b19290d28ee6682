//! The vectors nearest to another one: from memory where those of their collection are kept, else read in pieces.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::matrix::{Cache, Matrix, ROOM};
use crate::measure::{unit, unpack};
use crate::{Result, Scope, VectorError};

/// Vectors that are read at once.
pub const TOGETHER: i64 = 20_000;

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
}

/// What is looked for.
pub struct Wanted {
    vector: Vec<f32>,
    files: Option<Vec<String>>,
    limit: usize,
}

impl Wanted {
    pub fn new(scope: &Scope, vector: &[f32], limit: usize) -> Result<Self> {
        Ok(Self { vector: unit(vector)?, files: scope.files.clone(), limit })
    }
}

/// The nearest in a collection of this version, the nearest first. Vectors are read in pieces, and stay where all of
/// them have room; of a larger collection no more than that is in memory at a time.
pub async fn nearest(
    store: &impl VectorRows,
    cache: &Mutex<Cache>,
    (collection, version): (i64, i64),
    model: &str,
    wanted: Wanted,
) -> Result<Vec<Near>> {
    let wanted = Arc::new(wanted);
    let dimensions = wanted.vector.len();
    let kept = cache.lock().get(collection, model, version, dimensions);
    if let Some(pieces) = kept {
        return compared(pieces, wanted, Vec::new()).await;
    }
    let (mut pieces, mut size, mut fits) = (Vec::new(), 0, true);
    let (mut best, mut after) = (Vec::new(), 0);
    loop {
        let rows = store.vector_rows(collection, model, after).await?;
        let Some((last, ..)) = rows.last() else { break };
        after = *last;
        let piece = matrix(rows, dimensions);
        size += piece.size();
        pieces.push(piece);
        if size > ROOM {
            best = compared(Arc::new(std::mem::take(&mut pieces)), wanted.clone(), best).await?;
            (size, fits) = (0, false);
        }
    }
    let pieces = Arc::new(pieces);
    if fits {
        cache.lock().put(collection, model, version, pieces.clone());
    }
    compared(pieces, wanted, best).await
}

fn matrix(rows: Vec<VectorRow>, dimensions: usize) -> Matrix {
    let (mut matrix, mut known) = (Matrix::new(dimensions), HashMap::new());
    for (key, file, bytes) in rows {
        if unpack(&bytes, dimensions, &mut matrix.numbers) {
            let owner = matrix.owner(&mut known, file);
            matrix.keys.push(key);
            matrix.owners.push(owner);
        }
    }
    matrix
}

/// The nearest of these pieces and of what was found before, the nearest first.
async fn compared(pieces: Arc<Vec<Matrix>>, wanted: Arc<Wanted>, before: Vec<Near>) -> Result<Vec<Near>> {
    let work = tokio::task::spawn_blocking(move || {
        let mut best = before;
        for piece in pieces.iter() {
            best.extend(piece.nearest(&wanted.vector, wanted.files.as_deref(), wanted.limit));
        }
        // Of two that are equally near, the one that was added first comes first.
        best.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        best.truncate(wanted.limit);
        best
    });
    work.await.map_err(|error| VectorError::Unavailable(error.to_string()))
}
