//! The whole database as a file.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio_util::io::ReaderStream;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};

/// Sends a copy of the SQLite database as it is now. A server on PostgreSQL has none to send.
#[utoipa::path(get, path = "/api/v1/utils/db/download", tag = "utils", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn download(State(app): State<App>, admin: Admin) -> Result<Response> {
    let copy = app.store.copy().await?;
    let copy = copy.ok_or_else(|| ApiError::bad_request("The data is not in a file; use the database's own tools"))?;
    tracing::info!(user = %admin.id, "the database was downloaded");
    let length = copy.metadata().map_err(ApiError::internal)?.len();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"webui.db\"".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(copy)))).into_response())
}
