//! Which models people have open right now, as their tabs report it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// A report counts this long.
const FRESH: Duration = Duration::from_secs(3);
/// Models one socket may report at a time; more is a mistake or malice.
const MODELS_PER_SOCKET: usize = 32;

/// What `GET /api/usage` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Models in use, sorted.
    pub model_ids: Vec<String>,
    /// People with an open session.
    pub user_count: usize,
}

/// Reports by socket and model.
#[derive(Default)]
pub(crate) struct UsagePool {
    reports: Mutex<HashMap<String, HashMap<String, Instant>>>,
}

impl UsagePool {
    pub(crate) fn report(&self, sid: &str, model: &str) {
        let mut reports = self.reports.lock();
        let models = reports.entry(sid.to_owned()).or_default();
        if models.len() < MODELS_PER_SOCKET || models.contains_key(model) {
            models.insert(model.to_owned(), Instant::now());
        }
    }

    pub(crate) fn forget(&self, sid: &str) {
        self.reports.lock().remove(sid);
    }

    pub(crate) fn sweep(&self) {
        self.reports.lock().retain(|_, models| {
            models.retain(|_, at| at.elapsed() <= FRESH);
            !models.is_empty()
        });
    }

    /// Models reported within the last three seconds.
    pub(crate) fn models(&self) -> Vec<String> {
        let reports = self.reports.lock();
        let fresh = reports.values().flatten().filter(|(_, at)| at.elapsed() <= FRESH);
        let mut models: Vec<String> = fresh.map(|(model, _)| model.clone()).collect();
        models.sort();
        models.dedup();
        models
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_of_several_sockets_are_counted_once_and_forgotten_with_their_socket() {
        let pool = UsagePool::default();
        pool.report("a", "m1");
        pool.report("b", "m1");
        pool.report("b", "m0");
        assert_eq!(pool.models(), ["m0", "m1"]);
        pool.forget("b");
        assert_eq!(pool.models(), ["m1"]);
    }

    #[test]
    fn one_socket_cannot_grow_the_pool_without_bound() {
        let pool = UsagePool::default();
        for i in 0..1000 {
            pool.report("a", &format!("m{i}"));
        }
        assert_eq!(pool.models().len(), MODELS_PER_SOCKET);
    }
}
