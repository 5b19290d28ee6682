//! What one request runs up, from its admission to its end.

use async_recursion::async_recursion as boxed;
use std::sync::atomic::Ordering;
use std::time::Duration;

use airis_domain::{Json, NANOS, Price};
use airis_store::{Claim, Counter, Hold, Store};
use serde_json::json;
use tokio::runtime::Handle;

use crate::dead::lapses_at;
use crate::estimate::{OUTPUT, reported, tokens_of};
use crate::{Budgets, Kind, Line, Order, Refusal, cost};

/// How often a settlement that the database does not take is tried, and the pause between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);

/// An open account. Whatever happens to the request, it is settled: at the latest when it is dropped.
pub struct Tab {
    budgets: Budgets,
    id: String,
    /// Whose turn it is to pass the end of a budget; nobody's for what is done beside a reply.
    name: Option<String>,
    turn: Option<String>,
    lines: Vec<Line>,
    price: Option<Price>,
    currency: String,
    message: bool,
    /// Estimated tokens of the question.
    asked: i64,
    /// Characters of the reply so far, the same in bytes, and in how many pieces it came.
    said: usize,
    bytes: usize,
    pieces: usize,
    /// The most that the provider reported, of what was read and written.
    reported: (i64, i64),
    /// Tokens of the reply that are held; `None` where it cannot outgrow them.
    granted: Option<i64>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Perhaps something is held.
    Opening,
    Open,
    Closed,
}

impl Tab {
    pub(crate) fn new(
        budgets: Budgets,
        lines: Vec<Line>,
        price: Option<Price>,
        currency: String,
        order: &Order<'_>,
    ) -> Self {
        let id = uuid::Uuid::new_v4().to_string();
        let turn = order.turn.map(str::to_owned);
        let name = (order.kind != Kind::Aside).then(|| turn.clone().unwrap_or_else(|| id.clone()));
        if !lines.is_empty() {
            budgets.inner.open.fetch_add(1, Ordering::SeqCst);
        }
        Self {
            budgets,
            id,
            name,
            turn,
            lines,
            price,
            currency,
            message: order.kind == Kind::Reply,
            asked: order.input,
            said: 0,
            bytes: 0,
            pieces: 0,
            reported: (0, 0),
            granted: (order.output.is_none() && order.heard).then(|| order.output()),
            state: State::Opening,
        }
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(crate) fn claimant(&self) -> Hold<'_> {
        Hold {
            id: &self.id,
            name: self.name.as_deref(),
            owner: &self.budgets.inner.owner,
            turn: self.turn.as_deref(),
            asked: self.asked,
            lapses_at: lapses_at(),
        }
    }

    pub(crate) fn admitted(&mut self) {
        self.state = State::Open;
    }

    pub(crate) fn refused(&mut self) {
        self.state = State::Closed;
    }

    /// More of the reply has come.
    pub fn heard(&mut self, text: &str) {
        self.said += text.chars().count();
        self.bytes += text.len();
        self.pieces += 1;
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

    /// Holds more when the reply has outgrown what is held for it. Refused where others hold all that is left, and one of
    /// them has reached the end of the budget: only that one may pass it.
    #[boxed]
    pub async fn grow(&mut self) -> Result<(), Refusal> {
        let written = self.written();
        let Some(granted) = self.granted.filter(|granted| written > *granted) else { return Ok(()) };
        let more = OUTPUT.max(written - granted);
        let mut places = Vec::new();
        let mut claims = Vec::new();
        for (place, line) in self.lines.iter().enumerate() {
            let amount = cost(line.budget.measure, false, 0, more, self.price.as_ref());
            if amount > 0 {
                claims.push(Claim { counter: line.counter.clone(), amount, limit: line.budget.amount });
                places.push(place);
            }
        }
        if !claims.is_empty() {
            match self.budgets.inner.store.grow_spending(&self.claimant(), &claims).await {
                Ok(None) => {}
                Ok(Some(place)) => return Err(Refusal::cut(&self.lines[places[place]].budget)),
                // A database in trouble does not end replies.
                Err(error) => tracing::warn!(%error, "a long reply holds too little of its budgets"),
            }
        }
        self.granted = Some(granted + more);
        Ok(())
    }

    /// Tokens of the reply, rather too many than too few: most pieces are a token, and some scripts need one for a sign.
    fn written(&self) -> i64 {
        let pieces = i64::try_from(self.pieces).unwrap_or(i64::MAX);
        tokens_of(self.bytes).max(pieces).max(self.reported.1)
    }

    /// What people are told that the reply cost, `{amount, currency}`; `None` where the model has no price to be shown.
    pub fn cost(&self) -> Option<Json> {
        let price = self.price.as_ref().filter(|price| price.shown)?;
        let (input, output) = self.tokens();
        let amount = price.of(input, output) as f64 / NANOS as f64;
        Some(json!({"amount": amount, "currency": self.currency}))
    }

    /// The reply has ended: what it cost is counted.
    #[boxed]
    pub async fn settle(mut self) {
        let spent = self.spent();
        self.write(spent).await;
    }

    /// There was no reply: nothing is counted.
    #[boxed]
    pub async fn release(mut self) {
        let nothing = self.nothing();
        self.write(nothing).await;
    }

    fn nothing(&self) -> Vec<(Counter, i64)> {
        self.lines.iter().map(|line| (line.counter.clone(), 0)).collect()
    }

    fn spent(&self) -> Vec<(Counter, i64)> {
        let (input, output) = self.tokens();
        let cost = |measure| cost(measure, self.message, input, output, self.price.as_ref());
        self.lines.iter().map(|line| (line.counter.clone(), cost(line.budget.measure))).collect()
    }

    /// Goes on when nobody waits for it any more.
    async fn write(&mut self, spent: Vec<(Counter, i64)>) {
        self.state = State::Closed;
        if spent.is_empty() {
            return;
        }
        let task = write(self.budgets.inner.store.clone(), self.id.clone(), self.name.clone(), spent);
        if self.budgets.inner.settling.spawn(task).await.is_err() {
            tracing::warn!("a settlement was cut off");
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        self.budgets.inner.open.fetch_sub(1, Ordering::SeqCst);
        let spent = match self.state {
            State::Closed => return,
            State::Opening => self.nothing(),
            State::Open => self.spent(),
        };
        // Without a runtime the process ends; the hold lapses.
        if let Ok(runtime) = Handle::try_current() {
            let task = write(self.budgets.inner.store.clone(), self.id.clone(), self.name.clone(), spent);
            self.budgets.inner.settling.spawn_on(task, &runtime);
        }
    }
}

async fn write(store: Store, id: String, name: Option<String>, spent: Vec<(Counter, i64)>) {
    for tries in 1..=TRIES {
        match store.settle_spending(&id, name.as_deref(), &spent).await {
            Ok(()) => return,
            Err(error) if tries == TRIES => tracing::error!(%error, "what a reply cost was not counted"),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
