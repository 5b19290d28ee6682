//! Who somebody is at other identity providers, and the sessions there.

use airis_domain::{Role, UserId};
use airis_store::{OauthSession, Store, StoreError};
use serde_json::json;

use crate::fixture::{on_both, person};

on_both! {
    an_identity_belongs_to_one_account
    of_many_first_sign_ins_at_once_one_makes_the_account
    sessions_elsewhere_are_few_and_go_with_their_person
    a_session_is_found_by_what_the_provider_calls_it
}

fn session(id: &str, user: &UserId, at: i64) -> OauthSession {
    OauthSession {
        id: id.to_owned(),
        user_id: user.clone(),
        provider: "oidc".to_owned(),
        sid: Some(format!("sid-{id}")),
        subject: Some("sub".to_owned()),
        token: "sealed".to_owned(),
        expires_at: at + 60,
        created_at: at,
        updated_at: at,
    }
}

async fn an_identity_belongs_to_one_account(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap();
    let eve = store.insert_user(&person("eve")).await.unwrap();
    assert!(store.user_by_identity("oidc", "1").await.unwrap().is_none());
    store.link_identity(&ada.id, "oidc", "1").await.unwrap();
    let linked = store.link_identity(&ada.id, "github", "7").await.unwrap();
    assert_eq!(linked.oauth, Some(json!({"oidc": {"sub": "1"}, "github": {"sub": "7"}})));
    store.link_identity(&ada.id, "oidc", "1").await.unwrap();
    assert!(matches!(store.link_identity(&eve.id, "oidc", "1").await, Err(StoreError::Conflict("identity"))));
    assert_eq!(store.user(&eve.id).await.unwrap().unwrap().oauth, None);
    assert_eq!(store.user_by_identity("oidc", "1").await.unwrap().unwrap().id, ada.id);
    assert!(store.user_by_identity("google", "1").await.unwrap().is_none());
    assert!(store.user_by_identity("oidc", "' OR ''='").await.unwrap().is_none());
    assert!(matches!(store.link_identity(&UserId::random(), "oidc", "2").await, Err(StoreError::NotFound)));
    store.delete_user(&ada.id).await.unwrap();
    assert!(store.user_by_identity("oidc", "1").await.unwrap().is_none());
}

async fn of_many_first_sign_ins_at_once_one_makes_the_account(store: Store) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        // The same person, sometimes with another address.
        let new = person(&format!("p{}", number % 2));
        tasks.spawn(async move { store.sign_up_from(&new, ("oidc", "one")).await });
    }
    let outcomes = tasks.join_all().await;
    let made: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!((made.len(), made[0].role), (1, Role::Admin));
    assert_eq!(made[0].oauth, Some(json!({"oidc": {"sub": "one"}})));
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(StoreError::Conflict(_)))));
    assert_eq!(store.count_users().await.unwrap(), 1);
    assert_eq!(store.user_by_identity("oidc", "one").await.unwrap().unwrap().id, made[0].id);
}

async fn sessions_elsewhere_are_few_and_go_with_their_person(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap();
    let bob = store.insert_user(&person("bob")).await.unwrap();
    store.add_oauth_session(&session("b", &bob.id, 1), 2).await.unwrap();
    for (id, at) in [("1", 1), ("2", 2), ("3", 3)] {
        store.add_oauth_session(&session(id, &ada.id, at), 2).await.unwrap();
    }
    let ids = async |user: &UserId| -> Vec<String> {
        store.oauth_sessions(user).await.unwrap().into_iter().map(|session| session.id).collect()
    };
    assert_eq!((ids(&ada.id).await, ids(&bob.id).await), (vec!["3".to_owned(), "2".to_owned()], vec!["b".to_owned()]));
    // A clock that went back keeps what was added just now.
    store.add_oauth_session(&session("0", &ada.id, 0), 1).await.unwrap();
    assert_eq!(ids(&ada.id).await, ["0"]);
    assert!(store.take_oauth_session("0", &bob.id).await.unwrap().is_none());
    assert_eq!(store.take_oauth_session("0", &ada.id).await.unwrap().unwrap().token, "sealed");
    assert!(store.take_oauth_session("0", &ada.id).await.unwrap().is_none());
    assert_eq!(store.delete_oauth_sessions(&bob.id, "google").await.unwrap(), 0);
    assert_eq!(store.delete_oauth_sessions(&bob.id, "oidc").await.unwrap(), 1);
    store.add_oauth_session(&session("4", &ada.id, 4), 2).await.unwrap();
    store.delete_user(&ada.id).await.unwrap();
    assert!(ids(&ada.id).await.is_empty());
}

async fn a_session_is_found_by_what_the_provider_calls_it(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap();
    store.add_oauth_session(&session("1", &ada.id, 1), 2).await.unwrap();
    assert_eq!(store.user_by_oauth_sid("oidc", "sid-1").await.unwrap().unwrap().id, ada.id);
    assert_eq!(store.user_by_oauth_subject("oidc", "sub").await.unwrap().unwrap().id, ada.id);
    assert!(store.user_by_oauth_sid("google", "sid-1").await.unwrap().is_none());
    assert!(store.user_by_oauth_sid("oidc", "sid-2").await.unwrap().is_none());
    assert!(store.user_by_oauth_subject("oidc", "other").await.unwrap().is_none());
}
