//! The index of words against every passage counted one by one, while segments are made, joined and made anew.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use airis_vector::{Passage, Scope, Vectors, Which};
use sqlx::sqlite::SqlitePoolOptions;

use crate::{MODEL, database, ids, passage};

/// Passages that become a segment here, so that few passages make many.
const STEP: usize = 64;
const COUNT: u32 = 800;
const FILES: u32 = 30;
/// How long the background may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A number that looks like any other.
fn mixed(number: u32) -> u32 {
    let number = (number ^ (number >> 16)).wrapping_mul(0x45d9_f3b5);
    let number = (number ^ (number >> 13)).wrapping_mul(0x2c1b_3c6d);
    number ^ (number >> 15)
}

/// A passage of a few frequent words and many rare ones.
fn made(number: u32) -> Passage {
    let words = (0..5 + mixed(number) % 40).map(|at| {
        let part = f64::from(mixed(number * 101 + at)) / f64::from(u32::MAX);
        format!("w{}", (part.powi(3) * 300.0) as u32)
    });
    let text: Vec<String> = words.collect();
    Passage {
        about: format!("chapter w{}", mixed(number + 7) % 9),
        hash: Some(format!("{}", number % 2)),
        ..passage(&number.to_string(), &format!("f{}", number % FILES), &text.join(" "), [1.0, 0.0])
    }
}

/// What words tell of each of these passages (BM25), the best first.
fn exact(passages: &[Passage], wanted: &[&str], about: bool) -> Vec<f64> {
    let often = |passage: &Passage, word: &str| {
        let count = |text: &str| text.split(' ').filter(|known| *known == word).count() as f64;
        count(&passage.text) + if about { 0.5 * count(&passage.about) } else { 0.0 }
    };
    let length = |passage: &Passage| passage.text.split(' ').count() as f64;
    let count = passages.len() as f64;
    let average = passages.iter().map(length).sum::<f64>() / count;
    let mut scores = vec![0.0; passages.len()];
    for word in wanted {
        let having = passages.iter().filter(|passage| often(passage, word) > 0.0).count() as f64;
        let weight = (1.0 + (count - having + 0.5) / (having + 0.5)).ln();
        for (score, passage) in scores.iter_mut().zip(passages) {
            let often = often(passage, word);
            *score += weight * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length(passage) / average));
        }
    }
    scores.retain(|score| *score > 0.0);
    scores.sort_by(|one, other| other.total_cmp(one));
    scores
}

const QUESTIONS: [&[&str]; 6] =
    [&["w0"], &["w0", "w1", "w250"], &["w3", "w120", "w200", "w299"], &["w290", "none"], &["none"], &["w1", "chapter"]];

/// Whether the best have the scores that they should have.
async fn agrees(store: &Vectors, passages: &[Passage]) -> Result<(), String> {
    for wanted in QUESTIONS {
        for (about, limit) in [(false, 7), (true, 7), (false, 500)] {
            let found = store.with_words(&Scope::all("kb"), &wanted.join(" "), about, limit).await.unwrap();
            let mut exact = exact(passages, wanted, about);
            exact.truncate(limit);
            let close = found.iter().zip(&exact).all(|(found, exact)| (found.score - exact).abs() < 1e-3);
            if !close || found.len() != exact.len() {
                let found: Vec<f64> = found.iter().map(|found| found.score).collect();
                return Err(format!("{wanted:?} {about} {limit}: {found:?} for {exact:?}"));
            }
        }
    }
    Ok(())
}

/// Waits until the background has come so far that they agree.
async fn agrees_soon(store: &Vectors, passages: &[Passage]) {
    let begin = Instant::now();
    while let Err(difference) = agrees(store, passages).await {
        assert!(begin.elapsed() < PATIENCE, "{difference}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn ranked(store: Vectors) {
    store.index_together(STEP);
    let mut passages: Vec<Passage> = Vec::new();
    for number in 0..COUNT {
        passages.push(made(number));
        if passages.len().is_multiple_of(40) {
            store.add("kb", MODEL, passages[passages.len() - 40..].to_vec()).await.unwrap();
            if passages.len().is_multiple_of(160) {
                agrees(&store, &passages).await.unwrap();
            }
        }
    }
    // Nobody learns anything of the words of others.
    let others = (0..200).map(|number| passage(&number.to_string(), "x", "w250 w299", [1.0, 0.0])).collect();
    store.add("other", MODEL, others).await.unwrap();
    agrees(&store, &passages).await.unwrap();

    let scope = Scope { collection: "kb".to_owned(), files: Some(vec!["f3".to_owned(), "f7".to_owned()]) };
    let found = store.with_words(&scope, "w0 w1", false, 500).await.unwrap();
    let of_file = |passage: &&Passage| {
        let words: Vec<&str> = passage.text.split(' ').collect();
        ["f3", "f7"].contains(&passage.file_id.as_deref().unwrap()) && (words.contains(&"w0") || words.contains(&"w1"))
    };
    let expected: BTreeSet<&str> = passages.iter().filter(of_file).map(|passage| passage.id.as_str()).collect();
    assert_eq!(ids(&found).into_iter().collect::<BTreeSet<_>>(), expected);

    // What is deleted is not found, and does not count any more once segments are made anew.
    passages.retain(|passage| passage.hash.as_deref() != Some("0"));
    store.delete("kb", &Which::Hash("0".to_owned())).await.unwrap();
    let found = store.with_words(&Scope::all("kb"), "w0", false, 2_000).await.unwrap();
    let expected = passages.iter().filter(|passage| passage.text.split(' ').any(|word| word == "w0")).count();
    assert_eq!(found.len(), expected);
    agrees_soon(&store, &passages).await;

    // Another one of the same name begins with nothing.
    store.drop_collection("kb").await.unwrap();
    assert!(store.with_words(&Scope::all("kb"), "w0", false, 9).await.unwrap().is_empty());
    store.add("kb", MODEL, passages[..5].to_vec()).await.unwrap();
    agrees(&store, &passages[..5]).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passages_in_a_file_are_ranked_as_if_each_was_counted() {
    let folder = tempfile::tempdir().unwrap();
    ranked(Vectors::embedded(&folder.path().join("vectors.db"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passages_in_tables_are_ranked_as_if_each_was_counted() {
    ranked(Vectors::postgres(database("ranked").await)).await;
}

/// Two instances add at once: each segment is made by one of them, and both find everything.
#[tokio::test(flavor = "multi_thread")]
async fn instances_share_an_index_of_words() {
    let pool = database("shared_words").await;
    let stores = [Vectors::postgres(pool.clone()), Vectors::postgres(pool.clone())];
    let mut tasks = tokio::task::JoinSet::new();
    for (half, store) in stores.iter().cloned().enumerate() {
        store.index_together(STEP);
        tasks.spawn(async move {
            let half = u32::try_from(half).unwrap() * COUNT / 2;
            for number in (half..half + COUNT / 2).step_by(20) {
                store.add("kb", MODEL, (number..number + 20).map(made).collect()).await.unwrap();
                let all = store.with_words(&Scope::all("kb"), "chapter", true, 2_000).await.unwrap().len();
                assert!(all >= (number + 20 - half) as usize, "{all} at {number}");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let passages: Vec<Passage> = (0..COUNT).map(made).collect();
    for store in &stores {
        agrees_soon(store, &passages).await;
    }
    let ranges: Vec<(i64, i64)> =
        sqlx::query_as("SELECT after, last FROM vector_segment WHERE docs IS NOT NULL ORDER BY after")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert!(ranges.len() > 1 && ranges.windows(2).all(|two| two[0].1 <= two[1].0), "{ranges:?}");
}

/// An index that is there after a restart, with what was begun and is not whole.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_half_made_is_never_seen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vectors.db");
    let passages: Vec<Passage> = (0..COUNT).map(made).collect();
    let store = Vectors::embedded(&file);
    store.index_together(STEP);
    for some in passages.chunks(50) {
        store.add("kb", MODEL, some.to_vec()).await.unwrap();
    }
    store.close().await;
    let raw = SqlitePoolOptions::new().connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO word_segment (id, collection, after, last, count, since) VALUES (5000, 1, 0, 700, 700, unixepoch()); \
         INSERT INTO word_list VALUES (5000, 0, 'w0', 700, zeroblob(2000))",
    )
    .execute(&raw)
    .await
    .unwrap();
    let store = Vectors::embedded(&file);
    store.index_together(STEP);
    agrees(&store, &passages).await.unwrap();
    let more: Vec<Passage> = (COUNT..COUNT + 150).map(made).collect();
    store.add("kb", MODEL, more.clone()).await.unwrap();
    agrees_soon(&store, &[passages, more].concat()).await;
    let begin = Instant::now();
    let left = async || -> i64 {
        let sql =
            "SELECT COUNT(*) FROM word_list WHERE segment NOT IN (SELECT id FROM word_segment WHERE docs IS NOT NULL)";
        sqlx::query_scalar(sql).fetch_one(&raw).await.unwrap()
    };
    while left().await > 0 {
        assert!(begin.elapsed() < PATIENCE, "what is not whole stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    store.close().await;
}

/// A file as the version before this index wrote it.
const OLD: &str = "
CREATE TABLE collection (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL);
CREATE TABLE passage (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
  id TEXT NOT NULL, file_id TEXT, hash TEXT, model TEXT, text TEXT NOT NULL, about TEXT NOT NULL, metadata TEXT NOT NULL,
  vector BLOB
);
CREATE VIRTUAL TABLE passage_words USING fts5 (
  scope, words, about, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER passage_gone AFTER DELETE ON passage BEGIN
  DELETE FROM passage_words WHERE rowid = old.key;
END;
INSERT INTO collection (name, version) VALUES ('kb', 1), ('other', 1);
";

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_stored_is_taken_into_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vectors.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let raw = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    sqlx::raw_sql(OLD).execute(&raw).await.unwrap();
    let mut passages: Vec<Passage> = (0..400).map(made).collect();
    let mut tx = raw.begin().await.unwrap();
    for (key, passage) in passages.iter().enumerate() {
        sqlx::query(
            "INSERT INTO passage (collection, id, file_id, text, about, metadata) VALUES (1, $1, $2, $3, $4, '{}')",
        )
        .bind(&passage.id)
        .bind(&passage.file_id)
        .bind(&passage.text)
        .bind(&passage.about)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query("INSERT INTO passage_words (rowid, scope, words, about) VALUES ($1, 'c1', $2, $3)")
            .bind(i64::try_from(key + 1).unwrap())
            .bind(&passage.text)
            .bind(&passage.about)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();

    let store = Vectors::embedded(&file);
    store.index_together(STEP);
    let having =
        |passages: &[Passage]| passages.iter().filter(|known| known.text.split(' ').any(|w| w == "w0")).count();
    let found = async || store.with_words(&Scope::all("kb"), "w0", false, 2_000).await.unwrap().len();
    // Added before anybody asked, so it is in the index of the earlier version, too.
    let more: Vec<Passage> = (400..440).map(made).collect();
    store.add("kb", MODEL, more.clone()).await.unwrap();
    passages.extend(more);
    assert_eq!(found().await, having(&passages));
    store.delete("kb", &Which::File("f2".to_owned())).await.unwrap();
    passages.retain(|passage| passage.file_id.as_deref() != Some("f2"));
    assert_eq!(found().await, having(&passages));
    let begin = Instant::now();
    loop {
        let taken: BTreeMap<i64, i64> =
            sqlx::query_as::<_, (i64, i64)>("SELECT collection, collection FROM word_taken")
                .fetch_all(&raw)
                .await
                .unwrap()
                .into_iter()
                .collect();
        assert_eq!(found().await, having(&passages));
        if taken.contains_key(&1) {
            break;
        }
        assert!(begin.elapsed() < PATIENCE, "it is not taken into the index");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let more: Vec<Passage> = (440..500).map(made).collect();
    store.add("kb", MODEL, more.clone()).await.unwrap();
    passages.extend(more);
    assert_eq!(found().await, having(&passages));
    let old: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM passage_words").fetch_one(&raw).await.unwrap();
    assert_eq!(usize::try_from(old).unwrap(), passages.len() - 60, "what came since is in the new index alone");
    store.delete("kb", &Which::File("f4".to_owned())).await.unwrap();
    passages.retain(|passage| passage.file_id.as_deref() != Some("f4"));
    assert_eq!(found().await, having(&passages));
    store.close().await;
}
