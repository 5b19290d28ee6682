//! A provider that notes what it is asked, and answers as a test says.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};

/// Method with path and query, and the body as far as it is JSON.
pub type Asked = (String, Value);

pub struct Upstream {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Upstream {
    /// `answer` sees what was asked; `None` is a 404.
    pub async fn start(answer: impl Fn(&str, &Value) -> Option<Response> + Clone + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = asked.clone();
        let handler = async move |request: Request| {
            let line = format!("{} {}", request.method(), request.uri());
            let bytes = to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
            let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(bytes.len()));
            notes.lock().push((line.clone(), body.clone()));
            answer(&line, &body).unwrap_or_else(|| {
                (axum::http::StatusCode::NOT_FOUND, axum::Json(json!({"error": {"message": "unknown"}})))
                    .into_response()
            })
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self { url, asked }
    }

    /// What was asked since the last look.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock())
    }
}

pub fn whole(body: Value) -> Option<Response> {
    Some(axum::Json(body).into_response())
}

pub fn typed(kind: &'static str, body: impl Into<axum::body::Body>) -> Option<Response> {
    Some(([(header::CONTENT_TYPE, kind)], body.into()).into_response())
}

/// Two chat models, `alpha` and `beta`, that say who they are.
pub fn two_models(asked: &str, body: &Value) -> Option<Response> {
    match asked {
        "GET /v1/models" => {
            whole(json!({"data": [{"id": "alpha", "object": "model"}, {"id": "beta", "object": "model"}]}))
        }
        "POST /v1/chat/completions" if body["stream"] == true => {
            let chunk = |delta: Value, end: Value| {
                let choice = json!({"index": 0, "delta": delta, "finish_reason": end});
                format!("data: {}\n\n", json!({"id": "c", "object": "chat.completion.chunk", "choices": [choice]}))
            };
            let said = chunk(json!({"content": format!("I am {}", body["model"].as_str()?)}), json!(null));
            typed("text/event-stream", said + &chunk(json!({}), json!("stop")) + "data: [DONE]\n\n")
        }
        "POST /v1/chat/completions" => {
            let message = json!({"role": "assistant", "content": format!("I am {}", body["model"].as_str()?)});
            let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
            whole(json!({"id": "c", "object": "chat.completion", "model": body["model"], "choices": [choice]}))
        }
        _ => None,
    }
}
