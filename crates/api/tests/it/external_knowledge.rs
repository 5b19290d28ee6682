//! Knowledge bases whose passages others keep. Qdrant and Milvus are servers of the test that play what their makers
//! document.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::attached::{ask_with, provider};
use crate::knowledge::read_by;
use crate::retrieval::{id, letters, server};
use crate::upstream::{Upstream, whole};

const CONNECTIONS: &str = "/api/v1/knowledge/external/connections";

/// Both products at one address, and embeddings by letters.
fn products(asked: &str, body: &Value) -> Option<Response> {
    match asked {
        "GET /collections" => {
            whole(json!({"result": {"collections": [{"name": "books"}, {"name": "b"}]}, "status": "ok"}))
        }
        "GET /collections/books" => {
            whole(json!({"result": {"config": {"params": {"vectors": {"size": 3, "distance": "Cosine"}}}}}))
        }
        "POST /collections/books/points/query" => {
            let point = |id: u32, score: f64, payload: Value| json!({"id": id, "version": 0, "score": score, "payload": payload});
            let points = [
                point(1, 1.0, json!({"text": "aaa far away", "metadata": {"name": "atlas.pdf", "page": 4}})),
                point(2, 0.0, json!({"text": "bbb", "tenant_id": "t"})),
                point(3, 0.9, json!({"image": "no text"})),
            ];
            whole(json!({"result": {"points": points}, "status": "ok"}))
        }
        "GET /collections/gone" => {
            Some((StatusCode::NOT_FOUND, r#"{"status":{"error":"Not found: gone"}}"#).into_response())
        }
        "POST /v2/vectordb/collections/list" => whole(json!({"code": 0, "data": ["films"]})),
        "POST /v2/vectordb/collections/describe" if body["collectionName"] == "films" => {
            whole(json!({"code": 0, "data": {"indexes": [{"fieldName": "embedding", "metricType": "L2"}]}}))
        }
        "POST /v2/vectordb/collections/describe" => whole(json!({"code": 100, "message": "collection not found"})),
        "POST /v2/vectordb/entities/search" => whole(json!({"code": 0, "cost": 0, "data": [
            {"id": 7, "distance": 1.0, "content": "ccc", "year": 1999, "embedding": [1, 2]},
            {"id": 8, "distance": 0.0, "content": "aaa", "year": 2001},
        ]})),
        _ => letters(asked, body),
    }
}

fn qdrant(url: &str) -> Value {
    json!({"name": "Library", "provider": "qdrant", "endpoint": url, "auth_config": {"api_key": "secret-key"}})
}

fn books() -> Value {
    json!({"type": "collection", "name": "books", "config": {"filter": {"tenant_id": "t"}, "vector_field": null}})
}

/// A knowledge base on the server of the test.
async fn made(admin: &Person<'_>, url: &str, grants: Value) -> Value {
    let form = json!({"name": "Far books", "description": "elsewhere", "connection": qdrant(url), "source": books(),
        "access_grants": grants, "test_query": "aa"});
    admin.post("/api/v1/knowledge/external/source/create", form).await.ok()
}

#[tokio::test]
async fn a_server_is_stored_tried_and_shows_none_of_its_secrets() {
    let upstream = Upstream::start(products).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    assert_eq!(admin.get(CONNECTIONS).await.ok(), json!({"items": [], "total": 0}));
    let first = admin.post(CONNECTIONS, qdrant(&upstream.url)).await.ok();
    assert_eq!((&first["auth_config"], &first["enabled"]), (&json!({"api_key": ""}), &json!(true)));
    let path = format!("{CONNECTIONS}/{}", id(&first));
    let changed = json!({"name": "Renamed", "provider": "qdrant", "endpoint": format!("{}/", upstream.url)});
    let changed = admin.call("PATCH", &path, Some(changed)).await.ok();
    assert_eq!((&changed["name"], &changed["auth_config"]), (&json!("Renamed"), &json!({"api_key": ""})));
    assert_eq!(admin.get(&path).await.ok(), changed);
    let all = admin.get(CONNECTIONS).await;
    assert!(!all.text.contains("secret-key") && all.ok()["total"] == 1);
    upstream.asked();
    let tried = admin.post(&format!("{path}/test"), json!({})).await.ok();
    assert_eq!(tried, json!({"status": true, "collections": ["b", "books"]}));
    let question = json!({"query": "aa", "source": books(), "count": 2});
    let found = admin.post(&format!("{path}/retrieve-test"), question).await.ok();
    let known = json!({"id": "1", "text": "aaa far away", "metadata": {"name": "atlas.pdf", "page": 4}, "score": 1.0});
    assert_eq!((&found["count"], &found["results"][0]), (&json!(2), &known));
    assert_eq!(
        (&found["results"][1]["score"], &found["results"][1]["metadata"]),
        (&json!(0.5), &json!({"tenant_id": "t"}))
    );
    let asked = upstream.asked();
    let (line, body) = asked.last().unwrap();
    assert_eq!(line, "POST /collections/books/points/query");
    let filter = json!({"must": [{"key": "tenant_id", "match": {"value": "t"}}]});
    assert_eq!((&body["limit"], &body["with_payload"], &body["filter"]), (&json!(2), &json!(true), &filter));
    assert_eq!((body["query"].as_array().unwrap().len(), body.get("using")), (3, None));
    let missing = json!({"query": "a", "source": {"name": "gone"}});
    let refused = admin.post(&format!("{path}/retrieve-test"), missing).await;
    assert!(refused.text.contains("Not found: gone") && refused.refused() == 400);
    for wrong in [
        json!({"name": "x", "provider": "chroma", "endpoint": upstream.url}),
        json!({"name": "", "provider": "qdrant", "endpoint": upstream.url}),
        json!({"name": "x", "provider": "qdrant", "endpoint": "file:///etc"}),
    ] {
        assert_eq!(admin.post(CONNECTIONS, wrong).await.refused(), 400);
    }
    let away = json!({"name": "Away", "provider": "milvus", "endpoint": "http://127.0.0.1:1"});
    let away = id(&admin.post(CONNECTIONS, away).await.ok());
    let refused = admin.post(&format!("{CONNECTIONS}/{away}/test"), json!({})).await;
    assert!(refused.text.contains("cannot be reached") && refused.refused() == 400);
    assert_eq!(admin.call("DELETE", &path, None).await.ok(), json!(true));
    assert_eq!(admin.get(&path).await.refused(), 404);
}

#[tokio::test]
async fn a_knowledge_base_elsewhere_is_searched_live_by_whom_it_is_shared_with() {
    let upstream = Upstream::start(products).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let stranger = server.somebody("stranger", "user").await;
    let knowledge = made(&admin, &upstream.url, read_by(&user.id)).await;
    let kb = id(&knowledge);
    assert_eq!((&knowledge["meta"]["source"], &knowledge["files"]), (&json!("external"), &json!(null)));
    assert!(!admin.get(&format!("/api/v1/knowledge/{kb}")).await.text.contains("secret-key"));
    let question = json!({"collection_names": [kb], "query": "aa", "k": 2});
    let found = user.post("/api/v1/retrieval/query/collection", question.clone()).await.ok();
    assert_eq!((&found["documents"], &found["distances"]), (&json!([["aaa far away", "bbb"]]), &json!([[1.0, 0.5]])));
    // What its keeper says nothing of is called as the knowledge base is.
    assert_eq!(
        (&found["metadatas"][0][0]["name"], &found["metadatas"][0][1]["name"]),
        (&json!("atlas.pdf"), &json!("Far books"))
    );
    let doc = json!({"collection_name": kb, "query": "aa", "k": 1});
    assert_eq!(user.post("/api/v1/retrieval/query/doc", doc).await.ok()["documents"], json!([["aaa far away"]]));
    assert_eq!(stranger.post("/api/v1/retrieval/query/collection", question.clone()).await.refused(), 403);
    // Beside one with files, the best of both come first.
    let near = id(&admin.post("/api/v1/knowledge/create", json!({"name": "near", "description": ""})).await.ok());
    let file = id(&admin.upload("n.txt", "text/plain", b"aab").await);
    crate::knowledge::add(&admin, &near, &file).await.ok();
    let both = json!({"collection_names": [near, kb], "query": "aa", "k": 9});
    let both = admin.post("/api/v1/retrieval/query/collection", both).await.ok();
    assert_eq!(both["documents"], json!([["aaa far away", "aab", "bbb"]]));
    for (source, names) in [("external", vec!["Far books"]), ("local", vec!["near"])] {
        let list = admin.get(&format!("/api/v1/knowledge/search?source={source}")).await.ok();
        let found: Vec<&str> =
            list["items"].as_array().unwrap().iter().map(|kb| kb["name"].as_str().unwrap()).collect();
        assert_eq!((&found, &list["total"]), (&names, &json!(1)));
    }
    // It takes no files, and nobody empties it.
    assert_eq!(crate::knowledge::add(&admin, &kb, &file).await.refused(), 400);
    assert_eq!(admin.post(&format!("/api/v1/knowledge/{kb}/reset"), json!({})).await.refused(), 400);
    assert_eq!(admin.post("/api/v1/knowledge/reindex", json!({})).await.ok(), json!(true));
    // Its server stays as long as it does.
    let connection = admin.get(CONNECTIONS).await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("{CONNECTIONS}/{connection}");
    let refused = admin.call("DELETE", &path, None).await;
    assert!(refused.text.contains("Far books") && refused.refused() == 400);
    let mut off = qdrant(&upstream.url);
    off["enabled"] = json!(false);
    admin.call("PATCH", &path, Some(off)).await.ok();
    let refused = user.post("/api/v1/retrieval/query/collection", question).await;
    assert!(refused.text.contains("switched off") && refused.refused() == 400);
    admin.call("DELETE", &format!("/api/v1/knowledge/{kb}/delete"), None).await.ok();
    assert_eq!(admin.call("DELETE", &path, None).await.ok(), json!(true));
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_stored_and_what_is_changed_is_asked_first() {
    let upstream = Upstream::start(products).await;
    let server = server(&upstream, &[]).await;
    let admin = server.admin().await;
    let mut form =
        json!({"name": "x", "connection": qdrant(&upstream.url), "source": {"name": "gone"}, "test_query": "a"});
    assert_eq!(admin.post("/api/v1/knowledge/external/source/create", form.clone()).await.refused(), 400);
    form["test_query"] = json!(" ");
    assert_eq!(admin.post("/api/v1/knowledge/external/source/create", form).await.refused(), 400);
    assert_eq!(admin.get(CONNECTIONS).await.ok()["total"], 0);
    assert_eq!(admin.get("/api/v1/knowledge/").await.ok()["total"], 0);
    let milvus = json!({"name": "Films", "provider": "milvus", "endpoint": upstream.url,
        "auth_config": {"username": "root", "password": "p"}, "config": {"database": "d"}});
    let trial = json!({"connection": milvus, "source": {"name": "films"}, "query": "a", "count": 3});
    upstream.asked();
    let found = admin.post("/api/v1/knowledge/external/source/test", trial).await.ok();
    let expected = json!([
        {"id": "8", "text": "aaa", "metadata": {"year": 2001}, "score": 1.0},
        {"id": "7", "text": "ccc", "metadata": {"year": 1999}, "score": 0.5},
    ]);
    assert_eq!(found["results"], expected);
    let (line, asked) = upstream.asked().pop().unwrap();
    assert_eq!(line, "POST /v2/vectordb/entities/search");
    assert_eq!((&asked["annsField"], &asked["dbName"], &asked["limit"]), (&json!("embedding"), &json!("d"), &json!(3)));
    assert_eq!((&asked["outputFields"], asked["data"][0].as_array().unwrap().len()), (&json!(["*"]), 3));
    let connection = id(&admin.post(CONNECTIONS, milvus.clone()).await.ok());
    let create = |name: &str| json!({"name": "Films", "connection_id": connection, "source": {"name": name}});
    let refused = admin.post("/api/v1/knowledge/external/knowledge/create", create("nothing")).await;
    assert!(refused.text.contains("nothing") && refused.refused() == 400);
    let kb = id(&admin.post("/api/v1/knowledge/external/knowledge/create", create("films")).await.ok());
    let path = format!("/api/v1/knowledge/external/source/{kb}");
    let mut change = json!({"name": "Books", "description": "now", "connection": qdrant(&upstream.url), "source": {"name": "gone"},
        "test_query": "a"});
    assert_eq!(admin.call("PATCH", &path, Some(change.clone())).await.refused(), 400);
    assert_eq!(admin.get(&format!("/api/v1/knowledge/{kb}")).await.ok()["name"], "Films");
    change["source"] = json!({"name": "books"});
    let changed = admin.call("PATCH", &path, Some(change.clone())).await.ok();
    assert_eq!((&changed["name"], &changed["meta"]["external"]["source"]["name"]), (&json!("Books"), &json!("books")));
    let seen = admin.get(&format!("{CONNECTIONS}/{connection}")).await.ok();
    assert_eq!((&seen["provider"], admin.get(CONNECTIONS).await.ok()["total"].as_i64()), (&json!("qdrant"), Some(1)));
    let local = id(&admin.post("/api/v1/knowledge/create", json!({"name": "near", "description": ""})).await.ok());
    let refused = admin.call("PATCH", &format!("/api/v1/knowledge/external/source/{local}"), Some(change)).await;
    assert_eq!(refused.refused(), 400);
}

#[tokio::test]
async fn a_reply_is_told_what_is_found_elsewhere_and_that_a_server_is_away() {
    let upstream = Upstream::start(products).await;
    let (url, mut heard) = provider().await;
    let models = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", url.as_str()),
        ("OPENAI_API_KEYS", "k"),
        ("ENABLE_RETRIEVAL_QUERY_GENERATION", "false"),
    ];
    let server: TestApp = server(&upstream, &models).await;
    let admin = server.admin().await;
    let kb = id(&made(&admin, &upstream.url, json!([])).await);
    let files = json!({"files": [{"type": "collection", "id": kb, "name": "Far books"}]});
    let (asked, chat) = ask_with(&admin, &mut heard, "aa?", files.clone()).await;
    assert!(asked["messages"].to_string().contains("aaa far away"), "{asked}");
    assert!(chat.to_string().contains("atlas.pdf"), "{chat}");
    let connection = admin.get(CONNECTIONS).await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    let away = json!({"name": "Library", "provider": "qdrant", "endpoint": "http://127.0.0.1:1"});
    admin.call("PATCH", &format!("{CONNECTIONS}/{connection}"), Some(away)).await.ok();
    let (asked, _) = ask_with(&admin, &mut heard, "aa?", files).await;
    assert!(asked["messages"].to_string().contains("cannot be reached"), "{asked}");
}
