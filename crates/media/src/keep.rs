//! Pictures become files of whoever asked for them.

use airis_domain::{File, FileId, JsonMap, User, now};
use airis_files::Files;
use airis_store::Store;
use serde_json::json;

use crate::Result;
use crate::picture::Picture;

/// What files are called, before their ending.
const NAME: &str = "generated-image";

/// Keeps all of them; where one cannot be kept, those before it stay.
pub async fn all(store: &Store, files: &Files, user: &User, pictures: Vec<Picture>) -> Result<Vec<File>> {
    let mut kept = Vec::with_capacity(pictures.len());
    for picture in pictures {
        kept.push(one(store, files, user, &picture).await?);
    }
    Ok(kept)
}

async fn one(store: &Store, files: &Files, user: &User, picture: &Picture) -> Result<File> {
    let mut incoming = files.receive().await?;
    incoming.write(&picture.bytes).await?;
    let received = incoming.finish().await?;
    let mut meta = JsonMap::new();
    meta.insert("content_type".to_owned(), json!(picture.kind));
    meta.insert("size".to_owned(), json!(received.size));
    meta.insert("file_hash".to_owned(), json!(received.sha256));
    meta.insert("data".to_owned(), json!({}));
    let (id, name) = (FileId::random(), format!("{NAME}.{}", picture.ending));
    let path = files.keep(received, id.as_str(), &name).await?;
    let at = now();
    let file = File {
        id,
        user_id: user.id.clone(),
        filename: name,
        path: Some(path.clone()),
        hash: None,
        // There is no text in it that anybody would look for.
        status: None,
        error: None,
        meta,
        content: None,
        created_at: at,
        updated_at: at,
    };
    if let Err(error) = store.insert_file(&file).await {
        if let Err(error) = files.remove(&path).await {
            tracing::warn!(%error, "a picture that nobody has was left behind");
        }
        return Err(error.into());
    }
    Ok(file)
}
