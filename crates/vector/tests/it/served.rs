//! A small server of HTTP for tests: it hands each request to a function and remembers all of them.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What was asked: `GET /path?query`, the headers in small letters, the body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub what: String,
    pub headers: Vec<String>,
    pub body: String,
}

impl Asked {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What is said: status, more headers, each with its end of a line, and a body of JSON.
pub struct Reply {
    pub status: u16,
    pub headers: String,
    pub body: String,
}

impl From<(u16, String)> for Reply {
    fn from((status, body): (u16, String)) -> Self {
        Self { status, headers: String::new(), body }
    }
}

impl From<(u16, Value)> for Reply {
    fn from((status, body): (u16, Value)) -> Self {
        (status, body.to_string()).into()
    }
}

pub type Said = Pin<Box<dyn Future<Output = Reply> + Send>>;

pub struct Served {
    pub url: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Served {
    pub async fn new(say: impl Fn(Asked) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, say) = (Arc::new(Mutex::new(Vec::new())), Arc::new(say));
        let known = asked.clone();
        let serving = tokio::spawn(async move {
            let mut calls = tokio::task::JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                let (say, known) = (say.clone(), known.clone());
                calls.spawn(async move {
                    let mut connection = BufReader::new(connection);
                    if let Some(request) = read(&mut connection).await {
                        known.lock().unwrap().push(request.clone());
                        let Reply { status, headers, body } = say(request).await;
                        let head = format!(
                            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
                            body.len()
                        );
                        // Whoever asked may be gone.
                        _ = connection.write_all(format!("{head}{body}").as_bytes()).await;
                        _ = connection.shutdown().await;
                    }
                });
            }
        });
        Self { url, asked, serving }
    }

    /// What was asked since the last time, as `GET /path?query`.
    pub fn heard(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn read(connection: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers: Vec<String> = lines.iter().skip(1).map(|line| line.to_lowercase()).collect();
    let length = headers.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await.ok()?;
    let what = lines.first()?.trim_end_matches(" HTTP/1.1").to_owned();
    Some(Asked { what, headers, body: String::from_utf8(body).ok()? })
}
