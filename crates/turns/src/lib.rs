//! The life of one reply: prepare, generate, call tools, log, checkpoint, lease, take over, stop, follow-up tasks.

mod arena;
mod ask;
mod attached;
mod begin;
mod checkpoint;
mod compact;
mod documents;
mod elsewhere;
mod folders;
mod form;
mod generate;
mod items;
mod job;
mod lease;
mod memory_tools;
mod missed;
mod models;
mod offered;
mod paint;
mod pass;
mod pictures;
mod prepare;
mod prompt;
mod questions;
mod recover;
mod registry;
mod remembered;
mod replay;
mod resolve;
mod review;
mod run;
mod stop;
mod tags;
mod task_prompt;
mod tasks;
mod toolloop;
mod traced;
mod web;
mod writer;

pub use compact::Compacted;
pub use resolve::Decision;
pub use task_prompt::Task;

pub(crate) use registry::{Inner, Start};

use std::sync::Arc;
use std::time::Duration;

use airis_bus::{Bus, BusError};
use airis_config::Config;
use airis_domain::{Chat, ChatId, Json, JsonMap, MessageId, RoomEvent, TurnId, User, UserId};
use airis_files::Files;
use airis_media::Images;
use airis_providers::{ProviderError, Providers, RawReply};
use airis_retrieval::Retrieval;
use airis_store::{Store, StoreError};
use airis_tools::ToolBox;

/// Why a turn cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    #[error("Model not found")]
    ModelNotFound,
    #[error("Chat not found")]
    ChatNotFound,
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    Invalid(String),
    /// The instance is shutting down.
    #[error("this instance is draining; try again")]
    Draining,
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

/// What a started turn answers: `{status: true, task_ids, chat_id}`.
#[derive(Clone, Debug)]
pub struct Started {
    pub task_ids: Vec<TurnId>,
    pub chat_id: ChatId,
}

/// The visible state of a running message, laid over the stored one on reads.
#[derive(Clone, Debug)]
pub struct Live {
    pub message_id: MessageId,
    pub turn_id: TurnId,
    /// Number of the last log event included.
    pub seq: u64,
    pub content: String,
    pub output: Json,
}

/// The turn engine of this instance; cheap to clone.
#[derive(Clone)]
pub struct Turns {
    inner: Arc<Inner>,
}

impl Turns {
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
        Self { inner: Arc::new(Inner::new(store, bus, providers, config, files, retrieval, tools, instance)) }
    }

    /// What makes the pictures that replies show.
    pub fn images(&self) -> &Images {
        &self.inner.images
    }

    /// Starts one turn per assistant message of a chat-completions body with `session_id` and a chat (given, to be
    /// created, or temporary): stores chat, messages and turns in one transaction, emits `chat:list` and `chat:active`,
    /// and goes on in the background.
    pub async fn start(&self, user: &User, body: JsonMap) -> Result<Started, TurnError> {
        begin::start(&self.inner, user, body).await
    }

    /// API mode: no session; the provider's answer is handed on unbuffered.
    pub async fn pass(&self, user: &User, body: JsonMap) -> Result<RawReply, TurnError> {
        pass::pass(&self.inner, user, body).await
    }

    /// Sums up what was said in a chat, so that it goes on from the summary and its latest messages. `Invalid` when
    /// there is nothing to sum up, `Conflict` while a reply is being written.
    pub async fn compact(&self, user: &User, chat: &Chat, model: Option<&str>) -> Result<Compacted, TurnError> {
        compact::compact(&self.inner, user, chat, model).await
    }

    /// One of the small jobs around a chat, with the matter in `body` (`model`, `messages`, `prompt`…); the model's whole
    /// reply.
    pub async fn ask(&self, user: &User, task: Task, body: &JsonMap) -> Result<RawReply, TurnError> {
        ask::ask(&self.inner, user, task, body).await
    }

    /// The provider's model that answers for a picked one, if the person may use it.
    pub async fn answering_model(&self, user: &User, picked: &str) -> Result<String, TurnError> {
        Ok(models::resolve(&self.inner, user, picked).await?.base)
    }

    /// Decides about a tool call that waits for the person who asked; the reply goes on. `Conflict` when it is decided
    /// already.
    pub async fn resolve(
        &self,
        user: &User,
        chat: &ChatId,
        message: &MessageId,
        decision: &Decision,
    ) -> Result<Started, TurnError> {
        resolve::resolve(&self.inner, user, chat, message, decision).await
    }

    /// Ids of running turns of a chat (temporary chats included).
    pub async fn running(&self, chat: &ChatId) -> Result<Vec<TurnId>, TurnError> {
        if chat.is_temporary() {
            let mut ids: Vec<TurnId> = self.inner.of_chat(chat).iter().map(|job| job.turn.clone()).collect();
            ids.extend(elsewhere::running(&self.inner, chat).await);
            return Ok(ids);
        }
        Ok(self.inner.store.running_turns(chat).await?.into_iter().map(|turn| turn.id).collect())
    }

    /// Ids of every running turn.
    pub async fn all_running(&self) -> Result<Vec<TurnId>, TurnError> {
        Ok(self.inner.store.all_running_turns().await?.into_iter().map(|turn| turn.id).collect())
    }

    /// Stops a turn on whichever instance runs it, and waits until it has ended. False when it does not run.
    pub async fn stop(&self, id: &TurnId) -> Result<bool, TurnError> {
        elsewhere::stop(&self.inner, id).await
    }

    /// Stops every turn of a chat, those included that only name it or suggest questions by now, and closes messages
    /// that are still open.
    pub async fn stop_chat(&self, chat: &ChatId) -> Result<(), TurnError> {
        let mut turns = self.running(chat).await?;
        let here = self.inner.of_chat(chat).into_iter().map(|job| job.turn.clone());
        turns.extend(here.filter(|turn| !turns.contains(turn)).collect::<Vec<_>>());
        for turn in &turns {
            self.stop(turn).await?;
        }
        elsewhere::stop_chat(&self.inner, chat).await;
        if turns.is_empty() && !chat.is_temporary() {
            stop::close_open_messages(&self.inner, chat).await?;
        }
        Ok(())
    }

    /// Live states of the running messages of a chat: of turns that run here from memory, of others from their log. So
    /// nothing shown is missing between a crash and the take-over.
    pub async fn live(&self, chat: &ChatId) -> Result<Vec<Live>, TurnError> {
        // One that another instance may have by now says less than the log, and of one whose end is stored, only the jobs
        // behind the reply still run.
        let mine = |job: &Arc<job::Job>| job.is_temporary() || (job.is_told() && !job.is_stored());
        let mut states: Vec<Live> =
            self.inner.of_chat(chat).iter().filter(|job| mine(job)).map(|job| job.live()).collect();
        if !states.is_empty() {
            // What is shown was logged before.
            self.inner.bus.settle().await;
        }
        if !chat.is_temporary() {
            for turn in self.inner.store.running_turns(chat).await? {
                if !states.iter().any(|live| live.turn_id == turn.id) {
                    states.extend(recover::last_seen(&self.inner, &turn).await?);
                }
            }
        }
        Ok(states)
    }

    /// Takes over turns that a dead process left behind, then keeps leases and listens for stops; called once at start.
    /// Returns how many turns go on.
    pub async fn recover(&self) -> Result<usize, TurnError> {
        // The file of an SQLite database is locked by its one server: whoever owned a turn is dead.
        let taken = recover::take_over(&self.inner, self.inner.store.kind() == "sqlite").await?;
        self.inner.clean_logs().await?;
        self.inner.watch();
        Ok(taken)
    }

    /// Events that say again what viewers here may have missed since then (in seconds since 1970) of turns that `wanted`
    /// picks by who asked and where.
    pub async fn missed(
        &self,
        wanted: impl Fn(&UserId, &ChatId) -> bool,
        since: i64,
    ) -> Result<Vec<RoomEvent>, TurnError> {
        let mut events = missed::ends(&self.inner, &wanted, since).await?;
        events.extend(missed::running(&self.inner, wanted).await?);
        Ok(events)
    }

    /// The same of turns that ended since then alone.
    pub async fn ended(
        &self,
        wanted: impl Fn(&UserId, &ChatId) -> bool,
        since: i64,
    ) -> Result<Vec<RoomEvent>, TurnError> {
        missed::ends(&self.inner, wanted, since).await
    }

    /// Replies that are being made here.
    pub fn count_running(&self) -> usize {
        self.inner.count_running()
    }

    /// Whether the instance is about to end.
    pub fn is_draining(&self) -> bool {
        self.inner.is_draining()
    }

    /// From now on new turns are left to other instances, or refused when there are none.
    pub fn stop_beginning(&self) {
        self.inner.stop_beginning();
    }

    /// No new turns; waits up to `grace` for running ones, then saves them so that the next process goes on.
    pub async fn drain(&self, grace: Duration) {
        self.inner.drain(grace).await;
    }
}
