//! Models of the connections.

use airis_domain::Json as Value;
use airis_providers::Kind;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path, Query};
use crate::models::{catalogue, visible};
use crate::provided::{refusal, require_on};

/// One connection, or all.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConnectionQuery {
    /// Position of the connection.
    #[serde(default)]
    pub url_idx: Option<usize>,
}

/// Models of all connections that the caller may use, or everything that one connection lists.
#[utoipa::path(get, path = "/openai/models", tag = "openai", security(("verified" = [])), params(ConnectionQuery),
    responses((status = 200, body = Value)))]
pub async fn all(person: Verified, State(app): State<App>, Query(query): Query<ConnectionQuery>) -> Result<Response> {
    require_on(&app, Kind::OpenAi)?;
    if let Some(index) = query.url_idx {
        return one(person, State(app), Path(index)).await;
    }
    let allowed = visible::ids(&app, &person).await?;
    let models = app.providers.models(false).await;
    let shown = models.iter().filter(|model| model.entry.get("openai").is_some() && allowed.contains(&model.id));
    let entries: Vec<Value> = shown.map(|model| catalogue::without_marks(&model.entry)).collect();
    Ok(Json(json!({"data": entries})).into_response())
}

/// What one connection lists, as far as the caller may use it.
#[utoipa::path(get, path = "/openai/models/{url_idx}", tag = "openai", security(("verified" = [])),
    params(("url_idx" = usize, Path)), responses((status = 200, body = Value)))]
pub async fn one(person: Verified, State(app): State<App>, Path(index): Path<usize>) -> Result<Response> {
    require_on(&app, Kind::OpenAi)?;
    let mut list = match app.providers.list_of(index).await {
        Ok(list) => list,
        Err(error) => return Ok(refusal(error)),
    };
    let allowed = visible::ids(&app, &person).await?;
    let prefix = app.providers.prefix_of(Kind::OpenAi, index);
    let known = |id: &str| if prefix.is_empty() { id.to_owned() } else { format!("{prefix}.{id}") };
    if person.role != airis_domain::Role::Admin
        && let Some(models) = list.get_mut("data").and_then(Value::as_array_mut)
    {
        models.retain(|model| model["id"].as_str().is_some_and(|id| allowed.contains(&known(id))));
    }
    Ok(Json(list).into_response())
}
