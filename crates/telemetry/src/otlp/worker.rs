//! The tasks that send: one per signal, each with its own collector, its own patience and one line in the log when it
//! cannot be reached.

use std::fmt;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::deliver::{Failure, Way};
use crate::metrics;

/// Entries of one export.
const BATCH: usize = 512;
/// How long entries gather.
const EVERY: Duration = Duration::from_secs(2);
/// Pauses before an export is tried again. What does not arrive then is dropped, and what follows is tried once each.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(15)];
/// Between two exports as long as nobody is there.
const ABSENT: Duration = Duration::from_secs(30);

/// Sends entries until it is stopped, then what is left.
pub(crate) async fn run<T>(mut queue: Receiver<T>, way: Way, write: impl Fn(&[T]) -> Vec<u8>, stop: CancellationToken) {
    let mut link = Link { way, broken: false };
    let mut batch = Vec::with_capacity(BATCH);
    while gather(&mut queue, &mut batch, &stop).await {
        if !batch.is_empty() {
            link.send(&write(&batch), batch.len(), &stop).await;
            batch.clear();
        }
    }
    queue.close();
    loop {
        let room = BATCH - batch.len();
        if room > 0 {
            queue.recv_many(&mut batch, room).await;
        }
        if batch.is_empty() {
            return;
        }
        // Nobody waits for a collector that was away before.
        if link.broken || link.attempt(&write(&batch)).await.is_err() {
            metrics::not_exported(link.way.signal, batch.len() as u64 + queue.len() as u64);
            return;
        }
        batch.clear();
    }
}

/// Until the batch is full or old enough; false when this is the end.
async fn gather<T>(queue: &mut Receiver<T>, batch: &mut Vec<T>, stop: &CancellationToken) -> bool {
    let end = Instant::now() + EVERY;
    while batch.len() < BATCH {
        let room = BATCH - batch.len();
        tokio::select! {
            biased;
            () = stop.cancelled() => return false,
            () = sleep_until(end) => return true,
            count = queue.recv_many(batch, room) => if count == 0 { return false },
        }
    }
    true
}

/// Sends what `write` tells, again and again, and once more at the end.
pub(crate) async fn measure(
    write: impl Fn() -> Result<Vec<u8>, fmt::Error>,
    every: Duration,
    way: Way,
    stop: CancellationToken,
) {
    let mut link = Link { way, broken: false };
    let mut ends = false;
    while !ends {
        // Where nobody is, nobody misses one.
        let pause = if link.broken { every.max(ABSENT) } else { every };
        ends = tokio::select! {
            () = stop.cancelled() => true,
            () = sleep(pause) => false,
        };
        if ends && link.broken {
            return;
        }
        match write() {
            Ok(message) => {
                // The next one tells everything that this one does.
                _ = link.attempt(&message).await;
            }
            Err(error) => tracing::warn!(%error, "metrics cannot be written"),
        }
    }
}

/// A way, and whether it is broken.
struct Link {
    way: Way,
    broken: bool,
}

impl Link {
    /// Sends a message of so many entries, for a while again and again.
    async fn send(&mut self, message: &[u8], count: usize, stop: &CancellationToken) {
        let was_broken = self.broken;
        let mut pauses = PAUSES.iter().copied();
        loop {
            let pause = match self.attempt(message).await {
                Ok(()) => return,
                Err(Failure::Refused(_)) => break,
                Err(Failure::Away(_)) if was_broken => None,
                Err(Failure::Away(_)) => pauses.next(),
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(pause.unwrap_or(ABSENT)) => {}
            }
            if pause.is_none() {
                break;
            }
        }
        metrics::not_exported(self.way.signal, count as u64);
    }

    /// Sends once. Says when a way breaks and when it is whole again, and nothing in between.
    async fn attempt(&mut self, message: &[u8]) -> Result<(), Failure> {
        let outcome = self.way.deliver(message).await;
        let signal = self.way.signal;
        match &outcome {
            Ok(()) if self.broken => tracing::info!(signal, "telemetry is delivered again"),
            Err(Failure::Away(why) | Failure::Refused(why)) if !self.broken => {
                tracing::warn!(signal, why, "telemetry is not delivered; it is dropped until the collector takes it");
            }
            _ => {}
        }
        self.broken = outcome.is_err();
        outcome
    }
}
