//! What the caller used the server for.

use std::collections::BTreeMap;

use airis_domain::now;
use airis_store::UsedMessage;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::tally;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Query};

/// Days of a period that nobody describes.
const DAYS: i64 = 365;
/// Days that one answer may be about.
const MOST_DAYS: i64 = 3_660;

/// Which time.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// This many days up to the end; a start wins over it.
    #[serde(default)]
    pub days: Option<i64>,
    /// Seconds, as the next.
    #[serde(default)]
    pub start_date: Option<i64>,
    /// Now when missing.
    #[serde(default)]
    pub end_date: Option<i64>,
}

/// Sums over the period.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UserUsageTotals {
    /// Of all time.
    pub lifetime_tokens: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub peak_daily_tokens: i64,
    pub longest_chat_seconds: i64,
    /// Days in a row with messages.
    pub current_streak: i64,
    pub longest_streak: i64,
    pub total_chats: i64,
    pub active_days: i64,
    pub models_used: i64,
    pub messages: i64,
    pub user_messages: i64,
    pub assistant_messages: i64,
}

/// A day, or a week named by its Monday.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserUsageHeatmapEntry {
    /// `2024-01-31`
    pub date: String,
    pub messages: i64,
    pub chats: i64,
    pub tokens: i64,
    /// Replies by model.
    pub models: BTreeMap<String, i64>,
}

/// Proportions.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserUsageInsights {
    pub most_used_model: Option<String>,
    pub average_tokens_per_chat: f64,
    pub average_messages_per_active_day: f64,
    /// 0 to 1, as the next.
    pub user_message_share: f64,
    pub assistant_message_share: f64,
}

/// A model and what it wrote.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UserUsageModelEntry {
    pub model_id: String,
    pub messages: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub total_tokens: i64,
}

/// A tool and how often it was called.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserUsageToolEntry {
    pub name: String,
    pub count: i64,
}

/// The period that the answer is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserUsagePeriod {
    /// Seconds, as the next.
    pub start_date: i64,
    pub end_date: i64,
    pub days: i64,
}

/// What somebody used the server for.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserUsageResponse {
    pub totals: UserUsageTotals,
    /// By day.
    pub heatmap: Vec<UserUsageHeatmapEntry>,
    pub weekly_heatmap: Vec<UserUsageHeatmapEntry>,
    /// By day, each with all days before it.
    pub cumulative_heatmap: Vec<UserUsageHeatmapEntry>,
    pub insights: UserUsageInsights,
    pub top_models: Vec<UserUsageModelEntry>,
    pub top_tools: Vec<UserUsageToolEntry>,
    pub period: UserUsagePeriod,
}

/// The caller's messages, chats, tokens, models and tools over a time.
#[utoipa::path(get, path = "/api/v1/users/usage", tag = "users", security(("verified" = [])), params(UsageQuery),
    responses((status = 200, body = UserUsageResponse)))]
pub async fn read(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<UsageQuery>,
) -> Result<Json<UserUsageResponse>> {
    let period = period(&query, now())?;
    let all = app.store.used_messages(&person.id).await?;
    let lifetime = tally::all_tokens(&all);
    let within = |message: &UsedMessage| (period.start_date..period.end_date).contains(&message.timestamp);
    let messages: Vec<UsedMessage> = all.into_iter().filter(within).collect();
    let (first, last) = (tally::day_of(period.start_date), tally::day_of(period.end_date - 1));
    let totals = tally::totals(&messages, lifetime, last);
    let top_models = tally::top_models(&messages);
    let called = app.store.called_tools(&person.id, period.start_date, period.end_date).await?;
    Ok(Json(UserUsageResponse {
        heatmap: tally::heatmap(&messages, first, last, false, false),
        weekly_heatmap: tally::heatmap(&messages, first, last, true, false),
        cumulative_heatmap: tally::heatmap(&messages, first, last, false, true),
        insights: tally::insights(&totals, &messages, &top_models),
        totals,
        top_models,
        top_tools: tally::top_tools(called),
        period,
    }))
}

/// The period that is asked for, within what one answer may be about.
fn period(query: &UsageQuery, now: i64) -> Result<UserUsagePeriod> {
    // A message of this second belongs to it, and clients ask until the end of a day that is not over.
    let latest = now + 366 * tally::DAY;
    let end_date = query.end_date.map_or(now + 1, |end| end.clamp(0, latest));
    let last = tally::day_of(end_date - 1);
    let days = query.days.unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let earliest = (last - MOST_DAYS + 1) * tally::DAY;
    let start_date = query.start_date.map_or((last - days + 1) * tally::DAY, |start| start.max(earliest));
    if start_date >= end_date {
        return Err(ApiError::bad_request("The period ends before it begins"));
    }
    Ok(UserUsagePeriod { start_date, end_date, days: last - tally::day_of(start_date) + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 20_000 * tally::DAY + tally::DAY / 2;

    fn of(days: Option<i64>, start_date: Option<i64>, end_date: Option<i64>) -> Option<(i64, i64)> {
        let query = UsageQuery { days, start_date, end_date };
        period(&query, NOON).ok().map(|period| (tally::day_of(period.start_date), period.days))
    }

    #[test]
    fn a_period_is_whole_days_up_to_today_and_has_bounds() {
        assert_eq!(of(Some(1), None, None), Some((20_000, 1)));
        assert_eq!(of(None, None, None), Some((20_000 - 364, 365)));
        assert_eq!(of(Some(i64::MAX), None, None).map(|(_, days)| days), Some(MOST_DAYS));
        assert_eq!(of(None, Some(i64::MIN), Some(i64::MAX)).map(|(_, days)| days), Some(MOST_DAYS));
        assert_eq!(of(Some(9), Some(NOON - tally::DAY), None), Some((19_999, 2)));
        assert_eq!(of(None, Some(NOON), Some(NOON)), None);
        assert_eq!(of(None, Some(NOON + 5), None), None);
    }
}
