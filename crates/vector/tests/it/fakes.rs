//! Servers of vectors that cannot be had where tests run: small ones in memory play what they document, so that what every
//! store must do is asked of each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use airis_config::VectorServer;
use airis_vector::{Passage, Scope, Vectors};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::served::{Asked, Reply, Served};
use crate::{MODEL, passage};

/// Vectors with what is known of them, by place and id.
pub type Places = BTreeMap<String, BTreeMap<String, (Vec<f32>, Value)>>;

/// What a fake server keeps, and when it is not there.
#[derive(Clone, Default)]
pub struct Kept {
    places: Arc<Mutex<Places>>,
    /// Requests until it is away; as many as one likes where nobody counts.
    left: Arc<Mutex<Option<Arc<AtomicI64>>>>,
}

impl Kept {
    pub fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap()
    }

    pub fn points(&self) -> usize {
        self.places().values().map(BTreeMap::len).sum()
    }

    /// Goes away after so many requests; `None`: is there again.
    pub fn away_after(&self, requests: Option<i64>) {
        *self.left.lock().unwrap() = requests.map(|requests| Arc::new(AtomicI64::new(requests)));
    }

    pub fn is_away(&self) -> bool {
        self.left.lock().unwrap().as_ref().is_some_and(|left| left.fetch_sub(1, Ordering::SeqCst) <= 0)
    }
}

/// One of them while it runs.
pub struct Fake {
    pub server: VectorServer,
    pub kept: Kept,
    /// Those over HTTP; others are a task.
    pub served: Option<Served>,
    pub serving: Option<JoinHandle<()>>,
}

impl Fake {
    /// One over HTTP.
    pub async fn over_http(
        answer: impl Fn(&Kept, &Asked) -> Reply + Send + Sync + 'static,
        server: impl FnOnce(&str) -> VectorServer,
    ) -> Self {
        let kept = Kept::default();
        let known = kept.clone();
        let served = Served::new(move |asked| {
            let said = if known.is_away() { (503, "{}".to_owned()).into() } else { answer(&known, &asked) };
            Box::pin(async move { said })
        })
        .await;
        Self { server: server(&served.url), kept, served: Some(served), serving: None }
    }

    pub fn heard(&self) -> Vec<Asked> {
        self.served.as_ref().unwrap().heard()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}

pub fn cosine(one: &[f32], other: &[f32]) -> f64 {
    let dot =
        |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

/// The nearest of those that fit, with their cosines.
pub fn nearest(
    points: &BTreeMap<String, (Vec<f32>, Value)>,
    vector: &[f32],
    limit: usize,
    fits: impl Fn(&Value) -> bool,
) -> Vec<(String, f64)> {
    let there = points.iter().filter(|(_, (_, known))| fits(known));
    let mut found: Vec<_> = there.map(|(id, (numbers, _))| (id.clone(), cosine(numbers, vector))).collect();
    found.sort_by(|one, other| other.1.total_cmp(&one.1));
    found.truncate(limit);
    found
}

fn many(word: &str) -> Vec<Passage> {
    (0..250_u16).map(|number| passage(&format!("{word} {number}"), "apples", word, [1.0, f32::from(number)])).collect()
}

/// A server that dies at any moment of storing a file leaves the earlier one whole, and nothing is left of what failed.
pub async fn dies_amid_a_file(fake: Fake, requests: i64) {
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"));
    store.replace("kb", MODEL, "apples", many("old")).await.unwrap();
    assert_eq!(fake.kept.points(), 250);
    let scope = Scope::all("kb");
    for before in 0..requests {
        fake.kept.away_after(Some(before));
        let error = store.replace("kb", MODEL, "apples", many("new")).await.unwrap_err().to_string();
        assert!(error.starts_with("the store of passages is not available"), "{before}: {error}");
        assert_eq!(store.with_words(&scope, "old", false, 300).await.unwrap().len(), 250, "words need no server");
        fake.kept.away_after(None);
        let near = store.near(&scope, MODEL, &[1.0, 0.0], 300).await.unwrap();
        assert!(near.len() == 250 && near.iter().all(|found| found.text == "old"), "{before}: {}", near.len());
    }
    store.replace("kb", MODEL, "apples", many("new")).await.unwrap();
    let near = store.near(&scope, MODEL, &[1.0, 0.0], 300).await.unwrap();
    assert!(near.len() == 250 && near.iter().all(|found| found.text == "new"));
    assert_eq!(fake.kept.points(), 250, "nothing is left of what failed");
    fake.kept.away_after(Some(0));
    assert_eq!(store.forget_file("apples").await.unwrap(), 250, "what is deleted does not wait for the server");
    fake.kept.away_after(None);
    assert!(store.near(&scope, MODEL, &[1.0, 0.0], 9).await.unwrap().is_empty());
    store.add("kb", MODEL, vec![passage("9", "pears", "Quince", [1.0, 0.0])]).await.unwrap();
    assert_eq!(fake.kept.points(), 1);
}

/// What is said of a server that does not let us in, or is away; nothing is stored meanwhile.
pub async fn refused(server: &VectorServer, part: &str) {
    let folder = tempfile::tempdir().unwrap();
    let error = airis_vector::check(server).await.unwrap_err().to_string();
    assert!(error.contains(part), "{error}");
    let store = Vectors::remote(server, None, &folder.path().join("vectors.db"));
    let error = store.add("kb", MODEL, vec![passage("1", "f", "t", [1.0, 0.0])]).await.unwrap_err().to_string();
    assert!(error.contains(part), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    assert!(!store.has("kb").await.unwrap());
}
