//! Making, changing and deleting prompts.

use airis_domain::{Json as Value, Prompt, now};
use airis_store::NewVersion;
use axum::extract::State;

use super::forms::{PromptForm, PromptMetadataForm, PromptVersionUpdateForm, command};
use super::read::{missing, refused, writable};
use super::views::{PromptModel, view};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{FreeForm, Json, Path};
use crate::rights::Rights;

/// What the first version is called when nobody says.
const FIRST: &str = "Initial version";

/// Stores a prompt.
#[utoipa::path(post, path = "/api/v1/prompts/create", tag = "prompts", security(("verified" = [])),
    request_body = PromptForm, responses((status = 200, body = Option<PromptModel>)))]
pub async fn create(
    person: Verified,
    State(app): State<App>,
    Json(form): Json<PromptForm>,
) -> Result<Json<PromptModel>> {
    let rights = Rights::of(&app, &person).await?;
    rights.require("workspace.prompts")?;
    let id = uuid::Uuid::new_v4().to_string();
    let grants = rights.grants::<Prompt>(&id, form.access_grants.as_deref().unwrap_or_default())?;
    let first = NewVersion {
        message: form.commit_message.clone().or_else(|| Some(FIRST.to_owned())),
        parent_id: None,
        live: true,
        ..form.version(&person)
    };
    let object = |sent: Option<FreeForm>| Value::Object(sent.map(|sent| sent.0).unwrap_or_default());
    let at = now();
    let prompt = Prompt {
        id,
        command: command(&form.command)?,
        user_id: person.id.clone(),
        name: form.name,
        content: form.content,
        data: object(form.data),
        meta: object(form.meta),
        tags: form.tags.unwrap_or_default(),
        is_active: true,
        version_id: None,
        created_at: at,
        updated_at: at,
    };
    let stored = app.store.insert_prompt(&prompt, &grants, &first).await?;
    Ok(Json(view(&stored, &grants)))
}

/// Changes a prompt; the change becomes a version of its history.
#[utoipa::path(post, path = "/api/v1/prompts/id/{prompt_id}/update", tag = "prompts", security(("verified" = [])),
    params(("prompt_id" = String, Path)), request_body = PromptForm,
    responses((status = 200, body = Option<PromptModel>)))]
pub async fn update(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<PromptForm>,
) -> Result<Json<PromptModel>> {
    let found = writable(&app, &person, &id).await?;
    let version = form.version(&person);
    let prompt = app.store.update_prompt(&id, &form.patch()?, Some(&version)).await.map_err(refused)?;
    Ok(Json(view(&prompt, &found.grants)))
}

/// Changes what a prompt is called; the history does not grow by that.
#[utoipa::path(post, path = "/api/v1/prompts/id/{prompt_id}/update/meta", tag = "prompts", security(("verified" = [])),
    params(("prompt_id" = String, Path)), request_body = PromptMetadataForm,
    responses((status = 200, body = Option<PromptModel>)))]
pub async fn meta(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<PromptMetadataForm>,
) -> Result<Json<PromptModel>> {
    let found = writable(&app, &person, &id).await?;
    let prompt = app.store.update_prompt(&id, &form.patch()?, None).await.map_err(refused)?;
    Ok(Json(view(&prompt, &found.grants)))
}

/// Makes a version of the history live.
#[utoipa::path(post, path = "/api/v1/prompts/id/{prompt_id}/update/version", tag = "prompts",
    security(("verified" = [])), params(("prompt_id" = String, Path)), request_body = PromptVersionUpdateForm,
    responses((status = 200, body = Option<PromptModel>)))]
pub async fn version(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<PromptVersionUpdateForm>,
) -> Result<Json<PromptModel>> {
    let found = writable(&app, &person, &id).await?;
    let prompt = app.store.restore_prompt(&id, &form.version_id).await.map_err(refused)?;
    Ok(Json(view(&prompt, &found.grants)))
}

/// Switches a prompt on or off.
#[utoipa::path(post, path = "/api/v1/prompts/id/{prompt_id}/toggle", tag = "prompts", security(("verified" = [])),
    params(("prompt_id" = String, Path)), responses((status = 200, body = Option<PromptModel>)))]
pub async fn toggle(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<PromptModel>> {
    let found = writable(&app, &person, &id).await?;
    let prompt = app.store.toggle_prompt(&id).await.map_err(refused)?;
    Ok(Json(view(&prompt, &found.grants)))
}

/// Deletes a prompt with its history.
#[utoipa::path(delete, path = "/api/v1/prompts/id/{prompt_id}/delete", tag = "prompts", security(("verified" = [])),
    params(("prompt_id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<bool>> {
    writable(&app, &person, &id).await?;
    if app.store.delete_prompt(&id).await? { Ok(Json(true)) } else { Err(missing()) }
}
