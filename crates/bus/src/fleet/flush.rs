//! The one task that stores and tells what gathered: first the parts of logs, then what is shown of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use airis_store::{Flushed, LogPart};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::letter::{Borrowed, Packing};
use super::log::SharedLog;
use super::outbox::{Batch, Post};
use super::{Fleet, here_ms, is_told};
use crate::BusError;

/// How long events are held back for a bus that is away.
const HOLD: Duration = Duration::from_secs(3);
/// Between two flushes of an instance that has much to say: less than anybody sees, and many events.
const EVERY: Duration = Duration::from_millis(30);
/// The same where a flush has few of them: each costs the same.
const SPARSE: Duration = Duration::from_millis(45);
/// From so many events on a flush has many.
const MANY: usize = 16;
/// Flushes that may begin without waiting are this much ahead of their time.
const AHEAD: Duration = Duration::from_millis(120);
/// How long a flush waits for those who say something when it is due.
const GATHER: Duration = Duration::from_millis(2);
/// One attempt.
const ATTEMPT: Duration = Duration::from_secs(2);
/// Between two attempts: the first pause, doubled up to the last.
const PAUSE: Duration = Duration::from_millis(25);
const LONG_PAUSE: Duration = Duration::from_millis(400);

/// Flushes until the fleet is left and nothing waits any more.
pub(crate) async fn run(fleet: Arc<Fleet>) {
    loop {
        if fleet.outbox.is_empty() {
            tokio::select! {
                biased;
                () = fleet.outbox.ready() => {}
                () = fleet.stop.cancelled() => return,
            }
        }
        let next = fleet.pace.lock().next() + GATHER;
        tokio::select! {
            biased;
            () = fleet.stop.cancelled() => {}
            () = fleet.outbox.hurried() => {}
            () = sleep_until(next) => {}
        }
        if let Some(batch) = fleet.outbox.take() {
            fleet.pace.lock().flushes(Instant::now(), batch.posts.len());
            flush(&fleet, batch).await;
        }
    }
}

/// When the next flush may begin. A few may follow each other at once, so that who writes alone never waits; where much is
/// said, more of it goes together.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// When all flushes until now would have been, one after the other.
    due: Instant,
    every: Duration,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { due: now, every: EVERY }
    }

    fn next(&self) -> Instant {
        self.due.checked_sub(AHEAD).unwrap_or(self.due)
    }

    fn flushes(&mut self, now: Instant, events: usize) {
        self.every = if events < MANY { SPARSE } else { EVERY };
        self.due = self.then(now);
    }

    /// When all are due after one more flush at this time. Those that somebody hurried put off nobody for long.
    fn then(&self, now: Instant) -> Instant {
        (self.due.max(now) + self.every).min(now + AHEAD + self.every)
    }

    /// The first flush after the one that takes what is said now; `None` when it waits for nothing.
    pub(super) fn after_next(&self, now: Instant) -> Option<Instant> {
        self.then(now.max(self.next())).checked_sub(AHEAD).filter(|next| *next > now)
    }
}

async fn flush(fleet: &Fleet, mut batch: Batch) {
    let (logs, parts): (Vec<Arc<SharedLog>>, Vec<LogPart>) =
        batch.logs.iter().filter_map(|log| Some((log.clone(), log.cut()?))).unzip();
    let outcome = if fleet.is_away() { None } else { held(fleet, &mut batch, &parts).await };
    // Whoever waited goes on, with or without the others knowing.
    batch.marked.clear();
    for log in &logs {
        let stored = outcome.as_ref().is_some_and(|flushed| flushed.stored.contains(&log.turn));
        if !stored {
            if outcome.is_some() {
                tracing::info!(turn = log.turn, "the log of a turn does not take what this instance writes");
            }
            log.break_off();
            fleet.broken.lock().insert(log.turn.clone());
        }
    }
    let letters = tell(fleet, &batch, outcome.as_ref());
    // Only now: what was not stored is not shown as if it were.
    if outcome.is_some() {
        fleet.mend_logs();
    }
    if !letters.is_empty() {
        let sent = timeout(ATTEMPT, fleet.carrier.send(letters)).await;
        if let Err(error) = sent.unwrap_or(Err(BusError::Silent)) {
            tracing::warn!(%error, "letters to other instances were lost");
            fleet.renew_after(&error);
            fleet.owes.store(true, Ordering::Relaxed);
        }
    }
    if !batch.forgotten.is_empty() && outcome.is_some() {
        let forgotten = timeout(ATTEMPT, fleet.carrier.forget_logs(&batch.forgotten)).await;
        if let Err(error) = forgotten.unwrap_or(Err(BusError::Silent)) {
            tracing::warn!(%error, "logs of finished turns stay until a start");
        }
    }
}

/// Stores what is to be stored, for a while again and again. `None` when the bus stays away: it goes on without.
async fn held(fleet: &Fleet, batch: &mut Batch, parts: &[LogPart]) -> Option<Flushed> {
    let begun = Instant::now();
    let mut pause = PAUSE;
    loop {
        let attempt = timeout(ATTEMPT, store(fleet, batch, parts)).await;
        let error = match attempt.unwrap_or(Err(BusError::Silent)) {
            Ok(flushed) => return Some(flushed),
            Err(error) => error,
        };
        fleet.renew_after(&error);
        if begun.elapsed() > HOLD || fleet.stop.is_cancelled() {
            tracing::error!(%error, "the bus stays away: this instance goes on alone until it is back");
            fleet.away_since.store(here_ms() - begun.elapsed().as_millis() as i64, Ordering::Relaxed);
            fleet.away.store(true, Ordering::Relaxed);
            return None;
        }
        tracing::warn!(%error, "the bus does not answer; it is asked again in a moment");
        sleep(pause).await;
        pause = LONG_PAUSE.min(pause * 2);
    }
}

async fn store(fleet: &Fleet, batch: &mut Batch, parts: &[LogPart]) -> Result<Flushed, BusError> {
    if !batch.marks.is_empty() {
        let marks: Vec<_> = batch.marks.iter().map(|(room, note)| (room.clone(), note.clone())).collect();
        fleet.carrier.mark(&fleet.tag, &marks).await?;
        batch.marks.clear();
    }
    let (mut rooms, mut everyone) = (Vec::new(), false);
    for post in &batch.posts {
        match post {
            Post::Room { event, .. } if is_told(&event.room) => rooms.push(event.room.clone()),
            Post::Topic { .. } => everyone = true,
            _ => {}
        }
    }
    rooms.sort_unstable();
    rooms.dedup();
    if parts.is_empty() && rooms.is_empty() && !everyone {
        return Ok(Flushed::default());
    }
    fleet.carrier.flush(&fleet.tag, parts, &rooms, everyone).await
}

/// Shows events to the sockets here and packs them for the others.
fn tell(fleet: &Fleet, batch: &Batch, outcome: Option<&Flushed>) -> Vec<(String, String)> {
    let mut places: HashMap<&str, Vec<&str>> = HashMap::new();
    for (room, instance) in outcome.into_iter().flat_map(|flushed| &flushed.rooms) {
        places.entry(room).or_default().push(instance);
    }
    let mut packing = Packing::new(fleet.carrier.letter());
    for post in &batch.posts {
        let (line, to) = match post {
            Post::Room { event, of, .. } => {
                // What was refused is shown to nobody; what could not be stored, to those who are here.
                if outcome.is_some() && of.as_ref().is_some_and(|(log, written)| !log.has(*written)) {
                    continue;
                }
                fleet.topics.emit(event.clone());
                let Some(to) = places.get(event.room.as_str()) else { continue };
                (serde_json::to_string(&Borrowed::Room(event)), to.clone())
            }
            Post::Topic { topic, payload } => {
                let to = outcome.into_iter().flat_map(|flushed| &flushed.instances).map(String::as_str).collect();
                (serde_json::to_string(&Borrowed::Topic { topic, payload }), to)
            }
            Post::Direct { .. } if outcome.is_none() => continue,
            Post::Direct { to, letter } => (serde_json::to_string(letter), vec![to.as_str()]),
        };
        match line {
            Ok(line) => to.into_iter().for_each(|instance| packing.add(instance, &line)),
            Err(error) => tracing::error!(%error, "a letter cannot be written as JSON"),
        }
    }
    packing.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_little_never_waits_and_who_says_much_waits_for_the_pace() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for place in 1..=20 {
            let now = start + SPARSE * place;
            assert!(pace.next() <= now, "one event at a time waits at {place}");
            assert_eq!(pace.after_next(now), None, "nothing is gained by waiting at {place}");
            pace.flushes(now, 1);
        }
        for (events, every) in [(MANY, EVERY), (1, SPARSE)] {
            let (mut now, mut flushes) = (start + SPARSE * 100, 0);
            let mut pace = Pace::new(now);
            let end = now + every * 50;
            while now < end {
                now = now.max(pace.next());
                let promised = pace.after_next(now);
                pace.flushes(now, events);
                if flushes > 8 {
                    assert_eq!(promised, Some(pace.next()), "who reads on then is in time for the flush {flushes}");
                }
                flushes += 1;
            }
            assert!((50..=55).contains(&flushes), "{flushes} flushes in 50 times {every:?}");
        }
    }

    #[test]
    fn flushes_that_were_hurried_put_off_nobody() {
        let now = Instant::now();
        let mut pace = Pace::new(now);
        for _ in 0..1_000 {
            pace.flushes(now, 1);
        }
        assert!(pace.next() <= now + SPARSE);
        assert!(pace.after_next(now).is_some_and(|next| next <= now + 2 * SPARSE));
    }
}
