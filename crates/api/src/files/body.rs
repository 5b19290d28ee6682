//! The body of an upload: parts that are read as they come.

use airis_domain::JsonMap;
use airis_files::{Files, Received, base_name};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde_json::json;

use crate::error::{ApiError, Result};
use crate::extract::{Invalid, invalid};

/// Largest part beside the file itself, in bytes.
const SMALL: usize = 1024 * 1024;

/// An upload that has arrived.
pub struct Sent {
    pub received: Received,
    /// As the client calls it, without folders.
    pub name: String,
    pub content_type: Option<String>,
    pub metadata: JsonMap,
}

/// Reads `file` and `metadata`. `allowed` sees the name before anything is written; `limit` is in bytes.
pub async fn read(
    request: Request,
    files: &Files,
    limit: Option<u64>,
    allowed: impl Fn(&str) -> Result<()>,
) -> Result<Sent> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| no_file())?;
    let (mut file, mut metadata) = (None, JsonMap::new());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match part.name() {
            Some("file") if file.is_none() => {
                let name = part.file_name().map(base_name).filter(|name| !name.is_empty()).ok_or_else(no_file)?;
                let content_type = part.content_type().map(str::to_owned);
                allowed(&name)?;
                file = Some((receive(part, files, limit).await?, name, content_type));
            }
            Some("metadata") => metadata = object(&small(part).await?)?,
            _ => {}
        }
    }
    let (received, name, content_type) = file.ok_or_else(no_file)?;
    Ok(Sent { received, name, content_type, metadata })
}

/// The bytes of a part, on the disk.
pub async fn receive(mut part: Field<'_>, files: &Files, limit: Option<u64>) -> Result<Received> {
    let mut incoming = files.receive().await?;
    while let Some(piece) = part.chunk().await.map_err(broken)? {
        let size = incoming.write(&piece).await?;
        if let Some(limit) = limit.filter(|limit| size > *limit) {
            return Err(super::upload::too_large(limit));
        }
    }
    let received = incoming.finish().await?;
    if received.size == 0 { Err(ApiError::bad_request("The file is empty")) } else { Ok(received) }
}

/// A part that is short.
pub async fn small(mut part: Field<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(broken)? {
        if bytes.len() + piece.len() > SMALL {
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "A part beside the file is too large"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Metadata is an object written as JSON; nothing at all is none.
pub fn object(text: &[u8]) -> Result<JsonMap> {
    if text.iter().all(u8::is_ascii_whitespace) || text == b"null" {
        return Ok(JsonMap::new());
    }
    serde_json::from_slice(text).map_err(|_| ApiError::bad_request("The metadata is no JSON object"))
}

pub fn no_file() -> ApiError {
    invalid(&[Invalid::missing(vec![json!("body"), json!("file")], json!(null))])
}

/// The client went away, or what it sent is no form: no mistake of this server's.
pub fn broken(error: MultipartError) -> ApiError {
    let status = if error.status().is_server_error() { StatusCode::BAD_REQUEST } else { error.status() };
    ApiError::new(status, error.body_text())
}
