//! What the caller may still spend.

use axum::extract::State;

use super::views::{OwnBudget, OwnBudgets};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;

/// Shows every budget that counts the caller's requests, what is left of it, and whether to warn.
#[utoipa::path(get, path = "/api/v1/budgets/me", tag = "budgets", security(("verified" = [])),
    responses((status = 200, body = OwnBudgets)))]
pub async fn read(user: Verified, State(app): State<App>) -> Result<Json<OwnBudgets>> {
    let (currency, standing) = app.budgets.standing(&user).await?;
    let budgets: Vec<OwnBudget> = standing.into_iter().map(OwnBudget::from).collect();
    Ok(Json(OwnBudgets { currency, warn: budgets.iter().any(|budget| budget.warn), budgets }))
}
