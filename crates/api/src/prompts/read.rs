//! One prompt, as far as the caller may read or change it.

use airis_domain::{AccessGrant, Prompt, User};
use airis_store::StoreError;
use axum::extract::State;
use axum::http::StatusCode;

use super::views::{PromptAccessResponse, view};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::rights::Rights;

/// A prompt that was found, and what the caller may do with it.
pub struct Found<'a> {
    pub prompt: Prompt,
    pub grants: Vec<AccessGrant>,
    pub rights: Rights<'a>,
}

/// A prompt that the caller may read.
#[utoipa::path(get, path = "/api/v1/prompts/id/{prompt_id}", tag = "prompts", security(("verified" = [])),
    params(("prompt_id" = String, Path)), responses((status = 200, body = Option<PromptAccessResponse>)))]
pub async fn read(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
) -> Result<Json<PromptAccessResponse>> {
    let Found { prompt, grants, rights } = readable(&app, &person, &id).await?;
    let write = rights.writes(&prompt, &grants);
    Ok(Json(PromptAccessResponse { prompt: view(&prompt, &grants), user: None, write_access: Some(write) }))
}

/// The prompt with this id, when the caller may read it. One that is not there and one that is not shared are the same.
pub async fn readable<'a>(app: &App, person: &'a User, id: &str) -> Result<Found<'a>> {
    let found = known(app, person, id).await?;
    if found.rights.reads(&found.prompt, &found.grants) { Ok(found) } else { Err(missing()) }
}

/// The prompt with this id, when the caller may change it; 401 for those who may only read it.
pub async fn writable<'a>(app: &App, person: &'a User, id: &str) -> Result<Found<'a>> {
    let found = known(app, person, id).await?;
    if found.rights.writes(&found.prompt, &found.grants) {
        Ok(found)
    } else if found.rights.reads(&found.prompt, &found.grants) {
        Err(ApiError::unauthorized())
    } else {
        Err(missing())
    }
}

async fn known<'a>(app: &App, person: &'a User, id: &str) -> Result<Found<'a>> {
    let prompt = app.store.prompt(id).await?.ok_or_else(missing)?;
    let grants = app.store.grants("prompt", &prompt.id).await?;
    Ok(Found { prompt, grants, rights: Rights::of(app, person).await? })
}

/// What callers hear when the prompt, or a version of it, is not there (any more).
pub fn missing() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "There is no such prompt or version, or it is not shared with you")
}

/// An error of the store about a prompt.
pub fn refused(error: StoreError) -> ApiError {
    if matches!(error, StoreError::NotFound) { missing() } else { error.into() }
}
