//! All budgets.

use airis_budgets::begin;
use airis_domain::{Period, now};
use axum::extract::State;

use super::views::BudgetView;
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;

/// Lists every budget with how much of it is used, oldest first.
#[utoipa::path(get, path = "/api/v1/budgets", tag = "budgets", security(("admin" = [])),
    responses((status = 200, body = Vec<BudgetView>)))]
pub async fn list(_admin: Admin, State(app): State<App>) -> Result<Json<Vec<BudgetView>>> {
    let at = now();
    let (day, month) = (begin(Period::Day, at), begin(Period::Month, at));
    let used = app.store.budget_use(day, month).await?;
    let view = |budget: airis_domain::Budget| {
        let since = if budget.period == Period::Day { day } else { month };
        let used = used.iter().find(|used| used.budget == budget.id && used.period_start == since);
        BudgetView::new(budget, used)
    };
    Ok(Json(app.store.budgets().await?.into_iter().map(view).collect()))
}
