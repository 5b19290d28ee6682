//! What every store of vectors must do; a new one joins the list at the end.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod away;
mod elastic;
mod external;
mod fakes;
mod mariadb;
mod model;
mod pgvector;
mod pinecone;
mod qdrant;
mod ranked;
mod served;
mod started;
mod valkey;
mod weaviate;

use airis_config::{ChromaServer, MilvusServer, VectorServer};
use airis_outbound::{Call, Outbound};
use airis_vector::{Duplicate, Found, Passage, Scope, Vectors, Which};
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

const MODEL: &str = "test:two";

fn passage(id: &str, file: &str, text: &str, vector: [f32; 2]) -> Passage {
    Passage {
        id: id.to_owned(),
        text: text.to_owned(),
        file_id: Some(file.to_owned()),
        hash: Some(format!("hash of {file}")),
        metadata: json!({"z": 1, "name": file, "a": [2]}).as_object().unwrap().clone(),
        about: format!("{file} chapter"),
        vector: Some(vector.to_vec()),
    }
}

fn ids(found: &[Found]) -> Vec<&str> {
    found.iter().map(|found| found.id.as_str()).collect()
}

fn of(collection: &str, files: &[&str]) -> Scope {
    Scope { collection: collection.to_owned(), files: Some(files.iter().map(|file| (*file).to_owned()).collect()) }
}

async fn filled(store: &Vectors) {
    let passages = vec![
        passage("1", "apples", "Apples are red fruits", [1.0, 0.0]),
        passage("2", "pears", "Pears are green fruits", [3.0, 3.0]),
        passage("3", "boats", "Boats swim", [0.0, 0.5]),
    ];
    store.add("kb", MODEL, passages).await.unwrap();
    store.add("other", MODEL, vec![passage("1", "apples", "Apples elsewhere", [1.0, 0.0])]).await.unwrap();
}

async fn the_nearest_come_first_with_scores_from_0_to_1(store: Vectors) {
    filled(&store).await;
    let found = store.near(&Scope::all("kb"), MODEL, &[9.0, 0.0], 2).await.unwrap();
    assert_eq!(ids(&found), ["1", "2"]);
    assert!((found[0].score - 1.0).abs() < 1e-5 && (found[1].score - 0.853_553).abs() < 1e-5);
    assert_eq!(found[0].text, "Apples are red fruits");
    assert_eq!(serde_json::to_string(&found[0].metadata).unwrap(), r#"{"z":1,"name":"apples","a":[2]}"#);
    assert!(store.near(&Scope::all("nothing"), MODEL, &[1.0, 0.0], 2).await.unwrap().is_empty());
    assert!(store.near(&Scope::all("kb"), "another model", &[1.0, 0.0], 2).await.unwrap().is_empty());
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0, 0.0], 2).await.unwrap().is_empty());
    assert!(store.near(&Scope::all("kb"), MODEL, &[f32::NAN, 0.0], 2).await.is_err());
}

async fn files_that_are_not_named_are_never_found(store: Vectors) {
    filled(&store).await;
    let scope = of("kb", &["pears", "boats"]);
    assert_eq!(ids(&store.near(&scope, MODEL, &[1.0, 0.0], 9).await.unwrap()), ["2", "3"]);
    assert_eq!(ids(&store.with_words(&scope, "red fruits", false, 9).await.unwrap()), ["2"]);
    assert_eq!(ids(&store.all(&scope, 9).await.unwrap()), ["2", "3"]);
    let nobody = of("kb", &[]);
    assert!(store.near(&nobody, MODEL, &[1.0, 0.0], 9).await.unwrap().is_empty());
    assert!(store.with_words(&nobody, "fruits", false, 9).await.unwrap().is_empty());
    assert!(store.all(&nobody, 9).await.unwrap().is_empty());
}

async fn words_are_found_in_their_collection_whatever_their_case(store: Vectors) {
    filled(&store).await;
    let words = async |text: &str, about: bool| {
        ids(&store.with_words(&Scope::all("kb"), text, about, 9).await.unwrap()).join(" ")
    };
    assert_eq!(words("RED", false).await, "1");
    assert_eq!(words("green fruits", false).await, "2 1");
    assert_eq!(words("chapter", false).await, "");
    assert_eq!(words("boats chapter", true).await.split(' ').next(), Some("3"));
    assert_eq!(words("\" OR words:", false).await, "");
    assert_eq!(words("", false).await, "");
    assert_eq!(words("réd", false).await, "1", "marks on letters do not count");
    store.add("cjk", MODEL, vec![passage("1", "f", "東京タワーは高い", [1.0, 0.0])]).await.unwrap();
    assert_eq!(ids(&store.with_words(&Scope::all("cjk"), "高い塔", false, 9).await.unwrap()), ["1"]);
}

async fn what_is_deleted_is_not_found_again(store: Vectors) {
    filled(&store).await;
    // Read once, so that the vectors are in memory.
    store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 9).await.unwrap();
    assert_eq!(store.delete("kb", &Which::File("apples".to_owned())).await.unwrap(), 1);
    assert_eq!(ids(&store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 9).await.unwrap()), ["2", "3"]);
    assert!(store.with_words(&Scope::all("kb"), "apples", true, 9).await.unwrap().is_empty());
    assert_eq!(ids(&store.all(&Scope::all("other"), 9).await.unwrap()), ["1"]);
    assert_eq!(store.delete("kb", &Which::Hash("hash of pears".to_owned())).await.unwrap(), 1);
    assert_eq!(store.delete("nothing", &Which::File("x".to_owned())).await.unwrap(), 0);
    assert_eq!(store.forget_file("apples").await.unwrap(), 1);
    assert!(store.all(&Scope::all("other"), 9).await.unwrap().is_empty());
    store.drop_collection("kb").await.unwrap();
    store.drop_collection("kb").await.unwrap();
    assert!(!store.has("kb").await.unwrap() && store.has("other").await.unwrap());
    assert!(store.with_words(&Scope::all("kb"), "boats", false, 9).await.unwrap().is_empty());
    store.reset().await.unwrap();
    assert!(store.collections().await.unwrap().is_empty());
}

async fn a_file_that_is_indexed_again_is_there_once(store: Vectors) {
    filled(&store).await;
    let new = vec![passage("9", "apples", "Apples can be yellow", [1.0, 0.1])];
    store.replace("kb", MODEL, "apples", new).await.unwrap();
    assert_eq!(ids(&store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 1).await.unwrap()), ["9"]);
    assert!(store.with_words(&Scope::all("kb"), "red", false, 9).await.unwrap().is_empty());
    let same = vec![passage("9", "apples", "Apples can be brown", [1.0, 0.1])];
    store.add("kb", MODEL, same).await.unwrap();
    assert_eq!(store.all(&Scope::all("kb"), 99).await.unwrap().len(), 3);
    store.replace("kb", MODEL, "apples", Vec::new()).await.unwrap();
    assert_eq!(ids(&store.all(&Scope::all("kb"), 99).await.unwrap()), ["2", "3"]);
}

async fn copies_are_found_by_both_ways_and_stay_apart(store: Vectors) {
    filled(&store).await;
    let copy = Duplicate { from: "kb", to: "new", file_id: "pears" };
    assert_eq!(store.copy(&copy).await.unwrap(), 1);
    assert_eq!(store.copy(&copy).await.unwrap(), 1, "a second time replaces the first");
    let near = store.near(&Scope::all("new"), MODEL, &[1.0, 1.0], 9).await.unwrap();
    assert_eq!((near.len(), near[0].text.as_str()), (1, "Pears are green fruits"));
    assert_eq!(store.with_words(&Scope::all("new"), "pears", false, 9).await.unwrap().len(), 1);
    store.delete("kb", &Which::File("pears".to_owned())).await.unwrap();
    assert_eq!(store.all(&Scope::all("new"), 9).await.unwrap().len(), 1);
    assert_eq!(store.copy(&Duplicate { from: "nothing", to: "new", file_id: "x" }).await.unwrap(), 0);
    assert!(store.has_text("new", "hash of pears", "another").await.unwrap());
    assert!(!store.has_text("new", "hash of pears", "pears").await.unwrap());
}

async fn without_vectors_words_still_find(store: Vectors) {
    let plain = Passage { vector: None, ..passage("1", "f", "only words", [1.0, 0.0]) };
    store.add("kb", MODEL, vec![plain]).await.unwrap();
    assert!(store.lacks("kb", MODEL).await.unwrap());
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 9).await.unwrap().is_empty());
    assert_eq!(ids(&store.with_words(&Scope::all("kb"), "words", false, 9).await.unwrap()), ["1"]);
    store.add("kb", MODEL, vec![passage("1", "f", "only words", [1.0, 0.0])]).await.unwrap();
    assert!(!store.lacks("kb", MODEL).await.unwrap());
}

async fn odd_names_and_texts_are_taken_as_they_are(store: Vectors) {
    for name in ["", "a\0b"] {
        assert!(store.add(name, MODEL, Vec::new()).await.is_err(), "{name:?}");
    }
    let name = "'; DROP TABLE passage; --";
    let metadata =
        json!({"chroma:document": "x", "$and": 1, "": 2, "tenant_id": "kb", "file_id": "y", "big": u64::MAX});
    let odd = Passage {
        metadata: metadata.as_object().unwrap().clone(),
        ..passage("ü' \"", "fi'le \" or id != \"", "a 'quoted' text 🧀", [1.0, 0.0])
    };
    store.add(name, MODEL, vec![odd]).await.unwrap();
    let scope = of(name, &["fi'le \" or id != \""]);
    assert_eq!(store.all(&scope, 9).await.unwrap()[0].text, "a 'quoted' text 🧀");
    let near = store.near(&scope, MODEL, &[1.0, 0.0], 9).await.unwrap();
    assert_eq!((near.len(), &near[0].metadata), (1, metadata.as_object().unwrap()));
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 9).await.unwrap().is_empty());
    store.add(name, MODEL, vec![passage("0", "zero", "nothing but zeros", [0.0, 0.0])]).await.unwrap();
    assert!(!store.lacks(name, MODEL).await.unwrap());
    assert!(store.add("kb", MODEL, vec![passage("1", "f", "t", [f32::INFINITY, 0.0])]).await.is_err());
    assert!(!store.has("kb").await.unwrap(), "nothing of what was refused is there");
}

async fn many_write_and_read_at_once(store: Vectors) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            let (id, file) = (format!("{number}"), format!("file {number}"));
            store.add("kb", MODEL, vec![passage(&id, &file, "busy", [1.0, 0.0])]).await.unwrap();
            assert!(!store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 99).await.unwrap().is_empty());
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 99).await.unwrap().len(), 16);
}

/// A database of the test's own on the server that `scripts/postgres.sh` starts.
async fn database(name: &str) -> PgPool {
    let server = std::env::var("AIRIS_TEST_POSTGRES").expect("run the tests through scripts/postgres.sh");
    // Names of databases are cut after 63 letters.
    let name = format!("vector_{}_{}", std::process::id(), &name[..name.len().min(40)]);
    let admin = PgPool::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
    admin.close().await;
    let (base, _) = server.rsplit_once('/').unwrap();
    PgPoolOptions::new().max_connections(4).connect(&format!("{base}/{name}")).await.unwrap()
}

/// A database of the test's own on the Chroma that `scripts/vector-servers.sh` starts.
async fn chroma(name: &str) -> VectorServer {
    let url = std::env::var("AIRIS_TEST_CHROMA").expect("run the tests through scripts/vector-servers.sh");
    let database = format!("{name}_{}", std::process::id());
    let made = Call::post(format!("{url}/api/v2/tenants/default_tenant/databases")).json(&json!({"name": database}));
    Outbound::new().fetch(made).await.unwrap().ok().unwrap();
    VectorServer::Chroma(ChromaServer { url, tenant: "default_tenant".to_owned(), database, headers: Vec::new() })
}

/// Names of its own on the Milvus that `scripts/vector-servers.sh` starts.
fn milvus(name: &str) -> VectorServer {
    let url = std::env::var("AIRIS_TEST_MILVUS").expect("run the tests through scripts/vector-servers.sh");
    // The beginnings of the names of tests differ.
    let prefix = format!("{}_{}", &name[..name.len().min(30)], std::process::id());
    VectorServer::Milvus(MilvusServer {
        url,
        authorization: None,
        database: "default".to_owned(),
        prefix,
        index: "HNSW".to_owned(),
        edges: 16,
        build: 100,
        lists: 128,
    })
}

async fn random_changes_leave_what_they_should(store: Vectors) {
    model::compared(store, 6).await;
}

/// Runs every test on every store.
macro_rules! on_every_store {
    ($($name:ident)+) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(super::Vectors::embedded(&folder.path().join("vectors.db"))).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(super::Vectors::postgres(super::database(stringify!($name)).await)).await;
            })+
        }
        mod chroma {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                let server = super::chroma(stringify!($name)).await;
                super::$name(super::Vectors::remote(&server, None, &folder.path().join("vectors.db"))).await;
            })+
        }
        mod milvus {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                let server = super::milvus(stringify!($name));
                super::$name(super::Vectors::remote(&server, None, &folder.path().join("vectors.db"))).await;
            })+
        }
        mod pgvector_hnsw {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                let server = super::pgvector::server(stringify!($name), super::pgvector::HNSW).await;
                super::$name(super::Vectors::remote(&server, None, &folder.path().join("vectors.db"))).await;
            })+
        }
        mod on_mariadb {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                let server = super::mariadb::server(stringify!($name)).await;
                super::$name(super::Vectors::remote(&server, None, &folder.path().join("vectors.db"))).await;
            })+
        }
        mod weaviate_as_a_fake_plays_it {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let (folder, fake) = (tempfile::tempdir().unwrap(), super::weaviate::fake().await);
                super::$name(super::Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"))).await;
            })+
        }
        mod pinecone_as_a_fake_plays_it {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let (folder, fake) = (tempfile::tempdir().unwrap(), super::pinecone::fake().await);
                super::$name(super::Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"))).await;
            })+
        }
        mod valkey_as_a_fake_plays_it {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let (folder, fake) = (tempfile::tempdir().unwrap(), super::valkey::fake().await);
                super::$name(super::Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"))).await;
            })+
        }
        mod chroma_beside_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let server = super::chroma(concat!("beside_", stringify!($name))).await;
                let pool = super::database(concat!("chroma_", stringify!($name))).await;
                super::$name(super::Vectors::remote(&server, Some(pool), std::path::Path::new("unused"))).await;
            })+
        }
    };
}

on_every_store! {
    the_nearest_come_first_with_scores_from_0_to_1
    files_that_are_not_named_are_never_found
    words_are_found_in_their_collection_whatever_their_case
    what_is_deleted_is_not_found_again
    a_file_that_is_indexed_again_is_there_once
    copies_are_found_by_both_ways_and_stay_apart
    without_vectors_words_still_find
    odd_names_and_texts_are_taken_as_they_are
    many_write_and_read_at_once
    random_changes_leave_what_they_should
}

/// Two instances on one database: what one changes, the other has read before.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_instance_changes_another_finds() {
    let pool = database("two").await;
    let (one, two) = (Vectors::postgres(pool.clone()), Vectors::postgres(pool));
    filled(&one).await;
    let scope = Scope::all("kb");
    assert_eq!(ids(&two.near(&scope, MODEL, &[1.0, 0.0], 9).await.unwrap()), ["1", "2", "3"]);
    one.replace("kb", MODEL, "apples", vec![passage("9", "apples", "New\0 apples", [1.0, 0.0])]).await.unwrap();
    assert_eq!(ids(&two.near(&scope, MODEL, &[1.0, 0.0], 9).await.unwrap()), ["9", "2", "3"]);
    assert_eq!(two.with_words(&scope, "new", false, 9).await.unwrap()[0].text, "New apples");
    one.forget_file("pears").await.unwrap();
    assert_eq!(ids(&two.near(&scope, MODEL, &[1.0, 0.0], 9).await.unwrap()), ["9", "3"]);
    one.reset().await.unwrap();
    assert!(two.near(&scope, MODEL, &[1.0, 0.0], 9).await.unwrap().is_empty());
}

/// Words that most passages have are no reason to find one.
#[tokio::test(flavor = "multi_thread")]
async fn rare_words_count_more_than_frequent_ones() {
    let folder = tempfile::tempdir().unwrap();
    for store in [Vectors::embedded(&folder.path().join("vectors.db")), Vectors::postgres(database("rare").await)] {
        let text = |number: u32| match number {
            700 => "the thing about zebras".to_owned(),
            701 => "the the the the thing".to_owned(),
            number => format!("the thing number {number}"),
        };
        let passages = (0..1_200).map(|number| passage(&number.to_string(), "f", &text(number), [1.0, 0.0])).collect();
        store.add("kb", MODEL, passages).await.unwrap();
        let scope = Scope::all("kb");
        assert_eq!(ids(&store.with_words(&scope, "the zebras", false, 1).await.unwrap()), ["700"]);
        assert_eq!(store.with_words(&scope, "the", false, 5).await.unwrap().len(), 5);
    }
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart_and_a_newer_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vectors.db");
    let first = Vectors::embedded(&file);
    filled(&first).await;
    first.close().await;
    let second = Vectors::embedded(&file);
    assert_eq!(ids(&second.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 1).await.unwrap()), ["1"]);
    second.close().await;
    // The number of the form lies at byte 60 of the file.
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&file, bytes).unwrap();
    let error = Vectors::embedded(&file).has("kb").await.unwrap_err().to_string();
    assert!(error.contains("newer airis"), "{error}");
}
