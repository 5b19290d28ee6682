//! The queue of files that wait to be made searchable.

use std::collections::BTreeSet;

use airis_domain::{File, FileId, FileStatus, JsonMap, UserId, now};
use airis_store::Store;

use crate::fixture::{on_both, person};

on_both! {
    people_take_turns_however_many_files_one_has
    a_file_is_taken_once_and_again_when_its_lease_ended
    a_file_that_is_queued_again_is_not_ended_by_whoever_had_it
    files_in_no_queue_are_found
}

async fn file(store: &Store, owner: &UserId, name: &str, status: FileStatus) -> FileId {
    let file = File {
        id: FileId::from(name),
        user_id: owner.clone(),
        filename: name.to_owned(),
        path: None,
        hash: None,
        status: Some(status),
        error: None,
        meta: JsonMap::new(),
        content: None,
        created_at: 1,
        updated_at: 1,
    };
    store.insert_file(&file).await.unwrap();
    file.id
}

async fn people_take_turns_however_many_files_one_has(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    for name in ["a1", "a2", "a3"] {
        let id = file(&store, &ada, name, FileStatus::Pending).await;
        store.queue_ingestion(&id, &ada, None, None).await.unwrap();
    }
    let id = file(&store, &bob, "b1", FileStatus::Pending).await;
    store.queue_ingestion(&id, &bob, Some("kb"), Some("dir")).await.unwrap();
    assert_eq!(store.count_ingestions(Some(&ada)).await.unwrap(), 3);
    let into: Vec<FileId> = store.files_into("kb").await.unwrap().into_iter().map(|file| file.id).collect();
    assert_eq!(into, [FileId::from("b1")]);
    let states = store.ingestion_states(&ada, &[id.0.clone(), "a1".to_owned(), "none".to_owned()]).await.unwrap();
    let states: Vec<_> = states.iter().map(|state| (state.file_id.as_str(), state.state.as_str())).collect();
    assert_eq!(states, [("a1", "pending")], "those of somebody else are nobody's business");
    let mut order = Vec::new();
    for at in 1..=4 {
        let job = store.claim_ingestion("me", now() + 60, at).await.unwrap().unwrap();
        assert_eq!(job.attempts, 1);
        assert_eq!(job.knowledge_id.is_some(), job.user_id == bob);
        order.push(job.user_id);
    }
    // Whoever begins, the other one is second.
    assert_eq!(BTreeSet::from([order[0].clone(), order[1].clone()]).len(), 2, "{order:?}");
    assert_eq!(store.claim_ingestion("me", now() + 60, 5).await.unwrap(), None);
}

async fn a_file_is_taken_once_and_again_when_its_lease_ended(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let id = file(&store, &ada, "a", FileStatus::Pending).await;
    store.queue_ingestion(&id, &ada, None, None).await.unwrap();
    assert!(store.claim_ingestion("one", now() - 10, 1).await.unwrap().is_some());
    let again = store.claim_ingestion("two", now() + 60, 2).await.unwrap().unwrap();
    assert_eq!(again.attempts, 2);
    assert!(store.claim_ingestion("three", now() + 60, 3).await.unwrap().is_none());
    assert!(!store.renew_ingestion(&id, "one", now() + 60).await.unwrap());
    assert!(store.renew_ingestion(&id, "two", now() + 60).await.unwrap());
    store.end_ingestion(&id, "one", Some("never mind")).await.unwrap();
    assert_eq!(store.count_ingestions(None).await.unwrap(), 1);
    assert_eq!(store.release_ingestions().await.unwrap(), 1);
    assert!(store.claim_ingestion("three", now() + 60, 4).await.unwrap().is_some());
    store.end_ingestion(&id, "three", Some("bro\0ken")).await.unwrap();
    assert_eq!(store.count_ingestions(None).await.unwrap(), 0);
}

async fn a_file_that_is_queued_again_is_not_ended_by_whoever_had_it(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let id = file(&store, &ada, "a", FileStatus::Pending).await;
    store.queue_ingestion(&id, &ada, None, None).await.unwrap();
    store.claim_ingestion("one", now() + 60, 1).await.unwrap().unwrap();
    store.queue_ingestion(&id, &ada, Some("kb"), None).await.unwrap();
    store.end_ingestion(&id, "one", None).await.unwrap();
    let job = store.claim_ingestion("two", now() + 60, 2).await.unwrap().unwrap();
    assert_eq!((job.knowledge_id.as_deref(), job.attempts), (Some("kb"), 1));
    store.delete_file(&id).await.unwrap();
    assert_eq!(store.count_ingestions(None).await.unwrap(), 0, "it goes with its file");
}

async fn files_in_no_queue_are_found(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    for (name, status) in [("p", FileStatus::Pending), ("r", FileStatus::Processing), ("d", FileStatus::Completed)] {
        file(&store, &ada, name, status).await;
    }
    assert_eq!(store.queue_unfinished_files().await.unwrap(), 2);
    assert_eq!(store.queue_unfinished_files().await.unwrap(), 0);
    assert_eq!(store.count_ingestions(None).await.unwrap(), 2);
}
