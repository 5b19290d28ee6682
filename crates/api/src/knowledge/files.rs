//! Putting files into knowledge bases, and taking them out.

use airis_access::{AccessError, Readable, reaches_all};
use airis_domain::{File, FileId, FileStatus, Json as Value, JsonMap};
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::forms::{KnowledgeFileIdForm, KnowledgeFileMoveForm};
use super::read::{fillable, refused, with_files};
use super::tree::Tree;
use super::views::KnowledgeFilesResponse;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};
use crate::files::{forget, remove_bytes};

/// Files in one request.
const MOST: usize = 1_000;

/// What becomes of a file that is taken out.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RemoveQuery {
    /// Whether it is deleted, where it is the caller's own; true unless given.
    #[serde(default)]
    pub delete_file: Option<bool>,
}

/// Puts a file into a knowledge base.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/file/add", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = KnowledgeFileIdForm,
    responses((status = 200, body = Option<KnowledgeFilesResponse>)))]
pub async fn add(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<KnowledgeFileIdForm>,
) -> Result<Json<KnowledgeFilesResponse>> {
    let found = fillable(&app, &person, &id).await?;
    let tree = Tree::of(&app, &id).await?;
    let file = put(&app, &person, &id, &tree, &form).await?;
    let meta = JsonMap::from_iter([("collection_name".to_owned(), json!(id))]);
    app.store.set_file_meta(&file.id, &meta).await.map_err(refused)?;
    with_files(&app, &id, &found.grants).await
}

/// The same with many; what cannot be put there is said, and the others are there.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/files/batch/add", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = Vec<KnowledgeFileIdForm>,
    responses((status = 200, body = Option<KnowledgeFilesResponse>)))]
pub async fn add_many(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(forms): Json<Vec<KnowledgeFileIdForm>>,
) -> Result<Json<KnowledgeFilesResponse>> {
    let found = fillable(&app, &person, &id).await?;
    if forms.len() > MOST {
        return Err(ApiError::bad_request(format!("{MOST} files are the most in one request")));
    }
    let tree = Tree::of(&app, &id).await?;
    let mut wrong = Vec::new();
    for form in &forms {
        if let Err(error) = put(&app, &person, &id, &tree, form).await {
            let why = error.detail.as_str().unwrap_or_default().to_owned();
            wrong.push(format!("{}: {why}", form.file_id));
        }
    }
    if wrong.is_empty() {
        with_files(&app, &id, &found.grants).await
    } else {
        Err(ApiError::bad_request(format!("Not every file was added: {}", wrong.join("; "))))
    }
}

/// Puts the present text of a file in place of the one that was put there.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/file/update", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = KnowledgeFileIdForm,
    responses((status = 200, body = Option<KnowledgeFilesResponse>)))]
pub async fn update(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<KnowledgeFileIdForm>,
) -> Result<Json<KnowledgeFilesResponse>> {
    let found = fillable(&app, &person, &id).await?;
    let file = linked(&app, &id, &form.file_id).await?;
    app.retrieval.add_to(&id, &file).await?;
    with_files(&app, &id, &found.grants).await
}

/// Takes a file out of a knowledge base.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/file/remove", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path), RemoveQuery), request_body = KnowledgeFileIdForm,
    responses((status = 200, body = Option<KnowledgeFilesResponse>)))]
pub async fn remove(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Query(query): Query<RemoveQuery>,
    Json(form): Json<KnowledgeFileIdForm>,
) -> Result<Json<KnowledgeFilesResponse>> {
    let found = fillable(&app, &person, &id).await?;
    let file = linked(&app, &id, &form.file_id).await?;
    take_out(&app, &person, &id, &file, query.delete_file.unwrap_or(true)).await?;
    with_files(&app, &id, &found.grants).await
}

/// Moves a file into another directory.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/file/move", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = KnowledgeFileMoveForm, responses((status = 200, body = Value)))]
pub async fn relocate(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<KnowledgeFileMoveForm>,
) -> Result<Json<Value>> {
    fillable(&app, &person, &id).await?;
    let tree = Tree::of(&app, &id).await?;
    let directory = directory(&tree, form.directory_id.as_deref())?;
    app.store.move_knowledge_file(&id, &FileId(form.file_id), directory).await.map_err(refused)?;
    Ok(Json(json!({"status": true})))
}

/// Links a file that the caller may read, and copies its passages.
async fn put(app: &App, person: &Verified, id: &str, tree: &Tree, form: &KnowledgeFileIdForm) -> Result<File> {
    let directory = directory(tree, form.directory_id.as_deref())?;
    let file = Readable::<File>::file(&app.store, &app.config, person, &FileId(form.file_id.clone()), true).await;
    let file = match file {
        Ok(file) => file.into_inner(),
        Err(AccessError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(ApiError::bad_request("There is no such file, or it is not yours")),
    };
    match file.status {
        Some(FileStatus::Pending | FileStatus::Processing) => {
            return Err(ApiError::bad_request("The file is still being read"));
        }
        Some(FileStatus::Failed) => {
            let why = file.error.clone().unwrap_or_else(|| "it could not be read".to_owned());
            return Err(ApiError::bad_request(format!("The file has no text: {why}")));
        }
        // A file that nobody had read until now.
        None => {
            app.retrieval.read_again(&file).await?;
        }
        Some(FileStatus::Completed) => {}
    }
    app.retrieval.add_to(id, &file).await?;
    app.store.link_file(id, &file.id, &person.id, directory).await.map_err(refused)?;
    Ok(file)
}

/// A file that is in this knowledge base.
async fn linked(app: &App, id: &str, file: &str) -> Result<File> {
    let there = app.store.file_ids_of_knowledge(id).await?.iter().any(|known| known == file);
    let file = if there { app.store.file(&FileId::from(file)).await? } else { None };
    file.ok_or_else(|| ApiError::bad_request("There is no such file in this knowledge base"))
}

/// Takes a file out; deletes it where that is wanted and the caller may.
pub async fn take_out(app: &App, person: &Verified, id: &str, file: &File, delete: bool) -> Result<()> {
    // The link first: without it nothing of the file is found here.
    app.store.unlink_file(id, &file.id).await?;
    app.retrieval.remove_from(id, file.id.as_str()).await?;
    let theirs = file.user_id == person.id || reaches_all(&app.config, person);
    if delete && theirs && app.store.knowledge_with_file(&file.id).await?.is_empty() {
        app.store.delete_file(&file.id).await?;
        forget(app, file.id.as_str()).await;
        remove_bytes(app, file.path.as_slice()).await;
    }
    Ok(())
}

/// A directory of this tree.
pub fn directory<'a>(tree: &Tree, id: Option<&'a str>) -> Result<Option<&'a str>> {
    match id.filter(|id| !id.is_empty()) {
        Some(id) if tree.find(id).is_none() => Err(ApiError::bad_request("There is no such directory")),
        id => Ok(id),
    }
}
