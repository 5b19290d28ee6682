//! How far the server is with many files.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// Files in one request.
const MOST: usize = 500;

/// Whose outcomes are asked for.
#[derive(Deserialize, ToSchema)]
pub struct OutcomesForm {
    /// Ids of own files.
    pub ids: Vec<String>,
}

/// How far a file is on its way to where it was uploaded for.
#[derive(Serialize, ToSchema)]
pub struct FileOutcome {
    pub id: String,
    /// `pending`, `processing`, `completed` (and in its knowledge base, if one was named) or `failed`.
    pub status: String,
    /// Why it failed.
    pub error: Option<String>,
}

/// How far many files are, for a client that uploads more of them than it can wait for one by one. Files that are not the
/// caller's, or were never to be read, are left out.
#[utoipa::path(post, path = "/api/v1/airis/files/outcomes", tag = "airis", security(("verified" = [])),
    request_body = OutcomesForm, responses((status = 200, body = Vec<FileOutcome>)))]
pub async fn list(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<OutcomesForm>,
) -> Result<Json<Vec<FileOutcome>>> {
    if form.ids.len() > MOST {
        return Err(ApiError::bad_request(format!("{MOST} files are the most in one request")));
    }
    let states = app.store.ingestion_states(&user.id, &form.ids).await?;
    let outcome = |state: airis_store::IngestionState| FileOutcome {
        id: state.file_id,
        status: state.state,
        error: state.reason,
    };
    Ok(Json(states.into_iter().map(outcome).collect()))
}
