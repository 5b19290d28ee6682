//! What people want models to remember.

use airis_domain::{Memory, MemoryKind, UserId};
use airis_store::{Store, StoreError};
use serde_json::json;

use crate::fixture::{on_both, person};

on_both! {
    memories_are_their_owners_and_go_with_them
    a_vector_belongs_to_its_text_and_its_model
}

fn memory(owner: &UserId, id: &str, content: &str) -> Memory {
    Memory {
        id: id.to_owned(),
        user_id: owner.clone(),
        kind: MemoryKind::Context,
        path: Some("pets".to_owned()),
        content: content.to_owned(),
        meta: Some(json!({"created_by": "manual"})),
        created_at: 1,
        updated_at: 1,
    }
}

async fn memories_are_their_owners_and_go_with_them(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    for (owner, id) in [(&ada, "b"), (&ada, "a"), (&bob, "c")] {
        store.insert_memory(&memory(owner, id, "two cats")).await.unwrap();
    }
    let ids = async |owner: &UserId| {
        store.memories(owner).await.unwrap().into_iter().map(|memory| memory.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&ada).await, ["a", "b"]);
    assert_eq!(store.memory(&ada, "a").await.unwrap(), Some(memory(&ada, "a", "two cats")));
    assert_eq!(store.memory(&ada, "c").await.unwrap(), None);
    assert!(!store.update_memory(&memory(&ada, "c", "stolen")).await.unwrap());
    assert!(!store.delete_memory(&ada, "c").await.unwrap());
    assert_eq!(store.people_with_memories().await.unwrap().len(), 2);
    let odd = Memory { content: "ü\0".to_owned(), path: None, kind: MemoryKind::User, ..memory(&ada, "b", "") };
    assert!(store.update_memory(&odd).await.unwrap());
    let stored = store.memory(&ada, "b").await.unwrap().unwrap();
    assert_eq!((stored.content.as_str(), stored.path, stored.kind), ("ü", None, MemoryKind::User));
    assert_eq!(store.delete_memories(&ada).await.unwrap(), 2);
    assert_eq!(store.count_memories(&ada).await.unwrap(), 0);
    assert_eq!(ids(&bob).await, ["c"]);
    store.delete_user(&bob).await.unwrap();
    assert!(store.people_with_memories().await.unwrap().is_empty());
    assert!(matches!(store.insert_memory(&memory(&bob, "d", "x")).await, Err(StoreError::NotFound)));
}

async fn a_vector_belongs_to_its_text_and_its_model(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let cats = memory(&ada, "a", "two cats");
    store.insert_memory(&cats).await.unwrap();
    let vectors = async |model: &str| store.memory_vectors(&ada, model).await.unwrap();
    let pair = |vector: &str| vec![("a".to_owned(), vector.to_owned())];
    store.set_memory_vectors("m", &[(&cats, "one".to_owned())]).await.unwrap();
    assert_eq!(vectors("m").await, pair("one"));
    assert!(vectors("other").await.is_empty());
    let moved = Memory { path: None, ..cats.clone() };
    store.update_memory(&moved).await.unwrap();
    assert_eq!(vectors("m").await, pair("one"), "the text is the same");
    let dogs = Memory { content: "two dogs".to_owned(), ..cats.clone() };
    store.update_memory(&dogs).await.unwrap();
    assert!(vectors("m").await.is_empty());
    store.set_memory_vectors("m", &[(&cats, "late".to_owned())]).await.unwrap();
    assert!(vectors("m").await.is_empty(), "of a text that is there no more");
    store.set_memory_vectors("m", &[(&dogs, "two".to_owned())]).await.unwrap();
    assert_eq!(vectors("m").await, pair("two"));
    store.drop_memory_vectors(&ada).await.unwrap();
    assert!(vectors("m").await.is_empty());
}
