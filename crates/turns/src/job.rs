//! A running turn: what it is for, what it has so far, and how it tells its viewers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use airis_bus::{Bus, TurnLog};
use airis_domain::{ChatId, Json, JsonMap, MessageId, RoomEvent, TurnId, User};
use airis_telemetry::trace;
use parking_lot::Mutex;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::Live;
use crate::form::Background;
use crate::items;
use crate::models::Resolved;
use crate::writer::{Event, Writer};

/// How often other viewers of a shared chat hear of growing text.
const MIRROR_EVERY: Duration = Duration::from_millis(150);
/// Bytes of a log that are not worth a snapshot.
const COMPACT_AT: u64 = 1 << 20;
/// A log may grow to this many times its snapshot before the next one, so that snapshots stay a small part of the work.
const COMPACT_GROWTH: u64 = 8;

/// The log's own event: how the turn ended, before that was stored.
pub const END: &str = "end";

/// Everything a turn is, except its progress.
pub struct Job {
    pub turn: TurnId,
    pub chat: ChatId,
    pub message: MessageId,
    pub user: User,
    pub folder: Option<String>,
    pub model: Resolved,
    /// The request's body without the user's message; what a take-over starts from.
    pub body: JsonMap,
    pub background: Background,
    pub session: Option<String>,
    /// Extends a finished reply: whole snapshots instead of deltas.
    pub extends: bool,
    pub fence: i64,
    /// The first turn of its request: titles and tags are its business.
    pub first: bool,
    /// Where the branch to be answered ends.
    pub parent: Option<MessageId>,
    /// The reply was begun before this process took it over: budgets have counted it as a message.
    pub paid: bool,
    /// Another one may have shown something of it.
    pub taken_over: bool,
    /// Another instance has the turn by now.
    pub lost: AtomicBool,
    /// Another instance may have it: nothing is shown until that is known.
    pub hushed: AtomicBool,
    /// Its end is stored: what is told of it from then on needs no log.
    pub stored: AtomicBool,
    /// Where its owner's sockets are.
    pub room: String,
    pub log: TurnLog,
    pub bus: Bus,
    pub cancel: CancellationToken,
    pub progress: Arc<Mutex<Progress>>,
    /// Deltas joined into one event.
    pub merge: usize,
}

/// What viewers have seen.
pub struct Progress {
    pub writer: Writer,
    /// Number of the newest event.
    pub seq: u64,
    waiting: Option<(Event, usize)>,
    /// When other viewers last heard of growing text.
    mirrored: Option<Instant>,
    /// Bytes of the log at which it is replaced by a snapshot.
    compact_at: u64,
}

impl Progress {
    pub fn new(writer: Writer, seq: u64) -> Self {
        Self { writer, seq, waiting: None, mirrored: None, compact_at: COMPACT_AT }
    }
}

impl Job {
    pub fn is_temporary(&self) -> bool {
        self.chat.is_temporary()
    }

    /// Parameters of the model with those of the request over them.
    pub fn params(&self) -> JsonMap {
        let mut params = self.model.params.clone();
        params.extend(self.body.get("params").and_then(Json::as_object).cloned().unwrap_or_default());
        params
    }

    /// Whether the provider is asked for a stream.
    pub fn streams(&self) -> bool {
        let set = self.params().get("stream_response").and_then(Json::as_bool);
        set.or_else(|| self.body.get("stream").and_then(Json::as_bool)).unwrap_or(true)
    }

    /// Tells viewers something that is not part of the reply's own text, such as `chat:title`. Not numbered.
    pub fn notice(&self, kind: &str, data: Json) {
        self.bus.emit(RoomEvent {
            room: self.room.clone(),
            event: "events".to_owned(),
            payload: envelope(&self.chat, &self.message, kind, data.clone()),
            except: None,
            trace: None,
        });
        if matches!(
            kind,
            "chat:active" | "status" | "chat:message:error" | "chat:tasks:cancel" | "chat:message:follow_ups"
        ) {
            self.bus.emit(self.shared(kind, data));
        }
    }

    /// Records events in the log, then tells viewers. An error of the log ends the turn: what is not recorded is not shown.
    pub fn tell(&self, progress: &mut Progress, events: Vec<Event>) -> std::io::Result<()> {
        for event in events {
            if let Some((mut waiting, count)) = progress.waiting.take() {
                if count < self.merge && waiting.join(&event) {
                    progress.waiting = Some((waiting, count + 1));
                    continue;
                }
                self.publish(progress, waiting)?;
            }
            if self.merge > 1 && event.kind == "response:completion" {
                progress.waiting = Some((event, 1));
            } else {
                self.publish(progress, event)?;
            }
        }
        Ok(())
    }

    /// Tells what still waits to be joined.
    pub fn flush(&self, progress: &mut Progress) -> std::io::Result<()> {
        match progress.waiting.take() {
            Some((event, _)) => self.publish(progress, event),
            None => Ok(()),
        }
    }

    /// The path of every token: one serialisation into the log, no copy of the event.
    fn publish(&self, progress: &mut Progress, event: Event) -> std::io::Result<()> {
        let mut told = JsonMap::with_capacity(2);
        told.insert("type".to_owned(), Json::from(event.kind));
        told.insert("data".to_owned(), event.data);
        let told = Json::Object(told);
        progress.seq = self.log.append(&told)?;
        let mirrored = self.mirrored(progress, event.kind, &told["data"]);
        // Of its first words and its last a trace shows the way to the sockets; of every token it would be too much.
        let ends = progress.seq == 1 || told["data"]["done"] == true;
        let trace = if ends { trace::header() } else { None };
        let mut payload = JsonMap::with_capacity(4);
        payload.insert("chat_id".to_owned(), Json::from(self.chat.as_str()));
        payload.insert("message_id".to_owned(), Json::from(self.message.as_str()));
        payload.insert("data".to_owned(), told);
        payload.insert("seq".to_owned(), Json::from(progress.seq));
        let event = RoomEvent {
            room: self.room.clone(),
            event: "events".to_owned(),
            payload: Json::Object(payload),
            except: None,
            trace,
        };
        self.show(event);
        if let Some((kind, data)) = mirrored {
            self.show(self.shared(kind, data));
        }
        if self.log.size() >= progress.compact_at {
            self.compact(progress);
        }
        Ok(())
    }

    /// Records how the turn ends before anybody is told, so that a take-over stores this end and does not go on.
    pub fn mark_end(&self, progress: &mut Progress, end: &Json) -> std::io::Result<()> {
        self.flush(progress)?;
        self.log.note(&json!({"type": END, "data": end, "output": progress.writer.items}))
    }

    /// Replaces a log that has grown far beyond the reply by one snapshot of it.
    fn compact(&self, progress: &mut Progress) {
        let mut data = json!({"output": progress.writer.items, "sources": progress.writer.sources});
        if let Some(usage) = &progress.writer.usage {
            data["usage"] = usage.clone();
        }
        if let Err(error) = self.log.compact(&json!({"type": "chat:completion", "data": data})) {
            tracing::warn!(%error, turn = %self.turn, "the log of a turn was not compacted");
        }
        progress.compact_at = COMPACT_AT.max(self.log.size() * COMPACT_GROWTH);
    }

    /// What other viewers of a shared chat hear of an event: whole snapshots, of growing text not more often than they
    /// can read.
    fn mirrored(&self, progress: &mut Progress, kind: &'static str, data: &Json) -> Option<(&'static str, Json)> {
        const FIELDS: [&str; 7] =
            ["done", "error", "usage", "finish_reason", "content", "selected_model_id", "sources"];
        let done = data["done"] == true;
        if !done && !self.bus.watched_by_others(self.chat.as_str(), self.user.id.as_str()) {
            return None;
        }
        if kind == "source" {
            return Some((kind, data.clone()));
        }
        let grows = data["type"].as_str().is_some_and(|kind| kind.ends_with(".delta"));
        if grows && progress.mirrored.is_some_and(|at| at.elapsed() < MIRROR_EVERY) {
            return None;
        }
        if grows {
            progress.mirrored = Some(Instant::now());
        }
        let mut shared = JsonMap::new();
        for name in FIELDS {
            if let Some(value) = data.get(name) {
                shared.insert(name.to_owned(), value.clone());
            }
        }
        shared.insert("output".to_owned(), json!(progress.writer.items));
        Some(("chat:completion", Json::Object(shared)))
    }

    fn show(&self, event: RoomEvent) {
        if self.stored.load(Ordering::Relaxed) {
            self.bus.emit(event);
        } else if !self.hushed.load(Ordering::Relaxed) {
            self.bus.emit_logged(&self.log, event);
        }
    }

    /// An event for everybody who has the chat open.
    fn shared(&self, kind: &str, data: Json) -> RoomEvent {
        let mut payload = envelope(&self.chat, &self.message, kind, data);
        payload["shared"] = json!(true);
        payload["user_id"] = json!(self.user.id);
        RoomEvent {
            room: format!("chat:{}", self.chat),
            event: "events".to_owned(),
            payload,
            except: self.session.clone(),
            trace: None,
        }
    }

    /// Writes and tells the whole reply as it stands, after the log has lost something.
    pub fn restate(&self) -> std::io::Result<()> {
        let mut progress = self.progress.lock();
        self.hushed.store(false, Ordering::Relaxed);
        self.compact(&mut progress);
        let snapshot = progress.writer.snapshot();
        self.tell(&mut progress, vec![snapshot])
    }

    /// Ends the turn here without a word: another instance has it.
    pub fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
        self.cancel.cancel();
    }

    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Whether viewers are told of it here.
    pub fn is_told(&self) -> bool {
        !self.is_lost() && !self.hushed.load(Ordering::Relaxed)
    }

    /// Whether the end of the reply is stored: what runs yet are the jobs behind it.
    pub fn is_stored(&self) -> bool {
        self.stored.load(Ordering::Relaxed)
    }

    /// What viewers have seen so far.
    pub fn live(&self) -> Live {
        let progress = self.progress.lock();
        let items = &progress.writer.items;
        Live {
            message_id: self.message.clone(),
            turn_id: self.turn.clone(),
            seq: progress.seq,
            content: items::content(items),
            output: json!(items),
        }
    }

    /// Text of all messages of the reply.
    pub fn content(&self) -> String {
        items::content(&self.progress.lock().writer.items)
    }
}

pub fn envelope(chat: &ChatId, message: &MessageId, kind: &str, data: Json) -> Json {
    let mut inner = json!({"type": kind});
    if !data.is_null() {
        inner["data"] = data;
    }
    json!({"chat_id": chat, "message_id": message, "data": inner})
}
