//! Lists of stored models.

use airis_domain::ModelRow;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{ModelAccessListResponse, ModelAccessResponse, ModelResponse, listed, tags, view};
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::{Json, Query};
use crate::rights::Rights;

const PAGE: usize = 30;

/// Which models.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BaseQuery {
    /// Only models with this tag.
    #[serde(default)]
    pub tag: Option<String>,
}

/// Which custom models, in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Part of a name or id.
    #[serde(default)]
    pub query: Option<String>,
    /// `created`: own ones; `shared`: those of others.
    #[serde(default)]
    pub view_option: Option<String>,
    #[serde(default)]
    pub tag: Option<String>,
    /// `name`, `created_at` or `updated_at`.
    #[serde(default)]
    pub order_by: Option<String>,
    #[serde(default)]
    pub direction: Option<String>,
    #[serde(default)]
    pub page: Option<usize>,
}

/// Every stored custom model.
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
    Ok(Json(names(rows.iter().filter(|row| row.base_model_id.is_none()))))
}

/// Names of the tags that custom models carry, as far as the caller may read them.
#[utoipa::path(get, path = "/api/v1/models/tags", tag = "models", security(("verified" = [])),
    responses((status = 200, body = Vec<String>)))]
pub async fn custom_tags(person: Verified, State(app): State<App>) -> Result<Json<Vec<String>>> {
    let rights = Rights::of(&app, &person).await?;
    let grants = app.store.grants_of_type("model").await?;
    let rows = app.store.models().await?;
    Ok(Json(names(rows.iter().filter(|row| row.base_model_id.is_some() && rights.reads(*row, &grants)))))
}

/// A page of custom models that the caller may read.
#[utoipa::path(get, path = "/api/v1/models/list", tag = "models", security(("verified" = [])), params(ListQuery),
    responses((status = 200, body = ModelAccessListResponse)))]
pub async fn list(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<ModelAccessListResponse>> {
    let rights = Rights::of(&app, &person).await?;
    let grants = app.store.grants_of_type("model").await?;
    let mut rows = app.store.models().await?;
    let searched = query.query.as_deref().unwrap_or_default().to_lowercase();
    rows.retain(|row| {
        row.base_model_id.is_some()
            && rights.reads(row, &grants)
            && (row.name.to_lowercase().contains(&searched) || row.id.to_lowercase().contains(&searched))
            && query.tag.as_ref().is_none_or(|tag| tags(row).contains(tag))
            && match query.view_option.as_deref() {
                Some("created") => row.user_id == person.id,
                Some("shared") => row.user_id != person.id,
                _ => true,
            }
    });
    match query.order_by.as_deref() {
        Some("name") => rows.sort_by_key(|row| row.name.to_lowercase()),
        Some("created_at") => rows.sort_by_key(|row| row.created_at),
        _ => rows.sort_by_key(|row| row.updated_at),
    }
    let ascending =
        query.direction.as_deref().unwrap_or(if query.order_by.is_some() { "asc" } else { "desc" }) == "asc";
    if !ascending {
        rows.reverse();
    }
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let skip = (query.page.unwrap_or(1).max(1) - 1).saturating_mul(PAGE);
    let shown: Vec<ModelRow> = rows.into_iter().skip(skip).take(PAGE).collect();
    let ids: Vec<_> = shown.iter().map(|row| row.user_id.clone()).collect();
    let owners = app.store.users_by_ids(&ids).await?;
    let item = |row: &ModelRow| {
        let write = rights.writes(row, &grants);
        let mut model = listed(row, &grants);
        if !write {
            model.params.0.clear();
        }
        let user = owners.iter().find(|owner| owner.id == row.user_id).map(Into::into);
        ModelAccessResponse { model, user, write_access: Some(write) }
    };
    Ok(Json(ModelAccessListResponse { items: shown.iter().map(item).collect(), total }))
}

fn names<'a>(rows: impl Iterator<Item = &'a ModelRow>) -> Vec<String> {
    let mut names: Vec<String> = rows.flat_map(tags).collect();
    names.sort();
    names.dedup();
    names
}

async fn records(app: &App, wanted: impl Fn(&ModelRow) -> bool) -> Result<Json<Vec<ModelResponse>>> {
    let grants = app.store.grants_of_type("model").await?;
    let rows = app.store.models().await?;
    Ok(Json(rows.iter().filter(|row| wanted(row)).map(|row| view(row, &grants)).collect()))
}
