//! Many files into one collection.

use airis_access::Reachable;
use airis_domain::FileId;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json};

/// Files in one request.
const MOST: usize = 1_000;

/// A file as a client has it; only its id counts.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct GivenFile {
    pub id: String,
    pub user_id: String,
    #[serde(default)]
    pub hash: Option<String>,
    pub filename: String,
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub data: Option<FreeForm>,
    #[serde(default)]
    pub meta: Option<FreeForm>,
    #[serde(deserialize_with = "Deserialize::deserialize")]
    #[schema(required = true)]
    pub created_at: Option<i64>,
    #[serde(deserialize_with = "Deserialize::deserialize")]
    #[schema(required = true)]
    pub updated_at: Option<i64>,
}

/// Files, and where their passages go.
#[derive(Deserialize, ToSchema)]
pub struct BatchProcessFilesForm {
    pub files: Vec<GivenFile>,
    pub collection_name: String,
}

/// What became of one file.
#[derive(Serialize, ToSchema)]
pub struct BatchProcessFilesResult {
    pub file_id: String,
    pub status: String,
    pub error: Option<String>,
}

/// What became of all.
#[derive(Serialize, ToSchema)]
pub struct BatchProcessFilesResponse {
    pub results: Vec<BatchProcessFilesResult>,
    pub errors: Vec<BatchProcessFilesResult>,
}

/// Copies the passages of files into a collection; one that cannot be copied does not keep the others from it.
#[utoipa::path(post, path = "/api/v1/retrieval/process/files/batch", tag = "retrieval", security(("verified" = [])),
    params(("db" = Option<Value>, Query, description = "Without effect")), request_body = BatchProcessFilesForm, responses((status = 200, body = BatchProcessFilesResponse)))]
pub async fn files(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<BatchProcessFilesForm>,
) -> Result<Json<BatchProcessFilesResponse>> {
    if form.files.len() > MOST {
        return Err(ApiError::bad_request(format!("{MOST} files are the most in one request")));
    }
    app.retrieval.may_write(&user, &form.collection_name).await?;
    let mut answer = BatchProcessFilesResponse { results: Vec::new(), errors: Vec::new() };
    for given in form.files {
        let id = FileId(given.id);
        let outcome = match Reachable::file(&app.store, &app.config, &user, &id).await {
            Ok(file) => app.retrieval.add_to(&form.collection_name, &file).await.map_err(|error| error.told()),
            Err(_) => Err("There is no such file".to_owned()),
        };
        let (status, error) = match outcome {
            Ok(()) => ("completed", None),
            Err(error) => ("failed", Some(error)),
        };
        let result = BatchProcessFilesResult { file_id: id.0, status: status.to_owned(), error };
        if result.error.is_some() { answer.errors.push(result) } else { answer.results.push(result) }
    }
    Ok(Json(answer))
}
