//! What people want models to remember.

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::attached::{ask_with, provider};

const BASE: &str = "/api/v1/memories";

/// An engine to which texts with the same animal mean the same.
async fn engine() -> String {
    async fn embed(Json(body): Json<Value>) -> Json<Value> {
        let vector = |text: &Value| {
            let text = text.as_str().unwrap().to_lowercase();
            let holds = |words: [&str; 2]| if words.iter().any(|word| text.contains(word)) { 1.0 } else { 0.1 };
            json!([holds(["cat", "purr"]), holds(["dog", "bark"]), holds(["tea", "drink"])])
        };
        let data: Vec<Value> = body["input"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .map(|(index, text)| json!({"index": index, "embedding": vector(text)}))
            .collect();
        Json(json!({ "data": data }))
    }
    let router = Router::new().route("/v1/embeddings", post(embed));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn add(person: &Person<'_>, form: Value) -> String {
    person.post(&format!("{BASE}/add"), form).await.ok()["id"].as_str().unwrap().to_owned()
}

fn contents(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|memory| memory["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn memories_are_kept_changed_found_and_forgotten() {
    let url = engine().await;
    let server = TestApp::with(&[("RAG_EMBEDDING_ENGINE", "openai"), ("RAG_OPENAI_API_BASE_URL", &url)]).await;
    let ada = server.admin().await;
    let made = ada.post(&format!("{BASE}/add"), json!({"content": "Has two cats"})).await.ok();
    let cats = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made["meta"], json!({"created_by": "manual"}));
    assert_eq!((&made["type"], &made["path"]), (&json!("context"), &json!(null)));
    add(&ada, json!({"content": "A dog in the garden", "path": "/home//garden/"})).await;
    add(&ada, json!({"content": "Likes tea", "type": "user"})).await;

    let near = ada.post(&format!("{BASE}/query"), json!({"content": "what purrs?"})).await.ok();
    assert_eq!(near["ids"], json!([[cats]]));
    assert_eq!(near["documents"], json!([["Has two cats"]]));
    assert_eq!(near["metadatas"][0][0]["type"], "context");
    assert!(near["distances"][0][0].as_f64().unwrap() > 0.99);
    let all = ada.post(&format!("{BASE}/query"), json!({"content": "bark", "k": 10})).await.ok();
    assert_eq!(all["documents"][0][0], "A dog in the garden");
    assert_eq!(all["metadatas"][0][0]["path"], "home/garden");
    assert_eq!(all["documents"][0].as_array().unwrap().len(), 3);
    for none in [json!({"content": "x", "k": 0}), json!({"content": "x", "k": -5})] {
        assert_eq!(ada.post(&format!("{BASE}/query"), none).await.ok()["ids"], json!([[]]));
    }

    let changed = ada.post(&format!("{BASE}/{cats}/update"), json!({"content": "Has a parrot"})).await.ok();
    assert_eq!((&changed["content"], &changed["meta"]), (&json!("Has a parrot"), &made["meta"]));
    let near = ada.post(&format!("{BASE}/query"), json!({"content": "what purrs?"})).await.ok();
    assert!(near["distances"][0][0].as_f64().unwrap() < 0.99, "the old meaning is gone: {near}");

    let search = async |form: Value| ada.post(&format!("{BASE}/search"), form).await.ok();
    assert_eq!(contents(&search(json!({"query": "PARROT", "limit": 1})).await), ["Has a parrot"]);
    assert_eq!(contents(&search(json!({"path": "home"})).await), ["A dog in the garden"]);
    assert_eq!(contents(&search(json!({"type": "user"})).await), ["Likes tea"]);
    assert_eq!(contents(&search(json!({"memory_id": cats})).await), ["Has a parrot"]);
    assert_eq!(search(json!({"limit": 0})).await, json!([]));
    let paths = ada.post(&format!("{BASE}/paths"), json!({"query": "GARD"})).await.ok();
    assert_eq!((&paths[0]["path"], &paths[0]["count"]), (&json!("home/garden"), &json!(1)));
    let read = async |form: Value| ada.post(&format!("{BASE}/path"), form).await.ok();
    assert_eq!(contents(&read(json!({"path": "home"})).await), ["A dog in the garden"]);
    assert_eq!(read(json!({"path": "home", "include_children": false})).await, json!([]));

    assert_eq!(ada.post(&format!("{BASE}/reset"), json!({})).await.ok(), json!(true));
    let again = ada.post(&format!("{BASE}/reindex"), json!({})).await.ok();
    assert_eq!(again, json!({"status": true, "users": 1, "failed": 0}));
    assert_eq!(ada.call("DELETE", &format!("{BASE}/{cats}"), None).await.ok(), json!(true));
    assert_eq!(ada.call("DELETE", &format!("{BASE}/{cats}"), None).await.ok(), json!(false));
    assert_eq!(ada.call("DELETE", &format!("{BASE}/delete/user"), None).await.ok(), json!(true));
    assert_eq!(ada.get(&format!("{BASE}/")).await.ok(), json!([]));
    assert_eq!(ada.post(&format!("{BASE}/query"), json!({"content": "x"})).await.ok()["ids"], json!([[]]));
}

#[tokio::test]
async fn many_changes_each_say_how_they_went() {
    let server = TestApp::start().await;
    let ada = server.admin().await;
    let old = add(&ada, json!({"content": "old"})).await;
    let gone = add(&ada, json!({"content": "gone"})).await;
    let results = ada
        .post(
            &format!("{BASE}/update"),
            json!({"source": "tool", "operations": [
                {"action": "add", "content": "new", "type": "user"},
                {"action": "replace", "id": old, "content": "newer"},
                {"action": "move", "id": old, "path": "a/b"},
                {"action": "remove", "id": gone},
                {"action": "remove", "id": gone},
                {"action": "replace", "content": "x"},
                {"action": "add", "content": " "},
            ]}),
        )
        .await
        .ok();
    let went: Vec<bool> = results.as_array().unwrap().iter().map(|one| one["success"].as_bool().unwrap()).collect();
    assert_eq!(went, [true, true, true, true, false, false, false]);
    assert_eq!(results[0]["memory"]["meta"], json!({"created_by": "tool"}));
    assert_eq!(results[2]["memory"]["path"], "a/b");
    assert!(results[5]["error"].as_str().unwrap().contains("id"));
    let mut left = ada.get(&format!("{BASE}/")).await.ok();
    left.as_array_mut().unwrap().sort_by_key(|memory| memory["content"].to_string());
    assert_eq!(contents(&left), ["new", "newer"]);
    let too_many: Vec<Value> = (0..101).map(|_| json!({"action": "add", "content": "x"})).collect();
    assert_eq!(ada.post(&format!("{BASE}/update"), json!({"operations": too_many})).await.refused(), 400);
}

#[tokio::test]
async fn without_an_embedding_model_words_find_memories() {
    let server = TestApp::start().await;
    let ada = server.admin().await;
    add(&ada, json!({"content": "Has two cats"})).await;
    add(&ada, json!({"content": "Likes tea and cats"})).await;
    let found = ada.post(&format!("{BASE}/query"), json!({"content": "CATS tea?", "k": 5})).await.ok();
    assert_eq!(found["documents"], json!([["Likes tea and cats", "Has two cats"]]));
    assert_eq!(found["distances"], json!([[1.0, 0.5]]));
    assert_eq!(ada.post(&format!("{BASE}/query"), json!({"content": "zebra"})).await.ok()["ids"], json!([[]]));
    assert_eq!(ada.post(&format!("{BASE}/reset"), json!({})).await.ok(), json!(false));
    let dead = [("RAG_EMBEDDING_ENGINE", "openai"), ("RAG_OPENAI_API_BASE_URL", "http://127.0.0.1:1/v1")];
    let server = TestApp::with(&dead).await;
    let ada = server.admin().await;
    add(&ada, json!({"content": "Has two cats"})).await;
    let found = ada.post(&format!("{BASE}/query"), json!({"content": "cats"})).await.ok();
    assert_eq!(found["documents"], json!([["Has two cats"]]));
    assert_eq!(ada.post(&format!("{BASE}/reset"), json!({})).await.refused(), 502);
}

#[tokio::test]
async fn memories_are_private_switched_and_bounded() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ada = server.somebody("ada", "user").await;
    let secret = add(&ada, json!({"content": "secret"})).await;
    assert_eq!(admin.get(&format!("{BASE}/")).await.ok(), json!([]));
    assert_eq!(admin.post(&format!("{BASE}/query"), json!({"content": "secret"})).await.ok()["ids"], json!([[]]));
    assert_eq!(admin.post(&format!("{BASE}/{secret}/update"), json!({"content": "stolen"})).await.refused(), 404);
    assert_eq!(admin.call("DELETE", &format!("{BASE}/{secret}"), None).await.ok(), json!(false));
    assert_eq!(ada.post(&format!("{BASE}/reindex"), json!({})).await.refused(), 401);
    for (address, form, status) in [
        ("add", json!({"content": 5}), 422),
        ("add", json!({"content": "x", "type": "all"}), 422),
        ("add", json!({"content": "x", "type": null}), 422),
        ("add", json!({"content": "\u{0}"}), 400),
        ("add", json!({"content": "x".repeat(20_001)}), 400),
        ("add", json!({"content": "x", "path": "p".repeat(501)}), 400),
        ("query", json!({"content": 5}), 422),
        ("search", json!({"limit": "x"}), 422),
        ("path", json!({}), 422),
        ("update", json!({"operations": [{"action": "fly"}]}), 422),
    ] {
        let reply = ada.post(&format!("{BASE}/{address}"), form.clone()).await;
        assert_eq!(reply.refused(), status, "{address} {form} {}", reply.text);
    }
    let mut permissions = admin.get("/api/v1/users/default/permissions").await.ok();
    permissions["features"]["memories"] = json!(false);
    admin.post("/api/v1/users/default/permissions", permissions).await.ok();
    assert_eq!(ada.get(&format!("{BASE}/")).await.refused(), 401);
    assert_eq!(admin.get(&format!("{BASE}/")).await.ok(), json!([]));
    let off = TestApp::with(&[("ENABLE_MEMORIES", "false")]).await;
    assert_eq!(off.admin().await.get(&format!("{BASE}/")).await.refused(), 403);
}

#[tokio::test]
async fn models_are_told_what_fits_the_question_where_the_person_wants_it() {
    let (url, mut heard) = provider().await;
    let meaning = engine().await;
    let server = TestApp::with(&[
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", &url),
        ("OPENAI_API_KEYS", "k"),
        ("RAG_EMBEDDING_ENGINE", "openai"),
        ("RAG_OPENAI_API_BASE_URL", &meaning),
        ("MEMORIES_CONTEXT_CHAR_LIMIT", "30"),
    ])
    .await;
    let admin = server.admin().await;
    add(&admin, json!({"content": "Two cats live here"})).await;
    add(&admin, json!({"content": "The dog is named Rex"})).await;
    add(&admin, json!({"content": "Is called Ada", "type": "user"})).await;
    let with = |memory: bool| json!({"features": {"memory": memory}});
    let (request, _) = ask_with(&admin, &mut heard, "Who barks?", with(true)).await;
    let told = request["messages"][0]["content"].as_str().unwrap();
    assert_eq!(request["messages"][0]["role"], "system");
    assert!(told.contains("- Is called Ada") && told.contains("- The dog is named Rex"), "{told}");
    assert!(!told.contains("cats"), "there is no room for what is farther off: {told}");
    let (request, _) = ask_with(&admin, &mut heard, "Who barks?", with(false)).await;
    assert_eq!(request["messages"][0]["role"], "user");
    let (request, _) = ask_with(&admin, &mut heard, "Who barks?", json!({})).await;
    assert_eq!(request["messages"][0]["role"], "user");
    admin.post("/api/v1/users/user/settings/update", json!({"ui": {"memory": true}})).await.ok();
    let (request, _) = ask_with(&admin, &mut heard, "Who purrs?", json!({})).await;
    assert!(request["messages"][0]["content"].as_str().unwrap().contains("Two cats"), "{request}");
    let body =
        json!({"model": "m", "messages": [{"role": "user", "content": "Who barks?"}], "features": {"memory": true}});
    admin.post("/api/chat/completions", body).await.ok();
    let request = heard.recv().await.unwrap();
    assert!(request["messages"][0]["content"].as_str().unwrap().contains("Rex"));
    assert!(request.get("features").is_none());
}
