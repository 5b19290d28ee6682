//! Lists of files.

use airis_access::reaches_all;
use airis_domain::UserId;
use airis_store::FileQuery;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::view::{FileListResponse, FileModelResponse};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Invalid, Json, Query, invalid};

/// Files on one page.
const PAGE: i64 = 30;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// From 1.
    #[serde(default)]
    pub page: Option<i64>,
    /// Whether the texts are answered, too; true unless given.
    #[serde(default)]
    pub content: Option<bool>,
}

/// Which files, by name.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// A whole name; `*` stands for any text.
    pub filename: String,
    /// Whether the texts are answered, too; true unless given.
    #[serde(default)]
    pub content: Option<bool>,
    #[serde(default)]
    pub skip: Option<i64>,
    /// At most 1000; 100 unless given.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// Which of the caller's files, by name.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OwnQuery {
    /// A whole name; `*` stands for any text. All unless given.
    #[serde(default)]
    pub filename: Option<String>,
    /// Whether the texts are answered, too; false unless given.
    #[serde(default)]
    pub content: Option<bool>,
    #[serde(default)]
    pub skip: Option<i64>,
    /// At most 1000; 50 unless given.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// The caller's files, or everybody's for an administrator who may see them; newest first.
#[utoipa::path(get, path = "/api/v1/files/", tag = "files", security(("verified" = [])), params(ListQuery),
    responses((status = 200, body = FileListResponse)))]
pub async fn list(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<ListQuery>,
) -> Result<Json<FileListResponse>> {
    let page = within("page", query.page.unwrap_or(1), 1, None)?;
    let owner = whose(&app, &user);
    let total = app.store.count_files(owner.as_ref()).await?;
    let wanted = FileQuery {
        owner,
        name: None,
        content: query.content.unwrap_or(true),
        offset: (page - 1).saturating_mul(PAGE),
        limit: PAGE,
    };
    Ok(Json(FileListResponse { items: found(&app, &wanted).await?, total }))
}

/// The same by name; 404 when there is none.
#[utoipa::path(get, path = "/api/v1/files/search", tag = "files", security(("verified" = [])), params(SearchQuery),
    responses((status = 200, body = Vec<FileModelResponse>)))]
pub async fn search(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<FileModelResponse>>> {
    let wanted = FileQuery {
        owner: whose(&app, &user),
        name: Some(query.filename),
        content: query.content.unwrap_or(true),
        offset: within("skip", query.skip.unwrap_or(0), 0, None)?,
        limit: within("limit", query.limit.unwrap_or(100), 1, Some(1000))?,
    };
    let files = found(&app, &wanted).await?;
    if files.is_empty() { Err(ApiError::not_found()) } else { Ok(Json(files)) }
}

/// The caller's own files by name.
#[utoipa::path(get, path = "/api/v1/files/user/search", tag = "files", security(("verified" = [])), params(OwnQuery),
    responses((status = 200, body = Vec<FileModelResponse>)))]
pub async fn search_own(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<OwnQuery>,
) -> Result<Json<Vec<FileModelResponse>>> {
    let wanted = FileQuery {
        owner: Some(user.id.clone()),
        name: query.filename,
        content: query.content.unwrap_or(false),
        offset: within("skip", query.skip.unwrap_or(0), 0, None)?,
        limit: within("limit", query.limit.unwrap_or(50), 1, Some(1000))?,
    };
    Ok(Json(found(&app, &wanted).await?))
}

/// How many files the caller can reach.
#[utoipa::path(get, path = "/api/v1/files/count", tag = "files", security(("verified" = [])),
    responses((status = 200, body = i64, content_type = "application/json")))]
pub async fn count(State(app): State<App>, user: Verified) -> Result<Json<i64>> {
    Ok(Json(app.store.count_files(whose(&app, &user).as_ref()).await?))
}

/// How many files are the caller's own.
#[utoipa::path(get, path = "/api/v1/files/user/count", tag = "files", security(("verified" = [])),
    responses((status = 200, body = i64, content_type = "application/json")))]
pub async fn count_own(State(app): State<App>, user: Verified) -> Result<Json<i64>> {
    Ok(Json(app.store.count_files(Some(&user.id)).await?))
}

/// `None`: everybody's.
fn whose(app: &App, user: &Verified) -> Option<UserId> {
    (!reaches_all(&app.config, user)).then(|| user.id.clone())
}

async fn found(app: &App, wanted: &FileQuery) -> Result<Vec<FileModelResponse>> {
    Ok(app.store.files(wanted).await?.into_iter().map(FileModelResponse::from).collect())
}

/// The number, or a finding that says which ones are taken.
fn within(name: &str, number: i64, least: i64, most: Option<i64>) -> Result<i64> {
    let refuse = |kind: &'static str, word: &str, bound: i64, key: &str| {
        let loc = vec![json!("query"), json!(name)];
        let message = format!("Input should be {word} than or equal to {bound}");
        let mut finding = Invalid::new(kind, loc, message, Value::String(number.to_string()));
        finding.ctx = Some(json!({ key: bound }));
        Err(invalid(&[finding]))
    };
    if number < least {
        return refuse("greater_than_equal", "greater", least, "ge");
    }
    match most {
        Some(most) if number > most => refuse("less_than_equal", "less", most, "le"),
        _ => Ok(number),
    }
}
