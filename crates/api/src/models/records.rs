//! Stored models, for administrators.

use airis_domain::{AccessGrant, Json as Value, ModelRow};
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;

/// Every stored model.
#[utoipa::path(get, path = "/api/v1/models/all", tag = "models", security(("admin" = [])),
    responses((status = 200, body = Vec<Object>)))]
pub async fn all(_admin: Admin, State(app): State<App>) -> Result<Json<Vec<Value>>> {
    records(&app, |_| true).await
}

/// Stored changes of offered models.
#[utoipa::path(get, path = "/api/v1/models/base", tag = "models", security(("admin" = [])),
    responses((status = 200, body = Vec<Object>)))]
pub async fn base(_admin: Admin, State(app): State<App>) -> Result<Json<Vec<Value>>> {
    records(&app, |row| row.base_model_id.is_none()).await
}

/// Names of the tags that offered models carry.
#[utoipa::path(get, path = "/api/v1/models/base/tags", tag = "models", security(("admin" = [])),
    responses((status = 200, body = Vec<String>)))]
pub async fn base_tags(_admin: Admin, State(app): State<App>) -> Result<Json<Vec<String>>> {
    let rows = app.store.models().await?;
    let mut names: Vec<String> = rows
        .iter()
        .filter(|row| row.base_model_id.is_none())
        .filter_map(|row| row.meta.get("tags")?.as_array())
        .flatten()
        .filter_map(|tag| tag.get("name").unwrap_or(tag).as_str().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    Ok(Json(names))
}

async fn records(app: &App, wanted: fn(&ModelRow) -> bool) -> Result<Json<Vec<Value>>> {
    let grants = app.store.grants_of_type("model").await?;
    let rows = app.store.models().await?;
    Ok(Json(rows.iter().filter(|row| wanted(row)).map(|row| record(row, &grants)).collect()))
}

fn record(row: &ModelRow, grants: &[AccessGrant]) -> Value {
    let own: Vec<&AccessGrant> = grants.iter().filter(|grant| grant.resource_id == row.id).collect();
    json!({
        "id": row.id,
        "user_id": row.user_id,
        "base_model_id": row.base_model_id,
        "name": row.name,
        "params": row.params,
        "meta": row.meta,
        "access_grants": own,
        "is_active": row.is_active,
        "updated_at": row.updated_at,
        "created_at": row.created_at,
    })
}
