//! What one request runs up, from its admission to its end.

use std::time::Duration;

use airis_domain::{Json, Measure, NANOS, Price};
use airis_store::{Counter, Store};
use serde_json::json;
use tokio::runtime::Handle;

use crate::estimate::{reported, tokens_of};
use crate::{Budgets, Kind, Order, cost};

/// How often a settlement that the database does not take is tried, and the pause between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);

/// An open account. Whatever happens to the request, it is settled: at the latest when it is dropped.
pub struct Tab {
    budgets: Budgets,
    id: String,
    counters: Vec<(Measure, Counter)>,
    price: Option<Price>,
    currency: String,
    message: bool,
    /// Estimated tokens of the question.
    asked: i64,
    /// Characters of the reply so far.
    said: usize,
    /// The most that the provider reported, of what was read and written.
    reported: (i64, i64),
    open: bool,
}

impl Tab {
    pub(crate) fn new(
        budgets: Budgets,
        id: String,
        counters: Vec<(Measure, Counter)>,
        price: Option<Price>,
        currency: String,
        order: &Order<'_>,
    ) -> Self {
        let message = order.kind == Kind::Reply;
        let (said, reported, asked) = (0, (0, 0), order.input);
        Self { budgets, id, counters, price, currency, message, asked, said, reported, open: true }
    }

    /// More of the reply has come.
    pub fn heard(&mut self, text: &str) {
        self.said += text.chars().count();
    }

    /// Whether nothing of a reply has come yet.
    pub fn is_silent(&self) -> bool {
        self.said == 0 && self.reported == (0, 0)
    }

    /// The provider says what it counted; reports of one reply grow.
    pub fn counted(&mut self, usage: &Json) {
        let (input, output) = reported(usage);
        self.reported = (self.reported.0.max(input), self.reported.1.max(output));
    }

    /// Whether the provider said what it counted.
    pub fn is_counted(&self) -> bool {
        self.reported != (0, 0)
    }

    /// Tokens read and written: as reported, or estimated.
    pub fn tokens(&self) -> (i64, i64) {
        let or = |reported: i64, estimated: i64| if reported > 0 { reported } else { estimated };
        (or(self.reported.0, self.asked), or(self.reported.1, tokens_of(self.said)))
    }

    /// What people are told that the reply cost, `{amount, currency}`; `None` where the model has no price to be shown.
    pub fn cost(&self) -> Option<Json> {
        let price = self.price.as_ref().filter(|price| price.shown)?;
        let (input, output) = self.tokens();
        let amount = price.of(input, output) as f64 / NANOS as f64;
        Some(json!({"amount": amount, "currency": self.currency}))
    }

    /// The reply has ended: what it cost is counted.
    pub async fn settle(mut self) {
        let spent = self.spent();
        self.write(spent).await;
    }

    /// There was no reply: nothing is counted.
    pub async fn release(mut self) {
        let nothing = self.counters.iter().map(|(_, counter)| (counter.clone(), 0)).collect();
        self.write(nothing).await;
    }

    fn spent(&self) -> Vec<(Counter, i64)> {
        let (input, output) = self.tokens();
        let cost = |measure| cost(measure, self.message, input, output, self.price.as_ref());
        self.counters.iter().map(|(measure, counter)| (counter.clone(), cost(*measure))).collect()
    }

    /// Goes on when nobody waits for it any more.
    async fn write(&mut self, spent: Vec<(Counter, i64)>) {
        self.open = false;
        if spent.is_empty() {
            return;
        }
        let task = write(self.budgets.inner.store.clone(), self.id.clone(), spent);
        if self.budgets.inner.settling.spawn(task).await.is_err() {
            tracing::warn!("a settlement was cut off");
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        if !self.open || self.counters.is_empty() {
            return;
        }
        // Without a runtime the process ends; the hold lapses.
        if let Ok(runtime) = Handle::try_current() {
            let task = write(self.budgets.inner.store.clone(), self.id.clone(), self.spent());
            self.budgets.inner.settling.spawn_on(task, &runtime);
        }
    }
}

async fn write(store: Store, id: String, spent: Vec<(Counter, i64)>) {
    for tries in 1..=TRIES {
        match store.settle_spending(&id, &spent).await {
            Ok(()) => return,
            Err(error) if tries == TRIES => tracing::error!(%error, "what a reply cost was not counted"),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
