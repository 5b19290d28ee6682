//! Servers of others that have passages.

use airis_domain::{Json as Value, KnowledgeConnection, Shelved};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::forms::{ExternalKnowledgeConnectionForm, view};
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};

/// Every server.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExternalKnowledgeConnectionListResponse {
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<Value>,
    pub total: i64,
}

/// Every server, oldest first.
#[utoipa::path(get, path = "/api/v1/knowledge/external/connections", tag = "knowledge", security(("admin" = [])),
    responses((status = 200, body = ExternalKnowledgeConnectionListResponse)))]
pub async fn list(_admin: Admin, State(app): State<App>) -> Result<Json<ExternalKnowledgeConnectionListResponse>> {
    let items: Vec<Value> = app.store.knowledge_connections().await?.iter().map(view).collect();
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(Json(ExternalKnowledgeConnectionListResponse { items, total }))
}

/// Stores a server; nothing is asked of it yet.
#[utoipa::path(post, path = "/api/v1/knowledge/external/connections", tag = "knowledge", security(("admin" = [])),
    request_body = ExternalKnowledgeConnectionForm, responses((status = 200, body = Object)))]
pub async fn create(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<ExternalKnowledgeConnectionForm>,
) -> Result<Json<Value>> {
    let connection = form.connection(&admin.id, None)?;
    app.store.put_knowledge_connection(&connection).await?;
    Ok(Json(view(&connection)))
}

/// One server.
#[utoipa::path(get, path = "/api/v1/knowledge/external/connections/{id}", tag = "knowledge", security(("admin" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Object)))]
pub async fn read(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>> {
    Ok(Json(view(&known(&app, &id).await?)))
}

/// Changes a server for everything that is searched there.
#[utoipa::path(patch, path = "/api/v1/knowledge/external/connections/{id}", tag = "knowledge",
    security(("admin" = [])), params(("id" = String, Path)), request_body = ExternalKnowledgeConnectionForm,
    responses((status = 200, body = Object)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(form): Json<ExternalKnowledgeConnectionForm>,
) -> Result<Json<Value>> {
    let connection = form.connection(&admin.id, Some(&known(&app, &id).await?))?;
    app.store.put_knowledge_connection(&connection).await?;
    Ok(Json(view(&connection)))
}

/// Forgets a server that no knowledge base needs.
#[utoipa::path(delete, path = "/api/v1/knowledge/external/connections/{id}", tag = "knowledge",
    security(("admin" = [])), params(("id" = String, Path)),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<bool>> {
    known(&app, &id).await?;
    let all = app.store.all_knowledge().await?;
    let needs = |shelved: Shelved| shelved.connection_id == id;
    if let Some(knowledge) = all.iter().find(|knowledge| Shelved::of(knowledge).is_some_and(needs)) {
        let text = format!("The knowledge base \"{}\" is searched there; delete it first", knowledge.name);
        return Err(ApiError::bad_request(text));
    }
    Ok(Json(app.store.delete_knowledge_connection(&id).await?))
}

/// The server with this id; 404 when it is not there.
pub async fn known(app: &App, id: &str) -> Result<KnowledgeConnection> {
    app.store.knowledge_connection(id).await?.ok_or_else(ApiError::not_found)
}
