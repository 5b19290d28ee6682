//! The Socket.IO side of the contract: sessions, rooms, presence, heartbeats and calls to one socket. Everything that
//! sockets hear comes from the bus, so that it makes no difference on which instance it was said.

mod call;
mod chat_events;
mod deliver;
mod gate;
mod inbound;
mod line;
mod presence;
mod rooms;
mod seat;
mod sessions;
mod sweep;
mod usage;

pub use call::CallError;
pub use gate::{SocketGate, SocketLayer};
pub use sessions::Sessions;
pub use usage::Usage;

use std::sync::Arc;
use std::time::Duration;

use airis_bus::Bus;
use airis_config::Config;
use airis_domain::{RoomEvent, SessionId, UserId};
use airis_store::Store;
use airis_turns::Turns;
use parking_lot::Mutex;
use serde_json::json;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::{ParserConfig, SocketIo, TransportType};
use tokio::task::JoinHandle;

use crate::gate::Nowhere;
use crate::rooms::Rooms;
use crate::sweep::Departed;
use crate::usage::UsagePool;

/// Bytes of one message from a client.
const MAX_PAYLOAD: usize = 16 * 1024 * 1024;
/// Read buffer of a websocket; larger messages grow it for as long as they need.
const READ_BUFFER: usize = 512;
/// Events that may wait for one websocket; [`line::Line`] bounds their bytes.
const WEBSOCKET_BACKLOG: usize = 8_192;
/// Events that may wait for one polling client.
const POLLING_BACKLOG: usize = 1_024;

/// The sockets of this instance; cheap to clone. Lives until [`Realtime::close`].
#[derive(Clone)]
pub struct Realtime {
    inner: Arc<Inner>,
    layer: SocketLayer,
    io: SocketIo,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) config: Arc<Config>,
    pub(crate) sessions: Arc<dyn Sessions>,
    pub(crate) turns: Turns,
    pub(crate) rooms: Rooms,
    pub(crate) usage: UsagePool,
    pub(crate) departed: Departed,
}

impl Realtime {
    /// Starts listening on the bus. `Realtime::layer` must then be put in front of the router.
    pub fn new(store: Store, bus: Bus, config: Arc<Config>, sessions: Arc<dyn Sessions>, turns: Turns) -> Self {
        let settings = config.settings();
        let websocket = settings.enable_websocket;
        let builder = SocketIo::builder()
            .req_path(gate::PATH)
            .ping_interval(Duration::from_secs(settings.websocket_ping_interval))
            .ping_timeout(Duration::from_secs(settings.websocket_ping_timeout))
            .max_payload(MAX_PAYLOAD as u64)
            .ws_max_message_size(MAX_PAYLOAD)
            .ws_max_frame_size(MAX_PAYLOAD)
            .ws_read_buffer_size(READ_BUFFER)
            .with_parser(ParserConfig::common().max_incoming_binary_buf_size(MAX_PAYLOAD))
            .max_buffer_size(if websocket { WEBSOCKET_BACKLOG } else { POLLING_BACKLOG });
        let transport = if websocket { TransportType::Websocket } else { TransportType::Polling };
        let (engine, io) = builder.transports([transport]).build_with_inner_svc(Nowhere);
        let inner = Arc::new(Inner {
            store,
            bus,
            config,
            sessions,
            turns,
            rooms: Rooms::default(),
            usage: UsagePool::default(),
            departed: Departed::default(),
        });
        let welcome = {
            let inner = inner.clone();
            async move |socket: SocketRef, TryData(auth): TryData<airis_domain::Json>| {
                inbound::welcome(&inner, socket, auth.unwrap_or_default()).await;
                Ok::<(), std::convert::Infallible>(())
            }
        };
        io.ns("/", (async || {}).with(welcome));
        let tasks = vec![tokio::spawn(deliver::run(inner.clone())), tokio::spawn(sweep::run(inner.clone()))];
        Self { inner, layer: SocketLayer { engine, websocket }, io, tasks: Arc::new(Mutex::new(tasks)) }
    }

    /// The tower layer that answers `/ws/socket.io` and passes everything else on.
    pub fn layer(&self) -> SocketLayer {
        self.layer.clone()
    }

    /// Models in use and people present on this instance.
    pub fn usage(&self) -> Usage {
        let seats = self.inner.rooms.seats();
        Usage { model_ids: self.inner.usage.models(), user_count: self.inner.rooms.people(&seats).len() }
    }

    /// Ids of the people with an awake session, sorted.
    pub fn user_ids(&self) -> Vec<UserId> {
        let seats = self.inner.rooms.seats();
        self.inner.rooms.people(&seats).iter().map(|person| person.id.clone()).collect()
    }

    /// Connected sockets, signed in or not.
    pub fn socket_count(&self) -> usize {
        self.inner.rooms.len()
    }

    /// Who a socket belongs to: connected now, or gone for a few minutes at most. Owners of temporary chats are known
    /// by it.
    pub fn owner(&self, session: &SessionId) -> Option<UserId> {
        self.inner.owner(session.as_str())
    }

    /// Ends every socket of a person, after telling the client to look at its rights anew.
    pub fn disconnect_user(&self, user: &UserId) {
        let room = rooms::user_room(user);
        self.inner.bus.emit(RoomEvent { room, event: deliver::EXPEL.to_owned(), payload: json!({}), except: None });
    }

    /// Ends every connection; called once, on the way out.
    pub async fn close(&self) {
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
        self.io.close().await;
    }
}

impl Inner {
    pub(crate) fn owner(&self, sid: &str) -> Option<UserId> {
        match self.rooms.seat(sid) {
            Some(seat) => seat.person().map(|person| person.id.clone()),
            None => self.departed.owner(sid),
        }
    }
}
