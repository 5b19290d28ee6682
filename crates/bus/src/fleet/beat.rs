//! Saying that this instance lives, learning who else does, and what follows from both.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::letter::Letter;
use super::outbox::Post;
use super::{Fleet, LEFT, LOG, Member, here_ms};
use crate::BusError;

const EVERY: Duration = Duration::from_secs(2);
/// The same while the bus does not answer: people elsewhere see nothing of replies here until it does again.
const AGAIN: Duration = Duration::from_millis(250);
/// How long the bus may take to notice.
const WITHIN: Duration = Duration::from_secs(2);

/// Beats until the fleet is left.
pub(crate) async fn run(fleet: Arc<Fleet>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = fleet.stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let before = here_ms();
        let lost_for = fleet.beaten.lock().elapsed();
        match timeout(WITHIN, fleet.beat()).await.unwrap_or(Err(BusError::Silent)) {
            Ok(anew) => {
                if fleet.away.swap(false, Ordering::Relaxed) {
                    tracing::info!("the bus is back");
                    fleet.heal(fleet.away_since.load(Ordering::Relaxed));
                } else if anew {
                    tracing::warn!("other instances took this one for dead; it joins them again");
                    fleet.heal(before.saturating_sub(i64::try_from(lost_for.as_millis()).unwrap_or(i64::MAX / 2)));
                } else if fleet.owes.swap(false, Ordering::Relaxed) {
                    fleet.tell_missed(before.saturating_sub(2 * i64::try_from(EVERY.as_millis()).unwrap_or_default()));
                }
                fleet.outbox.post(Post::Direct { to: fleet.tag.clone(), letter: Letter::Echo });
            }
            Err(error) => {
                tracing::warn!(%error, "the bus did not notice that this instance lives");
                fleet.renew_after(&error);
                ticks.reset_after(AGAIN);
            }
        }
    }
}

impl Fleet {
    /// True when this instance was not known (any more).
    pub(crate) async fn beat(&self) -> Result<bool, BusError> {
        let asked = here_ms();
        // Who could not say that it lives does not know who else could not.
        let bury = self.beaten.lock().elapsed() < EVERY * 2;
        let beat = self.carrier.beat(&self.tag, &self.note, bury).await?;
        let answered = here_ms();
        *self.beaten.lock() = Instant::now();
        self.offset_ms.store(beat.now_ms - asked - (answered - asked) / 2, Ordering::Relaxed);
        let member =
            |(tag, note): (String, String)| Member { tag, note: serde_json::from_str(&note).unwrap_or_default() };
        let members: Vec<Member> = beat.instances.into_iter().map(member).collect();
        // Who is dead answers nothing any more.
        self.asks.retain(|_, waiting| members.iter().any(|member| member.tag == waiting.to));
        *self.members.write() = members;
        if !beat.dead.is_empty() {
            let payload = json!({"rooms": beat.left});
            self.topics.publish(LEFT, payload.clone());
            self.publish(LEFT, payload);
        }
        Ok(beat.anew)
    }

    /// Says again what the bus has forgotten or never heard.
    pub(crate) fn heal(&self, since_ms: i64) {
        let rooms: Vec<(String, Option<String>)> =
            self.rooms.lock().iter().map(|(room, had)| (room.clone(), had.told())).collect();
        for (room, told) in rooms {
            drop(self.outbox.mark(room, told));
        }
        self.mend_logs();
        self.owes.store(false, Ordering::Relaxed);
        self.tell_missed(since_ms);
    }

    /// Has whole parts written for logs that lack something.
    pub(crate) fn mend_logs(&self) {
        let broken: Vec<String> = self.broken.lock().drain().collect();
        for turn in broken {
            self.topics.publish(LOG, json!({"turn_id": turn}));
        }
    }

    /// A connection that does not answer may be one that only seems to be there.
    pub(crate) fn renew_after(&self, error: &BusError) {
        if matches!(error, BusError::Silent) {
            self.carrier.renew();
        }
    }

    /// What was said while this instance could not hear is lost for it alone.
    pub(crate) fn heal_ears(&self, since_ms: i64) {
        self.ask_no_more();
        self.topics.publish(super::MISSED, json!({ "since_ms": since_ms }));
    }
}
