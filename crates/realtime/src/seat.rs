//! One connected socket: who sits there, which chats are open, what waits to be sent, and the events it sent that still
//! wait their turn.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use airis_domain::{ChatId, Json};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::outbox::{Next, Outbox};
use crate::packet;
use crate::sessions::Person;

/// Client events that may wait while an earlier one of the same socket is handled.
const INBOX: usize = 64;
/// Notes one socket may have open at a time; the one that was opened first makes room.
const OPEN_NOTES: usize = 32;
/// Questions to one client that may be open at a time.
const CALLS: usize = 64;

/// A connected socket.
pub(crate) struct Seat {
    id: Box<str>,
    outbox: Outbox,
    state: Mutex<State>,
}

struct State {
    person: Option<Arc<Person>>,
    token: Option<Box<str>>,
    /// Last sign of life from the client's own heartbeat.
    seen: Instant,
    asleep: bool,
    chats: Vec<ChatId>,
    notes: VecDeque<Box<str>>,
    inbox: VecDeque<ClientEvent>,
    busy: bool,
    calls: Option<Box<Calls>>,
}

#[derive(Default)]
struct Calls {
    last: u64,
    open: HashMap<u64, oneshot::Sender<Json>>,
}

/// One event as the client sent it.
pub(crate) enum ClientEvent {
    /// It joins, with its auth payload.
    Connect(Json),
    Event {
        name: String,
        data: Json,
        /// Number to answer with.
        ack: Option<u64>,
    },
}

/// What became of an event that was put into the inbox.
#[derive(Debug, PartialEq)]
pub(crate) enum Accepted {
    /// Somebody must now work through the inbox.
    Start,
    /// Somebody already does.
    Queued,
    /// The client sends faster than we can handle.
    Overflow,
}

impl Seat {
    /// A seat whose id begins with the mark of its instance, by which others find it.
    pub(crate) fn new(mark: &str) -> Self {
        let state = State {
            person: None,
            token: None,
            seen: Instant::now(),
            asleep: false,
            chats: Vec::new(),
            notes: VecDeque::new(),
            inbox: VecDeque::new(),
            busy: false,
            calls: None,
        };
        let random = uuid::Uuid::new_v4().simple().to_string();
        // What is left is still too much to be guessed.
        let id = format!("{mark}{}", &random[mark.len().min(random.len() / 2)..]).into_boxed_str();
        Self { id, outbox: Outbox::default(), state: Mutex::new(state) }
    }

    /// The socket id as clients know it.
    pub(crate) fn id(&self) -> &str {
        &self.id
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
    pub(crate) fn doze(&self, limit: Duration) -> bool {
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

    pub(crate) fn notes(&self) -> Vec<Box<str>> {
        self.state.lock().notes.iter().cloned().collect()
    }

    /// Remembers that a note is open; returns one that is not any more.
    pub(crate) fn open_note(&self, note: &str) -> Option<Box<str>> {
        let mut state = self.state.lock();
        if state.notes.iter().any(|open| **open == *note) {
            return None;
        }
        state.notes.push_back(note.into());
        if state.notes.len() > OPEN_NOTES { state.notes.pop_front() } else { None }
    }

    pub(crate) fn close_note(&self, note: &str) {
        self.state.lock().notes.retain(|open| **open != *note);
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
    pub(crate) fn next_event(&self) -> Option<ClientEvent> {
        let mut state = self.state.lock();
        let next = state.inbox.pop_front();
        if next.is_none() {
            state.busy = false;
            state.inbox = VecDeque::new();
        }
        next
    }

    /// Queues a packet for the client. A socket whose backlog is full is cut and resumes when it is back.
    pub(crate) fn push(&self, packet: Bytes) {
        if !self.outbox.push(packet) {
            tracing::warn!(sid = self.id(), "socket reads too slowly; cut so that it resumes");
        }
    }

    /// Answers an event that asked for it.
    pub(crate) fn acknowledge(&self, ack: Option<u64>, answer: Option<&Json>) {
        if let Some(id) = ack {
            self.push(packet::ack(id, answer));
        }
    }

    /// Asks the client; the answer arrives through the receiver, unless the client goes first. `None` when too many
    /// questions are open, or the question cannot be written.
    pub(crate) fn ask(&self, event: &str, payload: &Json) -> Option<(u64, oneshot::Receiver<Json>)> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state.lock();
        let calls = state.calls.get_or_insert_default();
        calls.open.retain(|_, sender| !sender.is_closed());
        if calls.open.len() >= CALLS {
            return None;
        }
        calls.last += 1;
        let id = calls.last;
        let question = packet::event(event, payload, Some(id)).ok()?;
        calls.open.insert(id, sender);
        drop(state);
        self.push(question);
        Some((id, receiver))
    }

    /// The client's answer to a question; answers to nothing are passed over.
    pub(crate) fn answered(&self, id: u64, answer: Json) {
        let sender = self.state.lock().calls.as_mut().and_then(|calls| calls.open.remove(&id));
        if let Some(sender) = sender {
            let _ = sender.send(answer);
        }
    }

    /// What the transport does next.
    pub(crate) async fn next(&self, most: usize) -> Next {
        self.outbox.next(most).await
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.outbox.is_closed()
    }

    /// Ends the connection after what waits was sent.
    pub(crate) fn close(&self) {
        self.outbox.close();
    }

    /// Ends the connection at once, in the way that makes clients connect again by themselves. Open questions get no
    /// answer any more.
    pub(crate) fn cut(&self) {
        self.outbox.cut();
        self.state.lock().calls = None;
    }

    /// Says goodbye, as the contract does when a session is no longer valid.
    pub(crate) fn dismiss(&self) {
        self.push(Bytes::from_static(b"41"));
        self.close();
    }
}
