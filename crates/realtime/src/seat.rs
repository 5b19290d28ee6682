//! One connected socket: who sits there, which chats are open, and the events it sent that still wait their turn.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use airis_domain::{ChatId, Json};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::value::RawValue;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::{SendError, SocketError};

use crate::line::Line;
use crate::sessions::Person;

/// Client events that may wait while an earlier one of the same socket is handled.
const INBOX: usize = 64;

/// Bytes around a payload on the wire: frame head, packet type, brackets and quotes.
const FRAMING: usize = 16;

/// A connected socket.
pub(crate) struct Seat {
    socket: SocketRef,
    /// `None` on polling.
    line: Option<Arc<Line>>,
    state: Mutex<State>,
}

struct State {
    person: Option<Arc<Person>>,
    token: Option<Box<str>>,
    /// Last sign of life from the client's own heartbeat.
    seen: Instant,
    asleep: bool,
    chats: Vec<ChatId>,
    inbox: VecDeque<ClientEvent>,
    busy: bool,
}

/// One event as the client sent it.
pub(crate) struct ClientEvent {
    pub(crate) name: String,
    pub(crate) data: Json,
    pub(crate) ack: AckSender,
}

/// What became of an event that was put into the inbox.
pub(crate) enum Accepted {
    /// Somebody must now work through the inbox.
    Start,
    /// Somebody already does.
    Queued,
    /// The client sends faster than we can handle.
    Overflow,
}

impl Seat {
    pub(crate) fn new(socket: SocketRef) -> Self {
        let line = socket.req_parts().extensions.get::<Arc<Line>>().cloned();
        let state = State {
            person: None,
            token: None,
            seen: Instant::now(),
            asleep: false,
            chats: Vec::new(),
            inbox: VecDeque::new(),
            busy: false,
        };
        Self { socket, line, state: Mutex::new(state) }
    }

    /// The socket id as clients know it.
    pub(crate) fn id(&self) -> &str {
        self.socket.id.as_str()
    }

    pub(crate) fn socket(&self) -> &SocketRef {
        &self.socket
    }

    /// Remembers who sits here.
    pub(crate) fn bind(&self, person: Arc<Person>, token: &str) {
        let mut state = self.state.lock();
        state.person = Some(person);
        state.token = Some(token.into());
        state.seen = Instant::now();
        state.asleep = false;
    }

    pub(crate) fn unbind(&self) {
        let mut state = self.state.lock();
        state.person = None;
        state.token = None;
    }

    /// The person and the token that proves it.
    pub(crate) fn bound(&self) -> Option<(Arc<Person>, String)> {
        let state = self.state.lock();
        Some((state.person.clone()?, state.token.as_deref()?.to_owned()))
    }

    pub(crate) fn person(&self) -> Option<Arc<Person>> {
        self.state.lock().person.clone()
    }

    /// The person, unless their tab has been silent for too long.
    pub(crate) fn awake(&self) -> Option<Arc<Person>> {
        let state = self.state.lock();
        if state.asleep { None } else { state.person.clone() }
    }

    /// The client's heartbeat.
    pub(crate) fn touch(&self) {
        let mut state = self.state.lock();
        state.seen = Instant::now();
        state.asleep = false;
    }

    /// Marks the session as expired when the last heartbeat is older than `limit`; true when that is new.
    pub(crate) fn doze(&self, limit: std::time::Duration) -> bool {
        let mut state = self.state.lock();
        let expired = state.person.is_some() && !state.asleep && state.seen.elapsed() > limit;
        state.asleep |= expired;
        expired
    }

    pub(crate) fn chats(&self) -> Vec<ChatId> {
        self.state.lock().chats.clone()
    }

    pub(crate) fn has_chat(&self, chat: &ChatId) -> bool {
        self.state.lock().chats.contains(chat)
    }

    pub(crate) fn open_chat(&self, chat: &ChatId) {
        let mut state = self.state.lock();
        if !state.chats.contains(chat) {
            state.chats.push(chat.clone());
        }
    }

    pub(crate) fn close_chat(&self, chat: &ChatId) {
        self.state.lock().chats.retain(|open| open != chat);
    }

    pub(crate) fn accept(&self, event: ClientEvent) -> Accepted {
        let mut state = self.state.lock();
        if state.inbox.len() >= INBOX {
            return Accepted::Overflow;
        }
        state.inbox.push_back(event);
        if std::mem::replace(&mut state.busy, true) { Accepted::Queued } else { Accepted::Start }
    }

    /// The next event to handle; `None` ends the work.
    pub(crate) fn next(&self) -> Option<ClientEvent> {
        let mut state = self.state.lock();
        let next = state.inbox.pop_front();
        if next.is_none() {
            state.busy = false;
            state.inbox = VecDeque::new();
        }
        next
    }

    /// Sends an already serialised payload. A socket whose backlog is full is cut and resyncs when it is back.
    pub(crate) fn send(&self, event: &str, payload: &RawValue) {
        let room = self.line.as_ref().is_none_or(|line| line.queue(payload.get().len() + event.len() + FRAMING));
        let sent = if room { self.socket.emit(event, payload) } else { Err(SocketError::InternalChannelFull.into()) };
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = sent {
            tracing::warn!(sid = %self.socket.id, "socket reads too slowly; cut so that it resumes");
            self.drop_transport();
        }
    }

    /// Answers an event.
    pub(crate) fn acknowledge<T: Serialize + ?Sized>(&self, ack: AckSender, answer: &T) {
        if let Err(error) = ack.send(answer) {
            tracing::debug!(sid = %self.socket.id, %error, "acknowledgement not delivered");
        }
    }

    /// Ends the connection in the way that makes clients connect again by themselves.
    pub(crate) fn drop_transport(&self) {
        match &self.line {
            Some(line) => line.cut(),
            None => self.dismiss(),
        }
    }

    /// Says goodbye, as the contract does when a session is no longer valid.
    pub(crate) fn dismiss(&self) {
        if let Err(error) = self.socket.clone().disconnect() {
            tracing::debug!(sid = %self.socket.id, %error, "goodbye not delivered");
            if let Some(line) = &self.line {
                line.cut();
            }
        }
    }
}
