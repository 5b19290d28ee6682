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
    tokio::join!(silences(&inner), deaths(&inner));
}

/// After this instance could not hear for a while.
async fn silences(inner: &Inner) {
    let mut news = inner.bus.subscribe(MISSED);
    loop {
        let mut since = match news.recv().await {
            Ok(message) => since(inner, &message),
            Err(RecvError::Lagged(_)) => inner.bus.now_ms() - LONG,
            Err(RecvError::Closed) => return,
        };
        sleep(GATHER).await;
        while let Ok(message) = news.try_recv() {
            since = since.min(self::since(inner, &message));
        }
        while let Err(error) = fill(inner, since / 1000 - MARGIN).await {
            tracing::warn!(%error, "what was missed is filled in in a moment");
            sleep(PAUSE).await;
        }
    }
}

/// After another instance died, perhaps between storing an end and telling it. What ran there is taken over.
async fn deaths(inner: &Inner) {
    let mut news = inner.bus.subscribe(LEFT);
    while !matches!(news.recv().await, Err(RecvError::Closed)) {
        let since = (inner.bus.now_ms() - UNNOTICED) / 1000 - MARGIN;
        let looked_at = LookedAt::now(inner);
        match inner.turns.ended(|user, chat| looked_at.has(user, chat), since).await {
            Ok(events) => events.into_iter().for_each(|event| inner.bus.emit_here(event)),
            Err(error) => tracing::warn!(%error, "ends that a dead instance did not tell were not looked for"),
        }
    }
}

fn since(inner: &Inner, message: &Json) -> i64 {
    message["since_ms"].as_i64().unwrap_or_else(|| inner.bus.now_ms() - LONG)
}

async fn fill(inner: &Inner, since: i64) -> Result<(), airis_turns::TurnError> {
    let looked_at = LookedAt::now(inner);
    let events = inner.turns.missed(|user, chat| looked_at.has(user, chat), since).await?;
    tracing::info!(events = events.len(), "filled in what was missed");
    events.into_iter().for_each(|event| inner.bus.emit_here(event));
    looked_at.chats.into_iter().for_each(|chat| inner.changed.note(ChatId::from(chat)));
    Ok(())
}

/// Who is connected here, and which chats are open here.
struct LookedAt {
    users: HashSet<String>,
    chats: HashSet<String>,
}

impl LookedAt {
    fn now(inner: &Inner) -> Self {
        let rooms = inner.rooms.names();
        let named = |kind: &str| rooms.iter().filter_map(|room| room.strip_prefix(kind).map(str::to_owned)).collect();
        Self { users: named("user:"), chats: named("chat:") }
    }

    fn has(&self, user: &UserId, chat: &ChatId) -> bool {
        self.users.contains(user.as_str()) || self.chats.contains(chat.as_str())
    }
}
