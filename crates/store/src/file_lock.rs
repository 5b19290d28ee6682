//! One process at a time opens an SQLite file and changes its schema: SQLite itself has no word for that, and answers
//! `database is locked` to all but one of those that turn a new file into a write-ahead log.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::{Result, StoreError};

/// How long to wait for another process, and how often to try.
const PATIENCE: Duration = Duration::from_secs(120);
const TRY_EVERY: Duration = Duration::from_millis(10);

/// Takes the lock beside the database; released when dropped or when the process dies. Holds no thread while it waits:
/// who has the lock may need that thread to finish. Fails with one sentence when the file cannot be made or the wait is long.
pub(crate) async fn take(database: &Path) -> Result<File> {
    let path = database.with_extension("migrate.lock");
    let unusable = |error| StoreError::Open(format!("the lock file {} cannot be used: {error}", path.display()));
    let file = File::create(&path).map_err(unusable)?;
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
            Err(TryLockError::WouldBlock) if begin.elapsed() > PATIENCE => {
                return Err(StoreError::Open(format!(
                    "another process has been opening {} for {} seconds; see whether it hangs",
                    database.display(),
                    PATIENCE.as_secs()
                )));
            }
            Err(TryLockError::WouldBlock) => tokio::time::sleep(TRY_EVERY).await,
        }
    }
}
