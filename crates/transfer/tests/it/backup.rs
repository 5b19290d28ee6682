//! Into an archive and back, on either database.

use std::io::Read;
use std::path::Path;

use airis_domain::{ChatId, FileId};
use airis_transfer::{Database, Manifest, TransferError, back_up, restore};

use crate::fixture::{Home, ROWS, SCHEMA, data_folder, make_sqlite};

impl Home {
    fn database(&self) -> Database<'_> {
        Database { url: &self.url, schema: None }
    }

    async fn back_up(&self, file: &Path) -> Result<Manifest, TransferError> {
        back_up(self.database(), self.folder.path(), file, &mut |_, _, _| ()).await
    }

    async fn restore(&self, file: &Path, force: bool) -> Result<(Manifest, Vec<String>), TransferError> {
        restore(self.database(), self.folder.path(), file, force, &mut |_, _, _| ()).await
    }

    async fn assert_filled(&self) {
        assert_eq!(self.store.count_users().await.unwrap(), 2);
        assert_eq!(self.store.messages(&ChatId::from("c1")).await.unwrap().len(), 2);
        let file = self.store.file(&FileId::from("file1")).await.unwrap().unwrap();
        assert_eq!(self.files.whole(file.path.as_deref().unwrap(), 100).await.unwrap(), b"roar!");
    }
}

async fn filled(home: Home) -> Home {
    let there = data_folder(&[SCHEMA, ROWS]).await;
    home.import(there.path().to_str().unwrap()).await;
    make_sqlite(&home.folder.path().join("vectors.db"), &["CREATE TABLE v (x TEXT); INSERT INTO v VALUES ('y')"]).await;
    std::fs::write(home.folder.path().join(".webui_secret_key"), "sesame").unwrap();
    std::fs::write(home.folder.path().join("uploads/.incoming-1"), "half").unwrap();
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_comes_back_into_either_database() {
    let place = tempfile::tempdir().unwrap();
    for (number, home) in [filled(Home::sqlite().await).await, filled(Home::postgres().await).await].iter().enumerate()
    {
        let archive = place.path().join(format!("{number}.tar.gz"));
        let made = home.back_up(&archive).await.unwrap();
        assert_eq!(made.entries.iter().filter(|entry| entry.path.starts_with("uploads/")).count(), 1, "{made:?}");
        for back in [Home::sqlite().await, Home::postgres().await] {
            let (read, notes) = back.restore(&archive, false).await.unwrap();
            assert_eq!((read, notes), (made.clone(), Vec::new()));
            back.assert_filled().await;
            assert_eq!(std::fs::read(back.folder.path().join(".webui_secret_key")).unwrap(), b"sesame");
            assert!(back.folder.path().join("vectors.db").exists());
            let again = place.path().join("again.tar.gz");
            let twice = back.back_up(&again).await.unwrap();
            let sums = |manifest: &Manifest| {
                let mut sums: Vec<_> =
                    manifest.tables.iter().map(|one| (one.table.clone(), one.checksum.clone())).collect();
                sums.sort();
                sums
            };
            assert_eq!(sums(&made), sums(&twice), "nothing was lost on the way");
            std::fs::remove_file(again).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_replaced_only_when_that_is_said() {
    let place = tempfile::tempdir().unwrap();
    let archive = place.path().join("a.tar.gz");
    filled(Home::sqlite().await).await.back_up(&archive).await.unwrap();
    for home in [filled(Home::sqlite().await).await, filled(Home::postgres().await).await] {
        home.store.delete_chat(&ChatId::from("c1")).await.unwrap();
        let told = home.restore(&archive, false).await.unwrap_err().to_string();
        assert!(told.contains("--force"), "{told}");
        assert!(home.store.chat(&ChatId::from("c1")).await.unwrap().is_none());
        let (_, notes) = home.restore(&archive, true).await.unwrap();
        assert!(notes[0].contains("uploaded before"), "{notes:?}");
        home.assert_filled().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_archive_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let archive = place.path().join("a.tar.gz");
    let home = filled(Home::sqlite().await).await;
    home.back_up(&archive).await.unwrap();
    assert!(home.back_up(&archive).await.unwrap_err().to_string().contains("is there already"));
    let whole = std::fs::read(&archive).unwrap();
    let empty = Home::sqlite().await;
    let file = place.path().join("damaged");
    let mut damaged = vec![b"nothing of the kind".to_vec(), whole[..whole.len() / 2].to_vec()];
    // A turned bit is seen wherever it is, but for those that hold nothing: in the head, and those that fill the last
    // byte of what is packed, nine from the end.
    let turned = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x40;
        bytes
    };
    let places = (0..whole.len()).step_by(whole.len() / 50).chain(whole.len() - 12..whole.len());
    damaged.extend(places.map(turned).filter(|bytes| unpacked(bytes) != unpacked(&whole)));
    assert!(damaged.len() > 50, "{}", damaged.len());
    for bytes in damaged {
        std::fs::write(&file, &bytes).unwrap();
        let told = empty.restore(&file, true).await.unwrap_err().to_string();
        assert!(told.contains("damaged") || told.contains("no whole backup"), "{told}");
    }
    assert_eq!(empty.store.count_users().await.unwrap(), 0);
    let _serving = empty.store.lock_for_serving().unwrap();
    assert!(empty.restore(&archive, true).await.unwrap_err().to_string().contains("a server uses"));
}

/// What is packed; nothing when it does not hold.
fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut all).ok().map(|_| all)
}
