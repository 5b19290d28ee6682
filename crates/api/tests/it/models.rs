//! Stored models: their versions, and who may use what.

use axum::Router;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};

const HISTORY: &str = "/api/v1/models/model/history";

fn form(name: &str, why: Option<&str>) -> Value {
    json!({"id": "own", "base_model_id": "base", "name": name, "meta": {"description": name}, "params": {"system": name}, "commit_message": why})
}

async fn history(person: &Person<'_>) -> Vec<Value> {
    person.get(&format!("{HISTORY}?id=own")).await.ok().as_array().unwrap().clone()
}

#[tokio::test]
async fn a_model_goes_back_to_an_earlier_version() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let first = admin.post("/api/v1/models/create", form("One", Some("begin"))).await.ok();
    let second = admin.post("/api/v1/models/model/update", form("Two", None)).await.ok();
    assert_ne!(first["version_id"], second["version_id"]);
    let same = admin.post("/api/v1/models/model/update", form("Two", None)).await.ok();
    assert_eq!(same["version_id"], second["version_id"], "nothing has changed");
    let list = history(&admin).await;
    assert_eq!(
        (list.len(), &list[0]["parent_id"], &list[1]["commit_message"]),
        (2, &first["version_id"], &json!("begin"))
    );
    assert_eq!(list[0]["user"], json!({"name": "Root"}));
    let old = first["version_id"].as_str().unwrap();
    let entry = admin.get(&format!("{HISTORY}/{old}?id=own")).await.ok();
    assert_eq!((&entry["snapshot"]["name"], &entry["snapshot"]["params"]), (&json!("One"), &json!({"system": "One"})));
    let restore = "/api/v1/models/model/update/version?id=own";
    let back = admin.post(restore, json!({"version_id": old})).await.ok();
    assert_eq!(
        (&back["name"], &back["version_id"], &back["meta"]["description"]),
        (&json!("One"), &json!(old), &json!("One"))
    );
    assert_eq!(admin.call("DELETE", &format!("{HISTORY}/{old}?id=own"), None).await.refused(), 400);
    let newer = format!("{HISTORY}/{}?id=own", second["version_id"].as_str().unwrap());
    assert_eq!(admin.call("DELETE", &newer, None).await.ok(), json!(true));
    assert_eq!(admin.get(&newer).await.refused(), 404);
    assert_eq!(admin.post(restore, json!({"version_id": second["version_id"]})).await.refused(), 404);
    assert_eq!(admin.post(restore, json!({"version_id": 5})).await.refused(), 422);
    assert_eq!(admin.get(HISTORY).await.refused(), 422);
    assert_eq!(admin.get(&format!("{HISTORY}?id=own&page=0")).await.refused(), 422);
}

#[tokio::test]
async fn versions_are_for_those_who_may_change_the_model() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let reader = server.somebody("reader", "user").await;
    let mut shared = form("One", None);
    shared["access_grants"] = json!([{"principal_type": "user", "principal_id": reader.id, "permission": "read"}]);
    let model = admin.post("/api/v1/models/create", shared).await.ok();
    let version = model["version_id"].as_str().unwrap();
    assert_eq!(reader.get("/api/v1/models/model?id=own").await.ok()["params"], json!({}));
    let entry = format!("{HISTORY}/{version}?id=own");
    for (method, path, body) in [
        ("GET", format!("{HISTORY}?id=own"), None),
        ("GET", entry.clone(), None),
        ("DELETE", entry, None),
        ("POST", "/api/v1/models/model/update/version?id=own".to_owned(), Some(json!({"version_id": version}))),
        ("GET", format!("{HISTORY}?id=no-such-model"), None),
    ] {
        assert_eq!(reader.call(method, &path, body).await.refused(), 401, "{method} {path}");
    }
    assert_eq!(history(&admin).await.len(), 1);
}

#[tokio::test]
async fn synchronising_leaves_exactly_the_models_that_were_sent() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    admin.post("/api/v1/models/create", form("One", None)).await.ok();
    let sent = |id: &str, owner: &str| {
        json!({"id": id, "user_id": owner, "base_model_id": "base", "name": id, "meta": {}, "params": {}, "is_active": true,
            "updated_at": 1, "created_at": 1})
    };
    let sync = async |models: Value| admin.post("/api/v1/models/sync", json!({"models": models})).await;
    assert_eq!(sync(json!([sent("a", "x"), sent("with space", "x")])).await.refused(), 400);
    assert_eq!(history(&admin).await.len(), 1, "nothing was written");
    assert_eq!(sync(json!([{"id": "a"}])).await.refused(), 422);
    let stored = sync(json!([sent("a", "unknown"), sent("b", &ann.id)])).await.ok();
    let line: Vec<_> =
        stored.as_array().unwrap().iter().map(|model| (model["id"].clone(), model["user_id"].clone())).collect();
    assert_eq!(line, [(json!("a"), json!(admin.id)), (json!("b"), json!(ann.id))]);
    assert_eq!(ann.post("/api/v1/models/sync", json!({"models": []})).await.refused(), 401);
    assert_eq!(sync(json!([])).await.ok(), json!([]));
}

/// A provider with one model, `base`.
async fn provider() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let list = async || axum::Json(json!({"object": "list", "data": [{"id": "base", "object": "model"}]}));
    let reply = json!({"id": "c", "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}}]});
    let chat = async move || axum::Json(reply);
    let router = Router::new().route("/v1/models", get(list)).route("/v1/chat/completions", post(chat));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/v1")
}

#[tokio::test]
async fn a_custom_model_opens_no_base_that_is_closed_to_the_person() {
    let url = provider().await;
    let server =
        TestApp::with(&[("ENABLE_OPENAI_API", "true"), ("OPENAI_API_BASE_URLS", &url), ("OPENAI_API_KEYS", "k")]).await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let to_ann = json!([{"principal_type": "user", "principal_id": ann.id, "permission": "read"}]);
    let mut custom = form("One", None);
    custom["access_grants"] = to_ann.clone();
    admin.post("/api/v1/models/create", custom).await.ok();
    let ask = json!({"model": "own", "messages": [{"role": "user", "content": "hello"}], "stream": false});
    assert_eq!(admin.post("/api/chat/completions", ask.clone()).await.ok()["id"], "c");
    assert_eq!(ann.post("/api/chat/completions", ask.clone()).await.refused(), 400);
    let share = json!({"id": "base", "access_grants": to_ann});
    assert!(admin.post("/api/v1/models/model/access/update", share).await.ok()["version_id"].is_string());
    assert_eq!(ann.post("/api/chat/completions", ask).await.ok()["id"], "c");
}

#[tokio::test]
async fn nobody_but_an_administrator_makes_a_providers_model_theirs() {
    let url = provider().await;
    let server = TestApp::with(&[
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", &url),
        ("OPENAI_API_KEYS", "k"),
        ("USER_PERMISSIONS_WORKSPACE_MODELS_ACCESS", "true"),
        ("USER_PERMISSIONS_WORKSPACE_MODELS_IMPORT", "true"),
    ])
    .await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let model = |id: &str, base: Value| json!({"id": id, "base_model_id": base, "name": id, "meta": {}, "params": {}});
    for stolen in
        [model("base", json!(null)), model("base", json!("")), model("base", json!("own")), model("new", json!(null))]
    {
        assert_eq!(ann.post("/api/v1/models/create", stolen.clone()).await.refused(), 401, "{stolen}");
        assert_eq!(ann.post("/api/v1/models/import", json!({"models": [stolen]})).await.refused(), 401);
    }
    ann.post("/api/v1/models/create", model("own", json!("base"))).await.ok();
    assert_eq!(ann.post("/api/v1/models/model/update", model("own", json!(null))).await.refused(), 401);
    ann.post("/api/v1/models/model/update", model("own", json!("base"))).await.ok();
    let ask = json!({"model": "base", "messages": [{"role": "user", "content": "hello"}], "stream": false});
    assert_eq!(ann.post("/api/chat/completions", ask).await.refused(), 400);
    admin.post("/api/v1/models/create", model("base", json!(null))).await.ok();
}
