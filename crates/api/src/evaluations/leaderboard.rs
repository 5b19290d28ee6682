//! Who wins.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rank::{LeaderboardEntry, rank};
use crate::analytics::days::{self, Days};
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{Json, Path, Query};

/// What the compared replies were about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LeaderboardQuery {
    /// Words of tags; any of them may be there.
    query: Option<String>,
}

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Days, today included; 0 for all since the first vote.
    #[serde(default = "month")]
    #[param(required = false)]
    pub days: i64,
}

fn month() -> i64 {
    30
}

/// Models that were compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeaderboardResponse {
    entries: Vec<LeaderboardEntry>,
}

/// A model's votes by day.
#[derive(Debug, Serialize, ToSchema)]
pub struct VotesResponse {
    model_id: String,
    history: Vec<ModelHistoryEntry>,
}

/// Votes of a day.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct ModelHistoryEntry {
    /// `2026-01-31`.
    pub date: String,
    pub won: i64,
    pub lost: i64,
}

/// Models that were compared, best first.
#[utoipa::path(get, path = "/api/v1/evaluations/leaderboard", tag = "evaluations", security(("admin" = [])),
    params(LeaderboardQuery), responses((status = 200, body = LeaderboardResponse)))]
pub async fn read(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<LeaderboardQuery>,
) -> Result<Json<LeaderboardResponse>> {
    let votes = app.store.votes().await?;
    Ok(Json(LeaderboardResponse { entries: rank(&votes, query.query.as_deref()) }))
}

/// Votes for and against a model, day by day.
#[utoipa::path(get, path = "/api/v1/evaluations/leaderboard/{model_id}/history", tag = "evaluations",
    security(("admin" = [])), params(("model_id" = String, Path), HistoryQuery),
    responses((status = 200, body = VotesResponse)))]
pub async fn history(
    _admin: Admin,
    State(app): State<App>,
    Path(model_id): Path<String>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<VotesResponse>> {
    let history = by_day(&app, &model_id, query.days).await?;
    Ok(Json(VotesResponse { model_id, history }))
}

/// The votes of the last days, one entry for each day.
pub async fn by_day(app: &App, model: &str, days: i64) -> Result<Vec<ModelHistoryEntry>> {
    let (zone, now) = (days::zone(app), airis_domain::now());
    let mut span = Days::last(days, now, &zone);
    let votes = app.store.votes_on(model, span.begin(&zone)).await?;
    if days < 1 {
        span.start_at(votes.first().map_or(now, |(first, _)| *first), &zone);
    }
    let mut history: Vec<ModelHistoryEntry> =
        span.dates().map(|date| ModelHistoryEntry { date: date.to_string(), won: 0, lost: 0 }).collect();
    for (at, won) in votes {
        if let Some(day) = span.index(at, &zone).and_then(|index| history.get_mut(index)) {
            day.won += i64::from(won);
            day.lost += i64::from(!won);
        }
    }
    Ok(history)
}
