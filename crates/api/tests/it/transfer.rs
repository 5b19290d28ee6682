//! Model files into an Ollama server.

use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::app::{Reply, TestApp};
use crate::upstream::{Upstream, typed, whole};

const HELLO: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// An Ollama server and a mirror of a publisher in one.
async fn server() -> (Upstream, TestApp) {
    let upstream = Upstream::start(|asked, body| match asked {
        "GET /api/tags" => whole(json!({"models": []})),
        "GET /org/tiny/resolve/main/Tiny%20Model.gguf?download=true" => typed("application/octet-stream", "hello"),
        "POST /api/create" if body["model"] == "bad" => whole(json!({"error": "no model in this"})),
        "POST /api/create" => whole(json!({"status": "success"})),
        _ if asked.starts_with("POST /api/blobs/sha256:") => Some(axum::http::StatusCode::CREATED.into_response()),
        _ => None,
    })
    .await;
    let env = [
        ("ENABLE_OLLAMA_API", "true"),
        ("OLLAMA_BASE_URLS", upstream.url.as_str()),
        ("HF_ENDPOINT", upstream.url.as_str()),
    ];
    let server = TestApp::with(&env).await;
    (upstream, server)
}

fn events(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    let lines = reply.text.lines().filter_map(|line| line.strip_prefix("data: "));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn asked(upstream: &Upstream) -> Vec<(String, Value)> {
    upstream.asked().into_iter().filter(|(line, _)| line.starts_with("POST")).collect()
}

#[tokio::test]
async fn an_uploaded_file_becomes_a_model() {
    let (upstream, server) = server().await;
    let admin = server.admin().await;
    let file = [("file", Some(("../a b.gguf", "")), b"hello".as_slice())];
    let reply = admin.form("/ollama/models/upload", &file).await;
    let end = json!({"done": true, "blob": HELLO, "name": "a b.gguf", "model_created": "a-b"});
    assert_eq!(events(&reply), [json!({"progress": 100.0, "total": 5, "completed": 5}), end]);
    let made = json!({"model": "a-b", "files": {"a b.gguf": HELLO}, "stream": false});
    let expected = [(format!("POST /api/blobs/{HELLO}"), json!(5)), ("POST /api/create".to_owned(), made)];
    assert_eq!(asked(&upstream), expected);
    let large = vec![7_u8; 3 * 1024 * 1024];
    let told = events(&admin.form("/ollama/models/upload/0", &[("file", Some(("big.gguf", "")), &large)]).await);
    assert_eq!(told.last().unwrap()["model_created"], "big");
    assert_eq!(asked(&upstream)[0].1, json!(large.len()));
    let bad = events(&admin.form("/ollama/models/upload", &[("file", Some(("bad.gguf", "")), b"hello")]).await);
    assert!(bad.last().unwrap()["error"].as_str().unwrap().contains("no model in this"), "{bad:?}");
    assert_eq!(admin.form("/ollama/models/upload/9", &file).await.refused(), 404);
    assert_eq!(admin.post("/ollama/models/upload", json!({})).await.refused(), 422);
    assert_eq!(admin.form("/ollama/models/upload", &[("file", Some(("x", "")), b"")]).await.refused(), 400);
    let left = std::fs::read_dir(server.app.config.settings().data_dir.join("uploads")).unwrap().count();
    assert_eq!(left, 0, "nothing stays behind");
}

#[tokio::test]
async fn a_published_file_is_fetched_and_becomes_a_model() {
    let (upstream, server) = server().await;
    let admin = server.admin().await;
    let address = format!("{}/org/tiny/resolve/main/Tiny%20Model.gguf?download=true", upstream.url);
    let mut told = events(&admin.post("/ollama/models/download", json!({"url": address})).await);
    // How far it is, is said again when it takes longer.
    told.dedup();
    let end = json!({"done": true, "blob": HELLO, "name": "Tiny Model.gguf", "model_created": "Tiny-Model"});
    assert_eq!(told, [json!({"progress": 100.0, "total": 5, "completed": 5}), end]);
    assert_eq!(asked(&upstream).len(), 2);
    let missing = format!("{}/org/tiny/none.gguf", upstream.url);
    for url in [missing.as_str(), "https://example.com/a.gguf", "http://huggingface.co/a.gguf", "x", ""] {
        assert_eq!(admin.post("/ollama/models/download/0", json!({"url": url})).await.refused(), 400, "{url}");
    }
    assert_eq!(admin.post("/ollama/models/download/9", json!({"url": address})).await.refused(), 404);
    assert_eq!(admin.post("/ollama/models/download", json!({"url": 5})).await.refused(), 422);
    assert_eq!(asked(&upstream), []);
}
