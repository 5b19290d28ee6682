//! Who may write a turn: its lease, renewed while the owner lives.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use airis_domain::TurnId;
use tokio_util::sync::CancellationToken;

use crate::Inner;

/// How long a lease holds without renewal. A take-over waits at most this long.
const LEASE: Duration = Duration::from_secs(5);
/// Three renewals may fail before the lease is gone.
const RENEW: Duration = Duration::from_millis(1500);

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

/// End of a lease taken now.
pub fn until() -> i64 {
    now_ms() + LEASE.as_millis() as i64
}

/// Renews every lease of this instance with one statement, and takes over what others left behind.
pub async fn keep(inner: Arc<Inner>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(RENEW);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut suspects = Vec::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if inner.has_running() || !suspects.is_empty() {
            match inner.store.renew_turns(&inner.instance, until()).await {
                Ok(held) => suspects = check(&inner, &held, &suspects).await,
                Err(error) => tracing::warn!(%error, "leases were not renewed"),
            }
        }
        if !inner.is_draining()
            && let Err(error) = crate::recover::take_over(&inner, false).await
        {
            tracing::warn!(%error, "abandoned turns could not be looked for");
        }
    }
}

/// Compares the leases with what runs here. Held but not running twice in a row: nobody will ever finish it, it is taken
/// over. (Once may be a turn that is just being started or has just ended.) Returns those seen for the first time.
async fn check(inner: &Arc<Inner>, held: &[TurnId], suspects: &[TurnId]) -> Vec<TurnId> {
    let idle: Vec<TurnId> = held.iter().filter(|id| !inner.has(id)).cloned().collect();
    let (strays, fresh): (Vec<_>, Vec<_>) = idle.into_iter().partition(|id| suspects.contains(id));
    if !inner.is_draining()
        && let Err(error) = crate::recover::take_strays(inner, &strays).await
    {
        tracing::warn!(%error, "turns without a task could not be taken over");
    }
    fresh
}
