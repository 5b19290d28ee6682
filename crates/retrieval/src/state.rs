//! What every part of retrieval may reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use airis_config::Config;
use airis_files::Files;
use airis_outbound::Outbound;
use airis_providers::Providers;
use airis_store::Store;
use airis_vector::Vectors;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ingest::TOGETHER;

pub struct Inner {
    pub store: Store,
    pub vectors: Vectors,
    pub files: Files,
    pub providers: Providers,
    pub outbound: Outbound,
    pub config: Arc<Config>,
    /// Name of this instance among others.
    pub instance: String,
    /// Readers of files that are at work.
    pub readers: AtomicUsize,
    /// What files may be in memory at once.
    pub room: Semaphore,
    /// A file was queued since somebody looked.
    pub queued: AtomicBool,
    /// Rung whenever a file is done with.
    pub done: Notify,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

impl Inner {
    pub fn new(
        store: Store,
        vectors: Vectors,
        files: Files,
        providers: Providers,
        outbound: Outbound,
        config: Arc<Config>,
        instance: String,
    ) -> Self {
        Self {
            store,
            vectors,
            files,
            providers,
            outbound,
            config,
            instance,
            readers: AtomicUsize::new(0),
            room: Semaphore::new(TOGETHER),
            queued: AtomicBool::new(false),
            done: Notify::new(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Whether texts go to models whole, and nothing is indexed.
    pub fn is_bypassed(&self) -> bool {
        self.config.flag("rag.bypass_embedding_and_retrieval")
    }
}
