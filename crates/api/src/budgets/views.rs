//! How budgets look from outside.

use airis_budgets::Standing;
use airis_domain::{Budget, Json, Measure, NANOS};
use airis_store::BudgetUse;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::forms::{MeasureName, PeriodName, SubjectName};

/// How much of a budget is used in its present day or month.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetUseView {
    /// By all together.
    #[schema(value_type = f64)]
    pub total: Json,
    /// By the one who spent most.
    #[schema(value_type = f64)]
    pub most: Json,
    /// How many spent; 1 where all spend together.
    pub holders: i64,
}

/// A budget as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetView {
    pub id: String,
    pub name: String,
    pub subject: SubjectName,
    pub subject_id: Option<String>,
    pub model_id: Option<String>,
    pub shared: bool,
    pub measure: MeasureName,
    pub period: PeriodName,
    #[schema(value_type = f64)]
    pub amount: Json,
    pub warn_percent: i64,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub used: BudgetUseView,
}

impl BudgetView {
    pub fn new(budget: Budget, used: Option<&BudgetUse>) -> Self {
        let number = |amount| number(budget.measure, amount);
        let used = BudgetUseView {
            total: number(used.map_or(0, |used| used.total)),
            most: number(used.map_or(0, |used| used.most)),
            holders: used.map_or(0, |used| used.holders),
        };
        Self {
            amount: number(budget.amount),
            used,
            id: budget.id,
            name: budget.name,
            subject: budget.subject.into(),
            subject_id: budget.subject_id,
            model_id: budget.model_id,
            shared: budget.shared,
            measure: budget.measure.into(),
            period: budget.period.into(),
            warn_percent: budget.warn_percent,
            is_active: budget.is_active,
            created_at: budget.created_at,
            updated_at: budget.updated_at,
        }
    }
}

/// A budget as somebody sees it whom it counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnBudget {
    pub id: String,
    pub name: String,
    /// Counts only what comes with an API key.
    pub by_key: bool,
    /// Counts only this model.
    pub model_id: Option<String>,
    /// Others spend from it, too.
    pub shared: bool,
    pub measure: MeasureName,
    pub period: PeriodName,
    #[schema(value_type = f64)]
    pub amount: Json,
    #[schema(value_type = f64)]
    pub spent: Json,
    #[schema(value_type = f64)]
    pub left: Json,
    /// Little is left, or nothing.
    pub warn: bool,
    pub used_up: bool,
    /// Second at which it starts anew.
    pub resets_at: i64,
}

impl From<Standing> for OwnBudget {
    fn from(standing: Standing) -> Self {
        let (warn, used_up, left) = (standing.warns(), standing.is_used_up(), standing.left());
        let Standing { budget, spent, resets_at } = standing;
        let number = |amount| number(budget.measure, amount);
        Self {
            amount: number(budget.amount),
            spent: number(spent),
            left: number(left),
            by_key: budget.subject == airis_domain::Subject::Key,
            id: budget.id,
            name: budget.name,
            model_id: budget.model_id,
            shared: budget.shared,
            measure: budget.measure.into(),
            period: budget.period.into(),
            warn,
            used_up,
            resets_at,
        }
    }
}

/// Everything that limits the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnBudgets {
    pub currency: String,
    /// Whether any of them warns.
    pub warn: bool,
    pub budgets: Vec<OwnBudget>,
}

/// Messages and tokens as whole numbers, money in units of the currency.
fn number(measure: Measure, amount: i64) -> Json {
    if measure == Measure::Money { json!(amount as f64 / NANOS as f64) } else { json!(amount) }
}
