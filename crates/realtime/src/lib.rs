//! The Socket.IO side of the contract: sessions, rooms, presence, heartbeats and calls to one socket. Everything that
//! sockets hear comes from the bus, so that it makes no difference on which instance it was said.

mod call;
mod chat_events;
mod deliver;
mod frame;
mod gate;
mod inbound;
mod link;
mod missed;
mod note_events;
mod outbox;
mod packet;
mod patience;
mod places;
mod polling;
mod presence;
mod relay;
mod rooms;
mod seat;
mod sessions;
mod sweep;
mod usage;
mod websocket;

pub use call::CallError;
pub use gate::{SocketGate, SocketLayer};
pub use rooms::note_room;
pub use sessions::Sessions;
pub use usage::Usage;

use std::sync::Arc;

use airis_bus::{Bus, Home};
use airis_config::Config;
use airis_domain::{ChatId, RoomEvent, SessionId, UserId};
use airis_store::Store;
use airis_turns::Turns;
use parking_lot::Mutex;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::polling::Polling;
use crate::rooms::Rooms;
use crate::sweep::Departed;
use crate::usage::UsagePool;

/// Bytes of one message from a client.
pub(crate) const MAX_PAYLOAD: usize = 16 * 1024 * 1024;

/// The sockets of this instance; cheap to clone. Lives until [`Realtime::close`].
#[derive(Clone)]
pub struct Realtime {
    inner: Arc<Inner>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) config: Arc<Config>,
    pub(crate) sessions: Arc<dyn Sessions>,
    pub(crate) turns: Turns,
    pub(crate) rooms: Rooms,
    pub(crate) polling: Polling,
    pub(crate) usage: UsagePool,
    pub(crate) departed: Departed,
    pub(crate) changed: presence::Changed,
}

impl Realtime {
    /// Starts listening on the bus. `Realtime::layer` must then be put in front of the router.
    pub fn new(store: Store, bus: Bus, config: Arc<Config>, sessions: Arc<dyn Sessions>, turns: Turns) -> Self {
        let inner = Arc::new(Inner {
            store,
            bus,
            config,
            sessions,
            turns,
            rooms: Rooms::default(),
            polling: Polling::default(),
            usage: UsagePool::default(),
            departed: Departed::default(),
            changed: presence::Changed::default(),
        });
        // One task against hundreds that speak: it takes all that waits whenever it has its turn.
        let deliver = tokio::spawn(tokio::task::unconstrained(deliver::run(inner.clone())));
        let mut tasks = vec![deliver, tokio::spawn(sweep::run(inner.clone()))];
        if inner.bus.is_shared() {
            tasks.push(tokio::spawn(relay::run(inner.clone())));
            tasks.push(tokio::spawn(presence::run(inner.clone())));
            tasks.push(tokio::spawn(missed::run(inner.clone())));
        }
        Self { inner, tasks: Arc::new(Mutex::new(tasks)) }
    }

    /// The tower layer that answers `/ws/socket.io` and passes everything else on.
    pub fn layer(&self) -> SocketLayer {
        SocketLayer { inner: self.inner.clone() }
    }

    /// Models in use and people present, on all instances.
    pub async fn usage(&self) -> Usage {
        let (models, people) = relay::people(&self.inner).await;
        Usage { model_ids: models.into_iter().collect(), user_count: people.len() }
    }

    /// Ids of the people with an awake session on any instance, sorted.
    pub async fn user_ids(&self) -> Vec<UserId> {
        let (_, people) = relay::people(&self.inner).await;
        people.into_iter().map(UserId::from).collect()
    }

    /// Connected sockets, signed in or not.
    pub fn socket_count(&self) -> usize {
        self.inner.rooms.len()
    }

    /// Who a socket belongs to: connected now, or gone for a few minutes at most. Owners of temporary chats are known
    /// by it.
    pub async fn owner(&self, session: &SessionId) -> Option<UserId> {
        self.inner.owner(session.as_str()).await
    }

    /// Ends every socket of a person, after telling the client to look at its rights anew.
    pub fn disconnect_user(&self, user: &UserId) {
        let room = rooms::user_room(user);
        self.inner.bus.emit(RoomEvent {
            room,
            event: deliver::EXPEL.to_owned(),
            payload: json!({}),
            except: None,
            trace: None,
        });
    }

    /// Tells whoever has a chat open that they may no longer be allowed to; all but the owner's sockets leave it and
    /// are asked anew when they come back.
    pub fn review_chat(&self, chat: &ChatId, owner: &UserId) {
        let payload = json!({ "chat_id": chat, "owner": owner });
        let room = rooms::chat_room(chat);
        self.inner.bus.emit(RoomEvent { room, event: deliver::REVIEW.to_owned(), payload, except: None, trace: None });
    }

    /// Tells whoever has a note open that they may no longer be allowed to, or that it is gone; everybody leaves it and
    /// is asked anew when they come back.
    pub fn review_note(&self, note: &str) {
        let (room, payload) = (note_room(note), json!({ "note_id": note }));
        self.inner.bus.emit(RoomEvent {
            room,
            event: deliver::REVIEW_NOTE.to_owned(),
            payload,
            except: None,
            trace: None,
        });
    }

    /// Ends every connection as it is now, so that clients connect to another instance while this one ends its work.
    pub fn send_away(&self) {
        for seat in self.inner.rooms.seats() {
            seat.close();
        }
    }

    /// Ends every connection, so that clients connect to whoever comes next; called once, on the way out. Waits a
    /// moment for what is still on its way to them.
    pub async fn close(&self) {
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
        for seat in self.inner.rooms.seats() {
            seat.close();
        }
        for _ in 0..20 {
            if self.inner.rooms.len() == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

impl Inner {
    pub(crate) async fn owner(&self, sid: &str) -> Option<UserId> {
        match relay::home(self, sid).await {
            Home::Here => self.owner_here(sid),
            Home::There(place) => relay::owner(self, &place, sid).await,
            Home::Nowhere => None,
        }
    }

    pub(crate) fn owner_here(&self, sid: &str) -> Option<UserId> {
        match self.rooms.seat(sid) {
            Some(seat) => seat.person().map(|person| person.id.clone()),
            None => self.departed.owner(sid),
        }
    }
}
