//! People, credentials and settings.

use airis_domain::{Role, UserId};
use airis_store::{Store, StoreError, UserPatch, UserQuery, UserSort};
use serde_json::json;

use crate::fixture::{chat, on_both, person};

on_both! {
    exactly_one_of_many_at_once_becomes_administrator
    a_closed_sign_up_lets_only_the_first_in
    an_address_belongs_to_one_account_whatever_its_case
    a_person_is_found_listed_changed_and_deleted_with_everything
    settings_keep_order_and_characters_and_count_their_changes
    keys_and_revoked_tokens_are_remembered
}

async fn exactly_one_of_many_at_once_becomes_administrator(store: Store) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = store.clone();
        tasks.spawn(async move { store.sign_up(&person(&format!("p{number}")), true).await });
    }
    let users: Vec<_> = tasks.join_all().await.into_iter().map(|outcome| outcome.unwrap().unwrap()).collect();
    assert_eq!(users.iter().filter(|user| user.role == Role::Admin).count(), 1);
    assert_eq!(store.count_users().await.unwrap(), 200);
    assert_eq!(store.config().await.unwrap()["ui.enable_signup"], json!(false));
}

async fn a_closed_sign_up_lets_only_the_first_in(store: Store) {
    assert_eq!(store.sign_up(&person("first"), false).await.unwrap().unwrap().role, Role::Admin);
    assert!(store.sign_up(&person("second"), false).await.unwrap().is_none());
}

async fn an_address_belongs_to_one_account_whatever_its_case(store: Store) {
    store.insert_user(&person("ada")).await.unwrap();
    let mut twin = person("twin");
    twin.email = "ADA@example.COM".to_owned();
    assert!(matches!(store.insert_user(&twin).await, Err(StoreError::Conflict("email"))));
    let other = store.insert_user(&person("other")).await.unwrap();
    let taken = UserPatch { email: Some("Ada@Example.com".to_owned()), ..UserPatch::default() };
    assert!(matches!(store.update_user(&other.id, &taken).await, Err(StoreError::Conflict("email"))));
}

async fn a_person_is_found_listed_changed_and_deleted_with_everything(store: Store) {
    let ada = store.insert_user(&person("Ada 100%_!")).await.unwrap();
    store.insert_user(&person("bob")).await.unwrap();
    let query = UserQuery { search: Some("100%_!".to_owned()), sort: UserSort::Name, ..UserQuery::default() };
    let (found, total) = store.users(&query).await.unwrap();
    assert_eq!((found.len(), total), (1, 1), "signs of patterns are taken literally");
    let patch = UserPatch {
        name: Some("Ada\0 L.".to_owned()),
        settings: Some(Some(json!({"z": 1, "a": 2}))),
        ..UserPatch::default()
    };
    store.update_user(&ada.id, &patch).await.unwrap();
    let read = store.user(&ada.id).await.unwrap().unwrap();
    assert_eq!(read.name, "Ada L.");
    assert_eq!(read.settings.unwrap().to_string(), r#"{"z":1,"a":2}"#, "key order is kept");
    let chat = chat(&ada.id, "t");
    store.insert_chat(&chat, &[]).await.unwrap();
    assert!(store.delete_user(&ada.id).await.unwrap());
    assert!(store.chat(&chat.id).await.unwrap().is_none());
    assert!(store.credentials("ada 100%_!@example.com").await.unwrap().is_none());
    assert!(!store.delete_user(&ada.id).await.unwrap());
    let nobody = UserId::random();
    assert!(matches!(store.update_user(&nobody, &UserPatch::default()).await, Err(StoreError::NotFound)));
}

async fn settings_keep_order_and_characters_and_count_their_changes(store: Store) {
    let map = |value: serde_json::Value| value.as_object().unwrap().clone();
    store.seed_config(&map(json!({"a.b": 1, "c": "x"}))).await.unwrap();
    store.seed_config(&map(json!({"a.b": 2, "d": [1]}))).await.unwrap();
    assert_eq!(store.config().await.unwrap()["a.b"], json!(1), "a seed changes nothing that is there");
    let before = store.config_version().await.unwrap();
    let after = store.set_config(&map(json!({"c": {"z": "\u{0}ü", "a": null}}))).await.unwrap();
    assert!(after > before);
    assert_eq!(store.config().await.unwrap()["c"].to_string(), "{\"z\":\"\\u0000ü\",\"a\":null}");
}

async fn keys_and_revoked_tokens_are_remembered(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap();
    store.set_api_key(&ada.id, "sk-1").await.unwrap();
    store.set_api_key(&ada.id, "sk-2").await.unwrap();
    assert!(store.user_by_api_key("sk-1").await.unwrap().is_none());
    assert_eq!(store.user_by_api_key("sk-2").await.unwrap().unwrap().id, ada.id);
    store.revoke_token("jti", None).await.unwrap();
    store.revoke_token("jti", None).await.unwrap();
    assert!(store.token_is_revoked("jti").await.unwrap());
    assert!(!store.token_is_revoked("other").await.unwrap());
}
