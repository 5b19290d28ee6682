//! One knowledge base, as far as the caller may read or change it.

use airis_domain::{AccessGrant, Knowledge, User};
use airis_store::StoreError;
use axum::extract::State;

use super::views::{KnowledgeFilesResponse, metadata, model};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::rights::Rights;

/// A knowledge base that was found, and what the caller may do with it.
pub struct Found<'a> {
    pub knowledge: Knowledge,
    pub grants: Vec<AccessGrant>,
    pub rights: Rights<'a>,
}

/// A knowledge base that the caller may search.
#[utoipa::path(get, path = "/api/v1/knowledge/{id}", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<KnowledgeFilesResponse>)))]
pub async fn read(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
) -> Result<Json<KnowledgeFilesResponse>> {
    let Found { knowledge, grants, rights } = readable(&app, &person, &id).await?;
    let write_access = Some(rights.writes(&knowledge, &grants));
    Ok(Json(KnowledgeFilesResponse { knowledge: model(&knowledge, &grants), files: None, write_access }))
}

/// The knowledge base with this id, when the caller may search it; 404 when it is not there, 401 when it is not shared.
pub async fn readable<'a>(app: &App, person: &'a User, id: &str) -> Result<Found<'a>> {
    let found = known(app, person, id).await?;
    if found.rights.reads(&found.knowledge, &found.grants) { Ok(found) } else { Err(ApiError::unauthorized()) }
}

/// The knowledge base with this id, when the caller may change it; 400 for those who may only read it, as the contract says.
pub async fn writable<'a>(app: &App, person: &'a User, id: &str) -> Result<Found<'a>> {
    let found = readable(app, person, id).await?;
    if found.rights.writes(&found.knowledge, &found.grants) {
        Ok(found)
    } else {
        Err(ApiError::bad_request("You may read this knowledge base, but not change it"))
    }
}

/// The same for one that files can be put into; 400 for one whose passages others keep.
pub async fn fillable<'a>(app: &App, person: &'a User, id: &str) -> Result<Found<'a>> {
    let found = writable(app, person, id).await?;
    if found.knowledge.is_external() {
        return Err(ApiError::bad_request("This knowledge base is searched where it lies; it takes no files"));
    }
    Ok(found)
}

async fn known<'a>(app: &App, person: &'a User, id: &str) -> Result<Found<'a>> {
    let knowledge = app.store.knowledge(id).await?.ok_or_else(missing)?;
    let grants = app.store.grants(airis_access::KNOWLEDGE, &knowledge.id).await?;
    Ok(Found { knowledge, grants, rights: Rights::of(app, person).await? })
}

/// A knowledge base with its files, as it is after a change.
pub async fn with_files(app: &App, id: &str, grants: &[AccessGrant]) -> Result<Json<KnowledgeFilesResponse>> {
    let knowledge = app.store.knowledge(id).await?.ok_or_else(missing)?;
    let files = metadata(app.store.files_of_knowledge(id).await?);
    // Whoever changed it may; the contract says no all the same.
    let write_access = Some(false);
    Ok(Json(KnowledgeFilesResponse { knowledge: model(&knowledge, grants), files: Some(files), write_access }))
}

/// What callers hear when it is not there (any more).
pub fn missing() -> ApiError {
    ApiError::not_found()
}

/// An error of the store about a knowledge base or something in it.
pub fn refused(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => missing(),
        StoreError::Conflict(_) => ApiError::bad_request("There is a directory of this name already"),
        other => other.into(),
    }
}
