//! Sharing prompts with people.

use airis_domain::Prompt;
use axum::extract::State;

use super::forms::PromptAccessGrantsForm;
use super::read::writable;
use super::views::{PromptModel, view};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path};

/// Replaces the grants of a prompt.
#[utoipa::path(post, path = "/api/v1/prompts/id/{prompt_id}/access/update", tag = "prompts",
    security(("verified" = [])), params(("prompt_id" = String, Path)), request_body = PromptAccessGrantsForm,
    responses((status = 200, body = Option<PromptModel>)))]
pub async fn update(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<PromptAccessGrantsForm>,
) -> Result<Json<PromptModel>> {
    let found = writable(&app, &person, &id).await?;
    let grants = found.rights.grants::<Prompt>(&found.prompt.id, &form.access_grants)?;
    app.store.set_grants("prompt", &found.prompt.id, &grants).await?;
    Ok(Json(view(&found.prompt, &grants)))
}
