//! What instances share while they run: room events, topics, turn logs, who is where, and questions from one to another.
//! In this process for an SQLite file, which has one server; over PostgreSQL or Redis for any number of instances. Rooms
//! above speak only to these functions and do not notice which it is.

mod carrier;
mod file_log;
mod fleet;
mod redis_bus;
mod topics;
mod traced;
mod turn_log;

pub use fleet::{LEFT, LOG, MISSED, Member, Question};
pub use redis_bus::RedisOptions;
pub use turn_log::{LogEntry, TurnLog};

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use airis_domain::{Json, RoomEvent};
use airis_store::{Store, StoreError};
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

use crate::carrier::Carrier;
use crate::file_log::Logs;
use crate::fleet::Fleet;
use crate::redis_bus::RedisCarrier;
use crate::topics::Topics;

/// Events that wait to be told to others from which on those who can wait should.
const BUSY: usize = 2_048;

/// Why the bus could not serve.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The turn log could not be written or read.
    #[error("turn log: {0}")]
    Log(#[from] std::io::Error),
    /// PostgreSQL did not carry it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Redis did not carry it.
    #[error("Redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// The instance that was asked is not there (any more).
    #[error("the instance is gone")]
    Gone,
    /// It answers no such question.
    #[error("the instance does not answer such a question")]
    Refused,
    /// No answer in time.
    #[error("no answer in time")]
    Silent,
}

/// A handle on the bus; cheap to clone.
#[derive(Clone)]
pub struct Bus {
    topics: Arc<Topics>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// This process and its files.
    Alone(Arc<Logs>),
    Fleet(Arc<Fleet>),
}

/// Where something with a mark is at home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    Here,
    /// On the instance with this mark.
    There(String),
    /// On an instance that is gone.
    Nowhere,
}

impl Bus {
    /// A bus for one process. Turn logs are files under `folder`, so that they outlive a crash.
    pub fn in_process(folder: &Path) -> Result<Self, BusError> {
        Ok(Self { topics: Arc::default(), kind: Kind::Alone(Arc::new(Logs::open(folder)?)) })
    }

    /// A bus for every instance on this PostgreSQL; `None` when the store is an SQLite file. `note` is what others may
    /// know of this instance.
    pub async fn on_postgres(store: &Store, note: &Json) -> Result<Option<Self>, BusError> {
        let Some(tables) = store.fleet() else { return Ok(None) };
        let topics = Arc::<Topics>::default();
        let fleet = Fleet::join(Carrier::Postgres(Box::new(tables)), note, topics.clone()).await?;
        Ok(Some(Self { topics, kind: Kind::Fleet(fleet) }))
    }

    /// A bus for every instance on this Redis.
    pub async fn on_redis(options: RedisOptions, note: &Json) -> Result<Self, BusError> {
        let topics = Arc::<Topics>::default();
        let fleet = Fleet::join(Carrier::Redis(Box::new(RedisCarrier::new(options))), note, topics.clone()).await?;
        Ok(Self { topics, kind: Kind::Fleet(fleet) })
    }

    fn fleet(&self) -> Option<&Arc<Fleet>> {
        match &self.kind {
            Kind::Alone(_) => None,
            Kind::Fleet(fleet) => Some(fleet),
        }
    }

    /// What the names of this instance and of its sockets carry, so that others find it; empty in one process.
    pub fn tag(&self) -> &str {
        self.fleet().map_or("", |fleet| fleet.tag())
    }

    /// Whether others could be there at all.
    pub fn is_shared(&self) -> bool {
        self.fleet().is_some()
    }

    /// Whether others are there now.
    pub fn has_peers(&self) -> bool {
        self.fleet().is_some_and(|fleet| fleet.has_peers())
    }

    /// Every living instance, this one included; none in one process.
    pub fn members(&self) -> Vec<Member> {
        self.fleet().map(|fleet| fleet.members()).unwrap_or_default()
    }

    /// How many instances live; one in one process.
    pub fn size(&self) -> usize {
        self.fleet().map_or(1, |fleet| fleet.size().max(1))
    }

    /// Why this instance cannot hear or be heard; `None` when all is well.
    pub fn trouble(&self) -> Option<&'static str> {
        self.fleet().and_then(|fleet| fleet.trouble())
    }

    /// Milliseconds since 1970 by the clock that all instances share.
    pub fn now_ms(&self) -> i64 {
        self.fleet().map_or_else(fleet::here_ms, |fleet| fleet.now_ms())
    }

    /// Tells every socket of a room, on any instance, in the order of the calls.
    pub fn emit(&self, event: RoomEvent) {
        match &self.kind {
            Kind::Alone(_) => self.emit_here(event),
            Kind::Fleet(fleet) => fleet.emit(event, None),
        }
    }

    /// The same for an event that was appended to a log: it is shown when it is stored there, and never otherwise.
    pub fn emit_logged(&self, log: &TurnLog, event: RoomEvent) {
        match &self.kind {
            Kind::Alone(_) => self.emit_here(event),
            Kind::Fleet(fleet) => fleet.emit(event, Some(log)),
        }
    }

    /// Tells the sockets of this instance only.
    pub fn emit_here(&self, event: RoomEvent) {
        let span = traced::publish(&event, "airis");
        span.in_scope(|| self.topics.emit(Arc::new(event)));
    }

    /// Everything emitted to rooms that this instance has, for its realtime room. A receiver that lags is told so and
    /// resyncs.
    pub fn room_events(&self) -> broadcast::Receiver<Arc<RoomEvent>> {
        self.topics.rooms()
    }

    /// Whether events are emitted faster than they are delivered; who can join some into one should wait a moment.
    pub fn is_busy(&self) -> bool {
        self.topics.is_busy() || self.fleet().is_some_and(|fleet| fleet.waiting() > BUSY)
    }

    /// When more is told after what was emitted just now: nothing is gained by emitting the next thing earlier. `None` where
    /// all is told at once.
    pub fn tells_again(&self) -> Option<Instant> {
        self.fleet().and_then(|fleet| fleet.tells_again())
    }

    /// Says what sockets here have to do with a room (who is in it, or `None`), as `read` finds it; others send what is
    /// emitted to the room from then on. Returns when they do.
    pub async fn mark(&self, room: &str, read: impl FnOnce() -> Option<Json>) {
        if let Some(told) = self.fleet().and_then(|fleet| fleet.mark(room, read)) {
            // Gone unsaid when the bus is away: it is said again when it is back.
            _ = told.await;
        }
    }

    /// The same without waiting.
    pub fn mark_soon(&self, room: &str, read: impl FnOnce() -> Option<Json>) {
        if let Some(fleet) = self.fleet() {
            drop(fleet.mark(room, read));
        }
    }

    /// Returns when everything said until now is stored and sent, or given up.
    pub async fn settle(&self) {
        if let Some(fleet) = self.fleet() {
            fleet.settle(true).await;
        }
    }

    /// The same for whoever has time: nothing is stored earlier for it.
    pub async fn settle_in_time(&self) {
        if let Some(fleet) = self.fleet() {
            fleet.settle(false).await;
        }
    }

    /// Wants to hear of a room without being in it; each call is taken back by one of [`Bus::unfollow`].
    pub fn follow(&self, room: &str) {
        if let Some(fleet) = self.fleet() {
            drop(fleet.follow(room, true));
        }
    }

    /// Takes back one [`Bus::follow`].
    pub fn unfollow(&self, room: &str) {
        if let Some(fleet) = self.fleet() {
            drop(fleet.follow(room, false));
        }
    }

    /// Marks of the instances that have a room, with what they said of it. Empty in one process, which asks itself.
    pub async fn who_has(&self, room: &str) -> Result<Vec<(String, Json)>, BusError> {
        match self.fleet() {
            Some(fleet) => fleet.who_has(room).await,
            None => Ok(Vec::new()),
        }
    }

    /// Who is in a room on any instance, where what was said of it are lists of people.
    pub async fn people(&self, room: &str) -> Result<Vec<Json>, BusError> {
        let lists = self.who_has(room).await?.into_iter().filter_map(|(_, note)| match note {
            Json::Array(list) => Some(list),
            _ => None,
        });
        Ok(lists.flatten().collect())
    }

    /// Says who looks at a chat right now, by user id, as far as this instance must know.
    pub fn set_viewers(&self, chat: &str, users: HashSet<String>) {
        self.topics.set_viewers(chat, users);
    }

    /// Whether anybody but its author looks at a chat.
    pub fn watched_by_others(&self, chat: &str, author: &str) -> bool {
        self.topics.watched_by_others(chat, author)
    }

    /// Tells every instance something, such as `config` or `stop` (`{"turn_id": …}`).
    pub fn publish(&self, topic: &str, payload: Json) {
        if let Some(fleet) = self.fleet() {
            fleet.publish(topic, payload.clone());
        }
        self.topics.publish(topic, payload);
    }

    /// Messages of one topic from now on.
    pub fn subscribe(&self, topic: &str) -> broadcast::Receiver<Json> {
        self.topics.subscribe(topic)
    }

    /// The numbered, durable log of a turn that begins here.
    pub fn log(&self, turn: &str) -> TurnLog {
        match &self.kind {
            Kind::Alone(logs) => TurnLog(turn_log::Kind::File(logs.log(turn))),
            Kind::Fleet(fleet) => fleet.log(turn),
        }
    }

    /// The log of a turn that is taken over, and what is in it. Whoever wrote it until now writes no more. Among many
    /// instances people may have seen more than the log holds: numbers go on above `floor`, too.
    pub async fn seize(&self, turn: &str, floor: u64) -> Result<(TurnLog, Vec<LogEntry>), BusError> {
        match &self.kind {
            Kind::Alone(logs) => {
                let log = logs.log(turn);
                let entries = log.read()?;
                Ok((TurnLog(turn_log::Kind::File(log)), entries))
            }
            Kind::Fleet(fleet) => fleet.seize(turn, floor).await,
        }
    }

    /// What is in the log of a turn, whoever writes it.
    pub async fn read_log(&self, turn: &str) -> Result<Vec<LogEntry>, BusError> {
        match &self.kind {
            Kind::Alone(logs) => Ok(logs.log(turn).read()?),
            Kind::Fleet(fleet) => fleet.read_log(turn).await,
        }
    }

    /// Ids of turns that have a log (after a crash: those to look at).
    pub async fn log_ids(&self) -> Result<Vec<String>, BusError> {
        match &self.kind {
            Kind::Alone(logs) => Ok(logs.ids()?),
            Kind::Fleet(fleet) => fleet.log_ids().await,
        }
    }

    /// Where an instance or a socket is at home, whose name carries a mark as `is_of` sees it.
    pub async fn home(&self, is_of: impl Fn(&str) -> bool) -> Home {
        let Some(fleet) = self.fleet() else { return Home::Here };
        match fleet.home(is_of).await {
            Some(tag) if tag == fleet.tag() => Home::Here,
            Some(tag) => Home::There(tag),
            None => Home::Nowhere,
        }
    }

    /// Asks an instance by its mark and waits for its answer.
    pub async fn ask(&self, to: &str, kind: &str, payload: Json, patience: Duration) -> Result<Json, BusError> {
        match self.fleet() {
            Some(fleet) => fleet.ask(to, kind, payload, patience).await,
            None => Err(BusError::Gone),
        }
    }

    /// Asks every other instance at once; those that do not answer in time are left out.
    pub async fn ask_everyone(&self, kind: &str, payload: &Json, patience: Duration) -> Vec<Json> {
        match self.fleet() {
            Some(fleet) => fleet.ask_everyone(kind, payload, patience).await,
            None => Vec::new(),
        }
    }

    /// Questions of one kind that others ask; nobody else here may serve the same. `None` in one process.
    pub fn serve(&self, kind: &str) -> Option<mpsc::Receiver<Question>> {
        self.fleet().map(|fleet| fleet.serve(kind))
    }

    /// Tells what still waits, and others that this instance goes.
    pub async fn close(&self) {
        if let Some(fleet) = self.fleet() {
            fleet.close().await;
        }
    }
}
