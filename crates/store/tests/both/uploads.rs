//! Files that arrive in several requests.

use airis_domain::{FileId, JsonMap, now};
use airis_store::{Store, Upload, UploadPiece};

use crate::fixture::{on_both, person};

on_both! {
    an_upload_grows_only_at_its_end_and_is_joined_once
    of_pieces_that_begin_together_one_is_taken
    what_is_left_lying_is_found_even_when_its_owner_is_gone
}

fn piece(size: i64, path: &str) -> UploadPiece {
    UploadPiece { size, path: path.to_owned() }
}

/// Ada's upload of ten bytes.
async fn begun(store: &Store) -> Upload {
    let upload = Upload {
        id: FileId::from("f1"),
        user_id: store.insert_user(&person("ada")).await.unwrap().id,
        filename: "Käse.txt".to_owned(),
        content_type: None,
        metadata: JsonMap::new(),
        process: true,
        size: 10,
        received: 0,
    };
    store.insert_upload(&upload).await.unwrap();
    upload
}

async fn an_upload_grows_only_at_its_end_and_is_joined_once(store: Store) {
    let upload = begun(&store).await;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    assert_eq!(store.upload(&upload.id, &upload.user_id).await.unwrap().as_ref(), Some(&upload));
    assert_eq!(store.upload(&upload.id, &bob).await.unwrap(), None);
    assert_eq!(store.count_uploads(&upload.user_id).await.unwrap(), 1);
    let id = &upload.id;
    assert!(store.add_upload_piece(id, 0, &piece(4, "a")).await.unwrap());
    for start in [0, 3, 5, 10] {
        assert!(!store.add_upload_piece(id, start, &piece(1, "x")).await.unwrap(), "{start}");
    }
    assert!(!store.add_upload_piece(id, 4, &piece(7, "x")).await.unwrap(), "more than was said");
    assert!(!store.claim_upload(id, now() - 60).await.unwrap(), "it is not whole");
    assert!(store.add_upload_piece(id, 4, &piece(6, "b")).await.unwrap());
    assert_eq!(store.upload_pieces(id).await.unwrap(), [piece(4, "a"), piece(6, "b")]);
    assert!(store.claim_upload(id, now() - 60).await.unwrap());
    assert!(!store.claim_upload(id, now() - 60).await.unwrap(), "somebody is at it");
    store.release_upload(id).await.unwrap();
    assert!(store.claim_upload(id, now() - 60).await.unwrap());
    assert!(store.claim_upload(id, now() + 60).await.unwrap(), "whoever was at it is dead");
    store.delete_upload(id).await.unwrap();
    assert_eq!(store.upload_pieces(id).await.unwrap(), []);
    assert!(!store.add_upload_piece(id, 0, &piece(1, "x")).await.unwrap());
}

async fn of_pieces_that_begin_together_one_is_taken(store: Store) {
    let upload = begun(&store).await;
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..8 {
        let (store, id) = (store.clone(), upload.id.clone());
        tasks.spawn(async move { store.add_upload_piece(&id, 0, &piece(2, &index.to_string())).await.unwrap() });
    }
    let taken = tasks.join_all().await.into_iter().filter(|taken| *taken).count();
    assert_eq!((taken, store.upload_pieces(&upload.id).await.unwrap().len()), (1, 1));
}

async fn what_is_left_lying_is_found_even_when_its_owner_is_gone(store: Store) {
    let upload = begun(&store).await;
    store.add_upload_piece(&upload.id, 0, &piece(2, "a")).await.unwrap();
    store.delete_user(&upload.user_id).await.unwrap();
    assert_eq!(store.abandoned_uploads(now() - 60).await.unwrap(), []);
    assert_eq!(store.abandoned_uploads(now() + 60).await.unwrap(), std::slice::from_ref(&upload.id));
    assert_eq!(store.upload_pieces(&upload.id).await.unwrap(), [piece(2, "a")]);
}
