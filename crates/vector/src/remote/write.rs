//! Putting vectors at the server, and deleting those that no passage names.

use std::collections::{BTreeMap, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use airis_domain::{Json, JsonMap};
use uuid::Uuid;

use super::Remote;
use super::points::Point;
use crate::kept::{Away, Kept};
use crate::measure::{unit, unpack};
use crate::{Duplicate, Passage, Result, VectorError};

/// Points that travel together.
const TOGETHER: usize = 100;
/// Points that are deleted together.
const SWEPT: i64 = 500;
/// Seconds after which nobody puts points any more that were announced.
const PATIENCE: i64 = 3_600;
/// Bytes of a text that go to the server; the whole of it stays with the passage.
const TEXT: usize = 32 * 1024;

impl Remote {
    /// Adds passages; `instead_of`: in place of all of this file.
    pub async fn add(
        &self,
        collection: &str,
        model: &str,
        mut passages: Vec<Passage>,
        instead_of: Option<&str>,
    ) -> Result<()> {
        let models = vec![Some(model.to_owned()); passages.len()];
        self.put(collection, &mut passages, models, instead_of).await
    }

    pub async fn copy(&self, copy: &Duplicate<'_>) -> Result<u64> {
        let stored = self.passages.stored(copy.from, copy.file_id).await?;
        let mut known = self.fetched(&stored).await?;
        let (mut passages, mut models) = (Vec::with_capacity(stored.len()), Vec::with_capacity(stored.len()));
        for (mut passage, kept) in stored {
            passage.vector = match (&kept.vector, &kept.point) {
                // As it was kept before vectors went to a server.
                (Some(bytes), _) => {
                    let mut vector = Vec::with_capacity(bytes.len() / 4);
                    unpack(bytes, bytes.len() / 4, &mut vector).then_some(vector)
                }
                (None, Some(point)) => known.remove(point),
                (None, None) => None,
            };
            models.push(kept.model);
            passages.push(passage);
        }
        self.put(copy.to, &mut passages, models, Some(copy.file_id)).await?;
        Ok(passages.len() as u64)
    }

    /// The vectors of passages that have them at this server.
    async fn fetched(&self, stored: &[(Passage, Kept)]) -> Result<HashMap<String, Vec<f32>>> {
        let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (_, kept) in stored {
            if let (Some(home), Some(point)) = (&kept.home, &kept.point)
                && let Some(place) = self.place_of(home)
            {
                places.entry(place).or_default().push(point);
            }
        }
        let mut known = HashMap::new();
        for (place, points) in places {
            for some in points.chunks(TOGETHER) {
                known.extend(self.points.vectors(place, some).await?);
            }
        }
        Ok(known)
    }

    /// Passages with their vectors, each made by the model at its place in `models`.
    async fn put(
        &self,
        collection: &str,
        passages: &mut [Passage],
        models: Vec<Option<String>>,
        instead_of: Option<&str>,
    ) -> Result<()> {
        if collection.is_empty() || collection.contains('\0') {
            return Err(VectorError::Refused("a collection needs a name"));
        }
        let _going = self.going.read().await;
        let (mut kept, mut away) = (Vec::with_capacity(passages.len()), Vec::new());
        let mut points: BTreeMap<(String, usize), Vec<Point>> = BTreeMap::new();
        for (passage, model) in passages.iter_mut().zip(models) {
            let (Some(vector), Some(model)) = (passage.vector.take(), model) else {
                kept.push(Kept::default());
                continue;
            };
            let vector = unit(&vector)?;
            let place = self.place(&model, vector.len());
            let home = self.home(&place);
            // Servers measure angles, and nothing but zeros has none.
            let point = vector.iter().any(|number| *number != 0.0).then(|| Uuid::new_v4().to_string());
            if let Some(id) = &point {
                away.push(Away { home: home.clone(), point: id.clone() });
                let point = self.point(id, vector, collection, passage);
                points.entry((place, point.vector.len())).or_default().push(point);
            }
            kept.push(Kept { model: Some(model), vector: None, home: Some(home), point });
        }
        if !away.is_empty() {
            self.passages.announce(&away, now()).await?;
        }
        let written = async {
            for ((place, dimensions), points) in &points {
                {
                    let _making = self.making.lock().await;
                    self.points.ensure(place, *dimensions).await?;
                }
                for some in points.chunks(TOGETHER) {
                    self.points.upsert(place, some).await?;
                }
                self.points.settle(place).await?;
            }
            self.passages.write(collection, passages, &kept, instead_of).await
        };
        let written = written.await;
        if written.is_err() {
            let ids: Vec<&str> = away.iter().map(|away| away.point.as_str()).collect();
            // Else they are deleted later.
            if let Err(error) = self.passages.give_up(&ids).await {
                tracing::warn!(%error, "vectors of passages that were not stored stay for an hour");
            }
        }
        self.sweep().await;
        written
    }

    fn point(&self, id: &str, vector: Vec<f32>, collection: &str, passage: &Passage) -> Point {
        let end = passage.text.floor_char_boundary(TEXT);
        // People name some of it themselves, and servers keep some names and numbers to themselves.
        let simple = |(name, value): (&String, &Json)| {
            let plain = name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
            let simple = value.is_string() || value.is_i64() || value.is_f64() || value.is_boolean();
            (plain && simple && !name.is_empty()).then(|| (name.clone(), value.clone()))
        };
        Point {
            id: id.to_owned(),
            vector,
            collection: collection.to_owned(),
            file_id: passage.file_id.clone(),
            text: passage.text[..end].to_owned(),
            metadata: passage.metadata.iter().filter_map(simple).collect::<JsonMap>(),
        }
    }

    /// Deletes points that no passage names. A server that is away is asked again by the next who writes.
    pub(super) async fn sweep(&self) {
        if let Err(error) = self.swept().await {
            tracing::warn!(%error, "vectors of deleted passages are deleted later");
        }
    }

    async fn swept(&self) -> Result<()> {
        loop {
            let waste = self.passages.waste(&self.home(""), now() - PATIENCE, SWEPT).await?;
            if waste.is_empty() {
                return Ok(());
            }
            let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for away in &waste {
                if let Some(place) = self.place_of(&away.home) {
                    places.entry(place).or_default().push(&away.point);
                }
            }
            for (place, points) in places {
                for some in points.chunks(TOGETHER) {
                    self.points.delete(place, some).await?;
                }
                self.passages.cleared(&points).await?;
            }
        }
    }

    /// The place of a home that is at this server, among ours.
    fn place_of<'a>(&self, home: &'a str) -> Option<&'a str> {
        home.starts_with(&self.home("")).then(|| home.split_once(':').map(|(_, place)| place)).flatten()
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
