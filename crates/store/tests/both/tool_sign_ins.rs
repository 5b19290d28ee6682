//! What people were granted at tool servers.

use airis_store::Store;

use crate::fixture::{on_both, person};

on_both! {
    a_grant_is_its_owners_replaced_by_a_newer_one_and_gone_with_its_owner
}

async fn a_grant_is_its_owners_replaced_by_a_newer_one_and_gone_with_its_owner(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    store.set_tool_sign_in(&ada, "mail", "one").await.unwrap();
    store.set_tool_sign_in(&ada, "mail", "two").await.unwrap();
    store.set_tool_sign_in(&bob, "mail", "his").await.unwrap();
    assert_eq!(store.tool_sign_in(&ada, "mail").await.unwrap().as_deref(), Some("two"));
    assert_eq!(store.tool_sign_in(&ada, "other").await.unwrap(), None);
    store.delete_tool_sign_in(&ada, "mail").await.unwrap();
    store.delete_tool_sign_in(&ada, "mail").await.unwrap();
    assert_eq!(store.tool_sign_in(&ada, "mail").await.unwrap(), None);
    assert_eq!(store.tool_sign_in(&bob, "mail").await.unwrap().as_deref(), Some("his"));
    store.delete_user(&bob).await.unwrap();
    assert_eq!(store.tool_sign_in(&bob, "mail").await.unwrap(), None);
}
