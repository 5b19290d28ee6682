//! Deleting files: the row first, so that nothing points at bytes that are gone.

use airis_domain::Json as Value;
use axum::extract::State;
use serde_json::json;

use super::reachable;
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::{Json, Path};

/// Deletes a file with its bytes and its text.
#[utoipa::path(delete, path = "/api/v1/files/{id}", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn one(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<Value>> {
    let file = reachable(&app, &user, id).await?;
    app.store.delete_file(&file.id).await?;
    forget(&app, file.id.as_str()).await;
    remove_bytes(&app, file.path.as_slice()).await;
    Ok(Json(json!({"message": "File deleted successfully"})))
}

/// Deletes the files of everybody.
#[utoipa::path(delete, path = "/api/v1/files/all", tag = "files", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn all(State(app): State<App>, admin: Admin) -> Result<Json<Value>> {
    let paths = app.store.delete_all_files().await?;
    tracing::info!(count = paths.len(), by = %admin.id, "all files deleted");
    app.retrieval.vectors().reset().await?;
    remove_bytes(&app, &paths).await;
    Ok(Json(json!({"message": "All files deleted successfully"})))
}

/// Deletes what was indexed of a file that is gone. What resists is not found any more, as no file has it.
pub(crate) async fn forget(app: &App, id: &str) {
    if let Err(error) = app.retrieval.forget(id).await {
        tracing::warn!(%error, file = id, "what was indexed of a deleted file was not removed");
    }
}

/// Removes bytes that no row knows any more; what resists is named in the log.
pub(crate) async fn remove_bytes(app: &App, paths: &[String]) {
    for path in paths {
        if let Err(error) = app.files.remove(path).await {
            tracing::warn!(%error, path, "the bytes of a deleted file were not removed");
        }
    }
}
