//! What a start finds beside the file, and whether it is true.

use std::path::Path;

use airis_vector::{Passage, Scope, Vectors, Which};

use crate::{MODEL, ids, passage};

/// More than two pieces of codes.
const COUNT: usize = 41_000;

/// Many passages, of which one lies where it is looked for.
async fn filled(file: &Path, one: usize) {
    let store = Vectors::embedded(file);
    for start in (0..COUNT).step_by(1_000) {
        let made = |number: usize| {
            let angle =
                if number == one { std::f32::consts::FRAC_PI_4 } else { 2.0 + ((number + one) % 1_000) as f32 * 0.003 };
            let file = if number == one { "one" } else { "others" };
            passage(&number.to_string(), file, "same", [angle.cos(), angle.sin()])
        };
        let passages: Vec<Passage> = (start..start + 1_000).map(made).collect();
        store.add("kb", MODEL, passages).await.unwrap();
    }
    // What the first question reads is stored, too.
    assert_eq!(nearest(&store).await, one.to_string());
    store.close().await;
}

async fn nearest(store: &Vectors) -> String {
    ids(&store.near(&Scope::all("kb"), MODEL, &[1.0, 1.0], 1).await.unwrap())[0].to_owned()
}

fn stored(folder: &Path) -> usize {
    let folders = std::fs::read_dir(folder.join("cache/vectors")).unwrap();
    folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_there_after_a_start_and_never_believed_over_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vectors.db");
    filled(&file, 12_345).await;
    assert_eq!(stored(folder.path()), 2);
    let store = Vectors::embedded(&file);
    assert_eq!(nearest(&store).await, "12345");
    store.close().await;

    // Another file with the same keys and as many changes.
    let other = tempfile::tempdir().unwrap();
    filled(&other.path().join("vectors.db"), 23_456).await;
    std::fs::copy(other.path().join("vectors.db"), &file).unwrap();
    let store = Vectors::embedded(&file);
    assert_eq!(nearest(&store).await, "23456");
    store.close().await;
    let store = Vectors::embedded(&file);
    store.delete("kb", &Which::File("one".to_owned())).await.unwrap();
    assert_ne!(nearest(&store).await, "23456");
    store.drop_collection("kb").await.unwrap();
    assert_eq!(stored(folder.path()), 0, "nothing is left of a collection that is gone");
    store.close().await;
}
