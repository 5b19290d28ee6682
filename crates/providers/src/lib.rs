//! Where replies come from: OpenAI-compatible servers, Ollama and built-in models, behind one normalised stream.
#![expect(clippy::todo, unused_variables, reason = "signatures first; bodies follow at once")]

mod error;
mod stream;

pub use error::ProviderError;
pub use stream::{ChatStream, Chunk, Part};

use std::sync::Arc;

use airis_domain::{Json, JsonMap, User};

/// A model that a connection offers.
#[derive(Clone, Debug)]
pub struct ProviderModel {
    /// As people pick it, prefix included.
    pub id: String,
    pub name: String,
    /// The list entry of the contract (`id`, `name`, `object`, `created`, `owned_by`, `urlIdx`, provider fields, `tags`…).
    pub entry: Json,
}

/// One request for a reply.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    /// A provider model's id (`ProviderModel::id`); custom models are resolved before.
    pub model: String,
    /// An OpenAI chat-completions body: `messages`, `stream`, `tools`, parameters… `model` is set by the provider.
    pub body: JsonMap,
    /// Forwarded in headers where `ENABLE_FORWARD_USER_INFO_HEADERS` asks for it.
    pub user: Option<User>,
    pub chat_id: Option<String>,
    /// The visible beginning of this very reply; the provider goes on right behind it. Only when `can_continue`.
    pub prefix: Option<String>,
}

/// An answer handed on as it came: status, type and either JSON or a byte stream (server-sent events, NDJSON, audio…).
pub struct RawReply {
    pub status: u16,
    pub content_type: String,
    pub body: RawBody,
}

pub enum RawBody {
    Json(Json),
    Stream(std::pin::Pin<Box<dyn futures::Stream<Item = Result<bytes::Bytes, ProviderError>> + Send>>),
}

/// All connections; cheap to clone. Reads `openai.*` and `ollama.*` from the configuration on every call, so a change
/// of settings needs no restart.
#[derive(Clone)]
pub struct Providers {
    inner: Arc<Inner>,
}

struct Inner {}

impl Providers {
    pub fn new(config: Arc<airis_config::Config>) -> Self {
        todo!()
    }

    /// Models of every enabled connection and the built-in ones, asked concurrently, each with a deadline; a dead
    /// connection costs its own models only. Cached for `MODELS_CACHE_TTL`; `refresh` asks again.
    pub async fn models(&self, refresh: bool) -> Arc<Vec<ProviderModel>> {
        todo!()
    }

    /// Streams a reply as normalised chunks.
    pub async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        todo!()
    }

    /// One whole reply (`chat.completion` object); used by background tasks.
    pub async fn complete(&self, request: ChatRequest) -> Result<Json, ProviderError> {
        todo!()
    }

    /// The provider's own answer in OpenAI shape, streamed or not as the body says, bytes unchanged where it speaks
    /// OpenAI already (errors with their status and body included).
    pub async fn pass(&self, request: ChatRequest) -> Result<RawReply, ProviderError> {
        todo!()
    }

    /// OpenAI-shaped embeddings (`{model, input}` in, `{object, data, model, usage}` out).
    pub async fn embeddings(&self, model: &str, body: JsonMap, user: Option<User>) -> Result<RawReply, ProviderError> {
        todo!()
    }

    /// Whether `ChatRequest::prefix` is honoured exactly for this model.
    pub async fn can_continue(&self, model: &str) -> bool {
        todo!()
    }
}
