//! Making, changing, sharing and deleting knowledge bases.

use airis_domain::{Knowledge, now};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::forms::{KnowledgeAccessGrantsForm, KnowledgeForm, name};
use super::read::{fillable, missing, refused, with_files, writable};
use super::views::{KnowledgeFilesResponse, KnowledgeResponse, model};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path, Query};
use crate::rights::Rights;

/// What goes with the files.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResetQuery {
    /// Whether directories go, too; true unless given.
    #[serde(default)]
    pub include_directories: Option<bool>,
}

/// Stores a knowledge base.
#[utoipa::path(post, path = "/api/v1/knowledge/create", tag = "knowledge", security(("verified" = [])),
    request_body = KnowledgeForm, responses((status = 200, body = Option<KnowledgeResponse>)))]
pub async fn create(
    person: Verified,
    State(app): State<App>,
    Json(form): Json<KnowledgeForm>,
) -> Result<Json<KnowledgeResponse>> {
    let rights = Rights::of(&app, &person).await?;
    rights.require("workspace.knowledge")?;
    let id = uuid::Uuid::new_v4().to_string();
    let grants = rights.grants::<Knowledge>(&id, form.access_grants.as_deref().unwrap_or_default())?;
    let at = now();
    let knowledge = Knowledge {
        id,
        user_id: person.id.clone(),
        name: name(&form.name)?,
        description: form.description.replace('\0', ""),
        meta: None,
        created_at: at,
        updated_at: at,
    };
    app.store.insert_knowledge(&knowledge, &grants).await?;
    Ok(Json(KnowledgeResponse { knowledge: model(&knowledge, &grants), files: None }))
}

/// Changes name and description, and whom it is shared with where that is said.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/update", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = KnowledgeForm,
    responses((status = 200, body = Option<KnowledgeFilesResponse>)))]
pub async fn update(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<KnowledgeForm>,
) -> Result<Json<KnowledgeFilesResponse>> {
    let found = writable(&app, &person, &id).await?;
    let mut grants = found.grants;
    app.store.update_knowledge(&id, &name(&form.name)?, &form.description).await.map_err(refused)?;
    if let Some(sent) = &form.access_grants {
        grants = found.rights.grants::<Knowledge>(&id, sent)?;
        app.store.set_grants(airis_access::KNOWLEDGE, &id, &grants).await?;
    }
    with_files(&app, &id, &grants).await
}

/// Replaces the grants.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/access/update", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = KnowledgeAccessGrantsForm,
    responses((status = 200, body = Option<KnowledgeFilesResponse>)))]
pub async fn share(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<KnowledgeAccessGrantsForm>,
) -> Result<Json<KnowledgeFilesResponse>> {
    let found = writable(&app, &person, &id).await?;
    let grants = found.rights.grants::<Knowledge>(&id, &form.access_grants)?;
    app.store.set_grants(airis_access::KNOWLEDGE, &id, &grants).await?;
    with_files(&app, &id, &grants).await
}

/// Takes all files out; they stay where they are otherwise.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/reset", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path), ResetQuery), responses((status = 200, body = Option<KnowledgeResponse>)))]
pub async fn reset(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Query(query): Query<ResetQuery>,
) -> Result<Json<KnowledgeResponse>> {
    let found = fillable(&app, &person, &id).await?;
    // The links first: without them nothing of the collection is found.
    app.store.clear_knowledge(&id, query.include_directories.unwrap_or(true)).await?;
    app.retrieval.vectors().drop_collection(&id).await?;
    let knowledge = app.store.knowledge(&id).await?.ok_or_else(missing)?;
    Ok(Json(KnowledgeResponse { knowledge: model(&knowledge, &found.grants), files: None }))
}

/// Deletes a knowledge base; its files stay.
#[utoipa::path(delete, path = "/api/v1/knowledge/{id}/delete", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<bool>> {
    writable(&app, &person, &id).await?;
    if !app.store.delete_knowledge(&id).await? {
        return Err(missing());
    }
    app.retrieval.vectors().drop_collection(&id).await?;
    Ok(Json(true))
}
