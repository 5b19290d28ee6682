//! Stored models, for administrators.

use airis_domain::{AccessGrant, JsonMap, ModelRow};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{FreeForm, Json, Query};

/// Who else may use a thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessGrantModel {
    pub id: String,
    pub resource_type: String,
    pub resource_id: String,
    /// `user`, `group` or `anyone`.
    pub principal_type: String,
    /// An id, or `*`.
    pub principal_id: String,
    /// `read` or `write`.
    pub permission: String,
    /// Seconds.
    pub created_at: i64,
}

impl From<&AccessGrant> for AccessGrantModel {
    fn from(grant: &AccessGrant) -> Self {
        let AccessGrant { id, resource_type, resource_id, principal_type, principal_id, permission, created_at } =
            grant.clone();
        Self { id, resource_type, resource_id, principal_type, principal_id, permission, created_at }
    }
}

/// A stored model.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelResponse {
    /// Versions are not kept.
    pub version_id: Option<String>,
    pub id: String,
    pub user_id: String,
    pub base_model_id: Option<String>,
    pub name: String,
    pub params: FreeForm,
    pub meta: FreeForm,
    pub access_grants: Vec<AccessGrantModel>,
    pub is_active: bool,
    /// Seconds, as the next.
    pub updated_at: i64,
    pub created_at: i64,
}

/// Which models.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BaseQuery {
    /// Only models with this tag.
    #[serde(default)]
    pub tag: Option<String>,
}

/// Every stored model.
#[utoipa::path(get, path = "/api/v1/models/all", tag = "models", security(("admin" = [])),
    responses((status = 200, body = Vec<ModelResponse>)))]
pub async fn all(_admin: Admin, State(app): State<App>) -> Result<Json<Vec<ModelResponse>>> {
    records(&app, |_| true).await
}

/// Stored changes of offered models.
#[utoipa::path(get, path = "/api/v1/models/base", tag = "models", security(("admin" = [])), params(BaseQuery),
    responses((status = 200, body = Vec<ModelResponse>)))]
pub async fn base(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<BaseQuery>,
) -> Result<Json<Vec<ModelResponse>>> {
    let tagged = |row: &ModelRow| query.tag.as_ref().is_none_or(|tag| tags(row).contains(tag));
    records(&app, |row| row.base_model_id.is_none() && tagged(row)).await
}

/// Names of the tags that offered models carry.
#[utoipa::path(get, path = "/api/v1/models/base/tags", tag = "models", security(("admin" = [])),
    responses((status = 200, body = Vec<String>)))]
pub async fn base_tags(_admin: Admin, State(app): State<App>) -> Result<Json<Vec<String>>> {
    let rows = app.store.models().await?;
    let mut names: Vec<String> = rows.iter().filter(|row| row.base_model_id.is_none()).flat_map(tags).collect();
    names.sort();
    names.dedup();
    Ok(Json(names))
}

/// Names of a model's tags.
fn tags(row: &ModelRow) -> Vec<String> {
    let list = row.meta.get("tags").and_then(|tags| tags.as_array());
    list.into_iter().flatten().filter_map(|tag| tag.get("name").unwrap_or(tag).as_str().map(str::to_owned)).collect()
}

async fn records(app: &App, wanted: impl Fn(&ModelRow) -> bool) -> Result<Json<Vec<ModelResponse>>> {
    let grants = app.store.grants_of_type("model").await?;
    let rows = app.store.models().await?;
    Ok(Json(rows.into_iter().filter(|row| wanted(row)).map(|row| record(row, &grants)).collect()))
}

fn record(row: ModelRow, grants: &[AccessGrant]) -> ModelResponse {
    let object = |value: airis_domain::Json| FreeForm(value.as_object().cloned().unwrap_or_else(JsonMap::new));
    ModelResponse {
        version_id: None,
        access_grants: grants.iter().filter(|grant| grant.resource_id == row.id).map(Into::into).collect(),
        id: row.id,
        user_id: row.user_id.to_string(),
        base_model_id: row.base_model_id,
        name: row.name,
        params: object(row.params),
        meta: object(row.meta),
        is_active: row.is_active,
        updated_at: row.updated_at,
        created_at: row.created_at,
    }
}
