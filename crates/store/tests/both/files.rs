//! Uploaded files.

use airis_domain::{File, FileId, FileStatus, UserId};
use airis_store::{FileQuery, Store, StoreError};
use serde_json::json;

use crate::fixture::{on_both, person};

on_both! {
    files_are_found_by_owner_and_name_newest_first
    a_text_that_somebody_wrote_is_not_overwritten_by_the_one_taken_from_the_file
    what_a_dead_process_left_is_known
    files_go_with_their_owner_and_with_all_others
    what_is_known_of_a_file_grows
}

fn file(owner: &UserId, name: &str, created_at: i64) -> File {
    File {
        id: FileId::random(),
        user_id: owner.clone(),
        filename: name.to_owned(),
        path: Some(format!("/uploads/{name}")),
        hash: None,
        status: Some(FileStatus::Pending),
        error: None,
        meta: json!({"content_type": "text/plain", "z": 1, "a": 2}).as_object().unwrap().clone(),
        content: None,
        created_at,
        updated_at: created_at,
    }
}

async fn files_are_found_by_owner_and_name_newest_first(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    for (owner, name, at) in [(&ada, "Äpfel.txt", 1), (&ada, "100%_a.TXT", 3), (&ada, "b.md", 2), (&bob, "c.txt", 4)] {
        store.insert_file(&file(owner, name, at)).await.unwrap();
    }
    let found = async |owner: Option<&UserId>, name: Option<&str>| {
        let query =
            FileQuery { owner: owner.cloned(), name: name.map(str::to_owned), content: false, offset: 0, limit: 10 };
        let files = store.files(&query).await.unwrap();
        files.into_iter().map(|file| file.filename).collect::<Vec<_>>()
    };
    assert_eq!(found(Some(&ada), None).await, ["100%_a.TXT", "b.md", "Äpfel.txt"]);
    assert_eq!(found(None, None).await[0], "c.txt");
    assert_eq!(found(Some(&ada), Some("*.txt")).await, ["100%_a.TXT", "Äpfel.txt"]);
    assert_eq!(found(Some(&ada), Some("äPFEL.???")).await, ["Äpfel.txt"]);
    assert_eq!(found(Some(&ada), Some("100%_*")).await, ["100%_a.TXT"], "signs of patterns are taken literally");
    assert_eq!(found(Some(&ada), Some("%")).await, Vec::<String>::new());
    assert_eq!(store.count_files(Some(&ada)).await.unwrap(), 3);
    assert_eq!(store.count_files(None).await.unwrap(), 4);
    let page = FileQuery { owner: Some(ada.clone()), offset: 1, limit: 1, ..FileQuery::default() };
    assert_eq!(store.files(&page).await.unwrap()[0].filename, "b.md");
    let stored = store.files(&page).await.unwrap().remove(0);
    assert_eq!(serde_json::to_string(&stored.meta).unwrap(), r#"{"content_type":"text/plain","z":1,"a":2}"#);
}

async fn a_text_that_somebody_wrote_is_not_overwritten_by_the_one_taken_from_the_file(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let file = file(&ada, "a.txt", 1);
    store.insert_file(&file).await.unwrap();
    assert!(matches!(store.insert_file(&file).await, Err(StoreError::Conflict(_))));
    assert!(store.begin_file(&file.id).await.unwrap());
    store.write_file_text(&file.id, "by\0 hand", "h1").await.unwrap();
    store.end_file(&file.id, Ok(("taken", "h2"))).await.unwrap();
    let read = store.file_with_text(&file.id).await.unwrap().unwrap();
    assert_eq!((read.content.as_deref(), read.hash.as_deref()), (Some("by hand"), Some("h1")));
    assert_eq!(store.file(&file.id).await.unwrap().unwrap().content, None);
    assert!(!store.begin_file(&file.id).await.unwrap(), "it is done");
    store.rename_file(&file.id, "B.txt").await.unwrap();
    assert_eq!(store.file(&file.id).await.unwrap().unwrap().filename, "B.txt");
    let nobody = FileId::from("nobody");
    assert!(matches!(store.rename_file(&nobody, "x").await, Err(StoreError::NotFound)));
    assert!(matches!(store.write_file_text(&nobody, "x", "h").await, Err(StoreError::NotFound)));
}

async fn what_a_dead_process_left_is_known(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let (waits, begun, failed) = (file(&ada, "a", 1), file(&ada, "b", 2), file(&ada, "c", 3));
    for one in [&waits, &begun, &failed] {
        store.insert_file(one).await.unwrap();
    }
    let mut stored_only = file(&ada, "d", 4);
    stored_only.status = None;
    store.insert_file(&stored_only).await.unwrap();
    assert!(store.begin_file(&begun.id).await.unwrap());
    assert!(store.begin_file(&failed.id).await.unwrap());
    store.end_file(&failed.id, Err("no text")).await.unwrap();
    assert_eq!(store.unfinished_files().await.unwrap(), [waits.id, begun.id]);
    let failed = store.file(&failed.id).await.unwrap().unwrap();
    assert_eq!((failed.status, failed.error.as_deref()), (Some(FileStatus::Failed), Some("no text")));
    assert!(!store.begin_file(&stored_only.id).await.unwrap(), "nobody asked for its text");
}

async fn files_go_with_their_owner_and_with_all_others(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    let (a, b) = (file(&ada, "a", 1), file(&bob, "b", 2));
    store.insert_file(&a).await.unwrap();
    store.insert_file(&b).await.unwrap();
    assert_eq!(store.file_paths(Some(&ada)).await.unwrap(), ["/uploads/a"]);
    store.delete_user(&ada).await.unwrap();
    assert_eq!(store.file_paths(None).await.unwrap(), ["/uploads/b"]);
    assert!(!store.delete_file(&a.id).await.unwrap());
    assert_eq!(store.delete_all_files().await.unwrap(), ["/uploads/b"]);
    assert_eq!(store.count_files(None).await.unwrap(), 0);
}

async fn what_is_known_of_a_file_grows(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let file = file(&ada, "a", 1);
    store.insert_file(&file).await.unwrap();
    let more = json!({"collection_name": "c", "z": 9}).as_object().unwrap().clone();
    store.set_file_meta(&file.id, &more).await.unwrap();
    let read = store.file(&file.id).await.unwrap().unwrap();
    assert_eq!(json!(read.meta), json!({"content_type": "text/plain", "z": 9, "a": 2, "collection_name": "c"}));
    assert!(matches!(store.set_file_meta(&FileId::from("nobody"), &more).await, Err(StoreError::NotFound)));
    assert!(store.begin_file(&file.id).await.unwrap());
    store.end_file(&file.id, Ok(("text", "h"))).await.unwrap();
    store.await_file(&file.id).await.unwrap();
    assert_eq!(store.file(&file.id).await.unwrap().unwrap().status, Some(FileStatus::Pending));
    assert!(matches!(store.await_file(&FileId::from("nobody")).await, Err(StoreError::NotFound)));
    assert_eq!(store.file_ids(&ada).await.unwrap(), [file.id.0]);
}
