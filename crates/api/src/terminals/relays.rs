//! The sockets that are being relayed: how many there may be, and who ends them.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Sockets that may be relayed at once.
const MOST: usize = 512;
/// What they get to say goodbye.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// The owner of every relay.
pub struct Relays {
    tasks: TaskTracker,
    stop: CancellationToken,
    room: Arc<Semaphore>,
}

impl Default for Relays {
    fn default() -> Self {
        Self { tasks: TaskTracker::new(), stop: CancellationToken::new(), room: Arc::new(Semaphore::new(MOST)) }
    }
}

impl Relays {
    /// Runs a relay to its end, which the end of the server waits for.
    pub(super) async fn run(&self, relay: impl Future<Output = ()>) {
        self.tasks.track_future(relay).await;
    }

    /// Room for one more, held as long as it is.
    pub(super) fn enter(&self) -> Option<OwnedSemaphorePermit> {
        self.room.clone().try_acquire_owned().ok()
    }

    /// Returns when the server stops.
    pub(super) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Ends every relay.
    pub async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(LAST_WORDS, self.tasks.wait()).await.is_err() {
            tracing::warn!("some terminals were cut off without a word");
        }
    }
}
