//! Uploading.

use airis_config::FileStorage;
use airis_domain::{File, FileId, FileStatus, JsonMap, Role, UserId, now};
use airis_files::{Received, Tags};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::body::{self, Sent};
use super::view::UploadedFile;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json, Query};

/// What happens to the file once it is here.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// Whether its text is taken; true unless given.
    #[serde(default)]
    pub process: Option<bool>,
    /// Whether that happens after the answer; true unless given.
    #[serde(default)]
    pub process_in_background: Option<bool>,
}

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; the body is read as it comes")]
pub struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    file: String,
    /// An object, written as JSON.
    #[schema(schema_with = metadata)]
    metadata: Option<FreeForm>,
}

fn metadata() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
    let kinds = SchemaType::from_iter([Type::Object, Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(kinds).build().into()
}

/// Takes a file onto the disk as it arrives, and its text as asked.
#[utoipa::path(post, path = "/api/v1/files/", tag = "files", security(("verified" = [])), params(UploadQuery),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = UploadedFile)))]
pub async fn upload(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<Json<UploadedFile>> {
    permitted(&app, &user).await?;
    let process = query.process.unwrap_or(true);
    let check = |name: &str| if process { may_be_read(&app, name) } else { Ok(()) };
    let Sent { received, name, content_type, metadata } = body::read(request, &app.files, limit(&app), check).await?;
    let arrived = Arrived { id: FileId::random(), received, name, content_type, metadata };
    let in_background = query.process_in_background != Some(false);
    Ok(Json(keep(&app, &user.id, arrived, process, in_background).await?))
}

/// A file whose bytes are here.
pub struct Arrived {
    pub id: FileId,
    pub received: Received,
    /// As the client calls it, without folders.
    pub name: String,
    pub content_type: Option<String>,
    pub metadata: JsonMap,
}

/// Keeps a file; its text is taken if `process` says so, before this returns unless that happens in the background.
pub async fn keep(
    app: &App,
    owner: &UserId,
    arrived: Arrived,
    process: bool,
    in_background: bool,
) -> Result<UploadedFile> {
    let Arrived { id, received, name, content_type, metadata } = arrived;
    let content_type = content_type.or_else(|| mime_guess::from_path(&name).first_raw().map(str::to_owned));
    let mut meta = JsonMap::new();
    meta.insert("content_type".to_owned(), json!(content_type));
    meta.insert("size".to_owned(), json!(received.size));
    // A client that compares folders sends its own.
    let hash = metadata.get("file_hash").and_then(|hash| hash.as_str()).unwrap_or(&received.sha256);
    meta.insert("file_hash".to_owned(), json!(hash));
    meta.insert("data".to_owned(), json!(metadata));
    let tags = tags(app, owner, &id).await?;
    let path = app.files.keep_tagged(received, id.as_str(), &name, &tags).await?;
    let at = now();
    let file = File {
        id: id.clone(),
        user_id: owner.clone(),
        filename: name,
        path: Some(path.clone()),
        hash: None,
        status: process.then_some(FileStatus::Pending),
        error: None,
        meta,
        content: None,
        created_at: at,
        updated_at: at,
    };
    if let Err(error) = app.store.insert_file(&file).await {
        super::remove_bytes(app, &[path]).await;
        return Err(error.into());
    }
    if process {
        let named = |key: &str| metadata.get(key).and_then(|value| value.as_str()).filter(|id| !id.is_empty());
        if let Err(error) = app.retrieval.read(&file, named("knowledge_id"), named("directory_id")).await {
            app.store.delete_file(&id).await?;
            super::remove_bytes(app, file.path.as_slice()).await;
            return Err(error.into());
        }
        if !in_background {
            app.retrieval.finished(&id).await?;
        }
    }
    let (status, path) = if process { (Some(true), file.path.clone()) } else { (None, None) };
    Ok(UploadedFile { file: file.into(), status, path })
}

/// Whose the file is, for a store that is to be told.
async fn tags(app: &App, owner: &UserId, file: &FileId) -> Result<Tags> {
    let owner = match &app.config.settings().file_storage {
        FileStorage::S3(s3) if s3.tagging => app.store.user(owner).await?,
        _ => None,
    };
    let Some(owner) = owner else { return Ok(Tags::default()) };
    Ok(Tags::new([
        ("OpenWebUI-User-Email", owner.email.as_str()),
        ("OpenWebUI-User-Id", owner.id.as_str()),
        ("OpenWebUI-User-Name", owner.name.as_str()),
        ("OpenWebUI-File-Id", file.as_str()),
    ]))
}

/// Whether the caller may upload at all.
pub async fn permitted(app: &App, user: &Verified) -> Result<()> {
    if user.role == Role::Admin {
        return Ok(());
    }
    let permissions = airis_access::effective(&app.store, &app.config, user).await?;
    if permissions.allows("chat.file_upload") {
        return Ok(());
    }
    Err(ApiError::forbidden("You may not upload files"))
}

/// Endings that the administrator lets in; the list may be empty, which lets in all.
pub fn may_be_read(app: &App, name: &str) -> Result<()> {
    let allowed = app.config.get("rag.file.allowed_extensions");
    let mut endings = allowed.as_array().into_iter().flatten().filter_map(|ending| ending.as_str());
    let given = airis_files::extension(name);
    let fits = |ending: &str| ending.trim().trim_start_matches('.').eq_ignore_ascii_case(&given);
    let mut none = true;
    if endings.any(|ending| {
        none &= ending.trim().is_empty();
        fits(ending)
    }) || none
    {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("Files that end in \".{given}\" are not taken here")))
}

/// Bytes; the setting is in megabytes, and 0 or nothing is no limit.
pub fn limit(app: &App) -> Option<u64> {
    let megabytes = app.config.get("rag.file.max_size").as_f64().filter(|size| *size > 0.0)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of bytes")]
    Some((megabytes * 1024.0 * 1024.0) as u64)
}

/// 413: the file is larger than the setting allows.
pub fn too_large(limit: u64) -> ApiError {
    let megabytes = limit / (1024 * 1024);
    let told = format!("The file is larger than {megabytes} MB, which is all that this server takes");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, told)
}
