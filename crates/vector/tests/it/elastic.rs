//! No Elasticsearch and no OpenSearch with vectors can be had where tests run: a recording fake plays the answers that they
//! document, and the requests are compared with their documents.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use airis_config::{ElasticServer, VectorServer};
use airis_vector::{Duplicate, Scope, Vectors};
use serde_json::{Value, json};

use crate::served::{Asked, Served};
use crate::{MODEL, ids, of, passage};

/// Documents by id, once the index was made.
type Kept = Arc<Mutex<Option<BTreeMap<String, Value>>>>;

/// What is said to each line of a bulk.
fn bulk(documents: &mut BTreeMap<String, Value>, body: &str) -> Value {
    let mut lines = body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut items = Vec::new();
    while let Some(action) = lines.next() {
        if let Some(id) = action["index"]["_id"].as_str() {
            documents.insert(id.to_owned(), lines.next().unwrap());
            items.push(json!({"index": {"_id": id, "status": 201}}));
        } else {
            let id = action["delete"]["_id"].as_str().unwrap();
            let status = if documents.remove(id).is_some() { 200 } else { 404 };
            items.push(json!({"delete": {"_id": id, "status": status}}));
        }
    }
    json!({"took": 1, "errors": false, "items": items})
}

/// Answers as both do, of one index. What is nearest is no matter here: documents come in the order of their text.
fn answer(kept: &Kept, asked: &Asked) -> (u16, Value) {
    let mut kept = kept.lock().unwrap();
    let (method, path) = asked.what.split_once(' ').unwrap();
    let parts: Vec<&str> = path.split('?').next().unwrap().split('/').filter(|part| !part.is_empty()).collect();
    let body = asked.json();
    let gone = json!({"error": {"type": "index_not_found_exception"}, "status": 404});
    match (method, parts.as_slice(), kept.as_mut()) {
        ("GET", [], _) => (200, json!({"version": {"number": "9.0.0"}})),
        ("GET", ["_cat", "indices", _], Some(_)) => {
            (200, json!([{"index": "ours_5b3f8c0e2f6a_2"}, {"index": "ours_x"}]))
        }
        ("PUT", [place], None) => {
            *kept = Some(BTreeMap::new());
            (200, json!({"acknowledged": true, "index": place}))
        }
        ("PUT", [_], Some(_)) => (400, json!({"error": {"type": "resource_already_exists_exception"}})),
        ("DELETE", [_], _) => {
            *kept = None;
            (200, json!({"acknowledged": true}))
        }
        ("GET", [place, "_mapping"], Some(_)) => (200, json!({(*place): {"mappings": {}}})),
        ("POST", ["_bulk"], Some(documents)) => (200, bulk(documents, &asked.body)),
        ("POST", [_, "_refresh"], Some(_)) => (200, json!({"_shards": {"failed": 0}})),
        ("POST", [_, "_mget"], Some(documents)) => {
            let known = |id: &Value| match documents.get(id.as_str().unwrap()) {
                Some(document) => json!({"_id": id, "found": true, "_source": {"numbers": document["numbers"]}}),
                None => json!({"_id": id, "found": false}),
            };
            (200, json!({"docs": body["ids"].as_array().unwrap().iter().map(known).collect::<Vec<_>>()}))
        }
        ("POST", [_, "_search"], Some(documents)) => {
            let filter = match &body["knn"]["filter"] {
                Value::Null => &body["query"]["knn"]["vector"]["filter"]["bool"]["filter"],
                filter => filter,
            };
            let fits = |document: &Value| {
                filter.as_array().unwrap().iter().all(|one| {
                    let files = one["terms"]["file_id"].as_array();
                    one["term"]["tenant_id"] == document["tenant_id"]
                        || files.is_some_and(|files| files.contains(&document["file_id"]))
                })
            };
            let mut found: Vec<_> = documents.iter().filter(|(_, document)| fits(document)).collect();
            found.sort_by_key(|(_, document)| document["text"].to_string());
            let hits =
                found.iter().enumerate().map(|(at, (id, _))| json!({"_id": id, "_score": 0.9 - at as f64 * 0.1}));
            (200, json!({"hits": {"hits": hits.collect::<Vec<_>>()}}))
        }
        (_, _, None) => (404, gone),
        _ => (400, json!({"error": {"type": format!("the fake does not know {}", asked.what)}})),
    }
}

/// Everything that both are asked in the same way; the body of the index and that of the search are handed back.
async fn walked(open: fn(ElasticServer) -> VectorServer) -> (Value, Value) {
    let kept = Kept::default();
    let documents = kept.clone();
    let served = Served::new(move |asked| {
        let said = answer(&documents, &asked);
        Box::pin(async move { said.into() })
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let authorization = Some("Basic YTpi".to_owned());
    let server = open(ElasticServer { url: served.url.clone(), authorization, prefix: "ours".to_owned() });
    airis_vector::check(&server).await.unwrap();
    let store = Vectors::remote(&server, None, &folder.path().join("vectors.db"));
    let passages = vec![passage("1", "pears", "a", [0.0, 2.0]), passage("2", "boats", "b", [3.0, 4.0])];
    store.add("kb", MODEL, passages).await.unwrap();
    let asked = served.heard();
    assert!(asked.iter().all(|asked| asked.headers.contains(&"authorization: basic ytpi".to_owned())));
    let place = asked[2].what.strip_prefix("PUT /").unwrap().to_owned();
    let what: Vec<&str> = asked.iter().map(|asked| asked.what.as_str()).collect();
    let (mapping, refresh) = (format!("GET /{place}/_mapping"), format!("POST /{place}/_refresh"));
    assert_eq!(what, ["GET /", &mapping, &format!("PUT /{place}"), "POST /_bulk", &refresh]);
    let index = asked[2].json();
    assert!(asked[3].headers.contains(&"content-type: application/x-ndjson".to_owned()));
    let lines: Vec<Value> = asked[3].body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let id = lines[2]["index"]["_id"].clone();
    assert_eq!(lines[2], json!({"index": {"_index": place, "_id": id}}));
    let document = json!({"tenant_id": "kb", "file_id": "boats", "text": "b", "metadata": {"z": 1, "name": "boats"},
        "numbers": "mpkZP83MTD8=", "vector": [0.6, 0.8]});
    assert_eq!(lines[3], document);

    let near = store.near(&of("kb", &["boats", "x"]), MODEL, &[5.0, 0.0], 3).await.unwrap();
    assert_eq!(ids(&near), ["2"]);
    assert!((near[0].score - 0.9).abs() < 1e-6, "their scores run from 0 to 1 already");
    let asked = served.heard();
    assert_eq!(asked[0].what, format!("POST /{place}/_search"));
    let search = asked[0].json();

    assert_eq!(store.copy(&Duplicate { from: "kb", to: "new", file_id: "boats" }).await.unwrap(), 1);
    let asked = served.heard();
    assert_eq!(asked[0].what, format!("POST /{place}/_mget?_source_includes=numbers"));
    assert!(asked[2].body.contains("[0.6,0.8]"), "the vector is what it was: {}", asked[2].body);
    assert_eq!(store.near(&Scope::all("new"), MODEL, &[1.0, 0.0], 3).await.unwrap()[0].text, "b");
    store.forget_file("boats").await.unwrap();
    assert_eq!(kept.lock().unwrap().as_ref().unwrap().len(), 1);
    served.heard();
    store.reset().await.unwrap();
    let last: Vec<String> = served.heard().into_iter().map(|asked| asked.what).collect();
    assert_eq!(last, ["GET /_cat/indices/ours_*?format=json&h=index", "DELETE /ours_5b3f8c0e2f6a_2"]);
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 3).await.unwrap().is_empty());
    (index, search)
}

fn filter() -> Value {
    json!([{"term": {"tenant_id": "kb"}}, {"terms": {"file_id": ["boats", "x"]}}])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_elasticsearch_documents_is_asked_of_a_recording_fake() {
    let (index, search) = walked(VectorServer::Elasticsearch).await;
    let vector = json!({"type": "dense_vector", "dims": 2, "index": true, "similarity": "cosine",
        "index_options": {"type": "hnsw"}});
    assert_eq!(index["mappings"]["properties"]["vector"], vector);
    let knn = json!({"field": "vector", "query_vector": [1.0, 0.0], "k": 3, "num_candidates": 100, "filter": filter()});
    assert_eq!(search, json!({"knn": knn, "size": 3, "_source": false}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opensearch_documents_is_asked_of_a_recording_fake() {
    let (index, search) = walked(VectorServer::OpenSearch).await;
    assert_eq!(index["settings"], json!({"index": {"knn": true}}));
    let method = json!({"name": "hnsw", "space_type": "cosinesimil", "engine": "lucene"});
    let vector = json!({"type": "knn_vector", "dimension": 2, "method": method});
    assert_eq!(index["mappings"]["properties"]["vector"], vector);
    let near = json!({"vector": [1.0, 0.0], "k": 3, "filter": {"bool": {"filter": filter()}}});
    assert_eq!(search, json!({"query": {"knn": {"vector": near}}, "size": 3, "_source": false}));
}
