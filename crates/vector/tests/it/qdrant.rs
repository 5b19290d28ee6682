//! No Qdrant can be had where tests run: a recording fake plays the answers that Qdrant documents, and the requests are
//! compared with its documents.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use airis_config::{QdrantServer, VectorServer};
use airis_vector::{Duplicate, Scope, Vectors};
use serde_json::{Value, json};

use crate::served::{Asked, Served};
use crate::{MODEL, ids, of, passage};

/// Points by id, once the collection was made.
type Kept = Arc<Mutex<Option<BTreeMap<String, Value>>>>;

/// Answers as Qdrant does, of one collection. What is nearest is no matter here: points come in the order of their text.
fn answer(kept: &Kept, asked: &Asked) -> (u16, Value) {
    let mut kept = kept.lock().unwrap();
    let well = |result: Value| (200, json!({"result": result, "status": "ok", "time": 0.001}));
    let (method, path) = asked.what.split_once(' ').unwrap();
    let path = path.split('?').next().unwrap();
    let rest: Vec<&str> = path.trim_start_matches("/collections").split('/').filter(|part| !part.is_empty()).collect();
    let body = asked.json();
    match (method, rest.as_slice(), kept.as_mut()) {
        ("GET", [], known) => well(
            json!({"collections": if known.is_some() { json!([{"name": "ours_5b3f8c0e2f6a_2"}, {"name": "ours"}]) } else { json!([]) }}),
        ),
        ("GET", [_, "exists"], known) => well(json!({"exists": known.is_some()})),
        ("PUT", [_], None) => {
            *kept = Some(BTreeMap::new());
            well(json!(true))
        }
        ("DELETE", [_], _) => {
            *kept = None;
            well(json!(true))
        }
        ("PUT", [_, "index"], Some(_)) => well(json!({"operation_id": 1, "status": "completed"})),
        ("PUT", [_, "points"], Some(points)) => {
            for point in body["points"].as_array().unwrap() {
                points.insert(point["id"].as_str().unwrap().to_owned(), point.clone());
            }
            well(json!({"operation_id": 2, "status": "completed"}))
        }
        ("POST", [_, "points", "delete"], Some(points)) => {
            points.retain(|id, _| !body["points"].as_array().unwrap().contains(&json!(id)));
            well(json!({"operation_id": 3, "status": "completed"}))
        }
        ("POST", [_, "points"], Some(points)) => {
            let wanted = body["ids"].as_array().unwrap().iter().filter_map(|id| points.get(id.as_str().unwrap()));
            well(wanted.map(|point| json!({"id": point["id"], "vector": point["vector"]})).collect())
        }
        ("POST", [_, "points", "query"], Some(points)) => {
            let must = body["filter"]["must"].as_array().unwrap();
            let fits = |point: &&Value| {
                must.iter().all(|one| {
                    let has = &point["payload"][one["key"].as_str().unwrap()];
                    one["match"]["value"] == *has || one["match"]["any"].as_array().is_some_and(|any| any.contains(has))
                })
            };
            let mut found: Vec<&Value> = points.values().filter(fits).collect();
            found.sort_by_key(|point| point["payload"]["text"].to_string());
            let limit = usize::try_from(body["limit"].as_u64().unwrap()).unwrap();
            let points = found.iter().take(limit).enumerate();
            let point = |(at, point): (usize, &&Value)| json!({"id": point["id"], "version": 1, "score": 0.9 - at as f64 * 0.1});
            well(json!({"points": points.map(point).collect::<Vec<_>>()}))
        }
        (_, [..], None) => (404, json!({"status": {"error": "Not found: Collection `x` doesn't exist!"}, "time": 0.0})),
        _ => (400, json!({"status": {"error": format!("the fake does not know {}", asked.what)}})),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_qdrant_documents_is_asked_of_a_recording_fake() {
    let kept = Kept::default();
    let points = kept.clone();
    let served = Served::new(move |asked| {
        let said = answer(&points, &asked);
        Box::pin(async move { said.into() })
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let server = VectorServer::Qdrant(QdrantServer {
        url: served.url.clone(),
        key: Some("secret".to_owned()),
        prefix: "Ours".to_owned(),
        seconds: 5,
        edges: 24,
        on_disk: true,
    });
    airis_vector::check(&server).await.unwrap();
    let store = Vectors::remote(&server, None, &folder.path().join("vectors.db"));
    store
        .add("kb", MODEL, vec![passage("1", "pears", "a", [0.0, 2.0]), passage("2", "boats", "b", [3.0, 4.0])])
        .await
        .unwrap();
    let asked = served.heard();
    assert!(asked.iter().all(|asked| asked.headers.contains(&"api-key: secret".to_owned())));
    let what: Vec<&str> = asked.iter().map(|asked| asked.what.as_str()).collect();
    let place = asked[1].what.split('/').nth(2).unwrap();
    assert!(place.starts_with("ours_") && place.ends_with("_2"), "{place}");
    assert_eq!(
        what,
        [
            "GET /collections".to_owned(),
            format!("GET /collections/{place}/exists"),
            format!("PUT /collections/{place}"),
            format!("PUT /collections/{place}/index?wait=true"),
            format!("PUT /collections/{place}/index?wait=true"),
            format!("PUT /collections/{place}/points?wait=true"),
        ]
    );
    let made = json!({"vectors": {"size": 2, "distance": "Cosine", "on_disk": true}, "hnsw_config": {"m": 24},
        "on_disk_payload": true});
    assert_eq!(asked[2].json(), made);
    assert_eq!(
        asked[3].json(),
        json!({"field_name": "tenant_id", "field_schema": {"type": "keyword", "is_tenant": true}})
    );
    let mut point = asked[5].json()["points"][1].clone();
    let id = point["id"].take();
    assert_eq!(id.as_str().unwrap().len(), 36, "an id of Qdrant is a number or a UUID");
    let payload = json!({"tenant_id": "kb", "file_id": "boats", "text": "b", "metadata": {"z": 1, "name": "boats"}});
    assert_eq!(point, json!({"id": null, "vector": [0.6, 0.8], "payload": payload}));

    let near = store.near(&of("kb", &["boats", "x"]), MODEL, &[5.0, 0.0], 3).await.unwrap();
    assert_eq!(ids(&near), ["2"]);
    assert!((near[0].score - 0.95).abs() < 1e-6, "a cosine of 0.9 on a scale from 0 to 1");
    let filter = json!({"must": [{"key": "tenant_id", "match": {"value": "kb"}},
        {"key": "file_id", "match": {"any": ["boats", "x"]}}]});
    let asked = served.heard();
    assert_eq!(asked[0].what, format!("POST /collections/{place}/points/query"));
    assert_eq!(asked[0].json(), json!({"query": [1.0, 0.0], "filter": filter, "limit": 3, "with_payload": false}));

    assert_eq!(store.copy(&Duplicate { from: "kb", to: "new", file_id: "boats" }).await.unwrap(), 1);
    assert_eq!(served.heard()[0].json(), json!({"ids": [id], "with_vector": true, "with_payload": false}));
    assert_eq!(store.near(&Scope::all("new"), MODEL, &[1.0, 0.0], 3).await.unwrap()[0].text, "b");
    store.forget_file("boats").await.unwrap();
    let asked = served.heard().pop().unwrap();
    assert_eq!(asked.what, format!("POST /collections/{place}/points/delete?wait=true"));
    assert_eq!(asked.json()["points"].as_array().unwrap().len(), 2);
    assert_eq!(kept.lock().unwrap().as_ref().unwrap().len(), 1);
    store.reset().await.unwrap();
    let last: Vec<String> = served.heard().into_iter().map(|asked| asked.what).collect();
    assert_eq!(last, ["GET /collections", "DELETE /collections/ours_5b3f8c0e2f6a_2"]);
    assert!(store.near(&Scope::all("kb"), MODEL, &[1.0, 0.0], 3).await.unwrap().is_empty());
}
