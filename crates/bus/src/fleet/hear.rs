//! The one task that hears what other instances say.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::letter::Letter;
use super::{Fleet, MISSED, SILENCE, here_ms};
use crate::BusError;
use crate::carrier::Ear;

/// Between two attempts to listen again: the first pause, doubled up to the last.
const PAUSE: Duration = Duration::from_millis(50);
const LONG_PAUSE: Duration = Duration::from_secs(2);

/// Hears until the fleet is left.
pub(crate) async fn run(fleet: Arc<Fleet>, mut ear: Ear) {
    loop {
        let error = tokio::select! {
            () = fleet.stop.cancelled() => return,
            error = listen(&fleet, &mut ear) => error,
        };
        let since = here_ms();
        tracing::warn!(%error, "this instance hears nothing over the bus; it listens anew");
        drop(ear);
        ear = tokio::select! {
            () = fleet.stop.cancelled() => return,
            ear = again(&fleet) => ear,
        };
        // From the last thing that certainly was heard; letters may have been lost before that was noticed.
        let silent = fleet.heard.lock().elapsed();
        *fleet.heard.lock() = Instant::now();
        let lost = i64::try_from(silent.as_millis()).unwrap_or(i64::MAX / 2);
        fleet.heal_ears(since.saturating_sub(lost));
        tracing::info!("this instance hears the bus again");
    }
}

/// Hears until something is wrong.
async fn listen(fleet: &Arc<Fleet>, ear: &mut Ear) -> BusError {
    loop {
        match timeout(SILENCE, ear.next()).await {
            Ok(Ok(letters)) => {
                *fleet.heard.lock() = Instant::now();
                letters.iter().flat_map(|letter| letter.lines()).for_each(|line| hear(fleet, line));
            }
            Ok(Err(error)) => return error,
            // Not even what it sends to itself arrives: the connection only seems to be there.
            Err(_) => return BusError::Silent,
        }
    }
}

async fn again(fleet: &Fleet) -> Ear {
    let mut pause = PAUSE;
    loop {
        match timeout(SILENCE, fleet.carrier.listen(&fleet.tag)).await.unwrap_or(Err(BusError::Silent)) {
            Ok(ear) => return ear,
            Err(error) => tracing::debug!(%error, "the bus cannot be listened to yet"),
        }
        sleep(pause).await;
        pause = LONG_PAUSE.min(pause * 2);
    }
}

fn hear(fleet: &Arc<Fleet>, line: &str) {
    match serde_json::from_str(line) {
        Ok(Letter::Room(event)) => fleet.topics.emit(Arc::new(event)),
        Ok(Letter::Topic { topic, payload }) => {
            if topic == MISSED {
                fleet.ask_no_more();
            }
            fleet.topics.publish(&topic, payload);
        }
        Ok(Letter::Question { id, from, kind, payload }) => fleet.asked(id, from, &kind, payload),
        Ok(Letter::NeverMind { id, from }) => fleet.never_mind(id, from),
        Ok(Letter::Answer { id, payload }) => fleet.answered(id, payload),
        Ok(Letter::Echo) => {}
        // Said by a newer version: it has other ways to make itself understood.
        Err(error) => tracing::debug!(%error, "a letter was not understood"),
    }
}
