//! A running turn: what it is for, what it has so far, and how it tells its viewers.

use std::sync::Arc;

use airis_bus::{Bus, TurnLog};
use airis_domain::{ChatId, Json, MessageId, RoomEvent, TurnId, User};
use parking_lot::Mutex;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::Live;
use crate::form::Background;
use crate::items;
use crate::models::Resolved;
use crate::writer::{Event, Writer};

/// Everything a turn is, except its progress.
pub struct Job {
    pub turn: TurnId,
    pub chat: ChatId,
    pub message: MessageId,
    pub user: User,
    pub folder: Option<String>,
    pub model: Resolved,
    /// The request's body without the user's message; what a take-over starts from.
    pub body: airis_domain::JsonMap,
    pub background: Background,
    pub session: Option<String>,
    /// Extends a finished reply: whole snapshots instead of deltas.
    pub extends: bool,
    pub fence: i64,
    /// The first turn of its request: titles and tags are its business.
    pub first: bool,
    /// Where the branch to be answered ends.
    pub parent: Option<MessageId>,
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
}

impl Progress {
    pub fn new(writer: Writer, seq: u64) -> Self {
        Self { writer, seq, waiting: None }
    }
}

impl Job {
    pub fn is_temporary(&self) -> bool {
        self.chat.is_temporary()
    }

    /// Tells viewers something that is not part of the reply's own text, such as `chat:title`. Not numbered.
    pub fn notice(&self, kind: &str, data: Json) {
        self.bus.emit(RoomEvent {
            room: format!("user:{}", self.user.id),
            event: "events".to_owned(),
            payload: envelope(&self.chat, &self.message, kind, data.clone()),
            except: None,
        });
        if matches!(
            kind,
            "chat:active" | "status" | "chat:message:error" | "chat:tasks:cancel" | "chat:message:follow_ups"
        ) {
            self.share(kind, data);
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

    fn publish(&self, progress: &mut Progress, event: Event) -> std::io::Result<()> {
        let data = json!({"type": event.kind, "data": event.data});
        progress.seq = self.log.append(&data)?;
        let done = event.data["done"] == true;
        let mut payload = json!({"chat_id": self.chat, "message_id": self.message});
        payload["data"] = data;
        payload["seq"] = json!(progress.seq);
        self.bus.emit(RoomEvent {
            room: format!("user:{}", self.user.id),
            event: "events".to_owned(),
            payload,
            except: None,
        });
        if done || self.bus.watched_by_others(self.chat.as_str(), self.user.id.as_str()) {
            self.mirror(progress, &event);
        }
        Ok(())
    }

    /// Other viewers of a shared chat get whole snapshots, not more often than they can read.
    fn mirror(&self, progress: &Progress, event: &Event) {
        const FIELDS: [&str; 7] =
            ["done", "error", "usage", "finish_reason", "content", "selected_model_id", "sources"];
        let mut data = json!({});
        for name in FIELDS {
            if let Some(value) = event.data.get(name) {
                data[name] = value.clone();
            }
        }
        data["output"] = json!(progress.writer.items);
        self.share("chat:completion", data);
    }

    fn share(&self, kind: &str, data: Json) {
        let mut payload = envelope(&self.chat, &self.message, kind, data);
        payload["shared"] = json!(true);
        payload["user_id"] = json!(self.user.id);
        self.bus.emit(RoomEvent {
            room: format!("chat:{}", self.chat),
            event: "events".to_owned(),
            payload,
            except: self.session.clone(),
        });
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
