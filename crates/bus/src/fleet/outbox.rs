//! What this instance has to say and to store: it gathers here until the flush takes all of it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use airis_domain::{Json, RoomEvent};
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};
use tracing::Span;

use super::letter::Letter;
use super::log::{SharedLog, Written};

/// Something to tell.
pub(crate) enum Post {
    /// An event for a room, shown when the part of the log that holds it is stored.
    /// The span ends with the flush that told it.
    Room { event: Arc<RoomEvent>, of: Option<(Arc<SharedLog>, Written)>, _span: Span },
    /// For every other instance.
    Topic { topic: String, payload: Json },
    /// For one instance.
    Direct { to: String, letter: Letter },
}

/// All that gathered since the last flush.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) posts: VecDeque<Post>,
    pub(crate) logs: Vec<Arc<SharedLog>>,
    /// Rooms that are had from now on (with a note), or no more.
    pub(crate) marks: HashMap<String, Option<String>>,
    /// Who waits until the marks are stored.
    pub(crate) marked: Vec<oneshot::Sender<()>>,
    pub(crate) forgotten: Vec<String>,
}

#[derive(Default)]
pub(crate) struct Outbox {
    batch: Mutex<Option<Batch>>,
    /// Posts that wait; read without the lock.
    waiting: AtomicUsize,
    ready: Notify,
    /// Somebody waits for the next flush.
    hurry: Notify,
}

impl Outbox {
    fn add(&self, add: impl FnOnce(&mut Batch)) {
        add(self.batch.lock().get_or_insert_default());
        self.ready.notify_one();
    }

    pub(crate) fn post(&self, post: Post) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // Questions and answers: somebody waits.
        if matches!(post, Post::Direct { .. }) {
            self.hurry.notify_one();
        }
        self.add(|batch| batch.posts.push_back(post));
    }

    pub(crate) fn log(&self, log: Arc<SharedLog>) {
        self.add(|batch| batch.logs.push(log));
    }

    pub(crate) fn forget(&self, turn: String) {
        self.add(|batch| batch.forgotten.push(turn));
    }

    /// Later marks of a room replace earlier ones. The receiver hears when this one is stored, or given up.
    pub(crate) fn mark(&self, room: String, note: Option<String>) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.add(|batch| {
            batch.marks.insert(room, note);
            batch.marked.push(sender);
        });
        self.hurry.notify_one();
        receiver
    }

    /// Hears when everything that was marked until now is stored, or given up.
    pub(crate) fn settle(&self, hurries: bool) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.add(|batch| batch.marked.push(sender));
        if hurries {
            self.hurry.notify_one();
        }
        receiver
    }

    /// Everything that waits; `None` when nothing does.
    pub(crate) fn take(&self) -> Option<Batch> {
        let batch = self.batch.lock().take()?;
        self.waiting.fetch_sub(batch.posts.len(), Ordering::Relaxed);
        Some(batch)
    }

    /// Posts that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.batch.lock().is_none()
    }

    pub(crate) async fn ready(&self) {
        self.ready.notified().await;
    }

    /// Until somebody waits for the next flush.
    pub(crate) async fn hurried(&self) {
        self.hurry.notified().await;
    }
}
