//! How far somebody is with their budgets.

use airis_domain::{Budget, User};
use airis_store::StoreError;
use async_recursion::async_recursion as boxed;

use crate::calendar::end;
use crate::{Budgets, counter};

/// One budget that may count requests of a person.
#[derive(Clone, Debug)]
pub struct Standing {
    pub budget: Budget,
    /// In the budget's unit, as far as replies have ended.
    pub spent: i64,
    /// Second at which it starts anew.
    pub resets_at: i64,
}

impl Standing {
    /// What may still be spent.
    pub fn left(&self) -> i64 {
        (self.budget.amount - self.spent).max(0)
    }

    pub fn is_used_up(&self) -> bool {
        self.spent >= self.budget.amount
    }

    /// Whether it is time to say that little is left.
    pub fn warns(&self) -> bool {
        let threshold = i128::from(self.budget.amount) * i128::from(self.budget.warn_percent);
        self.is_used_up() || (self.budget.warn_percent < 100 && i128::from(self.spent) * 100 >= threshold)
    }
}

impl Budgets {
    /// The currency, and every active budget that concerns a person, with what was spent of it.
    #[boxed]
    pub async fn standing(&self, user: &User) -> Result<(String, Vec<Standing>), StoreError> {
        let book = self.book().await?;
        if book.budgets.is_empty() {
            return Ok((book.currency.clone(), Vec::new()));
        }
        let groups = self.inner.store.group_ids_of(&user.id).await?;
        let mut list = Vec::new();
        for budget in book.budgets.iter().filter(|budget| budget.concerns(&user.id, &groups)) {
            let counter = counter(budget, user);
            let spent = self.inner.store.spent(&counter).await?.spent;
            let resets_at = end(budget.period, counter.period_start);
            list.push(Standing { budget: budget.clone(), spent, resets_at });
        }
        Ok((book.currency.clone(), list))
    }
}
