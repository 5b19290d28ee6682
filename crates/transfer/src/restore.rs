//! An archive becomes an airis again, on either database.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use airis_domain::now;
use airis_store::{Store, known_migrations};

use crate::archive::{Manifest, damaged, each, io, verify};
use crate::backup::{ROWS, SECRET, UPLOADS, VECTORS, beside};
use crate::error::refuse;
use crate::link::{Cells, Link};
use crate::moving::{Database, options, unserved};
use crate::rows::{empty, is_empty, kept_tables, put, search_later, sum};
use crate::schema::Table;
use crate::{Progress, Result};

/// Brings back what an archive holds. It is proved to be whole before anything is written; then all rows come in one
/// transaction, so that a failure leaves the database as it was. Without `force` the database must be empty; with it,
/// everything there is replaced, and uploaded files are put aside. What it was, and what else is good to know.
pub async fn restore(
    database: Database<'_>,
    data_dir: &Path,
    file: &Path,
    force: bool,
    progress: Progress<'_>,
) -> Result<(Manifest, Vec<String>)> {
    let manifest = verify(file)?;
    let newest = known_migrations().map(|(version, _)| version).max();
    if manifest.schema.iter().max() > newest.as_ref() {
        refuse!("{} was made by a newer airis ({}); run that one", file.display(), manifest.airis);
    }
    let _alone = unserved(database.url)?;
    Store::open(&options(database)).await?.close().await;
    let mut link = Link::writing(database.url, database.schema).await?;
    if !force && !is_empty(&mut link).await? {
        refuse!("the database is not empty; --force replaces everything in it");
    }
    let all = kept_tables(&mut link).await?;
    let tables = archived(&manifest, &all, file)?;
    let staged = Staged::new(data_dir)?;
    link.begin().await?;
    empty(&mut link, &all).await?;
    let total = manifest.entries.iter().filter(|entry| entry.path.starts_with(ROWS)).count() as u64;
    let mut done = 0;
    // What is read from the archive is written at once; the archive is read on a thread that may wait.
    let (send, mut receive) = tokio::sync::mpsc::channel::<(String, Vec<Cells>)>(2);
    let (path, stage) = (file.to_owned(), staged.folder.clone());
    let reader = tokio::task::spawn_blocking(move || {
        unpack(&path, &stage, |table, rows| {
            // Whoever takes them has failed and says why.
            _ = send.blocking_send((table, rows));
        })
    });
    let mut written = Ok(());
    while let Some((name, rows)) = receive.recv().await {
        done += 1;
        progress("tables", done, total);
        let Some(table) = tables.get(&name) else { continue };
        written = put(&mut link, table, &rows).await;
        if written.is_err() {
            break;
        }
    }
    drop(receive);
    let read = reader.await.map_err(|error| crate::TransferError::Refused(error.to_string()))?;
    written.and(read)?;
    for kept in &manifest.tables {
        let Some(table) = tables.get(&kept.table) else { continue };
        let here = sum(&mut link, table).await?;
        if here.rows != kept.rows || here.written() != kept.checksum {
            refuse!("the table {} did not arrive whole; nothing was changed", kept.table);
        }
    }
    search_later(&mut link).await?;
    let notes = staged.settle(data_dir, force)?;
    link.commit().await?;
    link.close().await?;
    Ok((manifest, notes))
}

/// The tables of an archive with the columns that it has; an earlier airis had fewer.
fn archived(manifest: &Manifest, here: &[Table], file: &Path) -> Result<BTreeMap<String, Table>> {
    let mut tables = BTreeMap::new();
    for kept in &manifest.tables {
        let Some(table) = here.iter().find(|table| table.name == kept.table) else {
            refuse!("{} has a table {} that this airis does not know", file.display(), kept.table);
        };
        let mut columns = Vec::with_capacity(kept.columns.len());
        for name in &kept.columns {
            let Some(column) = table.columns.iter().find(|column| column.name == *name) else {
                refuse!("{} has a column {}.{name} that this airis does not know", file.display(), kept.table);
            };
            columns.push(column.clone());
        }
        tables.insert(kept.table.clone(), Table { columns, ..table.clone() });
    }
    Ok(tables)
}

/// Reads the archive once more: rows are handed over, files are put into a folder beside their places.
fn unpack(path: &Path, stage: &Path, mut rows: impl FnMut(String, Vec<Cells>)) -> Result<()> {
    each(path, |name, from| {
        if let Some(table) = name.strip_prefix(ROWS).and_then(|rest| rest.split('/').next()) {
            let mut text = Vec::new();
            from.read_to_end(&mut text).map_err(|error| damaged(path, &error))?;
            let Ok(cells) = serde_json::from_slice(&text) else { refuse!("{} is damaged: {name}", path.display()) };
            rows(table.to_owned(), cells);
            return Ok(());
        }
        let place = match name.strip_prefix(UPLOADS) {
            Some(upload) if is_plain(upload) => stage.join("uploads").join(upload),
            None if name == VECTORS || name == SECRET => stage.join(name),
            _ => return Ok(()),
        };
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place);
        let mut file = file.map_err(|error| io(&place, error))?;
        std::io::copy(from, &mut file).and_then(|_| file.flush()).map_err(|error| io(&place, error))
    })
}

/// Whether a name stays in its folder.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

/// Files that wait beside their places; gone when nobody settles them.
struct Staged {
    folder: PathBuf,
}

impl Staged {
    fn new(data_dir: &Path) -> Result<Self> {
        let folder = data_dir.join(format!("restoring-{}", std::process::id()));
        let uploads = folder.join("uploads");
        std::fs::create_dir_all(&uploads).map_err(|error| io(&uploads, error))?;
        Ok(Self { folder })
    }

    /// Moves everything to where it belongs; what was there before is put aside.
    fn settle(self, data_dir: &Path, force: bool) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        let uploads = data_dir.join("uploads");
        let aside = beside(&uploads, &format!("before-{}", now()));
        let used = std::fs::read_dir(&uploads).is_ok_and(|mut entries| entries.next().is_some());
        if used {
            std::fs::rename(&uploads, &aside).map_err(|error| io(&uploads, error))?;
            notes.push(format!("the files that were uploaded before are in {}", aside.display()));
        } else if uploads.exists() {
            std::fs::remove_dir(&uploads).map_err(|error| io(&uploads, error))?;
        }
        let staged = self.folder.join("uploads");
        std::fs::rename(&staged, &uploads).map_err(|error| io(&uploads, error))?;
        let vectors = data_dir.join(VECTORS);
        for name in ["vectors.db", "vectors.db-wal", "vectors.db-shm"] {
            // Passages of before belong to files that are gone; there may be none.
            _ = std::fs::remove_file(data_dir.join(name));
        }
        let staged = self.folder.join(VECTORS);
        if staged.exists() {
            std::fs::rename(&staged, &vectors).map_err(|error| io(&vectors, error))?;
        }
        let (staged, secret) = (self.folder.join(SECRET), data_dir.join(SECRET));
        if staged.exists() && (force || !secret.exists()) {
            std::fs::rename(&staged, &secret).map_err(|error| io(&secret, error))?;
        } else if staged.exists() && std::fs::read(&staged).ok() != std::fs::read(&secret).ok() {
            notes.push(format!("{} stays as it is here: sessions and sealed secrets of before end", secret.display()));
        }
        Ok(notes)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // What is left is in nobody's way.
        _ = std::fs::remove_dir_all(&self.folder);
    }
}
