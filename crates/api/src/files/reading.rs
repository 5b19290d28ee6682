//! Taking the text from files, a few at a time, beside the requests.

use std::sync::Arc;

use airis_domain::FileId;
use airis_files::{Files, FilesError, text_of};
use airis_store::{Result, Store};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::app::App;

/// Files read at once: each is in memory as a whole while it is.
const TOGETHER: usize = 2;
/// Bytes of the largest file that is read. A longer text is of no use to a model as one piece.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Reads files; owned by the application, and ended with the process. What is unfinished then goes on at the next start.
pub(crate) struct Reading {
    store: Store,
    files: Files,
    turns: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl Reading {
    pub fn new(store: Store, files: Files) -> Self {
        Self { store, files, turns: Arc::new(Semaphore::new(TOGETHER)), tasks: TaskTracker::new() }
    }

    /// Takes the text of a file as soon as there is room; the handle ends with it.
    pub fn start(&self, id: FileId) -> JoinHandle<()> {
        let (store, files, turns) = (self.store.clone(), self.files.clone(), self.turns.clone());
        self.tasks.spawn(async move {
            let Ok(_turn) = turns.acquire().await else { return };
            if let Err(error) = read(&store, &files, &id).await {
                tracing::error!(%error, file = %id, "the text of a file was not stored");
            }
        })
    }
}

/// Goes on where a dead process stopped.
pub(crate) async fn recover(app: &App) {
    match app.files.sweep().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "cleared away uploads that broke off"),
        Err(error) => tracing::warn!(%error, "the folder of uploads cannot be looked through"),
    }
    match app.store.unfinished_files().await {
        Ok(ids) => {
            for id in ids {
                // One after the other: uploads of now come first.
                if app.reading.start(id).await.is_err() {
                    return;
                }
            }
        }
        Err(error) => tracing::error!(%error, "files that wait to be read are not known"),
    }
}

async fn read(store: &Store, files: &Files, id: &FileId) -> Result<()> {
    if !store.begin_file(id).await? {
        return Ok(());
    }
    let Some(file) = store.file(id).await? else { return Ok(()) };
    let bytes = match &file.path {
        Some(path) => files.whole(path, LARGEST).await,
        None => Err(FilesError::Gone),
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => {
            let reason = match error {
                FilesError::Gone => "The uploaded file is gone".to_owned(),
                FilesError::TooLarge(limit) => format!("Text is taken from files up to {} MB", limit / (1024 * 1024)),
                other => {
                    tracing::error!(error = %other, file = %id, "a file cannot be read");
                    "The uploaded file cannot be read".to_owned()
                }
            };
            return store.end_file(id, Err(&reason)).await;
        }
    };
    let kind = file.content_type().to_owned();
    let taken = tokio::task::spawn_blocking(move || text_of(&kind, &bytes).map(|text| (digest(&text), text))).await;
    match taken {
        Ok(Ok((hash, text))) => store.end_file(id, Ok((&text, &hash))).await,
        Ok(Err(unreadable)) => store.end_file(id, Err(&sentence(&unreadable.to_string()))).await,
        Err(_) => store.end_file(id, Err("The file broke its reader")).await,
    }
}

/// SHA-256 of a text, in hexadecimal digits.
pub(super) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

fn sentence(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}
