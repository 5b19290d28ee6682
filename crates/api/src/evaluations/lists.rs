//! Lists of judgements.

use std::collections::HashMap;

use airis_domain::{Feedback, User, UserId};
use airis_store::{FeedbackOrder, FeedbackQuery};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{FeedbackIdResponse, FeedbackListResponse, FeedbackModel, FeedbackUserResponse};
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::{Json, Query};

/// Judgements on one page.
const PAGE: i64 = 30;

/// Which page of which list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// `created_at`, `updated_at`, `model_id`, `rating` or `username`.
    order_by: Option<String>,
    /// `asc` or `desc`.
    direction: Option<String>,
    /// From 1.
    page: Option<i64>,
    /// Only judgements of this model.
    model_id: Option<String>,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// From 1.
    page: Option<i64>,
}

/// Which judgements.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ModelQuery {
    /// Only judgements of this model.
    model_id: Option<String>,
}

/// A page of everybody's judgements.
#[utoipa::path(get, path = "/api/v1/evaluations/feedbacks/list", tag = "evaluations", security(("admin" = [])),
    params(ListQuery), responses((status = 200, body = FeedbackListResponse)))]
pub async fn page(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<FeedbackListResponse>> {
    let order = match query.order_by.as_deref() {
        Some("updated_at") => FeedbackOrder::UpdatedAt,
        Some("model_id") => FeedbackOrder::Model,
        Some("rating") => FeedbackOrder::Rating,
        Some("username") => FeedbackOrder::Person,
        _ => FeedbackOrder::CreatedAt,
    };
    let ascending = query.direction.is_some_and(|direction| direction.eq_ignore_ascii_case("asc"));
    let model = query.model_id.filter(|model| !model.is_empty());
    listed(&app, FeedbackQuery { model, order, ascending, ..at(query.page) }).await
}

/// A page of the caller's judgements.
#[utoipa::path(get, path = "/api/v1/evaluations/feedbacks/user", tag = "evaluations", security(("verified" = [])),
    params(PageQuery), responses((status = 200, body = FeedbackListResponse)))]
pub async fn own(
    user: Verified,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<FeedbackListResponse>> {
    listed(&app, FeedbackQuery { user: Some(user.id.clone()), ..at(query.page) }).await
}

/// Models that were judged.
#[utoipa::path(get, path = "/api/v1/evaluations/feedbacks/models", tag = "evaluations", security(("admin" = [])),
    responses((status = 200, body = Vec<String>)))]
pub async fn models(_admin: Admin, State(app): State<App>) -> Result<Json<Vec<String>>> {
    Ok(Json(app.store.judged_models().await?))
}

/// Every judgement by its id.
#[utoipa::path(get, path = "/api/v1/evaluations/feedbacks/all/ids", tag = "evaluations", security(("admin" = [])),
    responses((status = 200, body = Vec<FeedbackIdResponse>)))]
pub async fn ids(_admin: Admin, State(app): State<App>) -> Result<Json<Vec<FeedbackIdResponse>>> {
    let id = |feedback: Feedback| FeedbackIdResponse {
        id: feedback.id,
        user_id: feedback.user_id.0,
        created_at: feedback.created_at,
        updated_at: feedback.updated_at,
    };
    let found = app.store.feedbacks(&FeedbackQuery::default()).await?;
    Ok(Json(found.into_iter().map(id).collect()))
}

/// Every judgement, whole.
#[utoipa::path(get, path = "/api/v1/evaluations/feedbacks/all/export", tag = "evaluations", security(("admin" = [])),
    params(ModelQuery), responses((status = 200, body = Vec<FeedbackModel>)))]
pub async fn export(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<ModelQuery>,
) -> Result<Json<Vec<FeedbackModel>>> {
    let model = query.model_id.as_deref().filter(|model| !model.is_empty());
    let found = app.store.whole_feedbacks(model).await?;
    Ok(Json(found.into_iter().map(FeedbackModel::from).collect()))
}

fn at(page: Option<i64>) -> FeedbackQuery {
    let offset = (page.unwrap_or(1).max(1) - 1).saturating_mul(PAGE);
    FeedbackQuery { offset, limit: Some(PAGE), ..FeedbackQuery::default() }
}

async fn listed(app: &App, query: FeedbackQuery) -> Result<Json<FeedbackListResponse>> {
    let found = app.store.feedbacks(&query).await?;
    let mut people: HashMap<UserId, Option<User>> = HashMap::new();
    for feedback in &found {
        if !people.contains_key(&feedback.user_id) {
            people.insert(feedback.user_id.clone(), app.store.user(&feedback.user_id).await?);
        }
    }
    let line = |feedback: Feedback| {
        let author = people.get(&feedback.user_id).and_then(Option::as_ref);
        FeedbackUserResponse::of(feedback, author)
    };
    let items = found.into_iter().map(line).collect();
    Ok(Json(FeedbackListResponse { items, total: app.store.count_feedbacks(&query).await? }))
}
