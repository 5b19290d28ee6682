//! Passages in a file of SQLite beside the database; vectors are compared in memory, by a quarter of what they are there, and
//! those that seem nearest as they are stored.

mod open;
mod points;
mod read;
mod write;

use std::path::PathBuf;

use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::Result;
use crate::cache::Cache;
use open::Pools;

/// The file, and the vectors of collections that were searched lately.
pub struct Embedded {
    file: PathBuf,
    pools: OnceCell<Pools>,
    cache: Mutex<Cache>,
}

impl Embedded {
    pub fn new(file: PathBuf) -> Self {
        Self { file, pools: OnceCell::new(), cache: Mutex::default() }
    }

    /// The open file. A server that nobody asks for documents never opens it.
    async fn pools(&self) -> Result<&Pools> {
        self.pools.get_or_try_init(|| open::open(&self.file)).await
    }

    pub async fn close(&self) {
        if let Some(pools) = self.pools.get() {
            pools.read.close().await;
            pools.write.close().await;
        }
    }
}
