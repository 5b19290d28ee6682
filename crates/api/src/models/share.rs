//! Sharing models with people.

use airis_domain::{ModelRow, Role, now};
use axum::extract::State;
use serde_json::json;

use super::change::save;
use super::forms::{ModelAccessGrantsForm, check_id};
use super::views::{ModelResponse, view};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::rights::Rights;

/// Replaces the grants of a model. For an offered model that has no stored changes yet, an administrator's first
/// grant stores it.
#[utoipa::path(post, path = "/api/v1/models/model/access/update", tag = "models", security(("verified" = [])),
    request_body = ModelAccessGrantsForm, responses((status = 200, body = Option<ModelResponse>)))]
pub async fn update(
    person: Verified,
    State(app): State<App>,
    Json(form): Json<ModelAccessGrantsForm>,
) -> Result<Json<ModelResponse>> {
    check_id(&form.id)?;
    let rights = Rights::of(&app, &person).await?;
    let row = match app.store.model(&form.id).await? {
        Some(row) => row,
        None if person.role == Role::Admin => offered(&app, &person, &form).await?,
        None => return Err(ApiError::unauthorized()),
    };
    if !rights.writes(&row, &app.store.grants("model", &form.id).await?) {
        return Err(ApiError::unauthorized());
    }
    let grants = rights.grants::<ModelRow>(&form.id, &form.access_grants)?;
    app.store.set_grants("model", &form.id, &grants).await?;
    Ok(Json(view(&row, &grants)))
}

/// Stores an offered model as it is, so that grants have something to hang on.
async fn offered(app: &App, person: &Verified, form: &ModelAccessGrantsForm) -> Result<ModelRow> {
    let models = app.providers.models(false).await;
    let Some(model) = models.iter().find(|model| model.id == form.id) else { return Err(ApiError::not_found()) };
    let at = now();
    let row = ModelRow {
        id: form.id.clone(),
        user_id: person.id.clone(),
        base_model_id: None,
        name: form.name.clone().unwrap_or_else(|| model.name.clone()),
        params: json!({}),
        meta: json!({}),
        is_active: true,
        version_id: None,
        created_at: at,
        updated_at: at,
    };
    save(app, person, row, None).await
}
