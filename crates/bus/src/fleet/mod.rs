//! The bus of many instances. What they have to say and to store gathers in an outbox; one task stores and tells it, one
//! hears the others, one says every two seconds that this instance lives.

mod ask;
mod beat;
mod flush;
mod hear;
mod letter;
mod log;
mod outbox;

pub use ask::Question;
pub(crate) use log::FleetLog;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use airis_domain::{Json, RoomEvent, TurnId};
use dashmap::DashMap;
use parking_lot::{Mutex, RwLock};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::carrier::Carrier;
use crate::topics::Topics;
use crate::traced;
use crate::turn_log::{self, entries};
use crate::{BusError, LogEntry, TurnLog};
use ask::Waiting;
use flush::Pace;
use outbox::{Outbox, Post};

/// Letters that this instance sent to itself must arrive at least this often, and heartbeats succeed.
const SILENCE: Duration = Duration::from_secs(7);
/// Longest name of a room that is told to others; ids that somebody made up may be longer.
const ROOM: usize = 512;
/// Events that may wait.
const FULL: usize = 65_536;
/// How long the last words of an instance may take.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Says that a log needs a whole part: `{"turn_id": …}`. Never leaves this instance.
pub const LOG: &str = "airis:log";
/// Says that an instance is gone without a word, and from which rooms: `{"rooms": […]}`.
pub const LEFT: &str = "airis:left";
/// Says that letters were lost: `{"since_ms": …}`.
pub const MISSED: &str = "airis:missed";

pub(crate) struct Fleet {
    /// The mark of this instance: its letters, rooms and sockets carry it.
    tag: String,
    /// What others may know of it.
    note: String,
    carrier: Carrier,
    topics: Arc<Topics>,
    outbox: Arc<Outbox>,
    pace: Mutex<Pace>,
    rooms: Mutex<HashMap<String, Had>>,
    members: RwLock<Vec<Member>>,
    asks: DashMap<u64, Waiting>,
    asked: AtomicU64,
    desks: DashMap<String, mpsc::Sender<Question>>,
    /// Questions being answered here, by who asked.
    answering: DashMap<(String, u64), CancellationToken>,
    /// The common clock, less ours.
    offset_ms: AtomicI64,
    /// Nothing is stored or told to others for now.
    away: AtomicBool,
    /// When that began, by the clock of this machine.
    away_since: AtomicI64,
    /// Letters to others were lost.
    owes: AtomicBool,
    /// Logs that lack something, by turn.
    broken: Mutex<HashSet<String>>,
    beaten: Mutex<Instant>,
    heard: Mutex<Instant>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// A living instance.
#[derive(Clone, Debug)]
pub struct Member {
    pub tag: String,
    /// What it says of itself.
    pub note: Json,
}

/// A room of this instance.
#[derive(Default)]
struct Had {
    /// What sockets here have to do with it.
    note: Option<String>,
    /// Others here who want to hear of it.
    followers: usize,
}

impl Had {
    fn told(&self) -> Option<String> {
        self.note.clone().or_else(|| (self.followers > 0).then(|| "[]".to_owned()))
    }
}

impl Fleet {
    /// Joins the others; fails when the carrier cannot be reached now.
    pub(crate) async fn join(carrier: Carrier, note: &Json, topics: Arc<Topics>) -> Result<Arc<Self>, BusError> {
        let random = TurnId::random().0;
        let tag = format!("{}{}", if carrier.fetches() { "p" } else { "" }, &random[..8]);
        let ear = carrier.listen(&tag).await?;
        let fleet = Arc::new(Self {
            tag,
            note: note.to_string(),
            carrier,
            topics,
            outbox: Arc::default(),
            pace: Mutex::new(Pace::new(Instant::now())),
            rooms: Mutex::default(),
            members: RwLock::default(),
            asks: DashMap::new(),
            asked: AtomicU64::new(0),
            desks: DashMap::new(),
            answering: DashMap::new(),
            offset_ms: AtomicI64::new(0),
            away: AtomicBool::new(false),
            away_since: AtomicI64::new(0),
            owes: AtomicBool::new(false),
            broken: Mutex::default(),
            beaten: Mutex::new(Instant::now()),
            heard: Mutex::new(Instant::now()),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        fleet.beat().await?;
        fleet.tasks.spawn(flush::run(fleet.clone()));
        fleet.tasks.spawn(hear::run(fleet.clone(), ear));
        fleet.tasks.spawn(beat::run(fleet.clone()));
        Ok(fleet)
    }

    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        self.members.read().clone()
    }

    pub(crate) fn size(&self) -> usize {
        self.members.read().len()
    }

    pub(crate) fn has_peers(&self) -> bool {
        self.members.read().iter().any(|member| member.tag != self.tag)
    }

    /// Milliseconds since 1970 by the clock that all instances share.
    pub(crate) fn now_ms(&self) -> i64 {
        here_ms() + self.offset_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    /// Why this instance cannot hear or be heard; `None` when all is well.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        if self.is_away() || self.beaten.lock().elapsed() > SILENCE {
            Some("the bus cannot be reached")
        } else if self.heard.lock().elapsed() > SILENCE * 2 {
            Some("nothing arrives over the bus")
        } else {
            None
        }
    }

    pub(crate) fn emit(&self, event: RoomEvent, of: Option<&TurnLog>) {
        let of = of.and_then(|log| match &log.0 {
            turn_log::Kind::Fleet(log) => Some((log.shared().clone(), log.shared().written())),
            turn_log::Kind::File(_) => None,
        });
        if self.outbox.waiting() >= FULL {
            // Faster than it can be told: what is lost is told as a whole, as soon as there is room again.
            if let Some((log, _)) = of.filter(|(log, _)| log.break_off()) {
                self.broken.lock().insert(log.turn.clone());
            }
            self.owes.store(true, Ordering::Relaxed);
            return;
        }
        let span = traced::publish(&event, self.carrier.name());
        self.outbox.post(Post::Room { event: Arc::new(event), of, _span: span });
    }

    pub(crate) fn waiting(&self) -> usize {
        self.outbox.waiting()
    }

    pub(crate) fn tells_again(&self) -> Option<Instant> {
        self.pace.lock().after_next(Instant::now())
    }

    pub(crate) fn publish(&self, topic: &str, payload: Json) {
        self.outbox.post(Post::Topic { topic: topic.to_owned(), payload });
    }

    pub(crate) fn log(&self, turn: &str) -> TurnLog {
        TurnLog(turn_log::Kind::Fleet(FleetLog::begin(turn, self.outbox.clone())))
    }

    pub(crate) async fn seize(&self, turn: &str, floor: u64) -> Result<(TurnLog, Vec<LogEntry>), BusError> {
        let (part, lines) = self.carrier.seize(turn).await?;
        Ok(log::seized(turn, part, &lines, floor, self.outbox.clone()))
    }

    pub(crate) async fn read_log(&self, turn: &str) -> Result<Vec<LogEntry>, BusError> {
        Ok(entries(&self.carrier.log(turn).await?))
    }

    pub(crate) async fn log_ids(&self) -> Result<Vec<String>, BusError> {
        self.carrier.log_ids().await
    }

    /// Says what sockets here have to do with a room: what `read` says, asked under a lock, so that of two changes at the
    /// same time the later one is told last. The receiver hears when others know.
    pub(crate) fn mark(&self, room: &str, read: impl FnOnce() -> Option<Json>) -> Option<oneshot::Receiver<()>> {
        self.change(room, |had| had.note = read().map(|note| note.to_string()))
    }

    /// Wants events of a room, or no more.
    pub(crate) fn follow(&self, room: &str, follows: bool) -> Option<oneshot::Receiver<()>> {
        self.change(room, |had| {
            had.followers = if follows { had.followers + 1 } else { had.followers.saturating_sub(1) };
        })
    }

    fn change(&self, room: &str, change: impl FnOnce(&mut Had)) -> Option<oneshot::Receiver<()>> {
        if !is_told(room) {
            return None;
        }
        let mut rooms = self.rooms.lock();
        let had = rooms.entry(room.to_owned()).or_default();
        let before = had.told();
        change(had);
        let now = had.told();
        if now.is_none() {
            rooms.remove(room);
        }
        // Also when nothing changed: what was told before may still be under way.
        Some(if before == now { self.outbox.settle(true) } else { self.outbox.mark(room.to_owned(), now) })
    }

    pub(crate) async fn settle(&self, hurries: bool) {
        // Gone unsaid with the fleet.
        _ = self.outbox.settle(hurries).await;
    }

    pub(crate) async fn who_has(&self, room: &str) -> Result<Vec<(String, Json)>, BusError> {
        if !is_told(room) {
            return Ok(Vec::new());
        }
        let found = self.carrier.who_has(room).await?;
        Ok(found.into_iter().map(|(tag, note)| (tag, serde_json::from_str(&note).unwrap_or_default())).collect())
    }

    /// Tells this instance and the others that letters were lost.
    fn tell_missed(&self, since_ms: i64) {
        self.ask_no_more();
        let payload = json!({ "since_ms": since_ms });
        self.topics.publish(MISSED, payload.clone());
        self.publish(MISSED, payload);
    }

    /// The last words: everything that waits is told, and others need not wait until this instance is missed.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        let end = async {
            self.tasks.wait().await;
            self.carrier.leave(&self.tag).await
        };
        match tokio::time::timeout(LAST_WORDS, end).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the bus was left without a word"),
            Err(_) => tracing::warn!("the bus was left without a word: it does not answer"),
        }
        self.carrier.close().await;
    }
}

/// Whether a room is told to others at all: names that somebody made up may be anything.
fn is_told(room: &str) -> bool {
    room.len() <= ROOM && !room.contains('\0')
}

/// Milliseconds since 1970 by the clock of this machine.
pub(crate) fn here_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
