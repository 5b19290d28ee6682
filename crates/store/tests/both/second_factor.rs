//! Second factors and the challenges before a session.

use airis_domain::{UserId, now};
use airis_store::{SecondFactor, SignInChallenge, Store};

use crate::fixture::{on_both, person};

on_both! {
    a_time_step_is_used_once_by_whoever_comes_first
    a_recovery_code_is_used_once_by_whoever_comes_first
    a_challenge_has_few_attempts_and_one_end
    a_new_factor_ends_sessions_and_challenges
    a_ticket_works_once_and_takes_the_factor_away
}

fn factor() -> SecondFactor {
    SecondFactor { secret: "sealed".to_owned(), last_step: 10, recovery: vec!["a".to_owned(), "b".to_owned()] }
}

async fn enrolled(store: &Store) -> UserId {
    let id = store.insert_user(&person("ada")).await.unwrap().id;
    store.set_second_factor(&id, &factor(), "fresh").await.unwrap();
    id
}

fn challenge(id: &UserId, lasts: i64) -> SignInChallenge {
    SignInChallenge {
        user_id: id.clone(),
        step: "verify".to_owned(),
        method: "password".to_owned(),
        session_stamp: Some("stamp".to_owned()),
        secret: None,
        expires_at: now() + lasts,
    }
}

/// How many of twenty at once succeed.
async fn winners<F: Future<Output = bool> + Send + 'static>(attempt: impl Fn() -> F) -> usize {
    let mut tasks = tokio::task::JoinSet::new();
    (0..20).for_each(|_| _ = tasks.spawn(attempt()));
    tasks.join_all().await.into_iter().filter(|won| *won).count()
}

async fn a_time_step_is_used_once_by_whoever_comes_first(store: Store) {
    let id = enrolled(&store).await;
    assert!(!store.use_step(&id, 10).await.unwrap());
    let won = winners(|| {
        let (store, id) = (store.clone(), id.clone());
        async move { store.use_step(&id, 11).await.unwrap() }
    });
    assert_eq!(won.await, 1);
    assert_eq!(store.second_factor(&id).await.unwrap().unwrap().last_step, 11);
}

async fn a_recovery_code_is_used_once_by_whoever_comes_first(store: Store) {
    let id = enrolled(&store).await;
    let won = winners(|| {
        let (store, id) = (store.clone(), id.clone());
        async move { store.use_recovery_code(&id, "a").await.unwrap() }
    });
    assert_eq!(won.await, 1);
    assert!(!store.use_recovery_code(&id, "c").await.unwrap());
    assert!(!store.use_recovery_code(&id, "").await.unwrap());
    assert_eq!(store.second_factor(&id).await.unwrap().unwrap().recovery, ["b"]);
    store.set_recovery_codes(&id, &["x".to_owned()]).await.unwrap();
    assert_eq!(store.second_factor(&id).await.unwrap().unwrap().recovery, ["x"]);
}

async fn a_challenge_has_few_attempts_and_one_end(store: Store) {
    let id = enrolled(&store).await;
    store.add_challenge("old", &challenge(&id, -1)).await.unwrap();
    assert!(store.challenge("old").await.unwrap().is_none());
    store.add_challenge("new", &challenge(&id, 60)).await.unwrap();
    store.set_challenge_secret("new", "sealed too").await.unwrap();
    assert_eq!(store.challenge("new").await.unwrap().unwrap().secret.as_deref(), Some("sealed too"));
    let allowed = winners(|| {
        let store = store.clone();
        async move { store.count_attempt("new", 5).await.unwrap() }
    });
    assert_eq!(allowed.await, 5);
    let ended = winners(|| {
        let store = store.clone();
        async move { store.end_challenge("new").await.unwrap() }
    });
    assert_eq!(ended.await, 1);
    assert!(store.challenge("new").await.unwrap().is_none());
}

async fn a_new_factor_ends_sessions_and_challenges(store: Store) {
    let id = enrolled(&store).await;
    store.add_challenge("c", &challenge(&id, 60)).await.unwrap();
    store.set_second_factor(&id, &SecondFactor { secret: "other".to_owned(), ..factor() }, "fresher").await.unwrap();
    assert!(store.challenge("c").await.unwrap().is_none());
    assert_eq!(store.credentials_by_id(&id).await.unwrap().unwrap().session_stamp.as_deref(), Some("fresher"));
    assert_eq!(store.second_factor(&id).await.unwrap().unwrap().secret, "other");
    assert!(store.delete_user(&id).await.unwrap());
    assert!(store.second_factor(&id).await.unwrap().is_none());
}

async fn a_ticket_works_once_and_takes_the_factor_away(store: Store) {
    let id = enrolled(&store).await;
    store.set_factor_reset(&id, "ticket", now() - 1).await.unwrap();
    assert!(!store.factor_reset_waits(&id).await.unwrap());
    assert!(!store.redeem_factor_reset(&id, "ticket", "s").await.unwrap());
    store.set_factor_reset(&id, "ticket", now() + 60).await.unwrap();
    assert!(store.factor_reset_waits(&id).await.unwrap());
    assert!(!store.redeem_factor_reset(&id, "guess", "s").await.unwrap());
    assert!(store.second_factor(&id).await.unwrap().is_some());
    assert!(store.redeem_factor_reset(&id, "ticket", "s").await.unwrap());
    assert!(!store.redeem_factor_reset(&id, "ticket", "s").await.unwrap());
    assert!(store.second_factor(&id).await.unwrap().is_none());
    assert_eq!(store.credentials_by_id(&id).await.unwrap().unwrap().session_stamp.as_deref(), Some("s"));
}
