//! Budgets and prices as they were read last.

use async_recursion::async_recursion as boxed;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use airis_domain::{Budget, Price};
use airis_store::{Store, StoreError};

/// The currency where no price names one.
pub const CURRENCY: &str = "USD";
/// What another instance changed, and could not say, is seen within this time.
const FRESH: Duration = Duration::from_secs(10);

pub struct Book {
    /// Those that are active.
    pub budgets: Vec<Budget>,
    pub currency: String,
    prices: HashMap<String, Price>,
    read_at: Instant,
}

impl Book {
    #[boxed]
    pub async fn read(store: &Store, read_at: Instant) -> Result<Self, StoreError> {
        let budgets = store.budgets().await?.into_iter().filter(|budget| budget.is_active).collect();
        let (currency, prices) = store.prices().await?;
        let prices = prices.into_iter().map(|price| (price.model_id.clone(), price)).collect();
        Ok(Self { budgets, currency: currency.unwrap_or_else(|| CURRENCY.to_owned()), prices, read_at })
    }

    pub fn is_fresh(&self) -> bool {
        self.read_at.elapsed() < FRESH
    }

    /// The price of the first of these models that has one.
    pub fn price(&self, models: &[&str]) -> Option<&Price> {
        models.iter().find_map(|model| self.prices.get(*model))
    }
}
