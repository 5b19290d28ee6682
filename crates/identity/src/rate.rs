//! Attempts per key in a sliding window of buckets.

use async_recursion::async_recursion as boxed;
use std::collections::VecDeque;

use airis_store::Store;
use dashmap::DashMap;

/// Counts attempts in 60-second buckets; at most `limit` within `window` seconds.
pub struct RateLimit {
    limit: u32,
    window: i64,
    buckets: DashMap<String, VecDeque<(i64, u32)>>,
}

const BUCKET: i64 = 60;
/// Keys kept before old ones are swept out, so that random emails cannot fill the memory.
const SWEEP_AT: usize = 10_000;

impl RateLimit {
    /// At most `limit` attempts within `window` seconds.
    pub fn new(limit: u32, window: i64) -> Self {
        Self { limit, window, buckets: DashMap::new() }
    }

    /// The same on all instances together. Where they cannot be asked, this one counts for itself.
    #[boxed]
    pub async fn allow_everywhere(&self, store: &Store, key: &str, now: i64) -> bool {
        if !self.allow(key, now) {
            return false;
        }
        let (bucket, oldest) = (now / BUCKET, (now - self.window) / BUCKET);
        // Limits of different windows are different limits.
        let key = format!("{}:{key}", self.window);
        store.count_try(&key, bucket, oldest, self.limit).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "attempts elsewhere are not known");
            true
        })
    }

    /// Counts one attempt at `now` (seconds); false when there were too many.
    pub fn allow(&self, key: &str, now: i64) -> bool {
        if self.buckets.len() > SWEEP_AT {
            self.buckets
                .retain(|_, counts| counts.back().is_some_and(|(bucket, _)| *bucket > (now - self.window) / BUCKET));
        }
        let mut counts = self.buckets.entry(key.to_owned()).or_default();
        let bucket = now / BUCKET;
        while counts.front().is_some_and(|(old, _)| *old <= (now - self.window) / BUCKET) {
            counts.pop_front();
        }
        if counts.iter().map(|(_, count)| count).sum::<u32>() >= self.limit {
            return false;
        }
        match counts.back_mut() {
            Some((last, count)) if *last == bucket => *count += 1,
            _ => counts.push_back((bucket, 1)),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteenth_attempt_waits_until_the_window_has_passed() {
        let limit = RateLimit::new(15, 180);
        assert!((0..15).all(|_| limit.allow("a@example.com", 1_000_000)));
        assert!(!limit.allow("a@example.com", 1_000_001));
        assert!(limit.allow("b@example.com", 1_000_001));
        assert!(limit.allow("a@example.com", 1_000_240));
    }
}
