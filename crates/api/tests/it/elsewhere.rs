//! Other servers, as small as they may be: they remember what they were asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use serde_json::Value;

/// A server on a port of its own, gone with this value.
pub struct Elsewhere {
    pub url: String,
    pub asked: Asked,
    task: tokio::task::JoinHandle<()>,
}

/// What was asked so far.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<Vec<Question>>>);

#[derive(Clone, Debug)]
pub struct Question {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Question {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl Asked {
    pub fn note(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) {
        let question = Question {
            method: method.clone(),
            path: uri.to_string(),
            headers: headers.clone(),
            body: String::from_utf8_lossy(body).into_owned(),
        };
        self.0.lock().unwrap().push(question);
    }

    /// What was asked since the last look.
    pub fn take(&self) -> Vec<Question> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Elsewhere {
    /// `build` gets what the server's handlers note their questions in.
    pub async fn start(build: impl FnOnce(Asked) -> Router) -> Self {
        let asked = Asked::default();
        let router = build(asked.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, asked, task }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.task.abort();
    }
}
