//! What processes hold: renewed as long as they live, settled or freed when they have died.

use async_recursion::async_recursion as boxed;
use std::sync::atomic::Ordering;
use std::time::Duration;

use airis_domain::{Measure, now};
use airis_store::StoreError;

use crate::estimate::tokens_of;
use crate::{Budgets, cost};

/// Seconds after which what a process holds is free again if it is not renewed, and how often it is.
const LEASE: i64 = 120;
const RENEWED_EVERY: Duration = Duration::from_secs(30);

/// The second at which what is held now lapses.
pub fn lapses_at() -> i64 {
    now() + LEASE
}

impl Budgets {
    /// Renews what this process holds until it holds nothing any more.
    pub(crate) fn renew(&self) {
        let inner = &self.inner;
        if inner.renewing.swap(true, Ordering::SeqCst) {
            return;
        }
        let (budgets, closing) = (self.clone(), inner.closing.clone());
        inner.settling.spawn(async move {
            let inner = &budgets.inner;
            loop {
                tokio::select! {
                    () = closing.cancelled() => return,
                    () = tokio::time::sleep(RENEWED_EVERY) => {}
                }
                if inner.open.load(Ordering::SeqCst) == 0 {
                    inner.renewing.store(false, Ordering::SeqCst);
                    // Somebody may have come in between, and have relied on this task.
                    if inner.open.load(Ordering::SeqCst) == 0 || inner.renewing.swap(true, Ordering::SeqCst) {
                        return;
                    }
                }
                if let Err(error) = inner.store.renew_spending(&inner.owner, lapses_at()).await {
                    tracing::warn!(%error, "what running replies hold of budgets was not renewed");
                }
            }
        });
    }

    /// Settles what a turn ran up in a process that died: the message if it had begun one, its question, and the
    /// characters that it had said since it last asked; whether there was anything to settle. `models` are the names of
    /// its model, as it was picked first.
    #[boxed]
    pub async fn settle_dead(&self, turn: &str, models: &[&str], said: usize) -> Result<bool, StoreError> {
        let store = &self.inner.store;
        let left = store.holds_of_turn(turn).await?;
        if left.is_empty() {
            return Ok(false);
        }
        let book = self.book().await?;
        let price = book.price(models);
        for hold in left {
            // A budget that is switched off counts nothing.
            let measure =
                book.budgets.iter().find(|budget| budget.id == hold.counter.budget).map(|budget| budget.measure);
            let spent = match measure {
                Some(Measure::Messages) => hold.amount,
                Some(measure) => cost(measure, false, hold.asked, tokens_of(said), price),
                None => 0,
            };
            store.settle_spending(&hold.id, Some(turn), &[(hold.counter, spent)]).await?;
        }
        Ok(true)
    }

    /// Frees what every other process left behind. For the only process on a database, once its turns are taken over.
    #[boxed]
    pub async fn free_dead(&self) -> Result<usize, StoreError> {
        self.inner.store.free_spending_of_others(&self.inner.owner).await
    }
}
