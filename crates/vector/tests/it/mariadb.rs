//! A real MariaDB keeps vectors, compared in both ways that it knows.

use airis_config::{MariaDbServer, VectorServer};
use airis_vector::{Scope, Vectors};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, Row};

use crate::{MODEL, fakes, filled, ids, of, passage};

async fn run(url: &str, sql: String) {
    let mut connection = MySqlConnection::connect(url).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A database of the test's own on the server that `scripts/vector-servers.sh` starts.
async fn database(name: &str) -> String {
    let url = std::env::var("AIRIS_TEST_MARIADB").expect("run the tests through scripts/vector-servers.sh");
    let name = format!("{}_{}", &name[..name.len().min(40)], std::process::id());
    run(&url, format!("CREATE DATABASE {name}")).await;
    format!("{url}/{name}")
}

/// How the tables of a database would be made anew.
async fn tables(url: &str) -> Vec<String> {
    let mut connection = MySqlConnection::connect(url).await.unwrap();
    let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
    let mut made = Vec::new();
    for name in names {
        let sql = AssertSqlSafe(format!("SHOW CREATE TABLE {name}"));
        made.push(sqlx::query(sql).fetch_one(&mut connection).await.unwrap().get::<String, _>(1));
    }
    connection.close().await.unwrap();
    made
}

fn at(url: &str, metric: &str) -> MariaDbServer {
    MariaDbServer {
        url: url.to_owned(),
        metric: metric.to_owned(),
        edges: 8,
        connections: 4,
        patience: 30,
        recycle: 3_600,
    }
}

pub async fn server(name: &str) -> VectorServer {
    VectorServer::MariaDb(at(&database(name).await, "cosine"))
}

#[tokio::test(flavor = "multi_thread")]
async fn both_metrics_find_the_same_by_an_index_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    for metric in ["cosine", "euclidean"] {
        let url = database(metric).await;
        let server = VectorServer::MariaDb(at(&url, metric));
        airis_vector::check(&server).await.unwrap();
        let store = Vectors::remote(&server, None, &folder.path().join(format!("{metric}.db")));
        filled(&store).await;
        // So many that each is no longer compared, and files that nobody may read are most of what is near.
        let near_by = |number: u16| passage(&format!("o{number}"), "others", "far", [1.0, f32::from(number) * 0.001]);
        store.add("kb", MODEL, (0..5_500).map(near_by).collect()).await.unwrap();
        let near = store.near(&of("kb", &["pears", "boats"]), MODEL, &[1.0, 0.0], 2).await.unwrap();
        assert_eq!(ids(&near), ["2", "3"], "{metric}");
        assert!((near[0].score - 0.853_553).abs() < 1e-5, "{metric}: {}", near[0].score);
        let near = store.near(&Scope::all("kb"), MODEL, &[1.0, 2.0], 1).await.unwrap();
        assert!(near[0].id.starts_with("o") && near[0].score > 0.999, "{metric}: {near:?}");
        let made = tables(&url).await;
        assert!(made.len() == 1 && made[0].contains(&format!("`M`=8 `DISTANCE`={metric}")), "{made:?}");
        store.reset().await.unwrap();
        assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 3).await.unwrap().is_empty());
        assert!(tables(&url).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_another_database_and_none_at_all_are_named() {
    let url = database("refused").await;
    let refused = async |url: String, part: &str| {
        let server = MariaDbServer { patience: 1, ..at(&url, "cosine") };
        fakes::refused(&VectorServer::MariaDb(server), part).await;
    };
    refused(url.replace("tests:hunter2@", "ann:hunter2@"), "MariaDB: error returned from database: 1045").await;
    refused(format!("{url}_elsewhere"), "Unknown database").await;
    refused("mysql://ann:hunter2@127.0.0.1:9/x".to_owned(), "MariaDB: ").await;
    refused("mysql://ann:hunter2@127.0.0.1:port/x".to_owned(), "MARIADB_VECTOR_DB_URL is no address").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_somebody_dropped_are_made_again_and_many_changes_at_once_all_happen() {
    let folder = tempfile::tempdir().unwrap();
    let url = database("dropped").await;
    let store = Vectors::remote(&VectorServer::MariaDb(at(&url, "cosine")), None, &folder.path().join("vectors.db"));
    filled(&store).await;
    for table in tables(&url).await {
        run(&url, format!("DROP TABLE {}", table.split('`').nth(1).unwrap())).await;
    }
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 9).await.unwrap().is_empty());
    store.forget_file("pears").await.unwrap();
    let again = |number: usize| {
        let (store, file) = (store.clone(), format!("file {}", number % 8));
        async move {
            let some = (0..40_u8).map(|id| passage(&format!("{number} {id}"), &file, "busy", [1.0, f32::from(id)]));
            store.replace("kb", MODEL, &file, some.collect()).await.unwrap();
        }
    };
    futures::future::join_all((0..48).map(again)).await;
    assert_eq!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 999).await.unwrap().len(), 8 * 40);
}
