//! What becomes of the pieces of an upload: a file once all are here, nothing when nobody adds to them any more.

use std::time::Duration;

use airis_domain::{FileId, now};
use airis_files::Received;
use airis_store::{Upload, UploadPiece};
use axum::http::StatusCode;
use tokio::io::AsyncReadExt;

use super::remove_bytes;
use super::upload::{Arrived, keep};
use crate::app::App;
use crate::error::{ApiError, Result};

/// Seconds after which whoever joins an upload counts as dead.
const STALE: i64 = 10 * 60;
/// Seconds after which an upload that does not grow belongs to nobody.
const ABANDONED: i64 = 24 * 60 * 60;
/// How often abandoned uploads are looked for.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Bytes that are copied at a time.
const BUFFER: usize = 256 * 1024;

/// Makes the file of a whole upload, under its id. A second caller meanwhile is told to ask again.
pub async fn join(app: &App, upload: &Upload) -> Result<()> {
    if !app.store.claim_upload(&upload.id, now() - STALE).await? {
        return Err(ApiError::new(StatusCode::CONFLICT, "The file is being put together; ask again"));
    }
    let made = whole(app, upload).await;
    if made.is_err() {
        app.store.release_upload(&upload.id).await?;
        return made;
    }
    clear(app, &upload.id).await
}

async fn whole(app: &App, upload: &Upload) -> Result<()> {
    // Whoever made it died before the pieces were cleared away.
    if app.store.file(&upload.id).await?.is_some() {
        return Ok(());
    }
    let received = copied(app, &app.store.upload_pieces(&upload.id).await?).await?;
    let arrived = Arrived {
        id: upload.id.clone(),
        received,
        name: upload.filename.clone(),
        content_type: upload.content_type.clone(),
        metadata: upload.metadata.clone(),
    };
    keep(app, &upload.user_id, arrived, upload.process, true).await.map(|_| ())
}

/// One file of all pieces, hashed on the way.
async fn copied(app: &App, pieces: &[UploadPiece]) -> Result<Received> {
    let mut incoming = app.files.receive().await?;
    let mut buffer = vec![0; BUFFER];
    for piece in pieces {
        let mut from = app.files.read(&piece.path, 0, u64::try_from(piece.size).unwrap_or_default()).await?;
        let mut left = piece.size;
        loop {
            let count = from.read(&mut buffer).await.map_err(airis_files::FilesError::from)?;
            if count == 0 {
                break;
            }
            left -= i64::try_from(count).unwrap_or_default();
            incoming.write(&buffer[..count]).await?;
        }
        if left != 0 {
            return Err(ApiError::internal("a piece of an upload has not the length it had"));
        }
    }
    Ok(incoming.finish().await?)
}

/// Removes an upload and its pieces.
pub async fn clear(app: &App, id: &FileId) -> Result<()> {
    let paths: Vec<String> = app.store.upload_pieces(id).await?.into_iter().map(|piece| piece.path).collect();
    app.store.delete_upload(id).await?;
    remove_bytes(app, &paths).await;
    Ok(())
}

/// Clears away what nobody adds to any more, as long as the server runs.
pub async fn sweep(app: App) {
    loop {
        match app.store.abandoned_uploads(now() - ABANDONED).await {
            Ok(found) => {
                for id in &found {
                    if let Err(error) = clear(&app, id).await {
                        tracing::warn!(?error, "an abandoned upload cannot be cleared away");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "abandoned uploads cannot be looked for"),
        }
        tokio::time::sleep(EVERY).await;
    }
}
