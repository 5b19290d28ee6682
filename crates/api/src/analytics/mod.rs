//! How much models are used, and by whom. For administrators, where the operator has not switched it off.

pub mod daily;
pub mod days;
pub mod messages;
pub mod model;
pub mod people;
mod pieces;
pub mod totals;

use airis_store::Span;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::error::{ApiError, Result};
use crate::extract::{Invalid, invalid};

/// Entries on one page at most.
const PAGE_LIMIT: i64 = 100;

/// Which replies are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpanQuery {
    /// Seconds since 1970, as the next; both are included.
    start_date: Option<i64>,
    end_date: Option<i64>,
    /// Only what members of this group asked for.
    group_id: Option<String>,
}

impl From<SpanQuery> for Span {
    fn from(query: SpanQuery) -> Self {
        Self { from: query.start_date, to: query.end_date, group: query.group_id.filter(|group| !group.is_empty()) }
    }
}

/// 404 where statistics are switched off.
fn offered(app: &App) -> Result<()> {
    if app.config.settings().enable_admin_analytics { Ok(()) } else { Err(ApiError::not_found()) }
}

/// Offset and limit of a page, in bounds.
fn page(skip: i64, limit: i64) -> Result<(i64, i64)> {
    if limit > PAGE_LIMIT {
        let place = vec!["query".into(), "limit".into()];
        let message = format!("Input should be less than or equal to {PAGE_LIMIT}");
        return Err(invalid(&[Invalid::new("less_than_equal", place, message, limit.to_string().into())]));
    }
    Ok((skip.max(0), limit.max(0)))
}

fn half_page() -> i64 {
    PAGE_LIMIT / 2
}
