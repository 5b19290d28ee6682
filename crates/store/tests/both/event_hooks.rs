//! Addresses that are told what happens.

use airis_domain::EventHook;
use airis_store::{Store, StoreError};
use serde_json::json;

use crate::fixture::on_both;

on_both! {
    addresses_are_kept_changed_and_forgotten
}

fn hook(id: &str, at: i64) -> EventHook {
    EventHook {
        id: id.to_owned(),
        name: "ü\u{0}".to_owned(),
        url: "https://a.example".to_owned(),
        enabled: true,
        events: vec!["user.*".to_owned(), "auth.login".to_owned()],
        targets: Some(json!([{"type": "user", "id": "x"}])),
        created_at: at,
        updated_at: at,
    }
}

async fn addresses_are_kept_changed_and_forgotten(store: Store) {
    store.insert_event_hook(&hook("b", 2)).await.unwrap();
    store.insert_event_hook(&hook("a", 3)).await.unwrap();
    let ids = async || store.event_hooks().await.unwrap().into_iter().map(|hook| hook.id).collect::<Vec<_>>();
    assert_eq!(ids().await, ["b", "a"]);
    let found = store.event_hook("b").await.unwrap().unwrap();
    assert_eq!((found.name.starts_with('ü'), found.enabled, found.targets.is_some()), (true, true, true));
    let changed = EventHook { enabled: false, events: vec!["*".to_owned()], targets: None, updated_at: 9, ..found };
    store.update_event_hook(&changed).await.unwrap();
    assert_eq!(store.event_hook("b").await.unwrap(), Some(changed.clone()));
    let gone = EventHook { id: "gone".to_owned(), ..changed };
    assert!(matches!(store.update_event_hook(&gone).await, Err(StoreError::NotFound)));
    assert_eq!(store.event_hook("gone\u{0}").await.unwrap(), None);
    assert!(store.delete_event_hook("b").await.unwrap());
    assert!(!store.delete_event_hook("b").await.unwrap());
    assert_eq!(ids().await, ["a"]);
}
