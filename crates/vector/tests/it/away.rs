//! Vectors at a server that fails, or is not there, while passages are changed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use airis_config::{ChromaServer, VectorServer};
use airis_outbound::{Call, Outbound};
use airis_vector::{Duplicate, Passage, Scope, Vectors};

use crate::served::{Asked, Served};
use crate::{MODEL, chroma, filled, ids, of, passage};

/// A way to Chroma that goes down after so many requests.
async fn flaky(server: &VectorServer, left: Arc<AtomicI64>) -> (Served, VectorServer) {
    let VectorServer::Chroma(chroma) = server.clone() else { panic!("is no Chroma") };
    let url = chroma.url.clone();
    let served = Served::new(move |asked: Asked| {
        let (url, left) = (url.clone(), left.clone());
        Box::pin(async move {
            if left.fetch_sub(1, Ordering::SeqCst) <= 0 {
                return (503, "{}".to_owned()).into();
            }
            let (method, path) = asked.what.split_once(' ').unwrap();
            let call = Call::new(method.parse().unwrap(), format!("{url}{path}"));
            let call =
                if asked.body.is_empty() { call } else { call.bytes("application/json", asked.body.into_bytes()) };
            let answer = Outbound::new().fetch(call).await.unwrap();
            (answer.status, answer.text()).into()
        })
    })
    .await;
    let way = VectorServer::Chroma(ChromaServer { url: served.url.clone(), ..chroma });
    (served, way)
}

fn many(word: &str) -> Vec<Passage> {
    (0..250_u16).map(|number| passage(&format!("{word} {number}"), "apples", word, [1.0, f32::from(number)])).collect()
}

/// How many points Chroma has, whoever they belong to.
async fn points(server: &VectorServer) -> u64 {
    let VectorServer::Chroma(chroma) = server else { panic!("is no Chroma") };
    let base = format!("{}/api/v2/tenants/{}/databases/{}/collections", chroma.url, chroma.tenant, chroma.database);
    let outbound = Outbound::new();
    let mut count = 0;
    for collection in outbound.fetch(Call::get(&base)).await.unwrap().json().unwrap().as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        count +=
            outbound.fetch(Call::get(format!("{base}/{id}/count"))).await.unwrap().json().unwrap().as_u64().unwrap();
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_amid_a_file_leaves_the_earlier_one_and_the_next_try_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let server = chroma("dies").await;
    let left = Arc::new(AtomicI64::new(1_000));
    let (_served, way) = flaky(&server, left.clone()).await;
    let store = Vectors::remote(&way, None, &folder.path().join("vectors.db"));
    store.replace("kb", MODEL, "apples", many("old")).await.unwrap();
    assert_eq!(points(&server).await, 250);
    let scope = Scope::all("kb");
    for before in 0..4 {
        // The collection is made sure of, then a hundred points go at a time.
        left.store(before, Ordering::SeqCst);
        assert!(store.replace("kb", MODEL, "apples", many("new")).await.is_err(), "{before}");
        left.store(1_000, Ordering::SeqCst);
        let near = store.near(&scope, MODEL, &[1.0, 0.0], 300).await.unwrap();
        assert!(near.len() == 250 && near.iter().all(|found| found.text == "old"), "{before}: {}", near.len());
    }
    store.replace("kb", MODEL, "apples", many("new")).await.unwrap();
    let near = store.near(&scope, MODEL, &[1.0, 0.0], 300).await.unwrap();
    assert!(near.len() == 250 && near.iter().all(|found| found.text == "new"));
    assert_eq!(points(&server).await, 250, "nothing is left of what failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_while_the_server_is_away_is_never_found_and_goes_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = chroma("away").await;
    let left = Arc::new(AtomicI64::new(1_000));
    let (served, way) = flaky(&server, left.clone()).await;
    let store = Vectors::remote(&way, None, &folder.path().join("vectors.db"));
    filled(&store).await;
    store.copy(&Duplicate { from: "kb", to: "new", file_id: "boats" }).await.unwrap();
    assert_eq!(points(&server).await, 5);
    left.store(0, Ordering::SeqCst);
    assert_eq!(store.forget_file("apples").await.unwrap(), 2, "a revoke does not wait for the server");
    store.drop_collection("new").await.unwrap();
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 9).await.is_err());
    left.store(1_000, Ordering::SeqCst);
    assert_eq!(points(&server).await, 5);
    served.heard();
    let near = store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 1).await.unwrap();
    assert_eq!(ids(&near), ["2"], "what is in the way does not hide what is there");
    let scope = of("kb", &["boats"]);
    assert_eq!(ids(&store.near(&scope, MODEL, &[1.0, 0.0], 9).await.unwrap()), ["3"]);
    let asked = served.heard().pop().unwrap();
    assert!(asked.what.ends_with("/query") && asked.body.contains(r#"{"file_id":{"$in":["boats"]}}"#), "{asked:?}");
    store.add("kb", MODEL, vec![passage("9", "pears", "Quince", [1.0, 0.0])]).await.unwrap();
    assert_eq!(points(&server).await, 3);
}

#[tokio::test]
async fn passages_kept_without_the_server_move_to_it_when_they_are_copied_and_are_lacked_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vectors.db");
    let plain = Vectors::embedded(&file);
    filled(&plain).await;
    plain.close().await;
    let server = chroma("moves").await;
    let store = Vectors::remote(&server, None, &file);
    assert!(store.lacks("kb", MODEL).await.unwrap());
    assert_eq!(ids(&store.with_words(&Scope::all("kb"), "boats", false, 9).await.unwrap()), ["3"]);
    store.copy(&Duplicate { from: "kb", to: "new", file_id: "boats" }).await.unwrap();
    assert!(!store.lacks("new", MODEL).await.unwrap());
    assert_eq!(store.near(&Scope::all("new"), MODEL, &[0.0, 1.0], 9).await.unwrap()[0].text, "Boats swim");
    store.close().await;
    // And back: what the server keeps is none of the file's.
    let plain = Vectors::embedded(&file);
    assert!(plain.lacks("new", MODEL).await.unwrap() && !plain.lacks("kb", MODEL).await.unwrap());
    assert!(plain.near(&Scope::all("new"), MODEL, &[0.0, 1.0], 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let server = ChromaServer {
        url: "http://127.0.0.1:9".to_owned(),
        tenant: "t".to_owned(),
        database: "d".to_owned(),
        headers: vec![],
    };
    let server = VectorServer::Chroma(server);
    let error = airis_vector::check(&server).await.unwrap_err().to_string();
    assert!(error.contains("http://127.0.0.1:9/api/v2/tenants/t/databases/d/collections cannot be reached"), "{error}");
    assert!(Vectors::remote(&server, None, Path::new("/nowhere/x")).has("kb").await.is_err());
}
