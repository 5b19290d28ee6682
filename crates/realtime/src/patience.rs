//! A database that is away for a moment is waited for: whoever is told that nothing is there would go on without it.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long something that cannot be read is read again, and the pause in between. Clients wait five seconds.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(200);

/// What is read in the end, or the last error.
pub(crate) async fn read_patiently<T, E, F>(read: impl Fn() -> F) -> Result<T, E>
where
    E: Display,
    F: Future<Output = Result<T, E>>,
{
    let end = Instant::now() + PATIENCE;
    loop {
        match read().await {
            Err(error) if Instant::now() < end => tracing::debug!(%error, "read again in a moment"),
            done => return done,
        }
        sleep(PAUSE).await;
    }
}
