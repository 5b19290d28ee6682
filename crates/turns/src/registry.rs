//! The turns that run on this instance, and the tasks that run them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use airis_bus::{Bus, TurnLog};
use airis_config::Config;
use airis_domain::{ChatId, Json, JsonMap, MessageId, RoomEvent, TurnId, TurnState, User};
use airis_files::Files;
use airis_memory::Memories;
use airis_providers::Providers;
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
use crate::{TurnError, lease};

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
}

/// The engine's shared state.
pub struct Inner {
    pub store: Store,
    pub bus: Bus,
    pub providers: Providers,
    pub memories: Memories,
    pub config: Arc<Config>,
    pub files: Files,
    pub tools: Arc<dyn ToolBox>,
    pub instance: String,
    jobs: DashMap<TurnId, Arc<Job>>,
    /// Places of those who look back on conversations.
    pub reviews: Arc<Semaphore>,
    /// Held by whoever decides about a call.
    pub deciding: tokio::sync::Mutex<()>,
    /// Rung whenever a turn ends.
    ended: Notify,
    draining: AtomicBool,
    leaving: AtomicBool,
    tasks: TaskTracker,
    stop: CancellationToken,
    watching: Mutex<bool>,
}

impl Inner {
    pub fn new(
        store: Store,
        bus: Bus,
        providers: Providers,
        config: Arc<Config>,
        files: Files,
        tools: Arc<dyn ToolBox>,
        instance: String,
    ) -> Self {
        let memories = Memories::new(store.clone(), providers.clone(), config.clone());
        Self {
            store,
            bus,
            providers,
            memories,
            config,
            files,
            tools,
            instance,
            jobs: DashMap::new(),
            reviews: Arc::new(Semaphore::new(REVIEWS)),
            deciding: tokio::sync::Mutex::new(()),
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
        let job = Arc::new(Job {
            // Of a temporary chat nothing may be kept.
            log: if start.chat.is_temporary() { TurnLog::unkept() } else { self.bus.log(start.turn.as_str()) },
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
        });
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
        self.jobs.remove(&job.turn);
        self.ended.notify_waiters();
        self.of_chat(&job.chat).is_empty()
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

    pub fn has(&self, id: &TurnId) -> bool {
        self.jobs.contains_key(id)
    }

    pub fn tell_user(&self, user: &User, payload: Json) {
        self.tell_room(format!("user:{}", user.id), payload, None);
    }

    pub fn tell_room(&self, room: String, payload: Json, except: Option<String>) {
        self.bus.emit(RoomEvent { room, event: "events".to_owned(), payload, except });
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

    /// Renews leases and listens for stops until the drain; once.
    pub fn watch(self: &Arc<Self>) {
        if std::mem::replace(&mut *self.watching.lock(), true) {
            return;
        }
        self.tasks.spawn(lease::keep(self.clone(), self.stop.clone()));
        let (inner, mut stops) = (self.clone(), self.bus.subscribe("stop"));
        self.tasks.spawn(async move {
            loop {
                let message = tokio::select! {
                    () = inner.stop.cancelled() => return,
                    message = stops.recv() => message,
                };
                let Ok(message) = message else { continue };
                if let Some(job) = message["turn_id"].as_str().and_then(|id| inner.job(&TurnId::from(id))) {
                    job.cancel.cancel();
                }
            }
        });
    }

    /// Removes logs of turns that ended while nobody could remove them.
    pub async fn clean_logs(&self) -> Result<(), TurnError> {
        for id in self.bus.log_ids()? {
            let turn = TurnId::from(id.as_str());
            let running = self.jobs.contains_key(&turn)
                || self.store.turn(&turn).await?.is_some_and(|turn| turn.state == TurnState::Running);
            if !running && let Err(error) = self.bus.log(&id).remove() {
                tracing::warn!(%error, turn = %id, "an old log was not removed");
            }
        }
        Ok(())
    }

    pub async fn drain(&self, grace: Duration) {
        self.draining.store(true, Ordering::Relaxed);
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
        // Whoever comes next need not wait until the leases run out.
        if let Err(error) = self.store.renew_turns(&self.instance, 0).await {
            tracing::warn!(%error, "leases were not given up");
        }
    }
}

impl Job {
    /// The part of the checkpoint that a take-over starts from.
    pub fn kept(&self) -> Json {
        let background = json!({"title": self.background.title, "tags": self.background.tags, "follow_ups": self.background.follow_ups});
        json!({"model": self.model.id, "body": self.body, "background": background, "extends": self.extends,
            "parent": self.parent, "session": self.session, "first": self.first, "by_key": self.user.by_key})
    }
}
