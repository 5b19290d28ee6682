//! Pages of the web and videos, made searchable.

use airis_domain::{Json as Value, User};
use airis_retrieval::{Page, digest};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::permitted;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{FreeForm, Json, Query};

/// An address, and where its passages go.
#[derive(Deserialize, ToSchema)]
pub struct ProcessUrlForm {
    /// Named by the address unless given.
    #[serde(default)]
    pub collection_name: Option<String>,
    pub url: String,
}

/// What becomes of a page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProcessWebQuery {
    /// Whether it is made searchable; true unless given.
    #[serde(default)]
    pub process: Option<bool>,
    /// Whether it takes the place of what the collection has; true unless given.
    #[serde(default)]
    pub overwrite: Option<bool>,
}

/// The same for an address of any kind.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProcessUrlQuery {
    /// Whether it is made searchable; true unless given.
    #[serde(default)]
    pub process: Option<bool>,
}

/// What was at an address.
#[derive(Serialize, ToSchema)]
pub struct ProcessUrlResponse {
    pub status: bool,
    /// `web` or `youtube`.
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub url: String,
    pub collection_name: Option<String>,
    pub content: Option<String>,
    pub file: Option<FreeForm>,
}

/// Reads a page of the web and makes it searchable.
#[utoipa::path(post, path = "/api/v1/retrieval/process/web", tag = "retrieval", security(("verified" = [])),
    params(ProcessWebQuery), request_body = ProcessUrlForm, responses((status = 200, body = Value)))]
pub async fn page(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<ProcessWebQuery>,
    Json(form): Json<ProcessUrlForm>,
) -> Result<Json<Value>> {
    read(&app, &user, query, form).await
}

/// Reads the subtitles of a video, or any page, and makes it searchable.
#[utoipa::path(post, path = "/api/v1/retrieval/process/youtube", tag = "retrieval", security(("verified" = [])),
    params(ProcessWebQuery), request_body = ProcessUrlForm, responses((status = 200, body = Value)))]
pub async fn video(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<ProcessWebQuery>,
    Json(form): Json<ProcessUrlForm>,
) -> Result<Json<Value>> {
    read(&app, &user, query, form).await
}

/// Reads whatever is at an address and makes it searchable.
#[utoipa::path(post, path = "/api/v1/retrieval/process/url", tag = "retrieval", security(("verified" = [])),
    params(ProcessUrlQuery), request_body = ProcessUrlForm, responses((status = 200, body = ProcessUrlResponse)))]
pub async fn any(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<ProcessUrlQuery>,
    Json(form): Json<ProcessUrlForm>,
) -> Result<Json<ProcessUrlResponse>> {
    let kept = query.process.unwrap_or(true);
    let (page, collection) = keep(&app, &user, form, kept, true).await?;
    Ok(Json(ProcessUrlResponse {
        status: true,
        kind: if airis_retrieval::is_video(&page.url) { "youtube" } else { "web" }.to_owned(),
        name: page.url.clone(),
        url: page.url,
        collection_name: collection,
        content: Some(page.content),
        file: None,
    }))
}

async fn read(app: &App, user: &User, query: ProcessWebQuery, form: ProcessUrlForm) -> Result<Json<Value>> {
    let (kept, over) = (query.process.unwrap_or(true), query.overwrite.unwrap_or(true));
    let (page, collection) = keep(app, user, form, kept, over).await?;
    let Some(collection) = collection else {
        return Ok(Json(json!({"status": true, "content": page.content})));
    };
    let meta = json!({"name": page.url, "source": page.url});
    Ok(Json(json!({
        "status": true,
        "collection_name": collection,
        "filename": page.url,
        "content": page.content,
        "file": {"data": {"content": page.content}, "meta": meta},
    })))
}

/// The page, and the collection that it went to.
async fn keep(app: &App, user: &User, form: ProcessUrlForm, kept: bool, over: bool) -> Result<(Page, Option<String>)> {
    permitted(app, user, "chat.web_upload", "You may not attach pages of the web").await?;
    let given = form.collection_name.filter(|name| !name.is_empty());
    if let Some(name) = given.as_ref().filter(|_| kept) {
        app.retrieval.may_write(user, name).await?;
    }
    let page = app.retrieval.page(&form.url).await?;
    if !kept {
        return Ok((page, None));
    }
    // A name that only the address gives belongs to whoever has the address.
    let collection = given.unwrap_or_else(|| digest(&page.url)[..63].to_owned());
    app.retrieval.keep_pages(user, &collection, std::slice::from_ref(&page), over).await?;
    Ok((page, Some(collection)))
}
