//! Reading files beside the requests: a few at a time, in turns between people, and again after a crash.

use async_recursion::async_recursion as boxed;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use airis_domain::{File, FileId, FileStatus, Ingestion, Json, UserId, now};
use airis_store::StoreError;

use crate::extract::{Bounds, ExtractError, Section, extract};
use crate::index::Target;
use crate::passages::digest;
use crate::services;
use crate::state::Inner;
use crate::{Result, Retrieval, RetrievalError};

/// Small files read at once: their passages are embedded together, in half the time that one after the other takes.
pub const TOGETHER: usize = 8;
/// Bytes of a small file, and for how many of them another one counts: each is in memory as a whole while it is read.
const SMALL: u64 = 256 * 1024;
const LARGE_AS: u32 = 4;
/// Bytes of the largest file that is read.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Files that one person may have in the queue.
const MOST_WAITING: i64 = 10_000;
/// How often a file is begun that ends the process each time.
const ATTEMPTS: i64 = 3;
/// Seconds that a file is kept without a sign of life, and the time between two.
const LEASE: i64 = 60;
const RENEW: Duration = Duration::from_secs(20);
/// How often it is looked for files that other instances left behind.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// How long somebody waits for a file.
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK_AGAIN: Duration = Duration::from_millis(250);

impl Retrieval {
    /// Has the text of a file taken as soon as it is its owner's turn; then it goes into the knowledge base, if one is named.
    #[boxed]
    pub async fn read(&self, file: &File, knowledge: Option<&str>, directory: Option<&str>) -> Result<()> {
        if self.inner.store.count_ingestions(Some(&file.user_id)).await? >= MOST_WAITING {
            return Err(RetrievalError::Refused(format!("{MOST_WAITING} files wait to be read already")));
        }
        self.inner.store.queue_ingestion(&file.id, &file.user_id, knowledge, directory).await?;
        self.start_readers();
        Ok(())
    }

    /// Waits until a file is read, or cannot be; how it stands then.
    #[boxed]
    pub async fn finished(&self, id: &FileId) -> Result<Option<File>> {
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            let rung = self.inner.done.notified();
            let file = self.inner.store.file(id).await?;
            let open = file.as_ref().and_then(|file| file.status).is_some_and(|status| !status.is_final());
            if !open || tokio::time::Instant::now() >= end {
                return Ok(file);
            }
            // The time covers files that another instance reads.
            _ = tokio::time::timeout(LOOK_AGAIN, rung).await;
        }
    }

    /// Goes on where a dead process stopped.
    #[boxed]
    pub async fn recover(&self) {
        if self.inner.store.kind() == "sqlite" {
            // The file of the database is locked by its one server: whoever was reading is dead.
            self.told(self.inner.store.release_ingestions().await);
        }
        self.told(self.inner.store.queue_unfinished_files().await);
        self.start_readers();
    }

    /// Looks for files that other instances left behind, until it is stopped.
    #[boxed]
    pub async fn watch(&self) {
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => self.start_readers(),
            }
        }
    }

    /// Ends what is under way; it goes on at the next start.
    #[boxed]
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.vectors.close().await;
    }

    fn told(&self, outcome: std::result::Result<u64, StoreError>) {
        match outcome {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "files are read again from the beginning"),
            Err(error) => tracing::error!(%error, "files that wait to be read are not known"),
        }
    }

    fn start_readers(&self) {
        self.inner.queued.store(true, Ordering::SeqCst);
        while self.inner.clone().start_reader() {}
    }
}

impl Inner {
    /// One more reader, if there may be one more.
    fn start_reader(self: Arc<Self>) -> bool {
        let more = |readers: usize| (readers < TOGETHER).then_some(readers + 1);
        if self.stop.is_cancelled() || self.readers.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).is_err() {
            return false;
        }
        let inner = self.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = inner.stop.cancelled() => {}
                () = inner.read_all() => {}
            }
            inner.readers.fetch_sub(1, Ordering::SeqCst);
            // Something may have been queued after the last look and before this reader was counted out.
            if inner.queued.load(Ordering::SeqCst) {
                inner.start_reader();
            }
        });
        true
    }

    /// Reads file after file until none waits.
    async fn read_all(&self) {
        loop {
            self.queued.store(false, Ordering::SeqCst);
            match self.store.claim_ingestion(&self.owner(), now() + LEASE, milliseconds()).await {
                Ok(Some(job)) => self.keep_and_read(&job).await,
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(%error, "no file can be taken from the queue");
                    return;
                }
            }
        }
    }

    fn owner(&self) -> String {
        self.instance.clone()
    }

    async fn keep_and_read(&self, job: &Ingestion) {
        let keep = async {
            loop {
                tokio::time::sleep(RENEW).await;
                match self.store.renew_ingestion(&job.file_id, &self.owner(), now() + LEASE).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::warn!(%error, file = %job.file_id, "a file could not be kept"),
                }
            }
        };
        let outcome = tokio::select! {
            () = keep => {
                tracing::warn!(file = %job.file_id, "a file was taken over by another reader");
                return;
            }
            outcome = self.read_one(job) => outcome,
        };
        let failed = outcome.as_ref().err().map(RetrievalError::told);
        if let Err(error) = &outcome {
            tracing::info!(%error, file = %job.file_id, "a file was not read");
            if let Err(error) = self.store.end_file(&job.file_id, Err(failed.as_deref().unwrap_or_default())).await {
                tracing::error!(%error, file = %job.file_id, "it was not stored that a file was not read");
            }
        }
        if let Err(error) = self.store.end_ingestion(&job.file_id, &self.owner(), failed.as_deref()).await {
            tracing::error!(%error, file = %job.file_id, "a file stays in the queue");
        }
        self.done.notify_waiters();
    }

    async fn read_one(&self, job: &Ingestion) -> Result<()> {
        let begun = self.store.begin_file(&job.file_id).await?;
        let Some(file) = self.store.file(&job.file_id).await? else { return Ok(()) };
        if begun {
            if job.attempts > ATTEMPTS {
                return Err(RetrievalError::Refused(format!("Reading the file ended the server {ATTEMPTS} times")));
            }
            let (text, hash) = self.take(&file).await?;
            self.store.end_file(&file.id, Ok((&text, &hash))).await?;
        }
        if let Some(knowledge) = &job.knowledge_id
            && let Some(file) = self.store.file(&job.file_id).await?
            && file.status == Some(FileStatus::Completed)
        {
            self.link(&file, knowledge, job.directory_id.as_deref()).await?;
        }
        Ok(())
    }

    /// Takes the text of a file and makes it searchable: the text, and its digest.
    async fn take(&self, file: &File) -> Result<(String, String)> {
        let small = file.meta.get("size").and_then(Json::as_u64).is_some_and(|size| size <= SMALL);
        let _room = self.room.acquire_many(if small { 1 } else { LARGE_AS }).await;
        let path = file.path.as_deref().ok_or(airis_files::FilesError::Gone)?;
        let (sections, hash, text) = match services::read(self, file, path).await? {
            Some(sections) => self.joined(move || Ok(sections)).await?,
            None => {
                let bytes = self.files.whole(path, LARGEST).await?;
                let (name, kind) = (file.filename.clone(), file.content_type().to_owned());
                self.joined(move || extract(&name, &kind, &bytes, &mut Bounds::usual(bytes.len()))).await?
            }
        };
        if !self.is_bypassed() {
            self.index(Target::file(file, &hash), sections).await?;
        }
        Ok((text, hash))
    }

    /// Sections with the digest of all their text, and that text.
    async fn joined(
        &self,
        read: impl FnOnce() -> std::result::Result<Vec<Section>, ExtractError> + Send + 'static,
    ) -> Result<(Vec<Section>, String, String)> {
        let whole_pdf = self.config.text("rag.pdf_loader_mode") == "single";
        let work = tokio::task::spawn_blocking(move || {
            let sections = read()?;
            let text = sections.iter().map(|section| section.text.as_str()).collect::<Vec<_>>().join("\n\n");
            let whole = whole_pdf && sections.iter().all(|section| section.page.is_some());
            let sections = if whole { vec![Section::plain(text.clone())] } else { sections };
            Ok::<_, ExtractError>((sections, digest(&text), text))
        });
        Ok(work.await.map_err(|_| RetrievalError::Refused("The file broke its reader".to_owned()))??)
    }
}

impl Retrieval {
    /// Has a file read again from its bytes, and waits for it. For a file whose reading nobody asked for, too.
    #[boxed]
    pub async fn read_again(&self, file: &File) -> Result<File> {
        self.inner.store.await_file(&file.id).await?;
        self.read(file, None, None).await?;
        let file = self.finished(&file.id).await?.ok_or(RetrievalError::NotYours)?;
        match (&file.status, &file.error) {
            (Some(FileStatus::Failed), why) => {
                Err(RetrievalError::Refused(why.clone().unwrap_or_else(|| "The file was not read".to_owned())))
            }
            _ => Ok(file),
        }
    }

    /// How many files of somebody wait or are being read.
    #[boxed]
    pub async fn waiting(&self, user: &UserId) -> Result<i64> {
        Ok(self.inner.store.count_ingestions(Some(user)).await?)
    }
}

fn milliseconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
