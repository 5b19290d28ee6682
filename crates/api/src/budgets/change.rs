//! Making, changing and deleting budgets.

use airis_domain::{Budget, Subject, now};
use airis_store::StoreError;
use axum::extract::State;

use super::changed;
use super::forms::{BudgetForm, BudgetUpdateForm, amount, id, name, warn_percent};
use super::views::BudgetView;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};

/// Share of a budget from which on people are warned where nobody says another.
const WARN_PERCENT: i64 = 80;

/// Makes a budget.
#[utoipa::path(post, path = "/api/v1/budgets", tag = "budgets", security(("admin" = [])), request_body = BudgetForm,
    responses((status = 200, body = BudgetView)))]
pub async fn create(_admin: Admin, State(app): State<App>, Json(form): Json<BudgetForm>) -> Result<Json<BudgetView>> {
    let (subject, measure) = (Subject::from(form.subject), form.measure.into());
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let subject_id = whom(&app, subject, filled(form.subject_id)).await?;
    let at = now();
    let budget = Budget {
        id: uuid::Uuid::now_v7().to_string(),
        name: name(&form.name)?,
        subject,
        // What one person spends is nobody else's.
        shared: form.shared.unwrap_or(false) && (subject_id.is_none() || subject == Subject::Group),
        subject_id,
        model_id: filled(form.model_id).map(|model| id(&model)).transpose()?,
        measure,
        period: form.period.into(),
        amount: amount(measure, form.amount)?,
        warn_percent: warn_percent(form.warn_percent.unwrap_or(WARN_PERCENT))?,
        is_active: form.is_active.unwrap_or(true),
        created_at: at,
        updated_at: at,
    };
    app.store.insert_budget(&budget).await?;
    changed(&app).await;
    Ok(Json(BudgetView::new(budget, None)))
}

/// Changes a budget; what was spent of it stays.
#[utoipa::path(post, path = "/api/v1/budgets/{id}", tag = "budgets", security(("admin" = [])),
    params(("id" = String, Path)), request_body = BudgetUpdateForm, responses((status = 200, body = BudgetView)))]
pub async fn update(
    _admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(form): Json<BudgetUpdateForm>,
) -> Result<Json<BudgetView>> {
    let mut budget = app.store.budget(&id).await.map_err(gone)?.ok_or_else(ApiError::not_found)?;
    if let Some(sent) = form.name {
        budget.name = name(&sent)?;
    }
    if let Some(sent) = form.amount {
        budget.amount = amount(budget.measure, sent)?;
    }
    if let Some(sent) = form.warn_percent {
        budget.warn_percent = warn_percent(sent)?;
    }
    budget.is_active = form.is_active.unwrap_or(budget.is_active);
    budget.updated_at = now();
    app.store.update_budget(&budget).await.map_err(gone)?;
    changed(&app).await;
    Ok(Json(BudgetView::new(budget, None)))
}

/// Deletes a budget with what was spent of it.
#[utoipa::path(delete, path = "/api/v1/budgets/{id}", tag = "budgets", security(("admin" = [])),
    params(("id" = String, Path)), responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<bool>> {
    if !app.store.delete_budget(&id).await.map_err(gone)? {
        return Err(ApiError::not_found());
    }
    changed(&app).await;
    Ok(Json(true))
}

/// Whose requests it counts, if they are there.
async fn whom(app: &App, subject: Subject, sent: Option<String>) -> Result<Option<String>> {
    let named = sent.map(|sent| id(&sent)).transpose()?;
    let unknown = |what: &str| ApiError::bad_request(format!("There is no such {what}"));
    match (subject, &named) {
        (Subject::Everyone, Some(_)) => return Err(ApiError::bad_request("A budget for everyone names nobody")),
        (Subject::User | Subject::Group, None) => {
            return Err(ApiError::bad_request(format!("subject_id names the {}", subject.as_str())));
        }
        (Subject::User | Subject::Key, Some(id)) => {
            app.store.user(&id.as_str().into()).await?.ok_or_else(|| unknown("person"))?;
        }
        (Subject::Group, Some(id)) => {
            app.store.group(id).await?.ok_or_else(|| unknown("group"))?;
        }
        (Subject::Everyone | Subject::Key, None) => {}
    }
    Ok(named)
}

fn gone(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => ApiError::not_found(),
        other => other.into(),
    }
}
