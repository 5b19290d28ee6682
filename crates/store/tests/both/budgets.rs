//! Budgets, and counters that stay exact however many spend at once.

use airis_domain::{Budget, Measure, Period, Price, Subject, now};
use airis_store::{Claim, Counter, Hold, Spent, Store, StoreError};

use crate::fixture::on_both;

on_both! {
    a_budget_is_kept_changed_and_deleted_with_what_was_spent_of_it
    prices_are_put_in_place_of_each_other
    of_many_at_once_only_those_are_let_in_for_whom_there_is_room
    the_last_one_let_in_is_the_only_one_that_may_spend_too_much
    several_budgets_are_held_together_or_not_at_all
    what_a_dead_process_holds_is_freed_once
    budgets_in_any_order_do_not_wait_for_each_other
    of_those_who_grow_at_the_end_of_a_budget_one_only_passes_it
    whoever_spends_more_than_was_held_goes_on_and_the_others_do_not
    without_a_name_nothing_reaches_the_end_of_a_budget
    what_a_dead_process_held_for_a_turn_is_known_and_the_rest_is_freed
    what_grows_after_it_has_lapsed_is_held_anew
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

/// One that belongs to a reply of the same name.
fn named(id: &str) -> Hold<'_> {
    Hold { id, name: Some(id), owner: "here", turn: None, asked: 0, lapses_at: later() }
}

async fn hold(store: &Store, id: &str, claims: &[Claim], lapses_at: i64) -> Result<Option<usize>, StoreError> {
    store.hold_spending(&Hold { lapses_at, ..named(id) }, claims).await
}

async fn settle(store: &Store, id: &str, spent: &[(Counter, i64)]) -> Result<(), StoreError> {
    store.settle_spending(id, Some(id), spent).await
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
    assert_eq!(hold(&store, "h", &[claim("b", 1, 10)], later()).await.unwrap(), None);
    settle(&store, "h", &[(counter("b"), 7)]).await.unwrap();
    let used = store.budget_use(86_400, 0).await.unwrap();
    assert_eq!((used.len(), used[0].total, used[0].most, used[0].holders), (1, 7, 7, 1));
    assert!(store.delete_budget("b").await.unwrap() && !store.delete_budget("b").await.unwrap());
    assert_eq!(store.spent(&counter("b")).await.unwrap(), Spent::default());
    assert!(matches!(store.update_budget(&kept).await, Err(StoreError::NotFound)));
    let gone = hold(&store, "h", &[claim("b", 1, 10)], later()).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
    settle(&store, "h", &[(counter("b"), 7)]).await.unwrap();
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
        tasks.spawn(async move { hold(&store, &format!("h{number}"), &[claim("b", 100, 1000)], later()).await });
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
                if hold(&store, &id, &[claim("b", REPLY, 1000)], later()).await.unwrap().is_none() {
                    tokio::task::yield_now().await;
                    settle(&store, &id, &[(counter("b"), REPLY - i64::from(number % 2))]).await.unwrap();
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
    assert_eq!(hold(&store, "one", &claims, later()).await.unwrap(), None);
    assert_eq!(hold(&store, "two", &claims, later()).await.unwrap(), Some(1));
    assert_eq!(store.spent(&counter("a")).await.unwrap().held, 7, "the refused one holds nothing");
    assert_eq!(hold(&store, "two", &[claim("a", 1, 0)], later()).await.unwrap(), Some(0));
    settle(&store, "one", &[(counter("a"), 3), (counter("b"), 0)]).await.unwrap();
    assert_eq!(store.spent(&counter("a")).await.unwrap(), Spent { spent: 3, held: 0 });
    assert_eq!(hold(&store, "two", &claims, later()).await.unwrap(), None, "nothing was spent of the other");
}

async fn what_a_dead_process_holds_is_freed_once(store: Store) {
    store.insert_budget(&budget("b", 10)).await.unwrap();
    assert_eq!(hold(&store, "dead", &[claim("b", 10, 10)], now() - 1).await.unwrap(), None);
    assert_eq!(hold(&store, "new", &[claim("b", 1, 10)], later()).await.unwrap(), Some(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        tasks.spawn(async move { store.free_lapsed(&counter("b")).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<i64>(), 10);
    assert_eq!(hold(&store, "new", &[claim("b", 1, 10)], later()).await.unwrap(), None);
    assert_eq!(store.free_lapsed(&counter("b")).await.unwrap(), 0, "the living keep what they hold");
    // It was not dead after all: what it spent is counted, what the other holds stays.
    settle(&store, "dead", &[(counter("b"), 4)]).await.unwrap();
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
            assert_eq!(hold(&store, &id, &claims, lapses).await.unwrap(), None);
            store.free_lapsed(&counter(["a", "b", "c"][number % 3])).await.unwrap();
            let spent: Vec<(Counter, i64)> = claims.into_iter().map(|claim| (claim.counter, 2)).collect();
            settle(&store, &id, &spent).await.unwrap();
        });
    }
    tasks.join_all().await;
    for id in ["a", "b", "c"] {
        assert_eq!(store.spent(&counter(id)).await.unwrap(), Spent { spent: 120, held: 0 });
    }
}

async fn held(store: &Store) -> i64 {
    store.spent(&counter("b")).await.unwrap().held
}

/// Whether there is room for so much more.
async fn grows(store: &Store, id: &str, amount: i64) -> bool {
    store.grow_spending(&named(id), &[claim("b", amount, 1000)]).await.unwrap().is_none()
}

async fn of_those_who_grow_at_the_end_of_a_budget_one_only_passes_it(store: Store) {
    store.insert_budget(&budget("b", 1000)).await.unwrap();
    for id in ["x", "y", "z"] {
        assert_eq!(hold(&store, id, &[claim("b", 400, 1000)], later()).await.unwrap(), None);
    }
    // The third one reached the end.
    assert!(!grows(&store, "x", 1).await && !grows(&store, "y", 1).await);
    for _ in 0..5 {
        assert!(grows(&store, "z", 400).await);
    }
    assert_eq!(held(&store).await, 3200);
    settle(&store, "z", &[(counter("b"), 50)]).await.unwrap();
    assert_eq!(store.spent(&counter("b")).await.unwrap(), Spent { spent: 50, held: 800 });
    // There is room again: the next one that reaches the end is another.
    assert!(grows(&store, "x", 100).await && grows(&store, "y", 400).await && grows(&store, "y", 400).await);
    assert!(!grows(&store, "x", 1).await && !grows(&store, "z", 1).await);
    assert_eq!(hold(&store, "z", &[claim("b", 1, 1000)], later()).await.unwrap(), Some(0));
    assert_eq!(hold(&store, "w", &[claim("b", 1, 1000)], later()).await.unwrap(), Some(0));
    settle(&store, "x", &[(counter("b"), 500)]).await.unwrap();
    settle(&store, "y", &[(counter("b"), 1200)]).await.unwrap();
    assert_eq!(store.spent(&counter("b")).await.unwrap(), Spent { spent: 1750, held: 0 });
    // What was deleted grows without limit.
    store.delete_budget("b").await.unwrap();
    assert!(grows(&store, "w", 1).await);
}

async fn whoever_spends_more_than_was_held_goes_on_and_the_others_do_not(store: Store) {
    store.insert_budget(&budget("b", 1000)).await.unwrap();
    for id in ["x", "y"] {
        assert_eq!(hold(&store, id, &[claim("b", 10, 1000)], later()).await.unwrap(), None);
    }
    settle(&store, "x", &[(counter("b"), 5000)]).await.unwrap();
    assert!(!grows(&store, "y", 1).await);
    assert_eq!(hold(&store, "y2", &[claim("b", 1, 1000)], later()).await.unwrap(), Some(0));
    // The next round of the same reply.
    assert_eq!(hold(&store, "x", &[claim("b", 10, 1000)], later()).await.unwrap(), None);
}

async fn without_a_name_nothing_reaches_the_end_of_a_budget(store: Store) {
    store.insert_budget(&budget("b", 1000)).await.unwrap();
    let nameless = Hold { name: None, ..named("n") };
    assert_eq!(store.hold_spending(&nameless, &[claim("b", 900, 100)]).await.unwrap(), None);
    assert_eq!(hold(&store, "x", &[claim("b", 50, 1000)], later()).await.unwrap(), None);
    assert_eq!(hold(&store, "y", &[claim("b", 50, 1000)], later()).await.unwrap(), None, "it reaches the end");
    assert!(grows(&store, "y", 1).await && !grows(&store, "x", 1).await);
    store.settle_spending("n", None, &[(counter("b"), 900)]).await.unwrap();
    assert_eq!(store.hold_spending(&nameless, &[claim("b", 1, 999)]).await.unwrap(), Some(0));
}

async fn what_a_dead_process_held_for_a_turn_is_known_and_the_rest_is_freed(store: Store) {
    store.insert_budget(&budget("b", 1000)).await.unwrap();
    let of_turn = Hold { turn: Some("t"), asked: 7, ..named("x") };
    assert_eq!(store.hold_spending(&of_turn, &[claim("b", 100, 1000)]).await.unwrap(), None);
    assert_eq!(hold(&store, "y", &[claim("b", 100, 1000)], now() - 1).await.unwrap(), None);
    let found = store.holds_of_turn("t").await.unwrap();
    assert_eq!((found.len(), found[0].id.as_str(), found[0].asked, found[0].amount), (1, "x", 7, 100));
    assert_eq!(found[0].counter, counter("b"));
    assert!(store.holds_of_turn("other").await.unwrap().is_empty());
    store.renew_spending("here", later()).await.unwrap();
    assert_eq!(store.free_lapsed(&counter("b")).await.unwrap(), 0, "the process lives");
    assert_eq!(store.free_spending_of_others("here").await.unwrap(), 0);
    assert_eq!(held(&store).await, 200);
    // No turn of that name runs, so that nobody will settle what was held for it.
    assert_eq!(store.free_spending_of_others("there").await.unwrap(), 2);
    assert_eq!(held(&store).await, 0);
}

async fn what_grows_after_it_has_lapsed_is_held_anew(store: Store) {
    store.insert_budget(&budget("b", 1000)).await.unwrap();
    assert_eq!(hold(&store, "x", &[claim("b", 10, 1000)], now() - 1).await.unwrap(), None);
    assert_eq!(store.free_lapsed(&counter("b")).await.unwrap(), 10);
    assert!(grows(&store, "x", 5).await);
    assert_eq!(held(&store).await, 5);
    settle(&store, "x", &[(counter("b"), 12)]).await.unwrap();
    assert_eq!(store.spent(&counter("b")).await.unwrap(), Spent { spent: 12, held: 0 });
}
