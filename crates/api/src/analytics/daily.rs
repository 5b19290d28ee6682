//! How use changes with time.

use std::collections::BTreeMap;

use airis_store::Span;
use axum::extract::State;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::days::{local, moment, zone};
use super::offered;
use super::people::Metric;
use super::pieces::Granularity;
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{Json, Query};

/// Borders of pieces in every zone are multiples of this.
const SLOT_SECONDS: i64 = 300;

/// What to show, and how finely.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DailyQuery {
    /// Seconds since 1970, as the next; both are included.
    start_date: Option<i64>,
    end_date: Option<i64>,
    /// Only what members of this group asked for.
    group_id: Option<String>,
    /// How long a piece is.
    #[serde(default)]
    #[param(required = false, inline)]
    granularity: Granularity,
    /// What is counted.
    #[serde(default)]
    #[param(required = false, inline)]
    metric: Metric,
    /// Whether to show the same number of pieces before beside them.
    #[serde(default)]
    #[param(required = false)]
    compare: bool,
}

/// Pieces of time, earliest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DailyStatsResponse {
    data: Vec<DailyStatsEntry>,
}

/// Counts by model in a piece of time; borders only where pieces are compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct DailyStatsEntry {
    date: String,
    models: BTreeMap<String, i64>,
    #[schema(required = false)]
    start: Option<String>,
    #[schema(required = false)]
    end: Option<String>,
    #[schema(required = false)]
    previous: Option<ComparisonStatsEntry>,
}

/// The piece that another is compared with.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparisonStatsEntry {
    models: BTreeMap<String, i64>,
    start: String,
    end: String,
}

/// Use of every model, piece by piece. Where nothing happened there is one empty piece: now.
#[utoipa::path(get, path = "/api/v1/analytics/daily", tag = "analytics", security(("admin" = [])),
    params(DailyQuery), responses((status = 200, body = DailyStatsResponse)))]
pub async fn list(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<DailyQuery>,
) -> Result<Json<DailyStatsResponse>> {
    offered(&app)?;
    let (zone, piece, now) = (zone(&app), query.granularity, airis_domain::now());
    let group = query.group_id.filter(|group| !group.is_empty());
    let span = Span { from: query.start_date, to: query.end_date, group: group.clone() };
    let counts = counts(&app, &span, query.metric).await?;
    let first = counts.iter().map(|(_, at, _)| *at).min();
    let mut laid = piece.lay(counts, &zone);
    let row = if first.is_none() && !query.compare {
        Some(vec![piece.begin(local(now, &zone))])
    } else {
        let from = query.start_date.or(first).unwrap_or(now);
        piece.row(local(from, &zone), local(query.end_date.unwrap_or(now), &zone))
    };
    let compared = query.compare && row.is_some();
    let row = row.unwrap_or_else(|| laid.keys().copied().collect());
    let earlier = |begin: DateTime| piece.step(begin, -i64::try_from(row.len()).unwrap_or(0));
    let mut before = match row.first().filter(|_| compared) {
        Some(begin) => {
            let (from, to) = (moment(earlier(*begin), &zone), moment(*begin, &zone) - 1);
            piece.lay(self::counts(&app, &Span { from: Some(from), to: Some(to), group }, query.metric).await?, &zone)
        }
        None => BTreeMap::new(),
    };
    let entry = |begin: &DateTime| {
        let (start, end) = borders(piece, *begin, &zone);
        let previous = compared.then(|| {
            let (start, end) = borders(piece, earlier(*begin), &zone);
            ComparisonStatsEntry { models: before.remove(&earlier(*begin)).unwrap_or_default(), start, end }
        });
        DailyStatsEntry {
            date: piece.name(*begin),
            models: laid.remove(begin).unwrap_or_default(),
            start: compared.then_some(start),
            end: compared.then_some(end),
            previous,
        }
    };
    Ok(Json(DailyStatsResponse { data: row.iter().map(entry).collect() }))
}

/// Model, second and count of what happened.
async fn counts(app: &App, span: &Span, metric: Metric) -> Result<Vec<(String, i64, i64)>> {
    if metric == Metric::Messages {
        return Ok(app.store.replies_over_time(span, SLOT_SECONDS).await?);
    }
    let mut slots = std::collections::HashMap::<(String, i64), i64>::new();
    let add = |reply: &airis_store::ReplyUsage| {
        let (input, output) = reply.tokens();
        let slot = reply.at - reply.at.rem_euclid(SLOT_SECONDS);
        let sum = slots.entry((reply.model.clone(), slot)).or_default();
        *sum = sum.saturating_add(input).saturating_add(output);
    };
    app.store.each_reply(span, add).await?;
    Ok(slots.into_iter().map(|((model, at), count)| (model, at, count)).collect())
}

/// First moments of a piece and of the next.
fn borders(piece: Granularity, begin: DateTime, zone: &TimeZone) -> (String, String) {
    let text = |time: DateTime| {
        time.to_zoned(zone.clone())
            .map_or_else(|_| time.to_string(), |zoned| zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    };
    (text(begin), text(piece.step(begin, 1)))
}
