//! A real PostgreSQL with the extension pgvector keeps vectors, with each of its indexes.

use airis_config::{PgvectorIndex, PgvectorServer, VectorServer};
use airis_vector::{Passage, Scope, Vectors};
use sqlx::{AssertSqlSafe, PgPool};

use crate::{MODEL, fakes, filled, ids, of, passage};

pub const HNSW: Option<PgvectorIndex> = Some(PgvectorIndex::Hnsw { edges: 16, build: 64 });
const LISTS: Option<PgvectorIndex> = Some(PgvectorIndex::Ivfflat { lists: 4 });

/// A database of the test's own on the server that `scripts/vector-servers.sh` starts.
async fn database(name: &str) -> String {
    let url = std::env::var("AIRIS_TEST_PGVECTOR").expect("run the tests through scripts/vector-servers.sh");
    let name = format!("{}_{}", &name[..name.len().min(40)], std::process::id());
    let pool = PgPool::connect(&url).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    format!("{}/{name}", url.rsplit_once('/').unwrap().0)
}

fn at(url: &str, index: Option<PgvectorIndex>, half: bool) -> VectorServer {
    VectorServer::Pgvector(PgvectorServer {
        url: url.to_owned(),
        make_extension: true,
        index,
        half,
        scan: "relaxed_order".to_owned(),
        connections: 3,
        patience: 30,
        recycle: 3_600,
    })
}

pub async fn server(name: &str, index: Option<PgvectorIndex>) -> VectorServer {
    at(&database(&format!("hnsw_{name}")).await, index, false)
}

async fn indexes(url: &str) -> Vec<String> {
    let pool = PgPool::connect(url).await.unwrap();
    let sql = "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'airis_%_near'";
    let found = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
    pool.close().await;
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_index_and_both_lengths_of_numbers_find_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for (number, (index, half, made)) in [
        (None, false, ""),
        (HNSW, false, "USING hnsw (vector vector_cosine_ops) WITH (m='16', ef_construction='64')"),
        (HNSW, true, "USING hnsw (vector halfvec_cosine_ops) WITH (m='16', ef_construction='64')"),
        (LISTS, false, "USING ivfflat (vector vector_cosine_ops) WITH (lists='4')"),
        (LISTS, true, "USING ivfflat (vector halfvec_cosine_ops) WITH (lists='4')"),
    ]
    .into_iter()
    .enumerate()
    {
        let url = database(&format!("index_{number}")).await;
        let server = at(&url, index, half);
        airis_vector::check(&server).await.unwrap();
        let store = Vectors::remote(&server, None, &folder.path().join(format!("{number}.db")));
        filled(&store).await;
        assert_eq!(indexes(&url).await.len(), usize::from(index == HNSW), "lists are made of what is there");
        // Files that nobody may read are most of what is near.
        let others: Vec<Passage> = (0..300_u16)
            .map(|number| passage(&format!("o{number}"), "others", "far", [1.0, f32::from(number) * 0.001]))
            .collect();
        store.add("kb", MODEL, others).await.unwrap();
        let found = indexes(&url).await;
        assert!(found.len() == usize::from(index.is_some()) && found.iter().all(|one| one.contains(made)), "{found:?}");
        let near = store.near(&of("kb", &["pears", "boats"]), MODEL, &[1.0, 0.0], 2).await.unwrap();
        assert_eq!(ids(&near), ["2", "3"], "{made}");
        assert!((near[0].score - 0.853_553).abs() < 1e-3);
        assert_eq!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 200).await.unwrap().len(), 200, "{made}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_later_is_true_of_what_was_stored_before() {
    let folder = tempfile::tempdir().unwrap();
    let url = database("later").await;
    let store = |index, half| Vectors::remote(&at(&url, index, half), None, &folder.path().join("vectors.db"));
    filled(&store(None, false)).await;
    assert!(indexes(&url).await.is_empty());
    let later = store(HNSW, true);
    later.add("kb", MODEL, vec![passage("4", "plums", "Plums are blue", [1.0, 0.1])]).await.unwrap();
    let made = indexes(&url).await;
    assert!(made.len() == 1 && made[0].contains("USING hnsw (vector vector_cosine_ops)"), "{made:?}");
    assert_eq!(ids(&later.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 2).await.unwrap()), ["1", "4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_that_are_too_long_for_an_index_are_found_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let url = database("too_long").await;
    let store = Vectors::remote(&at(&url, HNSW, false), None, &folder.path().join("vectors.db"));
    let long = Passage { vector: Some(vec![1.0; 2_001]), ..passage("1", "f", "t", [1.0, 0.0]) };
    store.add("kb", MODEL, vec![long]).await.unwrap();
    assert_eq!(ids(&store.near(&Scope::all("kb"), MODEL, &[1.0; 2_001], 3).await.unwrap()), ["1"]);
    assert!(indexes(&url).await.is_empty());
    store.reset().await.unwrap();
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0; 2_001], 3).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_the_extension_with_another_password_or_none_at_all_is_named() {
    let url = database("without").await;
    let VectorServer::Pgvector(server) = at(&url, HNSW, false) else { panic!("is no pgvector") };
    let bare = PgvectorServer { make_extension: false, ..server.clone() };
    fakes::refused(&VectorServer::Pgvector(bare), "pgvector: the database does not have the extension").await;
    let plain = std::env::var("AIRIS_TEST_POSTGRES").expect("run the tests through scripts/postgres.sh");
    let real =
        sqlx::query_scalar::<_, bool>("SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector')")
            .fetch_one(&PgPool::connect(&plain).await.unwrap())
            .await
            .unwrap();
    if !real {
        let none = PgvectorServer { url: plain, ..server.clone() };
        fakes::refused(&VectorServer::Pgvector(none), "pgvector: the ").await;
    }
    let nobody = PgvectorServer { url: url.replace("postgres@", "nobody:hunter2@"), ..server.clone() };
    fakes::refused(&VectorServer::Pgvector(nobody), "role \"nobody\" does not exist").await;
    let nowhere = PgvectorServer { url: "postgresql://me:hunter2@127.0.0.1:9/x".to_owned(), patience: 1, ..server };
    fakes::refused(&VectorServer::Pgvector(nowhere), "the store of passages is not available: ").await;
}
