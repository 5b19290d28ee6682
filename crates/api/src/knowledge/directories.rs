//! Directories of knowledge bases.

use airis_domain::{FileId, Json as Value, KnowledgeDirectory, now};
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::files::{directory, take_out};
use super::forms::{KnowledgeDirectoryCreateForm, KnowledgeDirectoryUpdateForm, UNSET, directory_name};
use super::read::{fillable, missing, refused};
use super::tree::Tree;
use super::views::KnowledgeDirectoryModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};

/// Directories of one knowledge base.
const MOST: usize = 5_000;

/// What becomes of the files in a directory.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeleteQuery {
    /// Whether they move up; true unless given. Otherwise they are taken out.
    #[serde(default)]
    pub move_files: Option<bool>,
}

/// Makes a directory.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/dirs/create", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = KnowledgeDirectoryCreateForm,
    responses((status = 200, body = KnowledgeDirectoryModel)))]
pub async fn create(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<KnowledgeDirectoryCreateForm>,
) -> Result<Json<KnowledgeDirectoryModel>> {
    fillable(&app, &person, &id).await?;
    let tree = Tree::of(&app, &id).await?;
    if tree.all().len() >= MOST {
        return Err(ApiError::bad_request(format!("{MOST} directories are the most")));
    }
    let at = now();
    let made = KnowledgeDirectory {
        id: uuid::Uuid::new_v4().to_string(),
        knowledge_id: id,
        parent_id: directory(&tree, form.parent_id.as_deref())?.map(str::to_owned),
        name: directory_name(&form.name)?,
        user_id: person.id.clone(),
        created_at: at,
        updated_at: at,
    };
    app.store.insert_knowledge_directory(&made).await.map_err(refused)?;
    Ok(Json((&made).into()))
}

/// Gives a directory another name or place.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/dirs/{dir_id}/update", tag = "knowledge",
    security(("verified" = [])), params(("id" = String, Path), ("dir_id" = String, Path)),
    request_body = KnowledgeDirectoryUpdateForm, responses((status = 200, body = KnowledgeDirectoryModel)))]
pub async fn update(
    State(app): State<App>,
    person: Verified,
    Path((id, dir_id)): Path<(String, String)>,
    Json(form): Json<KnowledgeDirectoryUpdateForm>,
) -> Result<Json<KnowledgeDirectoryModel>> {
    fillable(&app, &person, &id).await?;
    let tree = Tree::of(&app, &id).await?;
    let known = tree.find(&dir_id).ok_or_else(missing)?;
    let name = form.name.as_deref().map_or_else(|| Ok(known.name.clone()), directory_name)?;
    let parent = match form.parent_id.as_deref() {
        Some(UNSET) => known.parent_id.as_deref(),
        parent => directory(&tree, parent)?,
    };
    if parent.is_some_and(|parent| tree.below(&dir_id).iter().any(|below| below == parent)) {
        return Err(ApiError::bad_request("A directory cannot be inside of itself"));
    }
    app.store.update_knowledge_directory(&id, &dir_id, &name, parent).await.map_err(refused)?;
    let tree = Tree::of(&app, &id).await?;
    Ok(Json(tree.find(&dir_id).ok_or_else(missing)?.into()))
}

/// Deletes a directory with those in it; answers with the files that were taken out by that.
#[utoipa::path(delete, path = "/api/v1/knowledge/{id}/dirs/{dir_id}/delete", tag = "knowledge",
    security(("verified" = [])), params(("id" = String, Path), ("dir_id" = String, Path), DeleteQuery),
    responses((status = 200, body = Value)))]
pub async fn delete(
    State(app): State<App>,
    person: Verified,
    Path((id, dir_id)): Path<(String, String)>,
    Query(query): Query<DeleteQuery>,
) -> Result<Json<Value>> {
    fillable(&app, &person, &id).await?;
    let tree = Tree::of(&app, &id).await?;
    let known = tree.find(&dir_id).ok_or_else(missing)?;
    let below = tree.below(&dir_id);
    let mut gone: Vec<FileId> = Vec::new();
    for linked in app.store.files_of_knowledge(&id).await? {
        if !linked.directory_id.as_ref().is_some_and(|directory| below.contains(directory)) {
            continue;
        }
        if query.move_files.unwrap_or(true) {
            let parent = known.parent_id.as_deref();
            app.store.move_knowledge_file(&id, &linked.file.id, parent).await.map_err(refused)?;
        } else {
            take_out(&app, &person, &id, &linked.file, false).await?;
            gone.push(linked.file.id);
        }
    }
    app.store.delete_knowledge_directories(&id, &[dir_id]).await?;
    Ok(Json(json!({"status": true, "file_ids": gone})))
}
