//! Who asks how much.

use std::collections::HashMap;

use airis_domain::UserId;
use airis_store::Span;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::totals::Tokens;
use super::{half_page, offered};
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{Json, Query};

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    #[default]
    Messages,
    Tokens,
}

/// Which replies are counted, and for how many people.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Seconds since 1970, as the next; both are included.
    start_date: Option<i64>,
    end_date: Option<i64>,
    /// Only members of this group.
    group_id: Option<String>,
    /// How many people at most.
    #[serde(default = "half_page")]
    #[param(required = false)]
    limit: i64,
    /// What the order is by.
    #[serde(default)]
    #[param(required = false, inline)]
    metric: Metric,
}

/// People who asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserAnalyticsResponse {
    users: Vec<UserAnalyticsEntry>,
}

/// What one person asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserAnalyticsEntry {
    user_id: String,
    #[schema(required = false)]
    name: Option<String>,
    #[schema(required = false)]
    email: Option<String>,
    /// Replies.
    count: i64,
    #[schema(required = false)]
    input_tokens: i64,
    #[schema(required = false)]
    output_tokens: i64,
    #[schema(required = false)]
    total_tokens: i64,
}

/// People by how much they asked for, most first.
#[utoipa::path(get, path = "/api/v1/analytics/users", tag = "analytics", security(("admin" = [])),
    params(PeopleQuery), responses((status = 200, body = UserAnalyticsResponse)))]
pub async fn list(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<UserAnalyticsResponse>> {
    offered(&app)?;
    let group = query.group_id.filter(|group| !group.is_empty());
    let span = Span { from: query.start_date, to: query.end_date, group };
    let mut people: HashMap<String, Tokens> = HashMap::new();
    app.store.each_reply(&span, |reply| people.entry(reply.user_id.clone()).or_default().add(reply.tokens())).await?;
    let mut people: Vec<(String, Tokens)> = people.into_iter().collect();
    let weight = |tokens: &Tokens| if query.metric == Metric::Tokens { tokens.total() } else { tokens.replies };
    people.sort_by(|(a, one), (b, other)| weight(other).cmp(&weight(one)).then_with(|| a.cmp(b)));
    people.truncate(usize::try_from(query.limit).unwrap_or(0));
    let mut users = Vec::with_capacity(people.len());
    for (user_id, tokens) in people {
        let person = app.store.user(&UserId::from(user_id.as_str())).await?;
        let (name, email) = person.map(|person| (person.name, person.email)).unzip();
        users.push(UserAnalyticsEntry {
            user_id,
            name,
            email,
            count: tokens.replies,
            input_tokens: tokens.input,
            output_tokens: tokens.output,
            total_tokens: tokens.total(),
        });
    }
    Ok(Json(UserAnalyticsResponse { users }))
}
