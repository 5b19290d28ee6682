//! What the servers have and run.

use airis_domain::{Json as Value, now};
use airis_providers::{Host, Kind};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::forms::HostQuery;
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::{Json, Path, Query};
use crate::models::visible;
use crate::provided::{answer, require_on};

/// Models of all servers that the caller may use, each with the servers that have it.
#[utoipa::path(get, path = "/ollama/api/tags", tag = "ollama", security(("verified" = [])), params(HostQuery),
    responses((status = 200, body = Object)))]
pub async fn tags(person: Verified, State(app): State<App>, Query(host): Query<HostQuery>) -> Result<Response> {
    require_on(&app, Kind::Ollama)?;
    if let Some(index) = host.url_idx {
        return tags_at(person, State(app), Path(index)).await;
    }
    Ok(Json(json!({"models": models(&app, &person).await?})).into_response())
}

/// Models of one server as it lists them.
#[utoipa::path(get, path = "/ollama/api/tags/{url_idx}", tag = "ollama", security(("verified" = [])),
    params(("url_idx" = usize, Path)), responses((status = 200, body = Object)))]
pub async fn tags_at(person: Verified, State(app): State<App>, Path(index): Path<usize>) -> Result<Response> {
    require_on(&app, Kind::Ollama)?;
    if person.role == airis_domain::Role::Admin {
        return Ok(read(&app, index, "/api/tags").await);
    }
    let on_host = |model: &Value| model["urls"].as_array().is_some_and(|urls| urls.contains(&json!(index)));
    let models: Vec<Value> = models(&app, &person).await?.into_iter().filter(on_host).collect();
    Ok(Json(json!({"models": models})).into_response())
}

/// Models that are in memory now. The contract's optional body changes nothing.
#[utoipa::path(get, path = "/ollama/api/ps", tag = "ollama", security(("admin" = [])), request_body = Option<Vec<i64>>,
    responses((status = 200, body = Object)))]
pub async fn running(_admin: Admin, State(app): State<App>) -> Json<Value> {
    let answers = app.providers.ask_all(Kind::Ollama, "/api/ps").await;
    let models = answers.iter().filter_map(|(_, answer)| answer.get("models")?.as_array()).flatten();
    Json(json!({"models": models.collect::<Vec<_>>()}))
}

/// The lowest version among the servers; false when none answers.
#[utoipa::path(get, path = "/ollama/api/version", tag = "ollama", security(("verified" = [])), params(HostQuery),
    responses((status = 200, body = Object)))]
pub async fn version(person: Verified, State(app): State<App>, Query(host): Query<HostQuery>) -> Response {
    if let Some(index) = host.url_idx {
        return version_at(person, State(app), Path(index)).await;
    }
    let answers = app.providers.ask_all(Kind::Ollama, "/api/version").await;
    let lowest =
        answers.iter().filter_map(|(_, answer)| answer["version"].as_str()).min_by_key(|version| numbers(version));
    Json(json!({"version": lowest.map_or(json!(false), |version| json!(version))})).into_response()
}

/// The version of one server.
#[utoipa::path(get, path = "/ollama/api/version/{url_idx}", tag = "ollama", security(("verified" = [])),
    params(("url_idx" = usize, Path)), responses((status = 200, body = Object)))]
pub async fn version_at(_person: Verified, State(app): State<App>, Path(index): Path<usize>) -> Response {
    read(&app, index, "/api/version").await
}

/// Models of all servers in OpenAI's shape.
#[utoipa::path(get, path = "/ollama/v1/models", tag = "ollama", security(("verified" = [])), params(HostQuery),
    responses((status = 200, body = Object)))]
pub async fn openai_list(
    person: Verified,
    State(app): State<App>,
    Query(host): Query<HostQuery>,
) -> Result<Json<Value>> {
    let models = models(&app, &person).await?;
    let wanted = |model: &&Value| {
        host.url_idx.is_none_or(|index| model["urls"].as_array().is_some_and(|urls| urls.contains(&json!(index))))
    };
    let list: Vec<Value> = models
        .iter()
        .filter(wanted)
        .map(|model| json!({"id": model["model"], "object": "model", "created": now(), "owned_by": "openai"}))
        .collect();
    Ok(Json(json!({"data": list, "object": "list"})))
}

/// Models of one server in OpenAI's shape.
#[utoipa::path(get, path = "/ollama/v1/models/{url_idx}", tag = "ollama", security(("verified" = [])),
    params(("url_idx" = usize, Path)), responses((status = 200, body = Object)))]
pub async fn openai_list_at(person: Verified, app: State<App>, Path(index): Path<usize>) -> Result<Json<Value>> {
    openai_list(person, app, Query(HostQuery { url_idx: Some(index) })).await
}

/// Entries of the merged list that the person may use.
async fn models(app: &App, person: &Verified) -> Result<Vec<Value>> {
    let allowed = visible::ids(app, person).await?;
    let all = app.providers.models(false).await;
    let shown = all.iter().filter(|model| allowed.contains(&model.id));
    Ok(shown.filter_map(|model| model.entry.get("ollama").cloned()).collect())
}

async fn read(app: &App, index: usize, path: &str) -> Response {
    answer(app.providers.forward(Kind::Ollama, Host::Index(index), "GET", path, None, None).await)
}

/// A version as numbers that can be compared.
fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-']).map(|part| part.parse().unwrap_or(0)).collect()
}
