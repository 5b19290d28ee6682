//! What happens by the clock: tokens are checked again, silent sessions expire, usage reports fade.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use airis_domain::UserId;
use parking_lot::Mutex;

use crate::sessions::Person;
use crate::{Inner, inbound, presence};

const TICK: Duration = Duration::from_secs(3);
/// Every token is checked again this often.
const RECHECK: Duration = Duration::from_secs(30);
/// A session without heartbeat expires after this, or four heartbeats if that is longer.
const SILENCE: Duration = Duration::from_secs(120);
/// How long the owner of a closed socket stays known (a reconnecting tab still has its temporary chat).
const DEPARTED: Duration = Duration::from_secs(600);
const DEPARTED_LIMIT: usize = 20_000;

/// Sweeps until aborted.
pub(crate) async fn run(inner: Arc<Inner>) {
    let heartbeat = inner.config.settings().websocket_heartbeat_interval.unwrap_or(0);
    let silence = SILENCE.max(Duration::from_secs(heartbeat.saturating_mul(4)));
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut checked = Instant::now();
    loop {
        ticks.tick().await;
        inner.usage.sweep();
        inner.departed.sweep();
        doze(&inner, silence);
        if checked.elapsed() >= RECHECK {
            recheck(&inner).await;
            checked = Instant::now();
        }
    }
}

/// Takes silent sessions out of the presence of their chats.
fn doze(inner: &Arc<Inner>, silence: Duration) {
    for seat in inner.rooms.seats() {
        if seat.doze(silence) {
            inner.usage.forget(seat.id());
            presence::leave_all(inner, &seat);
        }
    }
}

/// Closes sockets whose token or role no longer holds. One question per token, however many tabs share it.
async fn recheck(inner: &Arc<Inner>) {
    let mut known: HashMap<String, Option<UserId>> = HashMap::new();
    for seat in inner.rooms.seats() {
        let Some((person, token)) = seat.bound() else { continue };
        let holder = match known.get(&token) {
            Some(holder) => holder.clone(),
            None => {
                // Who is behind it is asked again the next time where it cannot be known now.
                let Ok(user) = inner.sessions.user(&token).await else { continue };
                let holder = user.as_ref().and_then(Person::of).map(|person| person.id);
                known.insert(token, holder.clone());
                holder
            }
        };
        if holder.as_ref() != Some(&person.id) {
            tracing::info!(sid = seat.id(), "session no longer valid; socket closed");
            inbound::expire(inner, &seat);
        }
    }
}

/// Owners of sockets that are gone, for a while.
#[derive(Default)]
pub(crate) struct Departed(Mutex<HashMap<String, (UserId, Instant)>>);

impl Departed {
    pub(crate) fn remember(&self, sid: &str, owner: &UserId) {
        let mut departed = self.0.lock();
        if departed.len() < DEPARTED_LIMIT {
            departed.insert(sid.to_owned(), (owner.clone(), Instant::now()));
        }
    }

    pub(crate) fn owner(&self, sid: &str) -> Option<UserId> {
        self.0.lock().get(sid).map(|(owner, _)| owner.clone())
    }

    fn sweep(&self) {
        self.0.lock().retain(|_, (_, at)| at.elapsed() < DEPARTED);
    }
}
