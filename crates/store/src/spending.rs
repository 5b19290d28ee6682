//! What was spent of budgets. What a request may cost is held first and settled when it ends, each counter by one
//! statement, so that however many ask at once, the last ones are refused.

use airis_domain::now;

use crate::db::{reading, transaction};
use crate::{Result, Store};

/// One counter: a budget, under whose name, in which day or month (the second at which it begins).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counter {
    pub budget: String,
    /// Empty where all spend together.
    pub holder: String,
    pub period_start: i64,
}

/// What a request asks of one counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub counter: Counter,
    /// What it is expected to cost.
    pub amount: i64,
    /// Where the budget ends. A request is let in while there is any room, as nobody knows what it will cost.
    pub limit: i64,
}

/// What is gone of a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub spent: i64,
    /// Held by requests that have not ended.
    pub held: i64,
}

/// How much of a budget is used in a day or month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetUse {
    pub budget: String,
    pub period_start: i64,
    /// All that was spent.
    pub total: i64,
    /// By the one who spent most.
    pub most: i64,
    /// How many spent.
    pub holders: i64,
}

impl Store {
    /// Holds every claim, or none: then the place of one that found no room. Claims stand in the order of their counters,
    /// or two requests would wait for each other. `NotFound` when a budget is gone.
    pub async fn hold_spending(&self, id: &str, claims: &[Claim], lapses_at: i64) -> Result<Option<usize>> {
        if let Some(place) = claims.iter().position(|claim| claim.limit <= 0) {
            return Ok(Some(place));
        }
        transaction!(self, tx => {
            for (place, claim) in claims.iter().enumerate() {
                let Counter { budget, holder, period_start } = &claim.counter;
                let taken = sqlx::query(
                    "INSERT INTO spending (budget_id, holder, period_start, spent, held) VALUES ($1, $2, $3, 0, $4) \
                     ON CONFLICT (budget_id, holder, period_start) DO UPDATE SET held = spending.held + excluded.held \
                     WHERE spending.spent + spending.held < $5")
                    .bind(budget).bind(holder).bind(period_start).bind(claim.amount).bind(claim.limit)
                    .execute(&mut *tx).await?.rows_affected();
                if taken == 0 {
                    return Ok(Some(place));
                }
                sqlx::query("INSERT INTO spending_hold (id, budget_id, holder, period_start, amount, lapses_at) \
                     VALUES ($1, $2, $3, $4, $5, $6)")
                    .bind(id).bind(budget).bind(holder).bind(period_start).bind(claim.amount).bind(lapses_at)
                    .execute(&mut *tx).await?;
            }
        });
        Ok(None)
    }

    /// Gives up what was held under this id and counts what was really spent. Counters in order, as above; one whose
    /// budget was deleted meanwhile is passed over. A hold that has lapsed is counted all the same.
    pub async fn settle_spending(&self, id: &str, spent: &[(Counter, i64)]) -> Result<()> {
        transaction!(self, tx => {
            for (counter, amount) in spent {
                // The counter first: whoever has its lock decides about its holds.
                sqlx::query("INSERT INTO spending (budget_id, holder, period_start, spent, held) \
                     SELECT id, $2, $3, $4, 0 FROM budget WHERE id = $1 \
                     ON CONFLICT (budget_id, holder, period_start) DO UPDATE SET spent = spending.spent + excluded.spent")
                    .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).bind(*amount)
                    .execute(&mut *tx).await?;
                let held: Option<i64> = sqlx::query_scalar(
                    "DELETE FROM spending_hold WHERE budget_id = $1 AND holder = $2 AND period_start = $3 AND id = $4 \
                     RETURNING amount")
                    .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).bind(id)
                    .fetch_optional(&mut *tx).await?;
                if let Some(held) = held {
                    sqlx::query("UPDATE spending SET held = held - $4 WHERE budget_id = $1 AND holder = $2 AND period_start = $3")
                        .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).bind(held)
                        .execute(&mut *tx).await?;
                }
            }
        });
        Ok(())
    }

    /// Frees what processes that died hold of a counter; returns how much that was.
    pub async fn free_lapsed(&self, counter: &Counter) -> Result<i64> {
        let at = now();
        Ok(transaction!(self, tx => {
            // Takes the counter's lock.
            sqlx::query("UPDATE spending SET held = held WHERE budget_id = $1 AND holder = $2 AND period_start = $3")
                .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).execute(&mut *tx).await?;
            let lapsed: Vec<i64> = sqlx::query_scalar(
                "DELETE FROM spending_hold WHERE budget_id = $1 AND holder = $2 AND period_start = $3 AND lapses_at <= $4 \
                 RETURNING amount")
                .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).bind(at)
                .fetch_all(&mut *tx).await?;
            let freed: i64 = lapsed.iter().sum();
            if freed > 0 {
                sqlx::query("UPDATE spending SET held = held - $4 WHERE budget_id = $1 AND holder = $2 AND period_start = $3")
                    .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).bind(freed)
                    .execute(&mut *tx).await?;
            }
            freed
        }))
    }

    /// What is gone of a counter; nothing where nobody has spent yet.
    pub async fn spent(&self, counter: &Counter) -> Result<Spent> {
        let row: Option<(i64, i64)> = reading!(self, pool => sqlx::query_as(
            "SELECT spent, held FROM spending WHERE budget_id = $1 AND holder = $2 AND period_start = $3")
            .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).fetch_optional(pool).await)?;
        Ok(row.map_or_else(Spent::default, |(spent, held)| Spent { spent, held }))
    }

    /// How much of every budget is used in the periods that begin at these seconds.
    pub async fn budget_use(&self, day: i64, month: i64) -> Result<Vec<BudgetUse>> {
        let rows: Vec<(String, i64, i64, i64, i64)> = reading!(self, pool => sqlx::query_as(
            "SELECT budget_id, period_start, CAST(SUM(spent) AS BIGINT), MAX(spent), COUNT(*) FROM spending \
             WHERE period_start IN ($1, $2) GROUP BY budget_id, period_start ORDER BY budget_id, period_start")
            .bind(day).bind(month).fetch_all(pool).await)?;
        let read =
            |(budget, period_start, total, most, holders)| BudgetUse { budget, period_start, total, most, holders };
        Ok(rows.into_iter().map(read).collect())
    }
}
