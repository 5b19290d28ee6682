//! Who may write a turn: its lease, renewed while the owner lives.

use std::sync::Arc;
use std::time::Duration;

use airis_domain::TurnId;
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::{Inner, elsewhere, recover};

/// How long a lease holds without renewal. A take-over waits at most this long.
const LEASE: Duration = Duration::from_secs(4);
/// Three renewals may fail before the lease is gone.
const RENEW: Duration = Duration::from_secs(1);

/// End of a lease taken now, by the clock that all instances share.
pub fn until(inner: &Inner) -> i64 {
    inner.bus.now_ms() + LEASE.as_millis() as i64
}

/// Renews every lease of this instance with one statement, and takes over what others left behind.
pub async fn keep(inner: Arc<Inner>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(RENEW);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut suspects = Vec::new();
    let mut renewed = Instant::now();
    let mut looking: Option<JoinHandle<()>> = None;
    let steady = Arc::new(Mutex::new(Steady::new(Instant::now())));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let looks = looking.as_ref().is_some_and(|task| !task.is_finished());
        if inner.has_running() || !suspects.is_empty() || looks {
            let renewal = inner.store.renew_turns(&inner.instance, until(&inner));
            // Whoever waits for longer than the lease holds shows what another may show by now.
            match timeout(LEASE.saturating_sub(renewed.elapsed()).max(RENEW), renewal).await {
                Ok(Ok(held)) => {
                    renewed = Instant::now();
                    // Logs are mended as soon as they tear; this is for those of which nobody heard.
                    let torn = if inner.bus.trouble().is_none() { inner.with_torn_log(None) } else { Vec::new() };
                    for job in inner.hushed().into_iter().chain(torn) {
                        inner.spawn_lesser(elsewhere::mend(inner.clone(), job));
                    }
                    suspects = check(&inner, &held, &suspects);
                }
                Ok(Err(error)) => tracing::warn!(%error, "leases were not renewed"),
                Err(_) => tracing::warn!("leases were not renewed in time"),
            }
            if inner.bus.is_shared() && renewed.elapsed() > LEASE {
                inner.hush();
            }
        } else {
            renewed = Instant::now();
        }
        // Beside the renewals: what is found may wait for providers that do not answer.
        if !inner.is_draining() && !looks {
            looking = Some(inner.spawn_lesser(look(inner.clone(), steady.clone())));
        }
    }
}

async fn look(inner: Arc<Inner>, steady: Arc<Mutex<Steady>>) {
    let orphans = match recover::orphans(&inner, false).await {
        Ok(orphans) => orphans,
        Err(error) => return tracing::warn!(%error, "abandoned turns could not be looked for"),
    };
    if !steady.lock().answered(Instant::now()) || orphans.is_empty() {
        return;
    }
    let count = recover::take_all(&inner, orphans).await;
    // That took its time, in which nobody looked.
    steady.lock().answered = Instant::now();
    if count > 0 {
        tracing::info!(count, "took over replies of another process");
    }
}

/// How long the store has answered without a pause. After one, nobody could renew, and everybody's leases are over: owners
/// that live renew theirs before others look, and what they have shown goes on. A store that is slow for long holds others
/// up now and then, not for ever.
struct Steady {
    answered: Instant,
    since: Instant,
}

impl Steady {
    /// At the start others had every chance to renew.
    fn new(now: Instant) -> Self {
        Self { answered: now, since: now.checked_sub(LEASE).unwrap_or(now) }
    }

    /// The store has answered; false as long as leases say nothing.
    fn answered(&mut self, now: Instant) -> bool {
        if now.duration_since(self.answered) > LEASE && now.duration_since(self.since) > LEASE * 4 {
            self.since = now;
        }
        self.answered = now;
        now.duration_since(self.since) >= LEASE
    }
}

/// Compares the leases with what runs here. Held but not running twice in a row: nobody will ever finish it, it is taken
/// over. (Once may be a turn that is just being started or has just ended.) Returns those seen for the first time.
fn check(inner: &Arc<Inner>, held: &[TurnId], suspects: &[TurnId]) -> Vec<TurnId> {
    let idle: Vec<TurnId> = held.iter().filter(|id| !inner.has(id) && !inner.is_taking(id)).cloned().collect();
    let (strays, fresh): (Vec<_>, Vec<_>) = idle.into_iter().partition(|id| suspects.contains(id));
    if !inner.is_draining() && !strays.is_empty() {
        let taker = inner.clone();
        inner.spawn_lesser(async move {
            if let Err(error) = recover::take_strays(&taker, &strays).await {
                tracing::warn!(%error, "turns without a task could not be taken over");
            }
        });
    }
    fresh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_pause_of_the_store_leases_say_nothing_until_their_owners_could_renew() {
        let start = Instant::now();
        let mut steady = Steady::new(start);
        assert!(steady.answered(start + RENEW));
        let back = start + LEASE * 5;
        assert!(!steady.answered(back));
        assert!(!steady.answered(back + RENEW));
        assert!(steady.answered(back + LEASE));
        assert!(steady.answered(back + LEASE * 3), "however slow it is, others look before long");
    }
}
