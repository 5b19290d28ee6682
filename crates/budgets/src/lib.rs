//! What people may still spend. A request to a model is admitted against every budget that counts it, what it may cost is
//! held, and what it did cost is settled when it ends. Without a budget that counts it, nothing is written.

mod book;
mod calendar;
mod dead;
mod estimate;
mod refusal;
mod standing;
mod tab;

pub use book::CURRENCY;
pub use calendar::{begin, end};
pub use estimate::{input_of, output_of};
pub use refusal::{BudgetError, Refusal};
pub use standing::Standing;
pub use tab::Tab;

use async_recursion::async_recursion as boxed;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use airis_domain::{Budget, Measure, Price, Subject, User, now};
use airis_store::{Claim, Counter, Store, StoreError};
use parking_lot::RwLock;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::book::Book;
use crate::estimate::{OUTPUT, UNSEEN};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A reply that somebody asked for: one message.
    Reply,
    /// The same reply goes on behind a tool or a take-over.
    Rest,
    /// A small job that somebody asked for; no message.
    Task,
    /// A small job beside what somebody asked for: it is done only if all of it has room, so that it takes none away.
    Aside,
}

/// A request to a model.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub user: &'a User,
    /// The model that answers.
    pub model: &'a str,
    /// The model as it was picked, when that is another.
    pub picked: Option<&'a str>,
    pub kind: Kind,
    /// The turn that it belongs to.
    pub turn: Option<&'a str>,
    /// Estimated tokens of the question.
    pub input: i64,
    /// The most tokens of the reply; `None` where nothing limits it.
    pub output: Option<i64>,
    /// Whether the reply is heard while it is written, so that more can be held when it grows long.
    pub heard: bool,
}

impl Order<'_> {
    fn models(&self) -> Vec<&str> {
        // What was picked comes first: its price goes before that of the model below it.
        self.picked.into_iter().chain([self.model]).collect()
    }

    /// Tokens that are held for the reply.
    fn output(&self) -> i64 {
        let is_reply = matches!(self.kind, Kind::Reply | Kind::Rest);
        self.output.unwrap_or(if is_reply && !self.heard { UNSEEN } else { OUTPUT })
    }
}

/// Budgets and prices of this server; cheap to clone.
#[derive(Clone)]
pub struct Budgets {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    book: RwLock<Option<Arc<Book>>>,
    /// Grows with every change here, so that an older book is not put back.
    changes: AtomicU64,
    settling: TaskTracker,
    /// This process, among those that hold something.
    owner: String,
    /// Open accounts that hold something.
    open: AtomicUsize,
    /// Whether a task renews what they hold.
    renewing: AtomicBool,
    closing: CancellationToken,
}

/// One budget that counts a request.
struct Line {
    budget: Budget,
    counter: Counter,
    /// What the request is expected to cost it.
    amount: i64,
}

impl Budgets {
    pub fn new(store: Store) -> Self {
        let inner = Inner {
            store,
            book: RwLock::default(),
            changes: AtomicU64::new(0),
            settling: TaskTracker::new(),
            owner: uuid::Uuid::new_v4().to_string(),
            open: AtomicUsize::new(0),
            renewing: AtomicBool::new(false),
            closing: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// To be called after budgets or prices were changed, by every instance; who is not told sees it within seconds.
    pub fn changed(&self) {
        self.inner.changes.fetch_add(1, Ordering::SeqCst);
        *self.inner.book.write() = None;
    }

    /// Holds what a request may cost. `None` where nothing counts it.
    #[boxed]
    pub async fn admit(&self, order: &Order<'_>) -> Result<Option<Tab>, BudgetError> {
        match self.try_admit(order).await {
            // A budget was deleted a moment ago: the others may have room.
            Err(BudgetError::Store(StoreError::NotFound)) => {
                self.changed();
                self.try_admit(order).await
            }
            outcome => outcome,
        }
    }

    /// Whether a reply would be admitted now, without holding anything; what running replies hold is not looked at.
    #[boxed]
    pub async fn check(&self, order: &Order<'_>) -> Result<(), BudgetError> {
        let book = self.book().await?;
        let lines = self.lines(&book, order).await?;
        self.refuse_spent(&book, &lines).await
    }

    /// Waits until everything that ended is settled.
    #[boxed]
    pub async fn drain(&self) {
        self.inner.closing.cancel();
        self.inner.settling.close();
        self.inner.settling.wait().await;
    }

    async fn try_admit(&self, order: &Order<'_>) -> Result<Option<Tab>, BudgetError> {
        let book = self.book().await?;
        let lines = self.lines(&book, order).await?;
        let price = book.price(&order.models()).cloned();
        if lines.is_empty() && !price.as_ref().is_some_and(|price| price.shown) {
            return Ok(None);
        }
        let mut tab = Tab::new(self.clone(), lines, price, book.currency.clone(), order);
        match self.hold(&book, &tab, order.kind).await {
            Ok(()) => {
                tab.admitted();
                Ok(Some(tab))
            }
            Err(error) => {
                // Otherwise nobody knows whether something is held: dropping it frees that.
                if matches!(error, BudgetError::Over(_)) {
                    tab.refused();
                }
                Err(error)
            }
        }
    }

    async fn hold(&self, book: &Book, tab: &Tab, kind: Kind) -> Result<(), BudgetError> {
        let lines = tab.lines();
        if lines.is_empty() {
            return Ok(());
        }
        // What is done beside a reply ends before the budget does.
        let limit = |line: &Line| line.budget.amount - if kind == Kind::Aside { line.amount } else { 0 };
        let claims: Vec<Claim> = lines
            .iter()
            .map(|line| Claim { counter: line.counter.clone(), amount: line.amount, limit: limit(line) })
            .collect();
        let store = &self.inner.store;
        self.renew();
        // Each budget may free what a dead process left, once.
        for _ in 0..=lines.len() {
            let Some(place) = store.hold_spending(&tab.claimant(), &claims).await? else { return Ok(()) };
            let line = &lines[place];
            let spent = store.spent(&line.counter).await?;
            let full = spent.spent >= line.budget.amount;
            if full || store.free_lapsed(&line.counter).await? == 0 {
                return Err(Refusal::new(&line.budget, &line.counter, spent.spent, &book.currency).into());
            }
        }
        Err(StoreError::Unavailable("budgets change faster than they can be read".to_owned()).into())
    }

    /// Refuses where a budget is spent; what is held is not looked at.
    async fn refuse_spent(&self, book: &Book, lines: &[Line]) -> Result<(), BudgetError> {
        for line in lines {
            let spent = self.inner.store.spent(&line.counter).await?.spent;
            if spent >= line.budget.amount {
                return Err(Refusal::new(&line.budget, &line.counter, spent, &book.currency).into());
            }
        }
        Ok(())
    }

    /// The budgets that count a request, in the order of their counters.
    async fn lines(&self, book: &Book, order: &Order<'_>) -> Result<Vec<Line>, StoreError> {
        let models = order.models();
        let user = order.user;
        let by_group = book.budgets.iter().any(|budget| budget.subject == Subject::Group);
        let groups = if by_group { self.inner.store.group_ids_of(&user.id).await? } else { Vec::new() };
        let price = book.price(&models);
        let mut lines: Vec<Line> = book
            .budgets
            .iter()
            .filter(|budget| budget.counts(&user.id, user.by_key, &groups, &models))
            .filter_map(|budget| {
                let amount = cost(budget.measure, order.kind == Kind::Reply, order.input, order.output(), price);
                (amount > 0).then(|| Line { counter: counter(budget, user), budget: budget.clone(), amount })
            })
            .collect();
        lines.sort_by(|one, other| one.counter.cmp(&other.counter));
        Ok(lines)
    }

    async fn book(&self) -> Result<Arc<Book>, StoreError> {
        let known = self.inner.book.read().clone().filter(|book| book.is_fresh());
        if let Some(book) = known {
            return Ok(book);
        }
        let before = self.inner.changes.load(Ordering::SeqCst);
        let book = Arc::new(Book::read(&self.inner.store, Instant::now()).await?);
        let mut kept = self.inner.book.write();
        if self.inner.changes.load(Ordering::SeqCst) == before {
            *kept = Some(book.clone());
        }
        Ok(book)
    }
}

/// What so much costs by a measure.
fn cost(measure: Measure, message: bool, input: i64, output: i64, price: Option<&Price>) -> i64 {
    match measure {
        Measure::Messages => i64::from(message),
        Measure::Tokens => input.saturating_add(output),
        Measure::Money => price.map_or(0, |price| price.of(input, output)),
    }
}

/// Where a budget counts what somebody spends now.
fn counter(budget: &Budget, user: &User) -> Counter {
    Counter {
        budget: budget.id.clone(),
        holder: budget.holder(&user.id).to_owned(),
        period_start: begin(budget.period, now()),
    }
}
