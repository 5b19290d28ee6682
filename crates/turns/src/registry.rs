//! The turns that run on this instance, and the tasks that run them.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use airis_bus::{Bus, TurnLog};
use airis_config::Config;
use airis_domain::{ChatId, Json, JsonMap, MessageId, RoomEvent, TurnId, TurnState, User};
use airis_files::Files;
use airis_media::Images;
use airis_memory::Memories;
use airis_providers::Providers;
use airis_retrieval::Retrieval;
use airis_store::Store;
use airis_tools::ToolBox;
use dashmap::DashMap;
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::form::Background;
use crate::job::{Job, Progress};
use crate::models::Resolved;
use crate::writer::Writer;
use crate::{TurnError, elsewhere, lease};

/// Conversations that are looked back on at once.
const REVIEWS: usize = 2;

/// What a turn is started from.
pub struct Start {
    pub turn: TurnId,
    pub chat: ChatId,
    pub message: MessageId,
    pub user: User,
    pub folder: Option<String>,
    pub model: Resolved,
    pub body: JsonMap,
    pub background: Background,
    pub session: Option<String>,
    pub extends: bool,
    pub fence: i64,
    pub first: bool,
    pub parent: Option<MessageId>,
    pub paid: bool,
    pub taken_over: bool,
    /// The log of a turn that is taken over.
    pub log: Option<TurnLog>,
}

/// The engine's shared state.
pub struct Inner {
    pub store: Store,
    pub bus: Bus,
    pub providers: Providers,
    pub memories: Memories,
    pub images: Images,
    pub config: Arc<Config>,
    pub files: Files,
    pub retrieval: Retrieval,
    pub tools: Arc<dyn ToolBox>,
    pub instance: String,
    jobs: DashMap<TurnId, Arc<Job>>,
    /// Places of those who look back on conversations.
    pub reviews: Arc<Semaphore>,
    /// Held by whoever decides about a call.
    pub deciding: tokio::sync::Mutex<()>,
    /// Turns that are being taken over and are no jobs yet.
    taken: DashMap<TurnId, ()>,
    /// Rung whenever a turn ends.
    ended: Notify,
    draining: AtomicBool,
    leaving: AtomicBool,
    tasks: TaskTracker,
    stop: CancellationToken,
    watching: Mutex<bool>,
}

impl Inner {
    #[expect(clippy::too_many_arguments, reason = "one per room; a builder would only hide a forgotten one")]
    pub fn new(
        store: Store,
        bus: Bus,
        providers: Providers,
        config: Arc<Config>,
        files: Files,
        retrieval: Retrieval,
        tools: Arc<dyn ToolBox>,
        instance: String,
    ) -> Self {
        let memories = Memories::new(store.clone(), providers.clone(), config.clone());
        let images = Images::new(store.clone(), files.clone(), config.clone());
        Self {
            store,
            bus,
            providers,
            memories,
            images,
            config,
            files,
            retrieval,
            tools,
            instance,
            jobs: DashMap::new(),
            reviews: Arc::new(Semaphore::new(REVIEWS)),
            deciding: tokio::sync::Mutex::new(()),
            taken: DashMap::new(),
            ended: Notify::new(),
            draining: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            watching: Mutex::new(false),
        }
    }

    /// Registers a turn; it runs once it is launched or driven. `restore` lays down what the reply has already, before
    /// anybody can see the turn.
    pub fn begin_from(&self, start: Start, restore: impl FnOnce(&Job, &mut Progress)) -> Arc<Job> {
        let params = start.body.get("params");
        let param = |name: &str| params.and_then(|params| params.get(name)).or_else(|| start.model.params.get(name));
        let merge = param("stream_delta_chunk_size").and_then(Json::as_u64).unwrap_or(1) as usize;
        let tags = match param("reasoning_tags") {
            Some(Json::Bool(false)) => None,
            Some(Json::Array(pair)) if pair.len() == 2 => {
                let text = |at: usize| pair[at].as_str().unwrap_or_default().to_owned();
                Some(Some((text(0), text(1))).filter(|(open, close)| !open.is_empty() && !close.is_empty()))
            }
            _ => Some(None),
        };
        let log = match start.log {
            Some(log) => log,
            // Of a temporary chat nothing may be kept.
            None if start.chat.is_temporary() => TurnLog::unkept(),
            None => self.bus.log(start.turn.as_str()),
        };
        let job = Arc::new(Job {
            log,
            room: format!("user:{}", start.user.id),
            bus: self.bus.clone(),
            cancel: CancellationToken::new(),
            progress: Arc::new(Mutex::new(Progress::new(Writer::new(tags), 0))),
            merge: merge.max(self.config.settings().stream_delta_chunk_size).max(1),
            turn: start.turn,
            chat: start.chat,
            message: start.message,
            user: start.user,
            folder: start.folder,
            model: start.model,
            body: start.body,
            background: start.background,
            session: start.session,
            extends: start.extends,
            fence: start.fence,
            first: start.first,
            parent: start.parent,
            paid: start.paid,
            taken_over: start.taken_over,
            lost: AtomicBool::new(false),
            hushed: AtomicBool::new(false),
            stored: AtomicBool::new(false),
        });
        // Says where the turns of a temporary chat are; of others, lets this instance hear who looks at them.
        self.bus.follow(&watched(&job.chat));
        restore(&job, &mut job.progress.lock());
        self.jobs.insert(job.turn.clone(), job.clone());
        job
    }

    pub fn job(&self, id: &TurnId) -> Option<Arc<Job>> {
        self.jobs.get(id).map(|job| job.clone())
    }

    pub fn of_chat(&self, chat: &ChatId) -> Vec<Arc<Job>> {
        self.jobs.iter().filter(|job| job.chat == *chat).map(|job| job.clone()).collect()
    }

    /// Whether only these turns run in their chat: it has just become active.
    pub fn first_of(&self, chat: &ChatId, turns: &[TurnId]) -> bool {
        self.of_chat(chat).iter().all(|job| turns.contains(&job.turn))
    }

    /// Takes a turn off the list; true when it was the last of its chat.
    pub fn forget(&self, job: &Job) -> bool {
        if self.jobs.remove(&job.turn).is_some() {
            self.bus.unfollow(&watched(&job.chat));
        }
        self.ended.notify_waiters();
        let last = self.of_chat(&job.chat).is_empty();
        if last && self.bus.is_shared() {
            // Nobody tells this instance of changes any more.
            self.bus.set_viewers(job.chat.as_str(), HashSet::new());
        }
        last
    }

    pub fn has_running(&self) -> bool {
        !self.jobs.is_empty()
    }

    pub fn count_running(&self) -> usize {
        self.jobs.len()
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Cancelled turns are to be left for the next process, not stopped.
    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Runs a task that [`Inner::drain`] waits for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.tasks.spawn(task)
    }

    /// The same for a task that is not worth waiting for: the drain ends it.
    pub fn spawn_lesser(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = task => {}
            }
        })
    }

    /// Begins to take a turn over, until the answer is dropped; `None` when that is under way.
    pub fn taking(&self, id: &TurnId) -> Option<Taking<'_>> {
        match self.taken.insert(id.clone(), ()) {
            None => Some(Taking { inner: self, id: id.clone() }),
            Some(()) => None,
        }
    }

    pub fn is_taking(&self, id: &TurnId) -> bool {
        self.taken.contains_key(id)
    }

    /// Shows nothing more of any turn: another instance may have them by now.
    pub fn hush(&self) {
        for job in &self.jobs {
            job.hushed.store(true, Ordering::Relaxed);
        }
    }

    /// Turns of which nothing is shown.
    pub fn hushed(&self) -> Vec<Arc<Job>> {
        self.jobs.iter().filter(|job| job.hushed.load(Ordering::Relaxed)).map(|job| job.clone()).collect()
    }

    /// Turns whose log lacks something: this one, or all.
    pub fn with_torn_log(&self, of: Option<&TurnId>) -> Vec<Arc<Job>> {
        let torn = |job: &Job| !job.log.is_whole() && of.is_none_or(|id| *id == job.turn);
        self.jobs.iter().filter(|job| torn(job.value())).map(|job| job.clone()).collect()
    }

    pub fn has(&self, id: &TurnId) -> bool {
        self.jobs.contains_key(id)
    }

    pub fn tell_user(&self, user: &User, payload: Json) {
        self.tell_room(format!("user:{}", user.id), payload, None);
    }

    pub fn tell_room(&self, room: String, payload: Json, except: Option<String>) {
        self.bus.emit(RoomEvent { room, event: "events".to_owned(), payload, except, trace: None });
    }

    /// Waits until a turn has ended here, at most this long.
    pub async fn wait_for(&self, id: &TurnId, patience: Duration) {
        let wait = async {
            loop {
                let ended = self.ended.notified();
                if !self.jobs.contains_key(id) {
                    return;
                }
                ended.await;
            }
        };
        if tokio::time::timeout(patience, wait).await.is_err() {
            tracing::warn!(turn = %id, "a stopped turn takes long to end");
        }
    }

    /// Renews leases and listens to other instances until the drain; once.
    pub fn watch(self: &Arc<Self>) {
        if std::mem::replace(&mut *self.watching.lock(), true) {
            return;
        }
        self.tasks.spawn(lease::keep(self.clone(), self.stop.clone()));
        if self.bus.is_shared() {
            elsewhere::listen(self, &self.tasks, &self.stop);
        }
    }

    /// Removes logs of turns that ended while nobody could remove them.
    pub async fn clean_logs(&self) -> Result<(), TurnError> {
        for id in self.bus.log_ids().await? {
            let turn = TurnId::from(id.as_str());
            let running = self.jobs.contains_key(&turn)
                || self.store.turn(&turn).await?.is_some_and(|turn| turn.state == TurnState::Running);
            if !running && let Err(error) = self.bus.log(&id).remove() {
                tracing::warn!(%error, turn = %id, "an old log was not removed");
            }
        }
        Ok(())
    }

    pub fn stop_beginning(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub async fn drain(&self, grace: Duration) {
        self.stop_beginning();
        let all = async {
            loop {
                let ended = self.ended.notified();
                if self.jobs.is_empty() {
                    return;
                }
                ended.await;
            }
        };
        if tokio::time::timeout(grace, all).await.is_err() {
            tracing::info!(turns = self.jobs.len(), "running turns are left for the next process");
        }
        self.leaving.store(true, Ordering::Relaxed);
        for job in &self.jobs {
            job.cancel.cancel();
        }
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(Duration::from_secs(5), self.tasks.wait()).await.is_err() {
            tracing::warn!("some turns did not end in time");
        }
        // What was shown until now is in the logs before anybody goes on from them.
        self.bus.settle().await;
        // Whoever comes next need not wait until the leases run out.
        match self.store.renew_turns(&self.instance, 0).await {
            Ok(left) if left.is_empty() => {}
            Ok(_) => self.bus.publish(elsewhere::ORPHANS, json!({})),
            Err(error) => tracing::warn!(%error, "leases were not given up"),
        }
    }
}

/// A take-over that is under way.
pub struct Taking<'a> {
    inner: &'a Inner,
    id: TurnId,
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        self.inner.taken.remove(&self.id);
    }
}

/// The room by which an instance hears who looks at a chat; of a temporary one, by which others find who runs its turns.
pub fn watched(chat: &ChatId) -> String {
    if chat.is_temporary() { format!("turns:{chat}") } else { format!("chat:{chat}") }
}

impl Job {
    /// The part of the checkpoint that a take-over starts from.
    pub fn kept(&self) -> Json {
        let background = json!({"title": self.background.title, "tags": self.background.tags, "follow_ups": self.background.follow_ups});
        json!({"model": self.model.id, "body": self.body, "background": background, "extends": self.extends,
            "parent": self.parent, "session": self.session, "first": self.first, "by_key": self.user.by_key})
    }
}
