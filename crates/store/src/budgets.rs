//! Budgets and prices. What was spent of them is in `spending`.

use crate::row::row;
use airis_domain::{Budget, Measure, Period, Price, Subject};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::{Result, Store, StoreError, json};

row! {
    struct BudgetRow {
        id: String,
        name: String,
        subject: String,
        subject_id: Option<String>,
        model_id: Option<String>,
        shared: bool,
        measure: String,
        period: String,
        amount: i64,
        warn_percent: i64,
        is_active: bool,
        created_at: i64,
        updated_at: i64,
    }
}

impl BudgetRow {
    /// `None` for a row of a newer server, which limits in a way that this one does not know.
    fn read(self) -> Option<Budget> {
        Some(Budget {
            subject: Subject::parse(&self.subject)?,
            measure: Measure::parse(&self.measure)?,
            period: Period::parse(&self.period)?,
            id: self.id,
            name: self.name,
            subject_id: self.subject_id,
            model_id: self.model_id,
            shared: self.shared,
            amount: self.amount,
            warn_percent: self.warn_percent,
            is_active: self.is_active,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

macro_rules! select_budget {
    ($rest:literal) => {
        sqlx::query_as::<_, BudgetRow>(concat!(
            "SELECT id, name, subject, subject_id, model_id, shared, measure, period, amount, warn_percent, is_active, ",
            "created_at, updated_at FROM budget ",
            $rest
        ))
    };
}

impl Store {
    /// Every budget, oldest first.
    #[boxed]
    pub async fn budgets(&self) -> Result<Vec<Budget>> {
        let rows = reading!(self, pool => select_budget!("ORDER BY created_at, id").fetch_all(pool).await)?;
        Ok(rows.into_iter().filter_map(BudgetRow::read).collect())
    }

    #[boxed]
    pub async fn budget(&self, id: &str) -> Result<Option<Budget>> {
        let row = reading!(self, pool => select_budget!("WHERE id = $1").bind(id).fetch_optional(pool).await)?;
        Ok(row.and_then(BudgetRow::read))
    }

    #[boxed]
    pub async fn insert_budget(&self, budget: &Budget) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO budget (id, name, subject, subject_id, model_id, shared, measure, period, amount, warn_percent, \
             is_active, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
            .bind(&budget.id).bind(json::clean(&budget.name)).bind(budget.subject.as_str()).bind(&budget.subject_id)
            .bind(&budget.model_id).bind(budget.shared).bind(budget.measure.as_str()).bind(budget.period.as_str())
            .bind(budget.amount).bind(budget.warn_percent).bind(budget.is_active).bind(budget.created_at)
            .bind(budget.updated_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Changes name, amount, warning and whether it is active; what it counts stays, as what was spent is counted in it.
    /// `NotFound` when it is not there.
    #[boxed]
    pub async fn update_budget(&self, budget: &Budget) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE budget SET name = $2, amount = $3, warn_percent = $4, is_active = $5, updated_at = $6 WHERE id = $1")
            .bind(&budget.id).bind(json::clean(&budget.name)).bind(budget.amount).bind(budget.warn_percent)
            .bind(budget.is_active).bind(budget.updated_at).execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Deletes a budget with what was spent of it. False when it was not there.
    #[boxed]
    pub async fn delete_budget(&self, id: &str) -> Result<bool> {
        let deleted = writing!(self, pool => sqlx::query("DELETE FROM budget WHERE id = $1")
            .bind(id).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// The currency, when there are prices, and the prices by model.
    #[boxed]
    pub async fn prices(&self) -> Result<(Option<String>, Vec<Price>)> {
        let rows: Vec<(String, i64, i64, String, bool)> = reading!(self, pool => sqlx::query_as(
            "SELECT model_id, input, output, currency, shown FROM price ORDER BY model_id").fetch_all(pool).await)?;
        let currency = rows.first().map(|row| row.3.clone());
        let price = |(model_id, input, output, _, shown)| Price { model_id, input, output, shown };
        Ok((currency, rows.into_iter().map(price).collect()))
    }

    /// Puts these prices in place of all others. `Conflict` when a model is named twice.
    #[boxed]
    pub async fn set_prices(&self, currency: &str, prices: &[Price]) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("DELETE FROM price").execute(&mut *tx).await?;
            for price in prices {
                sqlx::query("INSERT INTO price (model_id, input, output, currency, shown) VALUES ($1, $2, $3, $4, $5)")
                    .bind(&price.model_id).bind(price.input).bind(price.output).bind(currency).bind(price.shown)
                    .execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}
