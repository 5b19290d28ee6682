//! A reply of a built-in chat model, as work for its thread.

use std::path::Path;

use tokio::sync::mpsc;

use crate::{ChatRequest, ChatStream, Chunk, ProviderError};

use super::LocalModel;
use super::chat_model::ChatModel;
use super::generate;
use super::worker::{Job, Worker};

/// Chunks that may wait for a reader.
const CHUNKS: usize = 256;

pub struct Reply {
    model: LocalModel,
    request: ChatRequest,
    out: mpsc::Sender<Result<Chunk, ProviderError>>,
}

/// Has a reply made; it ends early when nobody reads it.
pub fn start(worker: &Worker<Reply>, model: LocalModel, request: ChatRequest) -> Result<ChatStream, ProviderError> {
    let (out, chunks) = mpsc::channel(CHUNKS);
    worker.start(Reply { model, request, out })?;
    Ok(Box::pin(futures::stream::unfold(chunks, |mut chunks| async move { Some((chunks.recv().await?, chunks)) })))
}

impl Job for Reply {
    type Model = ChatModel;
    const MODEL: &'static str = "built-in model";
    const JOBS: &'static str = "replies";
    const THREAD: &'static str = "local-model";
    const QUEUE: usize = 32;

    fn path(&self) -> &Path {
        &self.model.path
    }

    fn is_wanted(&self) -> bool {
        !self.out.is_closed()
    }

    fn load(path: &Path) -> Result<ChatModel, String> {
        ChatModel::load(path)
    }

    fn run(&mut self, model: &mut ChatModel) -> Result<(), String> {
        let out = &self.out;
        let mut send = |chunk| out.blocking_send(Ok(chunk)).is_ok();
        generate::reply(model, &self.request, &mut send)
    }

    fn fail(&mut self, why: String) {
        let _ = self.out.blocking_send(Err(ProviderError::Local(why)));
    }
}
