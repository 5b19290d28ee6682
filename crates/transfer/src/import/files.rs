//! Uploaded files with their bytes, and the text that was taken from them there.

use std::path::PathBuf;

use airis_domain::{File, FileId, FileStatus, Json, JsonMap};
use tokio::io::AsyncReadExt;

use super::report::Outcome;
use super::row::Row;
use super::source::{Source, Uploads};
use super::{ALL, Arrival, nameless, nobody};
use crate::record::Value;
use crate::{Result, TransferError};

const BUFFER: usize = 1 << 20;
const BYTES: &str = "contents of files";

impl Arrival<'_> {
    pub(super) async fn files(&mut self, source: &mut Source) -> Result<()> {
        let (mut done, total) = (0, source.count("file", ALL).await?);
        let uploads = source.uploads.clone();
        source
            .each("file", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let outcome = self.file(&row, &id, &uploads).await?;
                self.add("files", &id, outcome);
                self.tell("files", &mut done, total);
                Ok(())
            })
            .await
    }

    async fn file(&mut self, row: &Row, id: &str, uploads: &Uploads) -> Result<Outcome> {
        if id.is_empty() {
            return Ok(nameless());
        }
        let place = row.filled("path").unwrap_or_default();
        if self.target.has("file", id).await? {
            // An earlier run may not have found the bytes.
            if self.target.text("file", "path", ("id", id)).await?.is_none()
                && let Some(path) = self.bytes(row, id, &place, uploads).await?
            {
                let values = [Value::Text(id.to_owned()), Value::Text(path)];
                self.target.change("UPDATE file SET path = $2 WHERE id = $1", &values).await?;
            }
            return Ok(Outcome::Known);
        }
        let Some(owner) = self.owner(row) else { return Ok(nobody()) };
        let path = self.bytes(row, id, &place, uploads).await?;
        let data = row.json("data").unwrap_or_default();
        let text = |key: &str| data.get(key).and_then(Json::as_str).map(str::to_owned);
        let content = text("content").filter(|content| !content.is_empty());
        let status = match text("status").as_deref().and_then(FileStatus::parse) {
            // Whoever was reading it there will not read it here; with its bytes it is read at the next start.
            Some(FileStatus::Pending | FileStatus::Processing) | None if content.is_some() => {
                Some(FileStatus::Completed)
            }
            Some(FileStatus::Pending | FileStatus::Processing) => path.as_ref().map(|_| FileStatus::Pending),
            other => other,
        };
        let meta = match row.json("meta") {
            Some(Json::Object(meta)) => meta,
            _ => JsonMap::new(),
        };
        let (created_at, updated_at) = row.times();
        let file = File {
            id: FileId::from(id),
            user_id: owner.id,
            filename: row.clean("filename").unwrap_or_else(|| id.to_owned()),
            path,
            hash: row.clean("hash"),
            status,
            error: text("error"),
            meta,
            content,
            created_at,
            updated_at,
        };
        if self.target.dry {
            self.target.imagine("file", id);
        } else {
            self.target.store.insert_file(&file).await?;
        }
        Ok(Outcome::Brought)
    }

    /// Copies the bytes of a file; where they are then, or nothing when there are none to be had.
    async fn bytes(&mut self, row: &Row, id: &str, place: &str, uploads: &Uploads) -> Result<Option<String>> {
        let found = match found(place, uploads) {
            Ok(found) => found,
            Err(reason) => {
                self.add(BYTES, id, Outcome::Skipped(reason));
                return Ok(None);
            }
        };
        let name = found.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // Bytes lie under `<id>_<name>`, here as there.
        let name = name
            .strip_prefix(&format!("{id}_"))
            .map_or_else(|| row.clean("filename").unwrap_or_else(|| name.clone()), str::to_owned);
        if self.target.dry {
            self.add(BYTES, id, Outcome::Brought);
            return Ok(Some(name));
        }
        let unread = |error| TransferError::Io(format!("{} cannot be read", found.display()), error);
        let mut from = tokio::fs::File::open(&found).await.map_err(unread)?;
        let mut into = self.files.receive().await?;
        let mut buffer = vec![0; BUFFER];
        loop {
            let count = from.read(&mut buffer).await.map_err(unread)?;
            if count == 0 {
                break;
            }
            into.write(&buffer[..count]).await?;
        }
        let path = self.files.keep(into.finish().await?, id, &name).await?;
        self.add(BYTES, id, Outcome::Brought);
        Ok(Some(path))
    }
}

/// The file that holds the bytes of a place, or why there is none. A database may come from another machine: of a path
/// only the last part counts.
fn found(place: &str, uploads: &Uploads) -> std::result::Result<PathBuf, String> {
    if let Some((kind, _)) = place.split_once("://") {
        return Err(format!("it lies in a cloud ({kind}), which airis does not read"));
    }
    let name = place.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.is_empty() || name == "." || name == ".." {
        return Err("the database does not say where it lies".to_owned());
    }
    match uploads {
        Uploads::Unknown => Err("nobody said where its bytes lie; --uploads names the folder".to_owned()),
        Uploads::Folder(folder) => {
            let path = folder.join(name);
            if path.is_file() { Ok(path) } else { Err(format!("there is no file {}", path.display())) }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn a_place_never_leads_out_of_the_uploads() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a_b.txt"), "x").unwrap();
        let uploads = Uploads::Folder(folder.path().to_owned());
        assert!(found("/app/backend/data/uploads/a_b.txt", &uploads).is_ok());
        for place in ["", "..", "/data/..", "/etc/passwd", "s3://bucket/a_b.txt"] {
            assert!(found(place, &uploads).is_err(), "{place}");
        }
        assert!(found("a_b.txt", &Uploads::Unknown).is_err_and(|reason| reason.contains("--uploads")));
    }
}
