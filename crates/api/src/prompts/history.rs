//! What a prompt was before.

use airis_domain::{Json as Value, PromptVersion};
use airis_store::VersionRemoval;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::diff::Difference;
use super::read::{missing, readable, refused, writable};
use super::views::{PromptHistoryModel, PromptHistoryResponse};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};

const PAGE: i64 = 20;

/// Which part of a history; the first page is 0.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    #[serde(default)]
    pub page: Option<u32>,
}

/// Which two versions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    pub from_id: String,
    pub to_id: String,
}

/// A page of a prompt's history, newest first.
#[utoipa::path(get, path = "/api/v1/prompts/id/{prompt_id}/history", tag = "prompts", security(("verified" = [])),
    params(("prompt_id" = String, Path), HistoryQuery), responses((status = 200, body = Vec<PromptHistoryResponse>)))]
pub async fn list(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<Vec<PromptHistoryResponse>>> {
    let found = readable(&app, &person, &id).await?;
    let offset = i64::from(query.page.unwrap_or(0)) * PAGE;
    let versions = app.store.prompt_versions(&found.prompt.id, offset, PAGE).await?;
    let mut ids: Vec<_> = versions.iter().map(|version| version.user_id.clone()).collect();
    ids.sort();
    ids.dedup();
    let authors = app.store.users_by_ids(&ids).await?;
    let item = |version: PromptVersion| PromptHistoryResponse {
        user: authors.iter().find(|author| author.id == version.user_id).map(Into::into),
        version: version.into(),
    };
    Ok(Json(versions.into_iter().map(item).collect()))
}

/// One version.
#[utoipa::path(get, path = "/api/v1/prompts/id/{prompt_id}/history/{history_id}", tag = "prompts",
    security(("verified" = [])), params(("prompt_id" = String, Path), ("history_id" = String, Path)),
    responses((status = 200, body = PromptHistoryModel)))]
pub async fn read(
    State(app): State<App>,
    person: Verified,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<PromptHistoryModel>> {
    let found = readable(&app, &person, &id).await?;
    Ok(Json(one(&app, &found.prompt.id, &version).await?.into()))
}

/// Takes a version out of the history, unless it is the live one.
#[utoipa::path(delete, path = "/api/v1/prompts/id/{prompt_id}/history/{history_id}", tag = "prompts",
    security(("verified" = [])), params(("prompt_id" = String, Path), ("history_id" = String, Path)),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(
    State(app): State<App>,
    person: Verified,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<bool>> {
    let found = writable(&app, &person, &id).await?;
    match app.store.delete_prompt_version(&found.prompt.id, &version).await.map_err(refused)? {
        VersionRemoval::Removed => Ok(Json(true)),
        VersionRemoval::Live => Err(ApiError::bad_request("This version is live; make another one live first")),
        VersionRemoval::Missing => Err(missing()),
    }
}

/// What is different between two versions: both snapshots, and the lines of the text that changed.
#[utoipa::path(get, path = "/api/v1/prompts/id/{prompt_id}/history/diff", tag = "prompts", security(("verified" = [])),
    params(("prompt_id" = String, Path), DiffQuery), responses((status = 200, body = Value)))]
pub async fn diff(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Query(query): Query<DiffQuery>,
) -> Result<Json<Value>> {
    let found = readable(&app, &person, &id).await?;
    let from = one(&app, &found.prompt.id, &query.from_id).await?;
    let to = one(&app, &found.prompt.id, &query.to_id).await?;
    let text = |version: &PromptVersion, key: &str| {
        version.snapshot.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (old, new) = (text(&from, "content"), text(&to, "content"));
    let name_changed = text(&from, "name") != text(&to, "name");
    let (from_id, to_id) = (from.id.clone(), to.id.clone());
    // Long texts that have little in common take a while.
    let found = tokio::task::spawn_blocking(move || Difference::between((&from_id, &old), (&to_id, &new)));
    let Difference { lines, line_endings_only } = found.await.map_err(ApiError::internal)?;
    Ok(Json(json!({
        "from_id": from.id,
        "to_id": to.id,
        "from_snapshot": from.snapshot,
        "to_snapshot": to.snapshot,
        "content_diff": lines,
        "line_endings_only": line_endings_only,
        "name_changed": name_changed,
    })))
}

async fn one(app: &App, prompt: &str, version: &str) -> Result<PromptVersion> {
    app.store.prompt_version(prompt, version).await?.ok_or_else(missing)
}
