//! Models that a connection's server keeps, and speech from one.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::upstream::{Upstream, typed, whole};

async fn server() -> (Upstream, TestApp) {
    let upstream = Upstream::start(|asked, _| match asked {
        "GET /v1/models" => whole(json!({"data": [{"id": "voice", "object": "model"}]})),
        "POST /v1/audio/speech" => typed("audio/mpeg", "ID3"),
        "GET /models/sse" => typed("text/event-stream", "data: {\"event\":\"models_reload\"}\n\n"),
        "POST /models/load" => {
            let error = axum::Json(json!({"error": {"code": 400, "message": "model is already loaded"}}));
            Some(axum::response::IntoResponse::into_response((axum::http::StatusCode::BAD_REQUEST, error)))
        }
        _ => whole(json!({"success": true})),
    })
    .await;
    let url = format!("{}/v1", upstream.url);
    let env =
        [("ENABLE_OPENAI_API", "true"), ("OPENAI_API_BASE_URLS", url.as_str()), ("OPENAI_API_KEYS", "sk-a-secret-key")];
    let server = TestApp::with(&env).await;
    (upstream, server)
}

async fn connect(admin: &Person<'_>, url: &str, options: Value) {
    let form = json!({"OPENAI_API_BASE_URLS": [url], "OPENAI_API_KEYS": ["k"], "OPENAI_API_CONFIGS": {"0": options}});
    admin.post("/openai/config/update", form).await.ok();
}

/// What was asked besides lists of models.
fn managed(upstream: &Upstream) -> Vec<(String, Value)> {
    upstream.asked().into_iter().filter(|(line, _)| line != "GET /v1/models").collect()
}

#[tokio::test]
async fn models_are_managed_where_the_server_can_and_refused_elsewhere() {
    let (upstream, server) = server().await;
    let admin = server.admin().await;
    let url = format!("{}/v1", upstream.url);
    let calls = [
        ("GET", "/openai/models/0/catalog", None),
        ("POST", "/openai/models/0/unload", Some(json!({"model": "p.m"}))),
        ("POST", "/openai/models/0/download", Some(json!({"model": "org/m:Q4", "more": 1}))),
        ("DELETE", "/openai/models/0?model=a%2Fb", None),
    ];
    for (method, path, body) in calls.clone() {
        assert_eq!(admin.call(method, path, body).await.refused(), 400, "{path}");
    }
    assert_eq!(managed(&upstream), []);
    connect(&admin, &url, json!({"provider": "llama.cpp", "prefix_id": "p"})).await;
    for (method, path, body) in calls {
        assert_eq!(admin.call(method, path, body).await.ok(), json!({"success": true}), "{path}");
    }
    let expected = [
        ("GET /models", json!(0)),
        ("POST /models/unload", json!({"model": "m"})),
        ("POST /models", json!({"model": "org/m:Q4", "more": 1})),
        ("DELETE /models?model=a%2Fb", json!(0)),
    ];
    assert_eq!(managed(&upstream), expected.map(|(line, body)| (line.to_owned(), body)));
    let events = admin.get("/openai/models/0/sse").await;
    assert_eq!(events.headers["content-type"], "text/event-stream");
    assert!(events.text.contains("models_reload"));
    let loaded = admin.post("/openai/models/0/load", json!({"model": "m"})).await;
    assert_eq!(
        (loaded.status.as_u16(), &loaded.json()["error"]["code"]),
        (400, &json!(400)),
        "in the server's own words"
    );
    assert_eq!(admin.get("/openai/models/0/download/status/j").await.refused(), 400);
    admin.post("/api/models/unload", json!({"model": "p.voice"})).await.ok();
    assert_eq!(managed(&upstream).pop(), Some(("POST /models/unload".to_owned(), json!({"model": "voice"}))));
    connect(&admin, &url, json!({"provider": "lmstudio"})).await;
    admin.get("/openai/models/0/download/status/..%2Fx").await.ok();
    assert_eq!(managed(&upstream)[0].0, "GET /api/v1/models/download/status/..%2Fx");
    assert_eq!(admin.get("/openai/models/0/sse").await.refused(), 400);
    assert_eq!(admin.get("/openai/models/7/catalog").await.refused(), 404);
    assert_eq!(admin.get("/openai/models/x/catalog").await.refused(), 422);
    assert_eq!(admin.post("/openai/models/0/load", json!({})).await.refused(), 422);
    assert_eq!(admin.call("DELETE", "/openai/models/0", None).await.refused(), 422);
    let off = json!({"ENABLE_OPENAI_API": false, "OPENAI_API_BASE_URLS": [url], "OPENAI_API_KEYS": [], "OPENAI_API_CONFIGS": {}});
    admin.post("/openai/config/update", off).await.ok();
    for path in ["/openai/models", "/openai/models/0", "/openai/models/0/catalog"] {
        assert_eq!(admin.get(path).await.refused(), 503, "{path}");
    }
    assert_eq!(admin.get("/ollama/api/tags").await.refused(), 503);
}

#[tokio::test]
async fn speech_comes_from_the_connection_that_offers_the_voice() {
    let (upstream, server) = server().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let text = json!({"model": "voice", "input": "hello", "voice": "alloy"});
    let spoken = admin.post("/openai/audio/speech", text.clone()).await;
    assert_eq!((spoken.status.as_u16(), spoken.text.as_str()), (200, "ID3"));
    assert_eq!(spoken.headers["content-type"], "audio/mpeg");
    assert_eq!(managed(&upstream), [("POST /v1/audio/speech".to_owned(), text.clone())]);
    assert_eq!(ann.post("/openai/audio/speech", text).await.refused(), 403, "the model is not granted");
    assert_eq!(admin.post("/openai/audio/speech", json!({"model": "tts-1", "input": "x"})).await.refused(), 404);
    assert_eq!(admin.post("/openai/audio/speech", json!({"input": "x"})).await.refused(), 400);
    assert_eq!(admin.post("/openai/audio/speech", json!([])).await.refused(), 400);
    assert_eq!(admin.send("POST", "/openai/audio/speech", &[], b"no json".to_vec()).await.refused(), 400);
    assert_eq!(managed(&upstream), []);
}
