//! Budgets, and counters that stay exact however many spend at once.

use airis_domain::{Budget, Measure, Period, Price, Subject, now};
use airis_store::{Claim, Counter, Spent, Store, StoreError};

use crate::fixture::on_both;

on_both! {
    a_budget_is_kept_changed_and_deleted_with_what_was_spent_of_it
    prices_are_put_in_place_of_each_other
    of_many_at_once_only_those_are_let_in_for_whom_there_is_room
    the_last_one_let_in_is_the_only_one_that_may_spend_too_much
    several_budgets_are_held_together_or_not_at_all
    what_a_dead_process_holds_is_freed_once
    budgets_in_any_order_do_not_wait_for_each_other
}

fn budget(id: &str, amount: i64) -> Budget {
    Budget {
        id: id.to_owned(),
        name: "Tokens of a d\0ay".to_owned(),
        subject: Subject::Group,
        subject_id: Some("g".to_owned()),
        model_id: None,
        shared: true,
        measure: Measure::Tokens,
        period: Period::Day,
        amount,
        warn_percent: 80,
        is_active: true,
        created_at: 1,
        updated_at: 1,
    }
}

fn counter(budget: &str) -> Counter {
    Counter { budget: budget.to_owned(), holder: String::new(), period_start: 86_400 }
}

fn claim(budget: &str, amount: i64, limit: i64) -> Claim {
    Claim { counter: counter(budget), amount, limit }
}

fn later() -> i64 {
    now() + 600
}

async fn a_budget_is_kept_changed_and_deleted_with_what_was_spent_of_it(store: Store) {
    let mut kept = budget("b", 1000);
    store.insert_budget(&kept).await.unwrap();
    assert!(matches!(store.insert_budget(&kept).await, Err(StoreError::Conflict(_))));
    kept.name = "Tokens of a day".to_owned();
    assert_eq!(store.budgets().await.unwrap(), [kept.clone()]);
    (kept.amount, kept.is_active, kept.warn_percent) = (5, false, 90);
    store.update_budget(&kept).await.unwrap();
    assert_eq!(store.budget("b").await.unwrap(), Some(kept.clone()));
    assert_eq!(store.hold_spending("h", &[claim("b", 1, 10)], later()).await.unwrap(), None);
    store.settle_spending("h", &[(counter("b"), 7)]).await.unwrap();
    let used = store.budget_use(86_400, 0).await.unwrap();
    assert_eq!((used.len(), used[0].total, used[0].most, used[0].holders), (1, 7, 7, 1));
    assert!(store.delete_budget("b").await.unwrap() && !store.delete_budget("b").await.unwrap());
    assert_eq!(store.spent(&counter("b")).await.unwrap(), Spent::default());
    assert!(matches!(store.update_budget(&kept).await, Err(StoreError::NotFound)));
    let gone = store.hold_spending("h", &[claim("b", 1, 10)], later()).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
    store.settle_spending("h", &[(counter("b"), 7)]).await.unwrap();
    assert_eq!(store.spent(&counter("b")).await.unwrap(), Spent::default(), "of what is gone nothing is counted");
}

async fn prices_are_put_in_place_of_each_other(store: Store) {
    let price = |model: &str| Price { model_id: model.to_owned(), input: 1, output: i64::MAX, shown: true };
    assert_eq!(store.prices().await.unwrap(), (None, Vec::new()));
    store.set_prices("EUR", &[price("a"), price("b")]).await.unwrap();
    let twice = store.set_prices("USD", &[price("c"), price("c")]).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    assert_eq!(store.prices().await.unwrap(), (Some("EUR".to_owned()), vec![price("a"), price("b")]));
    store.set_prices("USD", &[price("c")]).await.unwrap();
    assert_eq!(store.prices().await.unwrap(), (Some("USD".to_owned()), vec![price("c")]));
}

async fn of_many_at_once_only_those_are_let_in_for_whom_there_is_room(store: Store) {
    store.insert_budget(&budget("b", 1000)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = store.clone();
        tasks.spawn(async move { store.hold_spending(&format!("h{number}"), &[claim("b", 100, 1000)], later()).await });
    }
    let let_in = tasks.join_all().await.into_iter().filter(|held| held.as_ref().unwrap().is_none()).count();
    assert_eq!(let_in, 10);
    assert_eq!(store.spent(&counter("b")).await.unwrap(), Spent { spent: 0, held: 1000 });
}

async fn the_last_one_let_in_is_the_only_one_that_may_spend_too_much(store: Store) {
    const REPLY: i64 = 130;
    store.insert_budget(&budget("b", 1000)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = store.clone();
        tasks.spawn(async move {
            let id = format!("h{number}");
            // Those who find no room because of what others hold come again, as people do.
            for _ in 0..20 {
                if store.hold_spending(&id, &[claim("b", REPLY, 1000)], later()).await.unwrap().is_none() {
                    tokio::task::yield_now().await;
                    store.settle_spending(&id, &[(counter("b"), REPLY - i64::from(number % 2))]).await.unwrap();
                    return 1;
                }
            }
            0
        });
    }
    let replies: i64 = tasks.join_all().await.into_iter().sum();
    let Spent { spent, held } = store.spent(&counter("b")).await.unwrap();
    assert_eq!(held, 0);
    assert!((1000..1000 + REPLY).contains(&spent), "{spent} by {replies} replies");
}

async fn several_budgets_are_held_together_or_not_at_all(store: Store) {
    for (id, amount) in [("a", 1000), ("b", 10)] {
        store.insert_budget(&budget(id, amount)).await.unwrap();
    }
    let claims = [claim("a", 7, 1000), claim("b", 10, 10)];
    assert_eq!(store.hold_spending("one", &claims, later()).await.unwrap(), None);
    assert_eq!(store.hold_spending("two", &claims, later()).await.unwrap(), Some(1));
    assert_eq!(store.spent(&counter("a")).await.unwrap().held, 7, "the refused one holds nothing");
    assert_eq!(store.hold_spending("two", &[claim("a", 1, 0)], later()).await.unwrap(), Some(0));
    store.settle_spending("one", &[(counter("a"), 3), (counter("b"), 0)]).await.unwrap();
    assert_eq!(store.spent(&counter("a")).await.unwrap(), Spent { spent: 3, held: 0 });
    assert_eq!(store.hold_spending("two", &claims, later()).await.unwrap(), None, "nothing was spent of the other");
}

async fn what_a_dead_process_holds_is_freed_once(store: Store) {
    store.insert_budget(&budget("b", 10)).await.unwrap();
    assert_eq!(store.hold_spending("dead", &[claim("b", 10, 10)], now() - 1).await.unwrap(), None);
    assert_eq!(store.hold_spending("new", &[claim("b", 1, 10)], later()).await.unwrap(), Some(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        tasks.spawn(async move { store.free_lapsed(&counter("b")).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<i64>(), 10);
    assert_eq!(store.hold_spending("new", &[claim("b", 1, 10)], later()).await.unwrap(), None);
    assert_eq!(store.free_lapsed(&counter("b")).await.unwrap(), 0, "the living keep what they hold");
    // It was not dead after all: what it spent is counted, what the other holds stays.
    store.settle_spending("dead", &[(counter("b"), 4)]).await.unwrap();
    assert_eq!(store.spent(&counter("b")).await.unwrap(), Spent { spent: 4, held: 1 });
}

async fn budgets_in_any_order_do_not_wait_for_each_other(store: Store) {
    for id in ["a", "b", "c"] {
        store.insert_budget(&budget(id, i64::MAX)).await.unwrap();
    }
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..60 {
        let store = store.clone();
        tasks.spawn(async move {
            let id = format!("h{number}");
            let claims: Vec<Claim> = ["a", "b", "c"].iter().map(|budget| claim(budget, 5, i64::MAX)).collect();
            // Every third one lapses at once and is swept away by the others.
            let lapses = if number % 3 == 0 { now() - 1 } else { later() };
            assert_eq!(store.hold_spending(&id, &claims, lapses).await.unwrap(), None);
            store.free_lapsed(&counter(["a", "b", "c"][number % 3])).await.unwrap();
            let spent: Vec<(Counter, i64)> = claims.into_iter().map(|claim| (claim.counter, 2)).collect();
            store.settle_spending(&id, &spent).await.unwrap();
        });
    }
    tasks.join_all().await;
    for id in ["a", "b", "c"] {
        assert_eq!(store.spent(&counter(id)).await.unwrap(), Spent { spent: 120, held: 0 });
    }
}
