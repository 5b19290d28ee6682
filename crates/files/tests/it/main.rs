//! Files on a disk and in stores of objects, through the public face.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod objects;

use airis_files::{Files, FilesError, Taken};
use tokio::io::AsyncReadExt;

fn names(folder: &std::path::Path) -> Vec<String> {
    let list = std::fs::read_dir(folder).unwrap();
    list.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn what_was_received_is_read_back_whole_and_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::local(folder.path());
    let mut incoming = files.receive().await.unwrap();
    for piece in ["Hello, ", "", "world"] {
        incoming.write(piece.as_bytes()).await.unwrap();
    }
    let received = incoming.finish().await.unwrap();
    assert_eq!(received.size, 12);
    assert_eq!(received.sha256, "4ae7c3b6ac0beff671efa8cf57386151c06e58ca53a78d83f36107316cec125f");
    let place = files.keep(received, "id", "../greeting.txt").await.unwrap();
    assert_eq!(names(folder.path()), ["id_greeting.txt"]);
    assert_eq!(files.whole(&place, 12).await.unwrap(), b"Hello, world");
    assert!(matches!(files.whole(&place, 11).await, Err(FilesError::TooLarge(11))));
    let mut part = String::new();
    files.read(&place, 7, 3).await.unwrap().read_to_string(&mut part).await.unwrap();
    assert_eq!(part, "wor");
    // The same file of a server whose data lay elsewhere.
    assert_eq!(files.size("/somewhere/else/uploads/id_greeting.txt").await.unwrap(), 12);
    files.remove(&place).await.unwrap();
    files.remove(&place).await.unwrap();
    assert!(matches!(files.size(&place).await, Err(FilesError::Gone)));
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::local(folder.path());
    let mut incoming = files.receive().await.unwrap();
    incoming.write(b"half").await.unwrap();
    drop(incoming);
    let mut incoming = files.receive().await.unwrap();
    incoming.write(b"whole, but nobody wants it").await.unwrap();
    drop(incoming.finish().await.unwrap());
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_place_never_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "s").unwrap();
    let files = Files::local(&folder.path().join("uploads"));
    for place in ["../secret", "..", "/", "", "a\0b", "..\\secret"] {
        assert!(matches!(files.size(place).await, Err(FilesError::Gone)), "{place:?}");
    }
}

#[tokio::test]
async fn only_uploads_that_nobody_continues_are_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::local(folder.path());
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(48 * 3600);
    for name in [".incoming-old", "id_kept"] {
        std::fs::File::create(folder.path().join(name)).unwrap().set_modified(old).unwrap();
    }
    let _growing = files.receive().await.unwrap();
    assert_eq!(files.sweep().await.unwrap(), 1);
    assert_eq!(names(folder.path()).len(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_tree_is_read_at_any_depth_and_never_left() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "s").unwrap();
    let cache = folder.path().join("cache");
    std::fs::create_dir_all(cache.join("audio/speech")).unwrap();
    std::fs::write(cache.join("audio/speech/a.mp3"), "sound").unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret"), cache.join("link")).unwrap();
    let files = Files::tree(&cache);
    assert_eq!(files.size("audio/speech/a.mp3").await.unwrap(), 5);
    for place in ["../secret", "audio/../../secret", "/etc/passwd", "link", "audio", "", "none", "a\0b"] {
        assert!(matches!(files.size(place).await, Err(FilesError::Gone)), "{place:?}");
    }
}

#[tokio::test]
async fn a_storage_takes_over_what_another_keeps() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (from, to) = (Files::local(one.path()), Files::local(other.path()));
    std::fs::write(one.path().join("id_a.txt"), b"whole").unwrap();
    // What a copy that was cut off left behind elsewhere.
    std::fs::write(other.path().join("id_a.txt"), b"who").unwrap();
    let place = "/app/data/uploads/id_a.txt";
    assert_eq!(to.take(&from, place).await.unwrap(), Taken::Copied(5));
    assert_eq!(to.whole(place, 9).await.unwrap(), b"whole");
    assert_eq!(to.take(&from, place).await.unwrap(), Taken::There);
    assert_eq!(from.size(place).await.unwrap(), 5, "it stays where it was");
    assert!(matches!(to.take(&from, "id_b.txt").await, Err(FilesError::Gone)));
    assert_eq!(names(other.path()), ["id_a.txt"]);
}
