//! Deleting what was indexed, and what was uploaded.

use airis_domain::Json as Value;
use airis_vector::Which;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;
use crate::files::remove_bytes;

/// A file's passages in a collection.
#[derive(Deserialize, ToSchema)]
pub struct DeleteForm {
    pub collection_name: String,
    pub file_id: String,
}

/// Deletes a file's passages from a collection.
#[utoipa::path(post, path = "/api/v1/retrieval/delete", tag = "retrieval", security(("admin" = [])),
    request_body = DeleteForm, responses((status = 200, body = Value)))]
pub async fn delete(State(app): State<App>, _admin: Admin, Json(form): Json<DeleteForm>) -> Result<Json<Value>> {
    let vectors = app.retrieval.vectors();
    let there = vectors.has(&form.collection_name).await?;
    if there {
        let which = Which::File(form.file_id);
        vectors.delete(&form.collection_name, &which).await?;
    }
    Ok(Json(json!({"status": there})))
}

/// Deletes everything that was indexed. Texts stay, and are indexed again when they are asked for.
#[utoipa::path(post, path = "/api/v1/retrieval/reset/db", tag = "retrieval", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn index(State(app): State<App>, admin: Admin) -> Result<Json<Value>> {
    app.retrieval.vectors().reset().await?;
    tracing::info!(by = %admin.id, "everything that was indexed is deleted");
    Ok(Json(Value::Null))
}

/// Deletes the bytes of all uploads; what was read from them stays.
#[utoipa::path(post, path = "/api/v1/retrieval/reset/uploads", tag = "retrieval", security(("admin" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn uploads(State(app): State<App>, admin: Admin) -> Result<Json<bool>> {
    let paths = app.store.file_paths(None).await?;
    tracing::info!(count = paths.len(), by = %admin.id, "the bytes of all uploads are deleted");
    remove_bytes(&app, &paths).await;
    Ok(Json(true))
}
