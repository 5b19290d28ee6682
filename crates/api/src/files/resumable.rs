//! Uploads that go on where they broke off: the tus protocol, version 1.0.0, with its extensions for creation and
//! termination. Every request leaves a piece with the storage, so that the next one may meet any instance.

use airis_domain::{FileId, JsonMap};
use airis_files::base_name;
use airis_store::{Upload, UploadPiece};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;

use super::upload::{limit, may_be_read, permitted, too_large};
use super::{join, remove_bytes};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Path;

const VERSION: &str = "1.0.0";
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// What the body of a piece calls itself.
const PIECE: &str = "application/offset+octet-stream";
/// Uploads that one person may have begun at a time.
const OPEN: i64 = 50;
/// Largest metadata beside the name, in bytes.
const METADATA: usize = 64 * 1024;

/// Begins an upload in pieces. `Upload-Length` says how many bytes will come; `Upload-Metadata` holds `filename`, and
/// may hold `filetype`, `metadata` (an object as JSON) and `process` (`false`: its text is not taken), all in Base64.
#[utoipa::path(post, path = "/api/v1/files/uploads", tag = "files", security(("verified" = [])),
    responses((status = 201, description = "`Location` is where its pieces go")))]
pub async fn begin(State(app): State<App>, user: Verified, headers: HeaderMap) -> Result<Response> {
    spoken(&headers)?;
    permitted(&app, &user).await?;
    let size = number(&headers, &UPLOAD_LENGTH)?;
    if size == 0 {
        return Err(ApiError::bad_request("The file is empty"));
    }
    if let Some(limit) = limit(&app).filter(|limit| u64::try_from(size).is_ok_and(|size| size > *limit)) {
        return Err(too_large(limit));
    }
    let about = About::read(&headers)?;
    if about.process {
        may_be_read(&app, &about.filename)?;
    }
    if app.store.count_uploads(&user.id).await? >= OPEN {
        return Err(ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            format!("You have {OPEN} unfinished uploads already"),
        ));
    }
    let upload = Upload {
        id: FileId::random(),
        user_id: user.id.clone(),
        filename: about.filename,
        content_type: about.content_type,
        metadata: about.metadata,
        process: about.process,
        size,
        received: 0,
    };
    app.store.insert_upload(&upload).await?;
    // Relative to the address that was asked, which a proxy may show under another name.
    let place = HeaderValue::from_str(&format!("uploads/{}", upload.id)).map_err(ApiError::internal)?;
    Ok(answer(StatusCode::CREATED, 0, &[(LOCATION, place)]))
}

/// How far an upload is: `Upload-Offset` of `Upload-Length` bytes.
#[utoipa::path(head, path = "/api/v1/files/uploads/{id}", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200)))]
pub async fn progress(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Response> {
    let id = FileId(id);
    let Some(upload) = app.store.upload(&id, &user.id).await? else {
        // Whoever did not hear that the last piece arrived asks here.
        let file = super::reachable(&app, &user, id.0).await?;
        let size = file.meta.get("size").and_then(airis_domain::Json::as_i64).unwrap_or_default();
        return Ok(of_length(size, size));
    };
    if upload.received == upload.size {
        join::join(&app, &upload).await?;
    }
    Ok(of_length(upload.received, upload.size))
}

/// Adds the bytes from `Upload-Offset` on. With the last one the file is there, under the id of the upload.
#[utoipa::path(patch, path = "/api/v1/files/uploads/{id}", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204, description = "`Upload-Offset` is how far it is now")))]
pub async fn add(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let id = FileId(id);
    let mut upload = app.store.upload(&id, &user.id).await?.ok_or_else(ApiError::not_found)?;
    spoken(&headers)?;
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != PIECE) {
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("A piece has the type {PIECE}")));
    }
    let start = number(&headers, &UPLOAD_OFFSET)?;
    if start != upload.received {
        return Err(elsewhere(upload.received));
    }
    let piece = receive(&app, &upload, body).await?;
    if piece.size > 0 {
        let added = app.store.add_upload_piece(&id, start, &piece).await;
        if !matches!(added, Ok(true)) {
            remove_bytes(&app, std::slice::from_ref(&piece.path)).await;
            added?;
            return Err(elsewhere(app.store.upload(&id, &user.id).await?.map_or(start, |now| now.received)));
        }
        upload.received += piece.size;
    }
    if upload.received == upload.size {
        join::join(&app, &upload).await?;
    }
    Ok(answer(StatusCode::NO_CONTENT, upload.received, &[]))
}

/// Gives an upload up and removes what has arrived of it.
#[utoipa::path(delete, path = "/api/v1/files/uploads/{id}", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn give_up(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Response> {
    let upload = app.store.upload(&FileId(id), &user.id).await?.ok_or_else(ApiError::not_found)?;
    join::clear(&app, &upload.id).await?;
    Ok((StatusCode::NO_CONTENT, [(TUS_RESUMABLE, VERSION)]).into_response())
}

/// Takes the bytes as they come, and keeps those of a request that broke off, too.
async fn receive(app: &App, upload: &Upload, body: Body) -> Result<UploadPiece> {
    let missing = u64::try_from(upload.size - upload.received).unwrap_or_default();
    let mut incoming = app.files.receive().await?;
    let mut pieces = body.into_data_stream();
    // The rest of a body that ends with an error is sent again.
    while let Some(Ok(piece)) = pieces.next().await {
        if incoming.write(&piece).await? > missing {
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "More bytes came than were announced"));
        }
    }
    let received = incoming.finish().await?;
    let size = i64::try_from(received.size).map_err(ApiError::internal)?;
    if size == 0 {
        return Ok(UploadPiece { size, path: String::new() });
    }
    let name = FileId::random();
    Ok(UploadPiece { size, path: app.files.keep(received, name.as_str(), "piece").await? })
}

/// What is said of a file before it comes.
struct About {
    filename: String,
    content_type: Option<String>,
    metadata: JsonMap,
    process: bool,
}

impl About {
    fn read(headers: &HeaderMap) -> Result<Self> {
        let text = headers.get(&UPLOAD_METADATA).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let value = |name: &str| -> Result<Option<String>> {
            let pair = text.split(',').map(|pair| pair.trim().split_once(' ').unwrap_or((pair.trim(), "")));
            let Some((_, coded)) = pair.into_iter().find(|(key, _)| *key == name) else { return Ok(None) };
            let bytes = STANDARD.decode(coded.trim()).ok().filter(|bytes| bytes.len() <= METADATA);
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.map(Some).ok_or_else(|| ApiError::bad_request(format!("{name} in Upload-Metadata cannot be read")))
        };
        let filename = value("filename")?.map(|name| base_name(&name)).filter(|name| !name.is_empty());
        let metadata = match value("metadata")? {
            Some(text) => super::body::object(text.as_bytes())?,
            None => JsonMap::new(),
        };
        Ok(Self {
            filename: filename.ok_or_else(|| ApiError::bad_request("A file needs a name"))?,
            content_type: value("filetype")?.filter(|kind| !kind.is_empty()),
            metadata,
            process: value("process")?.is_none_or(|text| text != "false"),
        })
    }
}

/// Whether the caller speaks our version of the protocol.
fn spoken(headers: &HeaderMap) -> Result<()> {
    if headers.get(&TUS_RESUMABLE).is_some_and(|version| version == VERSION) {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::PRECONDITION_FAILED, format!("Tus-Resumable must be {VERSION}")))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<i64> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<i64>().ok());
    value
        .filter(|number| *number >= 0)
        .ok_or_else(|| ApiError::bad_request(format!("{name} must be a number of bytes")))
}

fn elsewhere(received: i64) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, format!("{received} bytes of this upload are here"))
}

fn of_length(received: i64, size: i64) -> Response {
    let no_store = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer(StatusCode::OK, received, &[(UPLOAD_LENGTH, size.into()), no_store])
}

fn answer(status: StatusCode, received: i64, more: &[(HeaderName, HeaderValue)]) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    headers.insert(UPLOAD_OFFSET, received.into());
    headers.extend(more.iter().cloned());
    response
}
