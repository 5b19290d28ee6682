//! Fetching, making and removing models; progress streams as it comes.

use airis_domain::{Json as Value, JsonMap, User};
use airis_providers::Host;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::forms::{CopyModelForm, CreateModelForm, HostQuery, ModelNameForm, PushModelForm};
use super::send::{done, on_host, to};
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Checked, Json, Path, Query};

on_host! {
    /// Fetches a model; without a number to the first server.
    pull pull_at: post "/ollama/api/pull" "/ollama/api/pull/{url_idx}", "admin" Admin, ModelNameForm, send_pull
}
on_host! {
    /// Makes a model; without a number on the first server.
    create create_at: post "/ollama/api/create" "/ollama/api/create/{url_idx}", "admin" Admin, CreateModelForm, send_create
}
on_host! {
    /// Publishes a model.
    push push_at: delete "/ollama/api/push" "/ollama/api/push/{url_idx}", "admin" Admin, PushModelForm, send_push
}
on_host! {
    /// Copies a model under another name.
    copy copy_at: post "/ollama/api/copy" "/ollama/api/copy/{url_idx}", "admin" Admin, CopyModelForm, send_copy
}
on_host! {
    /// Removes a model.
    remove remove_at: delete "/ollama/api/delete" "/ollama/api/delete/{url_idx}", "admin" Admin, ModelNameForm, send_remove
}

/// Frees the memory that a model takes.
#[utoipa::path(post, path = "/ollama/api/unload", tag = "ollama", security(("admin" = [])), request_body = ModelNameForm,
    responses((status = 200, body = Object)))]
pub async fn unload(admin: Admin, State(app): State<App>, form: Checked<ModelNameForm>) -> Result<Response> {
    unload_model(&app, &admin, &name(&form.body)?).await
}

/// Asks a server that has the model to keep it no longer.
pub async fn unload_model(app: &App, user: &User, model: &str) -> Result<Response> {
    let body = JsonMap::from_iter([("model".to_owned(), json!(model)), ("keep_alive".to_owned(), json!(0))]);
    let response = to(app, user, Host::Model(model), "POST", "/api/generate", body).await;
    if !response.status().is_success() {
        return Ok(response);
    }
    app.providers.models(true).await;
    Ok(Json(json!({"status": true})).into_response())
}

async fn send_pull(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    name(&body)?;
    Ok(to(app, user, Host::Index(index.unwrap_or(0)), "POST", "/api/pull", body).await)
}

async fn send_create(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    name(&body)?;
    Ok(to(app, user, Host::Index(index.unwrap_or(0)), "POST", "/api/create", body).await)
}

async fn send_push(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    let model = name(&body)?;
    Ok(to(app, user, index.map_or(Host::Model(&model), Host::Index), "POST", "/api/push", body).await)
}

async fn send_copy(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    let source = body.get("source").and_then(Value::as_str).unwrap_or_default().to_owned();
    let response = done(app, user, index.map_or(Host::Model(&source), Host::Index), "POST", "/api/copy", body).await;
    app.providers.models(true).await;
    Ok(response)
}

async fn send_remove(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    let model = name(&body)?;
    let response = done(app, user, index.map_or(Host::Model(&model), Host::Index), "DELETE", "/api/delete", body).await;
    app.providers.models(true).await;
    Ok(response)
}

/// The model that a body names.
fn name(body: &JsonMap) -> Result<String> {
    let name = body.get("model").or_else(|| body.get("name")).and_then(Value::as_str).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| ApiError::bad_request("The body names no model"))
}
