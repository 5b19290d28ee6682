//! What folders give to the chats in them: words for the system prompt, and files.

use airis_domain::{Json, User};
use airis_store::StoreError;

use crate::Inner;

/// The folder, if it is the asker's: a chat is rather in no folder than in a foreign one.
pub async fn own(inner: &Inner, user: &User, id: Option<String>) -> Result<Option<String>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    Ok(inner.store.folder(&user.id, &id).await?.map(|folder| folder.id))
}

/// What models are told in a folder. What is said in the folders around it is not meant for this one.
pub async fn prompt(inner: &Inner, user: &User, id: Option<&str>) -> Result<Option<String>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    let data = inner.store.folder(&user.id, id).await?.and_then(|folder| folder.data);
    Ok(data.and_then(|data| data.get("system_prompt")?.as_str().map(str::to_owned)))
}

/// The file items of folders of the asker; those of others have none.
pub async fn files(inner: &Inner, user: &User, ids: Vec<String>) -> Result<Vec<Json>, StoreError> {
    let mut files = Vec::new();
    for id in ids {
        let data = inner.store.folder(&user.id, &id).await?.and_then(|folder| folder.data);
        files.extend(data.and_then(|data| data.get("files")?.as_array().cloned()).unwrap_or_default());
    }
    Ok(files)
}
