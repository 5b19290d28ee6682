//! Models that run inside this process, found on disk: GGUF chat models, sentence-embedding models, and those that put
//! passages in order.

mod bert;
mod chat_model;
mod counter;
mod cross_encoder;
mod embedder;
mod encoder;
mod generate;
mod late_interaction;
mod prompt;
mod reply;
mod reranker;
mod sampling;
mod script;
mod vectors;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use airis_config::Config;
use airis_domain::{Json, JsonMap};
use serde_json::json;

pub use self::reranker::Ranking;
use crate::{ChatRequest, ChatStream, ProviderError, ProviderModel};

/// What a built-in model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalKind {
    Chat,
    Embedding,
    Reranking,
}

/// A built-in model on disk.
#[derive(Clone, Debug)]
pub struct LocalModel {
    /// File stem or folder name in lower case.
    pub id: String,
    pub path: PathBuf,
    /// Bytes of the weights.
    pub size: u64,
    pub kind: LocalKind,
    /// Why it cannot be used, in words for the operator.
    pub problem: Option<String>,
}

/// The built-in models of this process; cheap to clone.
#[derive(Clone)]
pub struct Local {
    place: Arc<PathBuf>,
    chat: Arc<worker::Worker<reply::Reply>>,
    embedder: Arc<embedder::Embedder>,
    reranker: Arc<worker::Worker<reranker::Waiting>>,
    counter: Arc<counter::Counter>,
}

impl Local {
    pub fn new(config: &Config) -> Self {
        let settings = config.settings();
        let place = settings.local_model_path.clone().unwrap_or_else(|| settings.data_dir.join("models"));
        Self {
            place: Arc::new(place),
            chat: Arc::default(),
            embedder: Arc::default(),
            reranker: Arc::default(),
            counter: Arc::default(),
        }
    }

    /// Every model under the models folder (or the one named file).
    pub fn found(&self) -> Vec<LocalModel> {
        let mut models = Vec::new();
        if self.place.is_file() {
            models.extend(inspect(&self.place));
        } else if let Ok(entries) = std::fs::read_dir(self.place.as_path()) {
            models.extend(entries.flatten().filter_map(|entry| inspect(&entry.path())));
        }
        models.sort_by(|a, b| a.id.cmp(&b.id));
        models
    }

    /// The same after a closer look at each file, for people who ask what is wrong with one.
    pub fn examined(&self) -> Vec<LocalModel> {
        let mut models = self.found();
        for model in models.iter_mut().filter(|model| model.kind == LocalKind::Chat) {
            model.problem = chat_model::examine(&model.path);
        }
        models
    }

    /// List entries of the usable chat models.
    pub fn chat_models(&self) -> Vec<ProviderModel> {
        let usable = |model: &LocalModel| model.kind == LocalKind::Chat && model.problem.is_none();
        self.found().into_iter().filter(usable).map(entry).collect()
    }

    /// Whether this is the id of an embedding model on disk.
    pub fn embeds(&self, id: &str) -> bool {
        self.find(id, LocalKind::Embedding).is_some()
    }

    /// The embedding model of this name, written with or without whose it is; any where none is called so.
    pub fn embedding_model(&self, name: &str) -> Option<LocalModel> {
        let wanted = id_of(name);
        let mut models: Vec<_> = self.found().into_iter().filter(|model| model.kind == LocalKind::Embedding).collect();
        let at = models.iter().position(|model| model.id == wanted).unwrap_or_default();
        (!models.is_empty()).then(|| models.swap_remove(at))
    }

    /// One vector a text.
    pub async fn embed(&self, model: LocalModel, texts: Vec<String>) -> Result<Vec<Vec<f32>>, ProviderError> {
        Ok(self.embedder.embed(model, texts).await?.0)
    }

    /// The model of this name that puts passages in order, written with or without whose it is: one that reads a question and
    /// a passage together, or one that makes vectors. Fails with what is missing.
    pub fn reranking_model(&self, name: &str) -> Result<LocalModel, ProviderError> {
        let wanted = id_of(name);
        let found = self.found().into_iter().find(|model| model.id == wanted && model.kind != LocalKind::Chat);
        found.ok_or_else(|| {
            let (place, files) = (self.place.display(), encoder::FILES.join(", "));
            ProviderError::Local(format!(
                "there is no reranking model \"{name}\": the folder \"{wanted}\" in {place} needs {files}"
            ))
        })
    }

    /// A score for each passage, from 0 to 1.
    pub async fn rerank(&self, ranking: reranker::Ranking) -> Result<Vec<f64>, ProviderError> {
        reranker::rank(&self.reranker, ranking).await
    }

    pub fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ProviderError> {
        let model = self
            .find(&request.model, LocalKind::Chat)
            .ok_or_else(|| ProviderError::UnknownModel(request.model.clone()))?;
        reply::start(&self.chat, model, request.clone())
    }

    pub async fn embeddings(&self, id: &str, body: &JsonMap) -> Result<Json, ProviderError> {
        let model = self.find(id, LocalKind::Embedding).ok_or_else(|| ProviderError::UnknownModel(id.to_owned()))?;
        let (vectors, tokens) = self.embedder.embed(model, vectors::texts(body)?).await?;
        vectors::answer(id, body, vectors, tokens)
    }

    /// The tokens that a chat model reads for these messages.
    pub async fn count(&self, id: &str, messages: Vec<Json>) -> Result<usize, ProviderError> {
        let model = self.find(id, LocalKind::Chat).ok_or_else(|| ProviderError::UnknownModel(id.to_owned()))?;
        self.counter.count(model, messages).await
    }

    fn find(&self, id: &str, kind: LocalKind) -> Option<LocalModel> {
        self.found().into_iter().find(|model| model.id == id && model.kind == kind)
    }
}

fn inspect(path: &Path) -> Option<LocalModel> {
    let name = path.file_stem()?.to_str()?.to_lowercase();
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf")) {
        let problem = chat_model::problem(path);
        return Some(LocalModel {
            id: tidy(&name),
            path: path.to_owned(),
            size: size(path),
            kind: LocalKind::Chat,
            problem,
        });
    }
    encoder::FILES.iter().all(|file| path.join(file).is_file()).then(|| {
        let reads_pairs = encoder::describe(path).is_ok_and(|config| cross_encoder::reads_pairs(&config));
        LocalModel {
            id: path.file_name().and_then(|name| name.to_str()).unwrap_or(&name).to_lowercase(),
            path: path.to_owned(),
            size: size(&path.join(encoder::WEIGHTS)),
            kind: if reads_pairs { LocalKind::Reranking } else { LocalKind::Embedding },
            problem: None,
        }
    })
}

/// A model's own name, without whose it is.
fn id_of(name: &str) -> String {
    name.trim().rsplit('/').next().unwrap_or(name).to_lowercase()
}

/// `smollm2-135m-instruct.q4_1` is known to people as `smollm2-135m-instruct`.
fn tidy(stem: &str) -> String {
    match stem.rsplit_once('.') {
        Some((name, quantisation)) if quantisation.starts_with(['q', 'f', 'b', 'i']) => name.to_owned(),
        _ => stem.to_owned(),
    }
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}

fn entry(model: LocalModel) -> ProviderModel {
    let name = model.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or(&model.id);
    let name = name
        .rsplit_once('.')
        .filter(|(left, _)| tidy(&name.to_lowercase()) == left.to_lowercase())
        .map_or(name, |(left, _)| left);
    let entry = json!({
        "id": model.id, "name": name, "object": "model", "created": 0, "owned_by": "airis", "connection_type": "local",
        "tags": [], "local": {"size": model.size},
    });
    ProviderModel { name: name.to_owned(), id: model.id, entry }
}
