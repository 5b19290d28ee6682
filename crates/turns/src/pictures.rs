//! Pictures of this server go to a provider with the request: it cannot read them from here.

use airis_access::{AccessError, Readable};
use airis_domain::{File, Json, User};
use airis_store::StoreError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::{Inner, attached};

/// Bytes of the largest picture that is sent.
const LARGEST: u64 = 20 * 1024 * 1024;
/// Kinds that models of several makers take.
const KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Whether a model is said to see; one of which nothing is said may.
pub fn sees(meta: &Json) -> bool {
    meta["capabilities"]["vision"] != false
}

/// Puts the bytes of files into the messages that show them, as far as `user` may have them. What cannot be sent, or not
/// be seen by the model, becomes a line of text that says so.
pub async fn send(inner: &Inner, user: &User, sees: bool, messages: &mut [Json]) -> Result<(), StoreError> {
    for message in messages {
        // Callers may send anything in place of a message.
        let Some(parts) = message.get_mut("content").and_then(Json::as_array_mut) else { continue };
        let mut blind = false;
        for part in parts.iter_mut().filter(|part| part["type"] == "image_url") {
            let url = part["image_url"]["url"].as_str().or_else(|| part["image_url"].as_str()).unwrap_or_default();
            let sent = if !sees {
                Err("A picture is here that you cannot see.")
            } else if let Some(id) = attached::file_at(url) {
                match Readable::<File>::file(&inner.store, &inner.config, user, &id, false).await {
                    Ok(file) => read(inner, &file).await.map(Some),
                    Err(AccessError::Store(error)) => return Err(error),
                    Err(_) => Err("A picture is missing here."),
                }
            } else {
                Ok(None)
            };
            match sent {
                Ok(Some(url)) => part["image_url"] = json!({"url": url}),
                Ok(None) => {}
                Err(instead) => {
                    blind = true;
                    *part = json!({"type": "text", "text": format!("({instead})")});
                }
            }
        }
        // Models without eyes often take nothing but plain text.
        if blind && parts.iter().all(|part| part["type"] == "text") {
            let texts: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
            message["content"] = json!(texts.join("\n"));
        }
    }
    Ok(())
}

/// A `data:` address with the bytes of a picture.
async fn read(inner: &Inner, file: &File) -> Result<String, &'static str> {
    let kind = file.content_type().to_ascii_lowercase();
    let (true, Some(place)) = (KINDS.contains(&kind.as_str()), file.path.as_deref()) else {
        return Err("A picture of a kind that cannot be shown is here.");
    };
    match inner.files.whole(place, LARGEST).await {
        Ok(bytes) => Ok(format!("data:{kind};base64,{}", STANDARD.encode(bytes))),
        Err(airis_files::FilesError::TooLarge(_)) => Err("A picture that is too large to be shown is here."),
        Err(error) => {
            tracing::warn!(%error, file = %file.id, "a picture cannot be read");
            Err("A picture is missing here.")
        }
    }
}
