//! A thread that runs a built-in model: one job at a time, the model kept while it is used and let go when it is not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::ProviderError;

/// How long an unused model stays in memory.
const IDLE: Duration = Duration::from_secs(300);

/// Something that a model is asked for.
pub trait Job: Sized + Send + 'static {
    type Model;
    /// What the model is called in words for people.
    const MODEL: &'static str;
    /// What waits for it, in the same words.
    const JOBS: &'static str;
    const THREAD: &'static str;
    /// How many may wait.
    const QUEUE: usize;

    /// Where the model lies.
    fn path(&self) -> &Path;
    /// Whether anybody still waits for what comes of it.
    fn is_wanted(&self) -> bool;
    fn load(path: &Path) -> Result<Self::Model, String>;
    fn run(&mut self, model: &mut Self::Model) -> Result<(), String>;
    /// Tells whoever waits why nothing (more) comes.
    fn fail(&mut self, why: String);
}

/// Starts its thread with the first job; the thread ends when this is dropped.
pub struct Worker<J> {
    jobs: Mutex<Option<SyncSender<J>>>,
}

impl<J> Default for Worker<J> {
    fn default() -> Self {
        Self { jobs: Mutex::default() }
    }
}

impl<J: Job> Worker<J> {
    /// Puts a job into the queue. Refuses it where too many wait.
    pub fn start(&self, job: J) -> Result<(), ProviderError> {
        let mut jobs = self.jobs.lock();
        let sender = match jobs.as_ref() {
            Some(sender) => sender,
            None => jobs.insert(spawn()?),
        };
        match sender.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                let (count, waiting, model) = (J::QUEUE, J::JOBS, J::MODEL);
                Err(ProviderError::Local(format!("{count} {waiting} already wait for the {model}; try again soon")))
            }
            Err(TrySendError::Disconnected(_)) => {
                *jobs = None;
                Err(ProviderError::Local(format!("the {} has stopped; try again", J::MODEL)))
            }
        }
    }
}

fn spawn<J: Job>() -> Result<SyncSender<J>, ProviderError> {
    let (sender, receiver) = sync_channel(J::QUEUE);
    std::thread::Builder::new()
        .name(J::THREAD.to_owned())
        .spawn(move || run(&receiver))
        .map_err(|error| ProviderError::Local(format!("no thread for the {}: {error}", J::MODEL)))?;
    Ok(sender)
}

fn run<J: Job>(jobs: &Receiver<J>) {
    let mut loaded: Option<(PathBuf, J::Model)> = None;
    loop {
        match jobs.recv_timeout(IDLE) {
            Ok(job) => serve(&mut loaded, job),
            Err(RecvTimeoutError::Timeout) => {
                if loaded.take().is_some() {
                    tracing::info!("the {} was let go after five quiet minutes", J::MODEL);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn serve<J: Job>(loaded: &mut Option<(PathBuf, J::Model)>, mut job: J) {
    if !job.is_wanted() {
        return;
    }
    // A damaged file must cost one job, not the thread.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        if loaded.as_ref().is_none_or(|(path, _)| path != job.path()) {
            *loaded = None;
            let begin = Instant::now();
            *loaded = Some((job.path().to_owned(), J::load(job.path())?));
            let load_ms = begin.elapsed().as_millis() as u64;
            tracing::info!(path = %job.path().display(), load_ms, "{} loaded", J::MODEL);
        }
        match loaded {
            Some((_, model)) => job.run(model),
            None => Err("the model is not loaded".to_owned()),
        }
    }));
    let problem = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(problem)) => problem,
        Err(_) => format!("the {} failed in an unexpected way", J::MODEL),
    };
    *loaded = None;
    tracing::warn!(path = %job.path().display(), %problem, "{} failed", J::MODEL);
    job.fail(problem);
}
