//! Everything of an airis in one archive, taken while it runs.

use std::path::{Path, PathBuf};

use airis_domain::now;

use crate::archive::{FORMAT, KeptTable, Manifest, Writer, io};
use crate::error::refuse;
use crate::link::Link;
use crate::moving::Database;
use crate::record::Value;
use crate::rows::{Sum, count, kept_tables, pieces, versions};
use crate::{Progress, Result, TransferError};

pub const ROWS: &str = "rows/";
pub const UPLOADS: &str = "uploads/";
pub const VECTORS: &str = "vectors.db";
pub const SECRET: &str = ".webui_secret_key";
/// How unfinished uploads begin.
const UNFINISHED: char = '.';

/// Writes the archive `file`, which must not be there yet: the rows of one moment, then the bytes of files (what is
/// uploaded meanwhile does no harm), passages with their vectors, and the secret of the data folder.
pub async fn back_up(database: Database<'_>, data_dir: &Path, file: &Path, progress: Progress<'_>) -> Result<Manifest> {
    if file.exists() {
        refuse!("{} is there already; give the backup another name", file.display());
    }
    let part = beside(file, "part");
    let made = write(database, data_dir, &part, progress).await;
    match made {
        Ok(manifest) => {
            std::fs::rename(&part, file).map_err(|error| io(file, error))?;
            Ok(manifest)
        }
        Err(error) => {
            // Half an archive is of no use; when it cannot be removed either, the first error matters more.
            _ = std::fs::remove_file(&part);
            Err(error)
        }
    }
}

async fn write(database: Database<'_>, data_dir: &Path, part: &Path, progress: Progress<'_>) -> Result<Manifest> {
    let mut link = Link::reading(database.url, database.schema).await?;
    link.hold_still().await?;
    let tables = kept_tables(&mut link).await?;
    let mut archive = Writer::new(part)?;
    let mut manifest = Manifest {
        format: FORMAT,
        airis: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now(),
        database: if matches!(link, Link::Sqlite(_)) { "sqlite" } else { "postgresql" }.to_owned(),
        schema: versions(&mut link).await?,
        ..Manifest::default()
    };
    for table in &tables {
        let total = count(&mut link, &table.name).await?;
        let (mut sum, mut number) = (Sum::default(), 0);
        pieces(&mut link, table, None, async |rows| {
            rows.iter().for_each(|row| sum.add(row));
            number += 1;
            let text = serde_json::to_vec(&rows).map_err(|error| TransferError::Refused(error.to_string()))?;
            archive.bytes(&format!("{ROWS}{}/{number:08}.json", table.name), &text)?;
            progress(&table.name, sum.rows, total.max(sum.rows));
            Ok(())
        })
        .await?;
        manifest.tables.push(KeptTable {
            table: table.name.clone(),
            columns: table.columns.iter().map(|column| column.name.clone()).collect(),
            rows: sum.rows,
            checksum: sum.written(),
        });
    }
    link.close().await?;
    let uploads = uploads(&data_dir.join("uploads"))?;
    for (at, path) in uploads.iter().enumerate() {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        archive.file(&format!("{UPLOADS}{name}"), path)?;
        progress("uploads", at as u64 + 1, uploads.len() as u64);
    }
    vectors(&mut archive, &data_dir.join(VECTORS), part).await?;
    archive.file(SECRET, &data_dir.join(SECRET))?;
    manifest.entries = std::mem::take(&mut archive.entries);
    archive.finish(&manifest)?;
    Ok(manifest)
}

/// Whole files of the folder, by name.
fn uploads(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(folder, error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| io(folder, error))?;
        let plain = entry.file_type().is_ok_and(|kind| kind.is_file());
        if plain && !entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// A consistent copy of the passages, which are written while the server runs.
async fn vectors(archive: &mut Writer, file: &Path, part: &Path) -> Result<()> {
    if !file.exists() {
        return Ok(());
    }
    let copy = beside(part, "vectors");
    _ = std::fs::remove_file(&copy);
    let mut link = Link::reading(&format!("sqlite:///{}", absolute(file).display()), None).await?;
    let copied = link.execute("VACUUM INTO $1", &[Value::Text(copy.to_string_lossy().into_owned())]).await;
    link.close().await?;
    let added = copied.and_then(|_| archive.file(VECTORS, &copy));
    _ = std::fs::remove_file(&copy);
    added.map(|_| ())
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A file of this name with something behind it.
pub fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    PathBuf::from(name)
}
