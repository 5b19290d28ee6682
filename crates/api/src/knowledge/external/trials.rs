//! Trials: whether a server can be reached, and what a question finds there.

use airis_domain::{Json as Value, KnowledgeConnection, User};
use axum::extract::State;
use serde_json::json;

use super::connections::known;
use super::forms::{ExternalKnowledgeRetrieveTestForm, ExternalKnowledgeSourceTestForm};
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};

/// Asks a server for its collections or tables.
#[utoipa::path(post, path = "/api/v1/knowledge/external/connections/{id}/test", tag = "knowledge",
    security(("admin" = [])), params(("id" = String, Path)), responses((status = 200, body = Object)))]
pub async fn connection(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>> {
    let collections = app.retrieval.shelves(&known(&app, &id).await?).await?;
    Ok(Json(json!({"status": true, "collections": collections})))
}

/// Asks a question of a server that is stored, in the place that is sent or else in its first one.
#[utoipa::path(post, path = "/api/v1/knowledge/external/connections/{id}/retrieve-test", tag = "knowledge",
    security(("admin" = [])), params(("id" = String, Path)), request_body = ExternalKnowledgeRetrieveTestForm,
    responses((status = 200, body = Object)))]
pub async fn retrieval(
    admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(form): Json<ExternalKnowledgeRetrieveTestForm>,
) -> Result<Json<Value>> {
    let connection = known(&app, &id).await?;
    let place = match &form.source {
        Some(source) => source.place()?,
        None => {
            let first = app.retrieval.shelves(&connection).await?.into_iter().next();
            json!({"name": first.ok_or_else(|| ApiError::bad_request("The server has no collections"))?})
        }
    };
    asked(&app, &admin, &connection, &place, &form.query, form.count).await.map(Json)
}

/// Asks a question of a server that need not be stored.
#[utoipa::path(post, path = "/api/v1/knowledge/external/source/test", tag = "knowledge", security(("admin" = [])),
    request_body = ExternalKnowledgeSourceTestForm, responses((status = 200, body = Object)))]
pub async fn source(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<ExternalKnowledgeSourceTestForm>,
) -> Result<Json<Value>> {
    let before = match &form.connection_id {
        Some(id) => Some(known(&app, id).await?),
        None => None,
    };
    let connection = form.connection.connection(&admin.id, before.as_ref())?;
    asked(&app, &admin, &connection, &form.source.place()?, &form.query, form.count).await.map(Json)
}

/// What a question finds, the nearest first.
pub async fn asked(
    app: &App,
    user: &User,
    connection: &KnowledgeConnection,
    place: &Value,
    question: &str,
    count: i64,
) -> Result<Value> {
    if question.trim().is_empty() {
        return Err(ApiError::bad_request("Ask a question that the passages there could answer"));
    }
    let count = usize::try_from(count).unwrap_or(1);
    let found = app.retrieval.look(user, connection, place, question, count).await?;
    let results: Vec<Value> = found
        .into_iter()
        .map(|found| json!({"id": found.id, "text": found.text, "metadata": found.metadata, "score": found.score}))
        .collect();
    Ok(json!({"status": true, "count": results.len(), "results": results}))
}
