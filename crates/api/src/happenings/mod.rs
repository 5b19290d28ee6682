//! What happens on the server, for addresses that administrators want told of it.

pub mod catalogue;
mod deliver;
mod form;
pub mod hooks;
mod messenger;

pub use deliver::deliver;

use airis_domain::{Json, User, now};
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::mpsc;

use crate::app::App;
use crate::system::version::CONTRACT;

/// Happenings that wait for being told; what comes when it is full is not told.
const WAITING: usize = 1024;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Happening {
    /// A name of the catalogue.
    event: &'static str,
    /// By which way: `api`, `admin`, `password`…
    source: &'static str,
    actor: Option<User>,
    /// Kind and id of what it happened to.
    subject: (&'static str, String),
    data: Json,
}

impl Happening {
    pub fn new(event: &'static str, subject: (&'static str, &str)) -> Self {
        debug_assert!(catalogue::is_known(event), "{event} is not in the catalogue");
        let subject = (subject.0, subject.1.to_owned());
        Self { event, source: "api", actor: None, subject, data: json!({}) }
    }

    /// Who did it.
    pub fn by(mut self, actor: &User) -> Self {
        self.actor = Some(actor.clone());
        self
    }

    pub fn from(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }

    /// More about it; no secrets.
    pub fn with(mut self, data: Json) -> Self {
        self.data = data;
        self
    }

    /// The message that addresses get.
    fn message(&self, instance: &str) -> Json {
        let (resource, operation) = self.event.rsplit_once('.').unwrap_or((self.event, ""));
        let actor = self.actor.as_ref().map_or_else(
            || json!({"type": "system"}),
            |user| {
                json!({"id": user.id.as_str(), "name": user.name, "email": user.email, "role": user.role.as_str(),
                    "created_at": user.created_at, "updated_at": user.updated_at, "type": "user"})
            },
        );
        json!({
            "schema": CONTRACT,
            "id": uuid::Uuid::new_v4().to_string(),
            "event": self.event,
            "resource": resource,
            "operation": operation,
            "created_at": now(),
            "instance_id": instance,
            "version": CONTRACT,
            "source": self.source,
            "actor": actor,
            "subject": {"type": self.subject.0, "id": self.subject.1},
            "data": self.data,
            "message": null,
        })
    }
}

/// Where happenings wait for the one task that tells them.
pub struct Happenings {
    sender: mpsc::Sender<Happening>,
    receiver: Mutex<Option<mpsc::Receiver<Happening>>>,
}

impl Happenings {
    pub fn new() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }
}

/// Has a happening told, soon and elsewhere; whoever did it does not wait.
pub fn tell(app: &App, happening: Happening) {
    tracing::debug!(event = happening.event, "happened");
    if app.happenings.sender.try_send(happening).is_err() {
        tracing::warn!("too much happens at once; some of it is not told");
    }
}
