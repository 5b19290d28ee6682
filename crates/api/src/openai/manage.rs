//! Models that a connection's server keeps, where it is one that lets them be managed (llama.cpp's router, LM Studio).

use airis_domain::JsonMap;
use airis_providers::{Kind, Wish};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{Checked, Path, Query};
use crate::provided::{answer, require_on};

/// A model by its name; other fields go on as they are.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "checked, then handed on as it was sent")]
pub struct ProviderModelOperationForm {
    pub model: String,
}

/// Which model.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ModelQuery {
    /// As people pick it, or as the server calls it.
    pub model: String,
}

/// Everything the server keeps, with what is loaded.
#[utoipa::path(get, path = "/openai/models/{url_idx}/catalog", tag = "openai", security(("admin" = [])),
    params(("url_idx" = usize, Path)), responses((status = 200, body = Value)))]
pub async fn catalog(_admin: Admin, State(app): State<App>, Path(index): Path<usize>) -> Result<Response> {
    ask(&app, index, Wish::Catalog).await
}

/// Loads a model into memory.
#[utoipa::path(post, path = "/openai/models/{url_idx}/load", tag = "openai", security(("admin" = [])),
    params(("url_idx" = usize, Path)), request_body = ProviderModelOperationForm,
    responses((status = 200, body = Value)))]
pub async fn load(
    _admin: Admin,
    State(app): State<App>,
    Path(index): Path<usize>,
    form: Checked<ProviderModelOperationForm>,
) -> Result<Response> {
    change(&app, index, Wish::Load, form.body).await
}

/// Takes a model out of memory; ends a download that is under way.
#[utoipa::path(post, path = "/openai/models/{url_idx}/unload", tag = "openai", security(("admin" = [])),
    params(("url_idx" = usize, Path)), request_body = ProviderModelOperationForm,
    responses((status = 200, body = Value)))]
pub async fn unload(
    _admin: Admin,
    State(app): State<App>,
    Path(index): Path<usize>,
    form: Checked<ProviderModelOperationForm>,
) -> Result<Response> {
    change(&app, index, Wish::Unload, form.body).await
}

/// Lets the server fetch a model; the answer comes at once.
#[utoipa::path(post, path = "/openai/models/{url_idx}/download", tag = "openai", security(("admin" = [])),
    params(("url_idx" = usize, Path)), request_body = ProviderModelOperationForm,
    responses((status = 200, body = Value)))]
pub async fn download(
    _admin: Admin,
    State(app): State<App>,
    Path(index): Path<usize>,
    form: Checked<ProviderModelOperationForm>,
) -> Result<Response> {
    ask(&app, index, Wish::Download(form.body)).await
}

/// How far a download is.
#[utoipa::path(get, path = "/openai/models/{url_idx}/download/status/{job_id}", tag = "openai",
    security(("admin" = [])), params(("url_idx" = usize, Path), ("job_id" = String, Path)),
    responses((status = 200, body = Value)))]
pub async fn status(
    _admin: Admin,
    State(app): State<App>,
    Path((index, job)): Path<(usize, String)>,
) -> Result<Response> {
    ask(&app, index, Wish::DownloadStatus(job)).await
}

/// What happens to the models, as server-sent events.
#[utoipa::path(get, path = "/openai/models/{url_idx}/sse", tag = "openai", security(("admin" = [])),
    params(("url_idx" = usize, Path)), responses((status = 200, body = Value)))]
pub async fn events(_admin: Admin, State(app): State<App>, Path(index): Path<usize>) -> Result<Response> {
    ask(&app, index, Wish::Events).await
}

/// Deletes a model that the server fetched.
#[utoipa::path(delete, path = "/openai/models/{url_idx}", tag = "openai", security(("admin" = [])),
    params(("url_idx" = usize, Path), ModelQuery), responses((status = 200, body = Value)))]
pub async fn delete(
    _admin: Admin,
    State(app): State<App>,
    Path(index): Path<usize>,
    Query(query): Query<ModelQuery>,
) -> Result<Response> {
    let response = ask(&app, index, Wish::Delete(query.model)).await?;
    app.providers.models(true).await;
    Ok(response)
}

/// The list of models tells what is loaded, so it is asked for anew.
async fn change(app: &App, index: usize, wish: fn(JsonMap) -> Wish, body: JsonMap) -> Result<Response> {
    let response = ask(app, index, wish(body)).await?;
    app.providers.models(true).await;
    Ok(response)
}

async fn ask(app: &App, index: usize, wish: Wish) -> Result<Response> {
    require_on(app, Kind::OpenAi)?;
    Ok(answer(app.providers.manage(index, wish).await))
}
