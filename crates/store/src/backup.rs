//! A copy of the whole database while it is used.

use async_recursion::async_recursion as boxed;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use tokio::sync::Mutex;

use crate::db::Db;
use crate::{Result, Store, StoreError};

/// One copy at a time, so that a file of its name is one that a dead process left.
static COPYING: Mutex<()> = Mutex::const_new(());

/// Removes its file, whatever happens.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, file = %self.0.display(), "a copy of the database could not be removed");
        }
    }
}

impl Store {
    /// A consistent copy of the SQLite file, open for reading; it has no name any more and is gone when it is closed.
    /// `None` where there is no file (PostgreSQL has its own tools).
    #[boxed]
    pub async fn copy(&self) -> Result<Option<File>> {
        let (Db::Sqlite { read, .. }, Some(database)) = (&self.db, &self.file) else { return Ok(None) };
        let failed = |error: std::io::Error| StoreError::Unavailable(format!("a copy cannot be made: {error}"));
        let _one = COPYING.lock().await;
        let copy = Passing(private(database.with_extension("copy")).map_err(failed)?);
        sqlx::query("VACUUM INTO $1").bind(copy.0.to_string_lossy().into_owned()).execute(read).await?;
        Ok(Some(File::open(&copy.0).map_err(failed)?))
    }
}

/// An empty file that only its owner may read: it will hold everything.
fn private(path: PathBuf) -> std::io::Result<PathBuf> {
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    Ok(path)
}
