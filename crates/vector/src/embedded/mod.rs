//! Passages in a file of SQLite beside the database; vectors are compared in memory, by a quarter of what they are there, and
//! those that seem nearest as they are stored.

mod open;
mod points;
mod read;
mod words;
mod write;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::OnceCell;

use crate::Result;
use crate::cache::Memory;
use crate::index::{STEP, Words};
use open::Pools;

/// The file, and the vectors of collections that were searched lately.
pub struct Embedded {
    file: PathBuf,
    opened: OnceCell<(Pools, Words<Pools>)>,
    memory: Arc<Memory>,
    /// Passages whose words are indexed together.
    step: Arc<AtomicUsize>,
}

impl Embedded {
    pub fn new(file: PathBuf) -> Self {
        Self { file, opened: OnceCell::new(), memory: Arc::default(), step: Arc::new(AtomicUsize::new(STEP)) }
    }

    pub fn index_together(&self, passages: usize) {
        self.step.store(passages, Ordering::Relaxed);
    }

    /// The open file. A server that nobody asks for documents never opens it.
    async fn opened(&self) -> Result<&(Pools, Words<Pools>)> {
        self.opened
            .get_or_try_init(async || {
                let pools = open::open(&self.file).await?;
                let words = Words::new(pools.clone(), self.step.clone());
                Ok((pools, words))
            })
            .await
    }

    async fn pools(&self) -> Result<&Pools> {
        Ok(&self.opened().await?.0)
    }

    async fn words(&self) -> Result<&Words<Pools>> {
        Ok(&self.opened().await?.1)
    }

    pub async fn close(&self) {
        self.memory.close().await;
        if let Some((pools, words)) = self.opened.get() {
            words.close().await;
            pools.read.close().await;
            pools.write.close().await;
        }
    }
}
