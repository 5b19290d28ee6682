//! The bytes of a file.

use airis_domain::File;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::readable;
use super::served::{Serving, serve};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Path, Query};

/// As a download, or to be shown.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContentQuery {
    #[serde(default)]
    pub attachment: Option<bool>,
}

/// The bytes as they were uploaded. What a browser shows without running it is shown, everything else is a download.
#[utoipa::path(get, path = "/api/v1/files/{id}/content", tag = "files", security(("verified" = [])),
    params(("id" = String, Path), ContentQuery), responses((status = 200, body = Value)))]
pub async fn read(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Query(query): Query<ContentQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let file = readable(&app, &user, id).await?;
    answer(&app, &headers, &file, query.attachment.unwrap_or(false), false).await
}

/// A page that somebody uploaded, shown without its scripts; 404 for everything that is no page.
#[utoipa::path(get, path = "/api/v1/files/{id}/content/html", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn page(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let file = readable(&app, &user, id).await?;
    if !file.content_type().starts_with("text/html") {
        return Err(ApiError::not_found());
    }
    answer(&app, &headers, &file, false, true).await
}

/// Id and name; behind an alias, because the contract's document declares the id alone.
type Named = Path<(String, String)>;

/// The bytes as a download; the name in the address is for people, the stored one counts.
#[utoipa::path(get, path = "/api/v1/files/{id}/content/{file_name}", tag = "files", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn named(State(app): State<App>, user: Verified, Path(named): Named, headers: HeaderMap) -> Result<Response> {
    let file = readable(&app, &user, named.0).await?;
    answer(&app, &headers, &file, true, false).await
}

async fn answer(app: &App, headers: &HeaderMap, file: &File, attachment: bool, page: bool) -> Result<Response> {
    let place = file.path.as_deref().ok_or_else(ApiError::not_found)?;
    let what = Serving {
        place,
        name: &file.filename,
        content_type: file.content_type(),
        // The bytes of an id never change.
        tag: Some(format!("\"{}\"", file.id)),
        attachment,
        page,
    };
    serve(&app.files, headers, what).await
}
