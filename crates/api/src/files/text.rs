//! The text of a file, to be read and to be corrected.

use airis_domain::Json as Value;
use airis_retrieval::RetrievalError;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{gone, reachable, readable_with_text};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path};

/// A new text.
#[derive(Deserialize, ToSchema)]
pub struct ContentForm {
    pub content: String,
}

/// The text; empty while there is none.
#[utoipa::path(get, path = "/api/v1/files/{id}/data/content", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn read(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<Value>> {
    let file = readable_with_text(&app, &user, id).await?;
    Ok(Json(json!({"content": file.content.unwrap_or_default()})))
}

/// Replaces the text, and what is found of it wherever it is found; the uploaded bytes stay as they are.
#[utoipa::path(post, path = "/api/v1/files/{id}/data/content/update", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn update(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Json(form): Json<ContentForm>,
) -> Result<Json<Value>> {
    let file = reachable(&app, &user, id).await?;
    match app.retrieval.rewrite(&file, &form.content).await {
        Ok(()) => {}
        Err(RetrievalError::Store(error)) => return Err(gone(error)),
        // The text is kept in any case; it is indexed when it is asked for next.
        Err(error) => tracing::warn!(%error, file = %file.id, "a text that was changed is not indexed"),
    }
    Ok(Json(json!({"content": form.content})))
}
