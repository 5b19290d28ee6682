//! The life of one reply: prepare, generate, call tools, log, checkpoint, lease, take over, stop, follow-up tasks.
#![expect(clippy::todo, unused_variables, dead_code, reason = "signatures first; bodies follow at once")]

use std::sync::Arc;

use airis_domain::{ChatId, Json, JsonMap, MessageId, SessionId, TurnId, User};

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
    Provider(#[from] airis_providers::ProviderError),
    #[error(transparent)]
    Store(#[from] airis_store::StoreError),
    #[error(transparent)]
    Bus(#[from] airis_bus::BusError),
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

/// Tools a turn may offer to a model.
#[async_trait::async_trait]
pub trait ToolBox: Send + Sync {
    /// OpenAI function specifications of the named tools (`tool_ids` of the request) for this user.
    async fn specs(&self, user: &User, tool_ids: &[String]) -> Vec<Json>;
    /// Runs one call; `None` when there is no tool of this name. Text for the model, or why it failed.
    async fn call(&self, user: &User, name: &str, arguments: JsonMap) -> Option<Result<String, String>>;
}

/// A process without tools.
pub struct NoTools;

#[async_trait::async_trait]
impl ToolBox for NoTools {
    async fn specs(&self, user: &User, tool_ids: &[String]) -> Vec<Json> {
        Vec::new()
    }

    async fn call(&self, user: &User, name: &str, arguments: JsonMap) -> Option<Result<String, String>> {
        None
    }
}

/// The turn engine of this instance; cheap to clone.
#[derive(Clone)]
pub struct Turns {
    inner: Arc<Inner>,
}

struct Inner {}

impl Turns {
    pub fn new(
        store: airis_store::Store,
        bus: airis_bus::Bus,
        providers: airis_providers::Providers,
        config: Arc<airis_config::Config>,
        tools: Arc<dyn ToolBox>,
        instance: String,
    ) -> Self {
        todo!()
    }

    /// Starts one turn per assistant message of a chat-completions body with `session_id` and a chat (given, to be
    /// created, or temporary): stores chat, messages and turns in one transaction, emits `chat:list` and `chat:active`,
    /// and goes on in the background.
    pub async fn start(&self, user: &User, body: JsonMap) -> Result<Started, TurnError> {
        todo!()
    }

    /// API mode: no session; the provider's answer is handed on unbuffered.
    pub async fn pass(&self, user: &User, body: JsonMap) -> Result<airis_providers::RawReply, TurnError> {
        todo!()
    }

    /// Ids of running turns of a chat (temporary chats included).
    pub async fn running(&self, chat: &ChatId) -> Result<Vec<TurnId>, TurnError> {
        todo!()
    }

    pub async fn all_running(&self) -> Result<Vec<TurnId>, TurnError> {
        todo!()
    }

    /// Stops a turn on whichever instance runs it. False when it does not run.
    pub async fn stop(&self, id: &TurnId) -> Result<bool, TurnError> {
        todo!()
    }

    /// Stops every turn of a chat and closes messages that are still open.
    pub async fn stop_chat(&self, chat: &ChatId) -> Result<(), TurnError> {
        todo!()
    }

    /// Live states of the running messages of a chat.
    pub async fn live(&self, chat: &ChatId) -> Result<Vec<Live>, TurnError> {
        todo!()
    }

    /// Takes over turns left behind by a dead process; called once at start, then on a timer.
    pub async fn recover(&self) -> Result<usize, TurnError> {
        todo!()
    }

    /// No new turns; waits up to `grace` for running ones, then saves them so that the next process goes on.
    pub async fn drain(&self, grace: std::time::Duration) {
        todo!()
    }
}
