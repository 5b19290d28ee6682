//! One judgement: its author's, and open to administrators.

use airis_domain::{Feedback, Role, now};
use axum::extract::State;

use super::views::{FeedbackForm, FeedbackModel, apply};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Checked, Json, Path};

/// Makes a judgement.
#[utoipa::path(post, path = "/api/v1/evaluations/feedback", tag = "evaluations", security(("verified" = [])),
    request_body = FeedbackForm, responses((status = 200, body = FeedbackModel)))]
pub async fn create(
    State(app): State<App>,
    user: Verified,
    form: Checked<FeedbackForm>,
) -> Result<Json<FeedbackModel>> {
    let at = now();
    let mut feedback = Feedback {
        id: uuid::Uuid::new_v4().to_string(),
        user_id: user.id.clone(),
        version: 0,
        kind: String::new(),
        data: None,
        meta: None,
        snapshot: None,
        created_at: at,
        updated_at: at,
    };
    apply(&mut feedback, form.body)?;
    app.store.put_feedback(&feedback).await?;
    Ok(Json(feedback.into()))
}

/// Shows a judgement.
#[utoipa::path(get, path = "/api/v1/evaluations/feedback/{id}", tag = "evaluations", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = FeedbackModel)))]
pub async fn read(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<FeedbackModel>> {
    Ok(Json(reachable(&app, &user, &id).await?.into()))
}

/// Changes a judgement; parts that are not sent stay.
#[utoipa::path(post, path = "/api/v1/evaluations/feedback/{id}", tag = "evaluations", security(("verified" = [])),
    params(("id" = String, Path)), request_body = FeedbackForm, responses((status = 200, body = FeedbackModel)))]
pub async fn update(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    form: Checked<FeedbackForm>,
) -> Result<Json<FeedbackModel>> {
    let mut feedback = reachable(&app, &user, &id).await?;
    apply(&mut feedback, form.body)?;
    feedback.updated_at = now().max(feedback.updated_at);
    app.store.put_feedback(&feedback).await?;
    Ok(Json(feedback.into()))
}

/// Takes a judgement back.
#[utoipa::path(delete, path = "/api/v1/evaluations/feedback/{id}", tag = "evaluations", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn delete(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<bool>> {
    let feedback = reachable(&app, &user, &id).await?;
    app.store.delete_feedback(&feedback.id).await?;
    Ok(Json(true))
}

/// The caller's judgement of this id, or anybody's for an administrator; 404 otherwise.
async fn reachable(app: &App, user: &Verified, id: &str) -> Result<Feedback> {
    let found = app.store.feedback(id).await?;
    found.filter(|feedback| feedback.user_id == user.id || user.role == Role::Admin).ok_or_else(ApiError::not_found)
}
