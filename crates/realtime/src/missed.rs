//! Filling in what this instance could not hear, or what another died before it said: replies that grew or ended meanwhile,
//! and who looks at chats.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use airis_bus::{LEFT, MISSED};
use airis_domain::{ChatId, Json, UserId};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::sleep;

use crate::Inner;

/// Clocks of instances may be apart, and what was written last before the silence may not have been heard.
const MARGIN: i64 = 10;
/// Several pieces of news within this time are looked into at once.
const GATHER: Duration = Duration::from_millis(50);
const PAUSE: Duration = Duration::from_secs(1);
/// What is looked into when nobody knows how long the silence was, in milliseconds.
const LONG: i64 = 120_000;
/// How long nobody may have noticed that an instance is dead, in milliseconds. It may have stored an end and not told it.
const UNNOTICED: i64 = 10_000;

/// Fills in until aborted.
pub(crate) async fn run(inner: Arc<Inner>) {
    let (mut news, mut deaths) = (inner.bus.subscribe(MISSED), inner.bus.subscribe(LEFT));
    loop {
        let (heard, long) = tokio::select! {
            heard = news.recv() => (heard, LONG),
            heard = deaths.recv() => (heard, UNNOTICED),
        };
        let mut since = match heard {
            Ok(message) => since(&inner, &message, long),
            Err(RecvError::Lagged(_)) => inner.bus.now_ms() - LONG,
            Err(RecvError::Closed) => return,
        };
        sleep(GATHER).await;
        while let Ok(message) = news.try_recv() {
            since = since.min(self::since(&inner, &message, LONG));
        }
        while let Err(error) = fill(&inner, since / 1000 - MARGIN).await {
            tracing::warn!(%error, "what was missed is filled in in a moment");
            sleep(PAUSE).await;
        }
    }
}

/// The time that news name, or `long` ago.
fn since(inner: &Inner, message: &Json, long: i64) -> i64 {
    message["since_ms"].as_i64().unwrap_or_else(|| inner.bus.now_ms() - long)
}

async fn fill(inner: &Inner, since: i64) -> Result<(), airis_turns::TurnError> {
    let rooms = inner.rooms.names();
    let named = |kind: &str| rooms.iter().filter_map(|room| room.strip_prefix(kind).map(str::to_owned)).collect();
    let (users, chats): (HashSet<String>, HashSet<String>) = (named("user:"), named("chat:"));
    let wanted = |user: &UserId, chat: &ChatId| users.contains(user.as_str()) || chats.contains(chat.as_str());
    let events = inner.turns.missed(wanted, since).await?;
    tracing::info!(events = events.len(), "filled in what was missed");
    events.into_iter().for_each(|event| inner.bus.emit_here(event));
    chats.into_iter().for_each(|chat| inner.changed.note(ChatId::from(chat)));
    Ok(())
}
