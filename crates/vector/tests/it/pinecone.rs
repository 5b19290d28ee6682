//! No Pinecone can be had where tests run: a small one in memory plays what Pinecone documents, what knows where indexes are
//! and one index, and the requests are compared with its documents.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use airis_config::{PineconeServer, VectorServer};
use airis_vector::{Duplicate, Passage, Scope, Vectors};
use serde_json::{Value, json};

use crate::fakes::{self, Fake, Kept, nearest};
use crate::served::{Asked, Reply};
use crate::{MODEL, ids, of, passage};

const DIMENSIONS: usize = 8;

/// What the fake knows besides vectors.
#[derive(Default)]
struct Known {
    /// What its index was made with.
    index: Mutex<Option<Value>>,
    /// How many writes there were, and how many of them a search finds: one more each time it is asked.
    written: AtomicU64,
    searched: AtomicU64,
}

pub async fn fake() -> Fake {
    with_metric("cosine").await
}

async fn with_metric(metric: &str) -> Fake {
    let known = Known::default();
    Fake::over_http(move |kept, asked| answer(kept, asked, &known), |url| server(url, "hunter2", metric)).await
}

fn server(url: &str, key: &str, metric: &str) -> VectorServer {
    VectorServer::Pinecone(PineconeServer {
        controller: url.to_owned(),
        key: key.to_owned(),
        index: "ours".to_owned(),
        dimensions: DIMENSIONS,
        metric: metric.to_owned(),
        cloud: "aws".to_owned(),
        region: Some("us-east-1".to_owned()),
    })
}

fn answer(kept: &Kept, asked: &Asked, known: &Known) -> Reply {
    assert!(asked.headers.iter().any(|header| header.starts_with("x-pinecone-api-version: 20")));
    if !asked.headers.contains(&"api-key: hunter2".to_owned()) {
        return (401, json!({"error": {"code": "UNAUTHENTICATED", "message": "Invalid API Key"}, "status": 401}))
            .into();
    }
    let host = asked.headers.iter().find_map(|header| header.strip_prefix("host: ")).unwrap();
    let (method, path) = asked.what.split_once(' ').unwrap();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let body = asked.json();
    let mut places = kept.places();
    let mut index = known.index.lock().unwrap();
    let about = |index: &Value, ready: bool| {
        json!({"name": "ours", "dimension": index["dimension"], "metric": index["metric"], "host": host,
            "status": {"ready": ready, "state": if ready { "Ready" } else { "Initializing" }}})
    };
    let Some(index) = index.clone() else {
        return match (method, path) {
            ("GET", "/indexes") => (200, json!({"indexes": []})).into(),
            ("POST", "/indexes") => {
                let made = about(&body, false);
                *index = Some(body);
                (201, made).into()
            }
            _ => (404, json!({"error": {"code": "NOT_FOUND", "message": "Resource ours not found"}, "status": 404}))
                .into(),
        };
    };
    let place = body["namespace"].as_str().unwrap_or_default().to_owned();
    let gone = || (404, json!({"code": 5, "message": "Namespace not found", "details": []})).into();
    match (method, path) {
        ("GET", "/indexes") => (200, json!({"indexes": [about(&index, true)]})).into(),
        ("GET", "/indexes/ours") => (200, about(&index, true)).into(),
        ("POST", "/indexes") => {
            (409, json!({"error": {"code": "ALREADY_EXISTS", "message": "Resource already exists"}})).into()
        }
        ("POST", "/vectors/upsert") => {
            if asked.body.len() > 2 * 1024 * 1024 {
                return (400, json!({"code": 11, "message": "Error, message length too large"})).into();
            }
            let vectors = body["vectors"].as_array().unwrap();
            let points = places.entry(place).or_default();
            for one in vectors {
                let values: Vec<f32> = serde_json::from_value(one["values"].clone()).unwrap();
                if Some(values.len() as u64) != index["dimension"].as_u64() {
                    let message =
                        format!("Vector dimension {} does not match the dimension of the index", values.len());
                    return (400, json!({"code": 3, "message": message})).into();
                }
                assert!(
                    one["metadata"].to_string().len() <= 40 * 1024
                        && !one["metadata"].as_object().unwrap().values().any(Value::is_null)
                );
                points.insert(one["id"].as_str().unwrap().to_owned(), (values, one["metadata"].clone()));
            }
            let number = known.written.fetch_add(1, Ordering::SeqCst) + 1;
            let headers = format!("x-pinecone-request-lsn: {number}\r\n");
            Reply { status: 200, headers, body: json!({"upsertedCount": vectors.len()}).to_string() }
        }
        ("POST", "/query") => {
            let vector: Vec<f32> = serde_json::from_value(body["vector"].clone()).unwrap();
            assert_eq!(Some(vector.len() as u64), index["dimension"].as_u64());
            let limit = usize::try_from(body["topK"].as_u64().unwrap()).unwrap();
            let none = Default::default();
            let found =
                nearest(places.get(&place).unwrap_or(&none), &vector, limit, |known| fits(&body["filter"], known));
            let matches = found.iter().map(|(id, cosine)| {
                let score = if index["metric"] == "euclidean" { 2.0 - 2.0 * cosine } else { *cosine };
                json!({"id": id, "score": score, "values": []})
            });
            let body = json!({"matches": matches.collect::<Vec<_>>(), "namespace": place, "usage": {"readUnits": 1}});
            let searched = known.searched.load(Ordering::SeqCst);
            known.searched.store(known.written.load(Ordering::SeqCst).min(searched + 1), Ordering::SeqCst);
            Reply {
                status: 200,
                headers: format!("x-pinecone-max-indexed-lsn: {searched}\r\n"),
                body: body.to_string(),
            }
        }
        ("GET", "/vectors/fetch") => {
            let mut given = query.split('&').map(|pair| pair.split_once('=').unwrap());
            let place = given.next().unwrap().1;
            let none = Default::default();
            let points = places.get(place).unwrap_or(&none);
            let vectors: serde_json::Map<String, Value> = given
                .filter_map(|(_, id)| Some((id.to_owned(), json!({"id": id, "values": points.get(id)?.0}))))
                .collect();
            (200, json!({"vectors": vectors, "namespace": place})).into()
        }
        ("POST", "/vectors/delete") => {
            if body["deleteAll"] == true {
                return if places.remove(&place).is_some() { (200, json!({})).into() } else { gone() };
            }
            let Some(points) = places.get_mut(&place) else { return gone() };
            points.retain(|id, _| !body["ids"].as_array().unwrap().contains(&json!(id)));
            (200, json!({})).into()
        }
        ("POST", "/describe_index_stats") => {
            let there = places.iter().filter(|(_, points)| !points.is_empty());
            let all: serde_json::Map<String, Value> =
                there.map(|(name, points)| (name.clone(), json!({"vectorCount": points.len()}))).collect();
            (200, json!({"namespaces": all, "dimension": index["dimension"]})).into()
        }
        _ => (404, json!({"message": format!("the fake does not know {}", asked.what)})).into(),
    }
}

fn fits(filter: &Value, known: &Value) -> bool {
    let Some(filter) = filter.as_object() else { return true };
    filter.iter().all(|(field, wanted)| match field.as_str() {
        "$and" => wanted.as_array().unwrap().iter().all(|one| fits(one, known)),
        field => wanted.as_object().unwrap().iter().all(|(how, value)| match how.as_str() {
            "$eq" => *value == known[field],
            "$in" => value.as_array().unwrap().contains(&known[field]),
            other => panic!("the fake does not know {other}"),
        }),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pinecone_documents_is_asked_of_a_recording_fake() {
    let fake = fake().await;
    airis_vector::check(&fake.server).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"));
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 3).await.unwrap().is_empty());
    store.add("kb", MODEL, vec![passage("1", "boats", "b", [3.0, 4.0])]).await.unwrap();
    let asked = fake.heard();
    let what: Vec<&str> = asked.iter().map(|asked| asked.what.as_str()).collect();
    let looks = ["POST /query"; 2];
    let begun = ["GET /indexes", "GET /indexes/ours", "POST /indexes", "GET /indexes/ours", "POST /vectors/upsert"];
    assert_eq!(what, [&begun[..], &looks].concat(), "what was stored is waited for");
    let spec = json!({"serverless": {"cloud": "aws", "region": "us-east-1"}});
    assert_eq!(asked[2].json(), json!({"name": "ours", "dimension": 8, "metric": "cosine", "spec": spec}));
    let mut sent = asked[4].json();
    let place = sent["namespace"].as_str().unwrap().to_owned();
    assert!(place.starts_with("airis_") && place.ends_with("_2"), "{place}");
    let id = sent["vectors"][0]["id"].take();
    let id = id.as_str().unwrap();
    let values = [0.6, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let known = json!({"tenant_id": "kb", "file_id": "boats", "z": 1, "name": "boats", "text": "b"});
    assert_eq!(sent["vectors"], json!([{"id": null, "values": values, "metadata": known}]));

    assert_eq!(ids(&store.near(&of("kb", &["boats", "x"]), MODEL, &[5.0, 0.0], 3).await.unwrap()), ["1"]);
    let filter = json!({"$and": [{"tenant_id": {"$eq": "kb"}}, {"file_id": {"$in": ["boats", "x"]}}]});
    let vector = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let question = json!({"namespace": place, "vector": vector, "topK": 3, "filter": filter, "includeValues": false,
        "includeMetadata": false});
    assert_eq!(fake.heard()[0].json(), question);
    store.copy(&Duplicate { from: "kb", to: "new", file_id: "boats" }).await.unwrap();
    assert_eq!(fake.heard()[0].what, format!("GET /vectors/fetch?namespace={place}&ids={id}"));
    store.forget_file("boats").await.unwrap();
    let asked = fake.heard().pop().unwrap();
    assert_eq!(
        (asked.what.as_str(), asked.json()["namespace"].as_str()),
        ("POST /vectors/delete", Some(place.as_str()))
    );
    assert!(asked.json()["ids"].as_array().unwrap().contains(&json!(id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn scores_of_a_fake_pinecone_that_measures_distances_are_cosines_here() {
    let fake = with_metric("euclidean").await;
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"));
    store.add("kb", MODEL, vec![passage("1", "f", "a", [0.0, 2.0]), passage("2", "f", "b", [3.0, 4.0])]).await.unwrap();
    let near = store.near(&Scope::all("kb"), MODEL, &[0.0, 7.0], 9).await.unwrap();
    let scores: Vec<i64> = near.iter().map(|found| (found.score * 1e4).round() as i64).collect();
    assert_eq!((ids(&near), scores), (vec!["1", "2"], vec![10_000, 9_000]));
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_that_the_index_of_a_fake_pinecone_cannot_take_are_refused_with_what_to_do() {
    let fake = fake().await;
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"));
    let long = Passage { vector: Some(vec![1.0; DIMENSIONS + 1]), ..passage("1", "f", "t", [1.0, 0.0]) };
    let error = store.add("kb", MODEL, vec![long]).await.unwrap_err().to_string();
    assert!(error.contains("the index ours has vectors of 8 numbers, and the embedding model makes 9"), "{error}");
    assert!(error.contains("PINECONE_DIMENSION"), "{error}");
    assert!(!store.has("kb").await.unwrap());
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0; DIMENSIONS + 1], 9).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn large_passages_reach_a_fake_pinecone_in_pieces_that_it_takes() {
    let fake = fake().await;
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&fake.server, None, &folder.path().join("vectors.db"));
    let text = "\"a line\"\n".repeat(4_000);
    let passages = (0..100_u8).map(|number| passage(&number.to_string(), "f", &text, [1.0, f32::from(number)]));
    store.add("kb", MODEL, passages.collect()).await.unwrap();
    let sent = fake.heard().iter().filter(|asked| asked.what == "POST /vectors/upsert").count();
    assert!(sent > 1, "{sent}");
    assert_eq!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 200).await.unwrap().len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fake_pinecone_that_dies_amid_a_file_leaves_the_earlier_one() {
    fakes::dies_amid_a_file(fake().await, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinecone_with_another_key_or_none_at_all_is_named() {
    let fake = fake().await;
    let url = fake.served.as_ref().unwrap().url.clone();
    fakes::refused(&server(&url, "wrong", "cosine"), "answers 401: ").await;
    fakes::refused(&server("http://127.0.0.1:9", "hunter2", "cosine"), "http://127.0.0.1:9/indexes").await;
    let VectorServer::Pinecone(pinecone) = fake.server.clone() else { panic!("is no Pinecone") };
    let nowhere = VectorServer::Pinecone(PineconeServer { region: None, ..pinecone });
    let folder = tempfile::tempdir().unwrap();
    let store = Vectors::remote(&nowhere, None, &folder.path().join("vectors.db"));
    let error = store.add("kb", MODEL, vec![passage("1", "f", "t", [1.0, 0.0])]).await.unwrap_err().to_string();
    assert!(error.contains("there is no index ours, and PINECONE_ENVIRONMENT does not say where"), "{error}");
}
