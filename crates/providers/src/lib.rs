//! Where replies come from: OpenAI-compatible servers, Ollama and built-in models, behind one normalised stream.

mod assemble;
mod catalog;
mod connection;
mod embed;
mod error;
mod events;
mod fault;
mod http;
mod lines;
mod local;
mod manage;
mod metered;
mod objects;
mod ollama;
mod openai;
mod passthrough;
mod probe;
mod publisher;
mod redact;
mod rerank;
mod stream;
mod traced;
mod words;

pub use connection::Kind;
pub use embed::{Embedded, Purpose as EmbeddingPurpose};
pub use error::ProviderError;
pub use local::{LocalKind, LocalModel};
pub use manage::Wish;
pub use ollama::{Import, ModelFile};
pub use passthrough::Host;
pub use probe::Probe;
pub use publisher::Published;
pub use stream::{ChatStream, Chunk, Part};

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use airis_budgets::{Budgets, Kind as Purpose, Order};
use airis_config::Config;
use airis_domain::{Json, JsonMap, User};
use bytes::Bytes;
use futures::Stream;

use crate::assemble::{as_events, whole};
use crate::catalog::{Catalogs, Route};
use crate::connection::Connection;
use crate::http::Http;
use crate::local::Local;
use crate::metered::Purse;
use crate::traced::Asked;

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

impl RawReply {
    /// A JSON answer with status 200.
    pub fn json(body: Json) -> Self {
        Self { status: 200, content_type: "application/json".to_owned(), body: RawBody::Json(body) }
    }
}

/// The body of a [`RawReply`].
pub enum RawBody {
    Json(Json),
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes, ProviderError>> + Send>>),
}

/// All connections; cheap to clone. Reads `openai.*` and `ollama.*` from the configuration on every call, so a change
/// of settings needs no restart.
#[derive(Clone)]
pub struct Providers {
    inner: Arc<Inner>,
    purse: Purse,
}

struct Inner {
    config: Arc<Config>,
    http: Http,
    local: Local,
    catalogs: Catalogs,
    /// Counts requests, so that hosts take turns.
    requests: AtomicUsize,
}

impl Providers {
    pub fn new(config: Arc<Config>) -> Self {
        let (http, local) = (Http::new(&config), Local::new(&config));
        Self {
            inner: Arc::new(Inner {
                config,
                http,
                local,
                catalogs: Catalogs::default(),
                requests: AtomicUsize::new(0),
            }),
            purse: Purse::new(None),
        }
    }

    /// The same, with what people ask for counted against their budgets.
    pub fn with_budgets(mut self, budgets: Budgets) -> Self {
        self.purse.budgets = Some(budgets);
        self
    }

    /// What counts requests here.
    pub fn budgets(&self) -> Option<&Budgets> {
        self.purse.budgets.as_ref()
    }

    /// For a reply by the model that was picked: it counts as a message, unless it `goes_on` behind a tool or a take-over.
    pub fn replying(&self, picked: &str, goes_on: bool) -> Self {
        let kind = if goes_on { Purpose::Rest } else { Purpose::Reply };
        Self { inner: self.inner.clone(), purse: Purse { kind, picked: Some(picked.to_owned()), ..self.purse.clone() } }
    }

    /// The same for a turn, so that what it holds of budgets is found when its process dies.
    pub fn of_turn(mut self, turn: &str) -> Self {
        self.purse.turn = Some(turn.to_owned());
        self
    }

    /// For a small job beside what somebody asked of the model that was picked, if that does it: it takes no room from
    /// that, and is refused where there is not enough for all of it.
    pub fn aside(&self, picked: Option<&str>) -> Self {
        let picked = picked.map(str::to_owned);
        Self { inner: self.inner.clone(), purse: Purse { kind: Purpose::Aside, picked, ..self.purse.clone() } }
    }

    /// Whether budgets leave room for a reply, before anything is done for it.
    pub async fn may_reply(&self, user: &User, model: &str, picked: &str) -> Result<(), ProviderError> {
        let Some(budgets) = &self.purse.budgets else { return Ok(()) };
        let (picked, kind) = (Some(picked).filter(|picked| *picked != model), Purpose::Reply);
        let order = Order { user, model, picked, kind, turn: None, input: 1, output: Some(1), heard: false };
        Ok(budgets.check(&order).await?)
    }

    /// Models of every enabled connection and the built-in ones, asked concurrently, each with a deadline; a dead
    /// connection costs its own models only. Cached for `MODELS_CACHE_TTL`; `refresh` asks again.
    pub async fn models(&self, refresh: bool) -> Arc<Vec<ProviderModel>> {
        let ttl = if refresh { 0 } else { self.inner.config.settings().models_cache_ttl };
        self.inner.catalog(Duration::from_secs(ttl)).await.models.clone()
    }

    /// Whoever wants models next asks the providers again.
    pub fn forget_models(&self) {
        self.inner.catalogs.forget();
    }

    /// Streams a reply as normalised chunks.
    pub async fn stream(&self, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        let asked = Asked::new("chat", &request.model, request.chat_id.as_deref());
        let opening = async {
            let tab = self.purse.open(&request, true).await?;
            metered::stream(tab, self.inner.stream(&request)).await
        };
        let opened = asked.wait(opening).await;
        asked.stream(opened)
    }

    /// One whole reply (`chat.completion` object); used by background tasks.
    pub async fn complete(&self, request: ChatRequest) -> Result<Json, ProviderError> {
        let asked = Asked::new("chat", &request.model, request.chat_id.as_deref());
        let answering = async {
            let tab = self.purse.open(&request, false).await?;
            metered::complete(tab, self.inner.complete(&request)).await
        };
        let answer = asked.wait(answering).await;
        asked.whole(answer)
    }

    /// The provider's own answer in OpenAI shape, streamed or not as the body says, bytes unchanged where it speaks
    /// OpenAI already (errors with their status and body included).
    pub async fn pass(&self, request: ChatRequest) -> Result<RawReply, ProviderError> {
        let streams = request.body.get("stream").and_then(Json::as_bool).unwrap_or(false);
        let asked = Asked::new("chat", &request.model, request.chat_id.as_deref());
        let answering = async {
            let tab = self.purse.open(&request, streams).await?;
            metered::raw(tab, self.inner.pass(&request)).await
        };
        let answer = asked.wait(answering).await;
        asked.raw(answer)
    }

    /// OpenAI-shaped embeddings (`{model, input}` in, `{object, data, model, usage}` out).
    pub async fn embeddings(&self, model: &str, body: JsonMap, user: Option<User>) -> Result<RawReply, ProviderError> {
        let asked = Asked::new("embeddings", model, None);
        let answering = async {
            let tab = self.purse.open_embedding(Purpose::Task, user.as_ref(), model, &body).await?;
            metered::raw(tab, self.inner.embeddings(model, body, user)).await
        };
        let answer = asked.wait(answering).await;
        asked.raw(answer)
    }

    /// Whether this is a built-in embedding model. Looks at the disk.
    pub fn embeds(&self, model: &str) -> bool {
        self.inner.local.embeds(model)
    }

    /// Whether `ChatRequest::prefix` is honoured exactly for this model.
    pub async fn can_continue(&self, model: &str) -> bool {
        match self.inner.route(model).await {
            Ok(Route::OpenAi(connection)) => connection.text("provider") == "llama.cpp",
            Ok(Route::Ollama(_) | Route::Local) => true,
            Err(_) => false,
        }
    }

    /// Whether any connection offers this model.
    pub async fn offers(&self, model: &str) -> bool {
        self.inner.route(model).await.is_ok()
    }

    /// Whether a model runs on machines of one's own (built in, or a local server).
    pub async fn is_local(&self, model: &str) -> bool {
        matches!(self.inner.route(model).await, Ok(Route::Ollama(_) | Route::Local))
    }

    /// Whether a model runs inside this process, where only one reply is computed at a time.
    pub async fn is_built_in(&self, model: &str) -> bool {
        matches!(self.inner.route(model).await, Ok(Route::Local))
    }

    /// Built-in models found on disk, usable or not.
    pub fn local_models(&self) -> Vec<LocalModel> {
        self.inner.local.found()
    }

    /// The same after reading each file's description: slower, and what is wrong with a file is found. Blocks on the disk.
    pub fn examine_local_models(&self) -> Vec<LocalModel> {
        self.inner.local.examined()
    }
}

impl Inner {
    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ProviderError> {
        match self.asked(&request.model).await? {
            Route::OpenAi(connection) => openai::stream(&self.http, &connection, request).await,
            Route::Ollama(hosts) => ollama::stream(&self.http, self.next(&hosts), request).await,
            Route::Local => self.local.stream(request),
        }
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Json, ProviderError> {
        match self.asked(&request.model).await? {
            Route::OpenAi(connection) => openai::complete(&self.http, &connection, request).await,
            Route::Ollama(hosts) => ollama::complete(&self.http, self.next(&hosts), request).await,
            Route::Local => whole(self.local.stream(request)?, &request.model).await,
        }
    }

    async fn pass(&self, request: &ChatRequest) -> Result<RawReply, ProviderError> {
        match self.asked(&request.model).await? {
            Route::OpenAi(connection) => openai::pass(&self.http, &connection, request).await,
            Route::Ollama(hosts) => ollama::pass(&self.http, self.next(&hosts), request).await,
            Route::Local if request.body.get("stream").and_then(Json::as_bool).unwrap_or(false) => {
                Ok(as_events(self.local.stream(request)?))
            }
            Route::Local => Ok(RawReply::json(whole(self.local.stream(request)?, &request.model).await?)),
        }
    }

    async fn embeddings(&self, model: &str, mut body: JsonMap, user: Option<User>) -> Result<RawReply, ProviderError> {
        if self.local.embeds(model) {
            return self.local.embeddings(model, &body).await.map(RawReply::json);
        }
        let (connection, path) = match self.asked(model).await? {
            Route::OpenAi(connection) => (connection, "/embeddings"),
            Route::Ollama(hosts) => (self.next(&hosts).clone(), "/v1/embeddings"),
            Route::Local => {
                return Err(ProviderError::Local(format!("{model} is a chat model; it makes no embeddings")));
            }
        };
        body.insert("model".to_owned(), Json::String(connection.own_id(model).to_owned()));
        openai::forward(&self.http, &connection, reqwest::Method::POST, path, Some(&Json::Object(body)), user.as_ref())
            .await
            .and_then(openai::no_page)
    }

    async fn catalog(&self, max_age: Duration) -> Arc<catalog::Catalog> {
        self.catalogs.get(&self.config, &self.http, &self.local, max_age).await
    }

    /// Where a model lives. What was seen last is good enough; only an unknown id asks the connections again.
    async fn route(&self, model: &str) -> Result<Route, ProviderError> {
        if let Some(route) = self.catalogs.known(&self.config).and_then(|catalog| catalog.route(model).cloned()) {
            return Ok(route);
        }
        let catalog = self.catalog(Duration::from_secs(1)).await;
        catalog.route(model).cloned().ok_or_else(|| ProviderError::UnknownModel(model.to_owned()))
    }

    /// The same for a request that goes there now.
    async fn asked(&self, model: &str) -> Result<Route, ProviderError> {
        self.route(model).await.inspect(traced::to)
    }

    fn next<'a>(&self, hosts: &'a [Connection]) -> &'a Connection {
        &hosts[self.requests.fetch_add(1, Ordering::Relaxed) % hosts.len().max(1)]
    }
}
