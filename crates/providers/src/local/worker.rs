//! The thread that runs chat models: one reply at a time, the model kept while it is used and let go when it is not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::{ChatRequest, ChatStream, Chunk, ProviderError};

use super::LocalModel;
use super::chat_model::ChatModel;
use super::generate;

/// Replies that may wait for the model.
const QUEUE: usize = 32;
/// Chunks that may wait for a reader.
const CHUNKS: usize = 256;
/// How long an unused model stays in memory.
const IDLE: Duration = Duration::from_secs(300);

struct Job {
    model: LocalModel,
    request: ChatRequest,
    out: mpsc::Sender<Result<Chunk, ProviderError>>,
}

/// Starts its thread with the first reply; the thread ends when this is dropped.
#[derive(Default)]
pub struct Worker {
    jobs: Mutex<Option<SyncSender<Job>>>,
}

impl Worker {
    pub fn start(&self, model: LocalModel, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        let (out, chunks) = mpsc::channel(CHUNKS);
        let mut jobs = self.jobs.lock();
        let sender = match jobs.as_ref() {
            Some(sender) => sender,
            None => jobs.insert(spawn()?),
        };
        match sender.try_send(Job { model, request, out }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(ProviderError::Local(format!(
                    "{QUEUE} replies already wait for the built-in model; try again soon"
                )));
            }
            Err(TrySendError::Disconnected(_)) => {
                *jobs = None;
                return Err(ProviderError::Local("the built-in model has stopped; try again".to_owned()));
            }
        }
        Ok(Box::pin(futures::stream::unfold(chunks, |mut chunks| async move { Some((chunks.recv().await?, chunks)) })))
    }
}

fn spawn() -> Result<SyncSender<Job>, ProviderError> {
    let (sender, receiver) = sync_channel(QUEUE);
    std::thread::Builder::new()
        .name("local-model".to_owned())
        .spawn(move || run(&receiver))
        .map_err(|error| ProviderError::Local(format!("no thread for the built-in model: {error}")))?;
    Ok(sender)
}

fn run(jobs: &Receiver<Job>) {
    let mut loaded: Option<(PathBuf, ChatModel)> = None;
    loop {
        match jobs.recv_timeout(IDLE) {
            Ok(job) => serve(&mut loaded, job),
            Err(RecvTimeoutError::Timeout) => {
                if loaded.take().is_some() {
                    tracing::info!("the built-in model was let go after five quiet minutes");
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn serve(loaded: &mut Option<(PathBuf, ChatModel)>, job: Job) {
    if job.out.is_closed() {
        return;
    }
    let mut send = |chunk| job.out.blocking_send(Ok(chunk)).is_ok();
    // A damaged file must cost one reply, not the thread.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        if loaded.as_ref().is_none_or(|(path, _)| *path != job.model.path) {
            *loaded = None;
            let begin = Instant::now();
            *loaded = Some((job.model.path.clone(), ChatModel::load(&job.model.path)?));
            tracing::info!(model = %job.model.id, load_ms = begin.elapsed().as_millis() as u64, "built-in model loaded");
        }
        match loaded {
            Some((_, model)) => generate::reply(model, &job.request, &mut send),
            None => Err("the model is not loaded".to_owned()),
        }
    }));
    let problem = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(problem)) => problem,
        Err(_) => "the built-in model failed in an unexpected way".to_owned(),
    };
    *loaded = None;
    tracing::warn!(model = %job.model.id, %problem, "built-in model failed");
    let _ = job.out.blocking_send(Err(ProviderError::Local(problem)));
}
