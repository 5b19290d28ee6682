//! A fast provider: `mock-<tokens>-<per second>` streams that many tokens at that rate (0: as fast as the line takes).
//! Every token carries the wall-clock microsecond at which it was sent, so that a reader can tell its delay.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

const MODELS: [&str; 4] = ["mock-1-0", "mock-200-0", "mock-200-50", "mock-500-50"];

/// Starts the provider on a free port and returns its base URL.
pub async fn serve() -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/v1/models", get(models)).route("/v1/chat/completions", post(completions));
    tokio::spawn(async move {
        use axum::serve::ListenerExt;
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let _ = axum::serve(listener, router).await;
    });
    Ok(format!("http://{address}/v1"))
}

async fn models() -> Json<Value> {
    let data: Vec<Value> = MODELS.iter().map(|id| json!({"id": id, "object": "model", "owned_by": "bench"})).collect();
    Json(json!({"object": "list", "data": data}))
}

async fn completions(Json(body): Json<Value>) -> Response {
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    let mut parts = model.rsplit('-').map(|part| part.parse::<u64>().unwrap_or(0));
    let (rate, tokens) = (parts.next().unwrap_or(0), parts.next().unwrap_or(1));
    if body["stream"] != json!(true) {
        let message =
            json!({"role": "assistant", "content": "{\"title\": \"Bench\", \"tags\": [], \"follow_ups\": []}"});
        let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
        return Json(json!({"id": "bench", "object": "chat.completion", "model": model, "choices": [choice]}))
            .into_response();
    }
    // What stays the same in every chunk is written once: the load shares the cores with what it measures.
    let frame = chunk(&model, &json!({"content": "@ "}), None);
    let (head, tail) = frame.split_once('@').map(|(head, tail)| (head.to_owned(), tail.to_owned())).unwrap_or_default();
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(64);
    tokio::spawn(async move {
        let started = tokio::time::Instant::now();
        for index in 0..tokens {
            // Rate 0: no pause at all.
            if let Some(due) = (1_000_000 * index).checked_div(rate) {
                tokio::time::sleep_until(started + Duration::from_micros(due)).await;
            }
            if sender.send(Ok(Bytes::from(format!("{head}{}{tail}", micros())))).await.is_err() {
                return;
            }
        }
        let _ = sender.send(Ok(Bytes::from(chunk(&model, &json!({}), Some("stop"))))).await;
        let _ = sender.send(Ok(Bytes::from_static(b"data: [DONE]\n\n"))).await;
    });
    let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(stream)).into_response()
}

fn chunk(model: &str, delta: &Value, finish: Option<&str>) -> String {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
    let chunk =
        json!({"id": "bench", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]});
    format!("data: {chunk}\n\n")
}

/// Wall-clock microseconds; one machine, so sender and reader agree.
pub fn micros() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_micros() as u64)
}
