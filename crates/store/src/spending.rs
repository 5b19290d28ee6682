//! What was spent of budgets. What a request may cost is held first and settled when it ends, each counter by one
//! statement, so that however many ask at once, the last ones are refused.

use airis_domain::now;
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
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

/// Who holds something, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Hold<'a> {
    pub id: &'a str,
    /// Who may pass the end of a budget once it was this one that reached it: the same for all that belongs to one
    /// reply. Without a name what is claimed must end before the budget does.
    pub name: Option<&'a str>,
    /// The process.
    pub owner: &'a str,
    pub turn: Option<&'a str>,
    /// Tokens of the question.
    pub asked: i64,
    /// Second from which on the process counts as dead.
    pub lapses_at: i64,
}

/// What a process that died held for a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadHold {
    pub id: String,
    pub counter: Counter,
    pub amount: i64,
    /// Tokens of the question.
    pub asked: i64,
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
    #[boxed]
    pub async fn hold_spending(&self, hold: &Hold<'_>, claims: &[Claim]) -> Result<Option<usize>> {
        if let Some(place) = claims.iter().position(|claim| claim.limit <= 0) {
            return Ok(Some(place));
        }
        transaction!(self, tx => {
            for (place, claim) in claims.iter().enumerate() {
                let Counter { budget, holder, period_start } = &claim.counter;
                let taken = sqlx::query(
                    "INSERT INTO spending (budget_id, holder, period_start, spent, held, over_id) \
                     VALUES ($1, $2, $3, 0, $4, CASE WHEN $4 >= $5 THEN $6 END) \
                     ON CONFLICT (budget_id, holder, period_start) DO UPDATE SET held = spending.held + excluded.held, \
                     over_id = CASE WHEN spending.spent + spending.held < $5 \
                     AND spending.spent + spending.held + excluded.held >= $5 \
                     THEN COALESCE($6, spending.over_id) ELSE spending.over_id END \
                     WHERE spending.spent + spending.held < $5 OR spending.over_id = $6")
                    .bind(budget).bind(holder).bind(period_start).bind(claim.amount).bind(claim.limit).bind(hold.name)
                    .execute(&mut *tx).await?.rows_affected();
                if taken == 0 {
                    return Ok(Some(place));
                }
                sqlx::query("INSERT INTO spending_hold (id, budget_id, holder, period_start, amount, lapses_at, owner, \
                     turn_id, asked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
                    .bind(hold.id).bind(budget).bind(holder).bind(period_start).bind(claim.amount).bind(hold.lapses_at)
                    .bind(hold.owner).bind(hold.turn).bind(hold.asked).execute(&mut *tx).await?;
            }
        });
        Ok(None)
    }

    /// Holds more of counters of which this holds something; every claim, or none: then the place of one that found no
    /// room. A counter whose budget was deleted is passed over.
    #[boxed]
    pub async fn grow_spending(&self, hold: &Hold<'_>, claims: &[Claim]) -> Result<Option<usize>> {
        transaction!(self, tx => {
            for (place, claim) in claims.iter().enumerate() {
                let Counter { budget, holder, period_start } = &claim.counter;
                let taken = sqlx::query(
                    "UPDATE spending SET held = held + $4, over_id = CASE WHEN spent + held < $5 \
                     AND spent + held + $4 >= $5 THEN COALESCE($6, over_id) ELSE over_id END \
                     WHERE budget_id = $1 AND holder = $2 AND period_start = $3 AND (spent + held < $5 OR over_id = $6)")
                    .bind(budget).bind(holder).bind(period_start).bind(claim.amount).bind(claim.limit).bind(hold.name)
                    .execute(&mut *tx).await?.rows_affected();
                if taken == 0 {
                    let there: Option<i64> = sqlx::query_scalar(
                        "SELECT spent FROM spending WHERE budget_id = $1 AND holder = $2 AND period_start = $3")
                        .bind(budget).bind(holder).bind(period_start).fetch_optional(&mut *tx).await?;
                    if there.is_some() {
                        return Ok(Some(place));
                    }
                    continue;
                }
                sqlx::query("INSERT INTO spending_hold (id, budget_id, holder, period_start, amount, lapses_at, owner, \
                     turn_id, asked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                     ON CONFLICT (budget_id, holder, period_start, id) DO UPDATE SET \
                     amount = spending_hold.amount + excluded.amount, lapses_at = excluded.lapses_at")
                    .bind(hold.id).bind(budget).bind(holder).bind(period_start).bind(claim.amount).bind(hold.lapses_at)
                    .bind(hold.owner).bind(hold.turn).bind(hold.asked).execute(&mut *tx).await?;
            }
        });
        Ok(None)
    }

    /// Gives up what was held under this id and counts what was really spent; `name` as in [`Hold`]. Counters in order, as
    /// above; one whose budget was deleted meanwhile is passed over. A hold that has lapsed is counted all the same.
    #[boxed]
    pub async fn settle_spending(&self, id: &str, name: Option<&str>, spent: &[(Counter, i64)]) -> Result<()> {
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
                    // Whoever reaches the end of a budget by spending more than was held passes it, as above.
                    sqlx::query("UPDATE spending SET held = held - $4, over_id = CASE \
                         WHEN spent - $5 + held < (SELECT amount FROM budget WHERE id = $1) \
                         AND spent + held - $4 >= (SELECT amount FROM budget WHERE id = $1) \
                         THEN COALESCE($6, over_id) ELSE over_id END \
                         WHERE budget_id = $1 AND holder = $2 AND period_start = $3")
                        .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).bind(held).bind(*amount)
                        .bind(name).execute(&mut *tx).await?;
                }
            }
        });
        Ok(())
    }

    /// Keeps what a process holds from lapsing until then.
    #[boxed]
    pub async fn renew_spending(&self, owner: &str, lapses_at: i64) -> Result<()> {
        writing!(self, pool => sqlx::query("UPDATE spending_hold SET lapses_at = $2 WHERE owner = $1")
            .bind(owner).bind(lapses_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// What is still held for a turn.
    #[boxed]
    pub async fn holds_of_turn(&self, turn: &str) -> Result<Vec<DeadHold>> {
        let rows: Vec<(String, String, String, i64, i64, i64)> = reading!(self, pool => sqlx::query_as(
            "SELECT id, budget_id, holder, period_start, amount, asked FROM spending_hold WHERE turn_id = $1 \
             ORDER BY id, budget_id, holder, period_start").bind(turn).fetch_all(pool).await)?;
        let read = |(id, budget, holder, period_start, amount, asked)| {
            let counter = Counter { budget, holder, period_start };
            DeadHold { id, counter, amount, asked }
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Frees what all other processes hold, but for turns that wait to be taken over; returns how many holds that was. For
    /// a process that is the only one: the others are dead.
    #[boxed]
    pub async fn free_spending_of_others(&self, owner: &str) -> Result<usize> {
        Ok(transaction!(self, tx => {
            let dead: Vec<(String, String, i64, i64)> = sqlx::query_as(
                "DELETE FROM spending_hold WHERE owner <> $1 AND (turn_id IS NULL OR NOT EXISTS \
                 (SELECT 1 FROM turn WHERE turn.id = spending_hold.turn_id AND turn.state = 'running')) \
                 RETURNING budget_id, holder, period_start, amount").bind(owner).fetch_all(&mut *tx).await?;
            for (budget, holder, period_start, amount) in &dead {
                sqlx::query("UPDATE spending SET held = held - $4 WHERE budget_id = $1 AND holder = $2 AND period_start = $3")
                    .bind(budget).bind(holder).bind(period_start).bind(amount).execute(&mut *tx).await?;
            }
            dead.len()
        }))
    }

    /// Frees what processes that died hold of a counter; returns how much that was.
    #[boxed]
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
    #[boxed]
    pub async fn spent(&self, counter: &Counter) -> Result<Spent> {
        let row: Option<(i64, i64)> = reading!(self, pool => sqlx::query_as(
            "SELECT spent, held FROM spending WHERE budget_id = $1 AND holder = $2 AND period_start = $3")
            .bind(&counter.budget).bind(&counter.holder).bind(counter.period_start).fetch_optional(pool).await)?;
        Ok(row.map_or_else(Spent::default, |(spent, held)| Spent { spent, held }))
    }

    /// How much of every budget is used in the periods that begin at these seconds.
    #[boxed]
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
