//! Many small files into a knowledge base, as people drop a folder: how long until all of them are found, and the memory
//! that it takes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::report::Report;
use crate::server::{Launch, Server};
use crate::words::Words;

const FILES: usize = 1_000;
/// Words of a file: one passage.
const WORDS: usize = 120;
/// Uploads at once, as a browser sends them.
const CLIENTS: usize = 6;
/// Seconds that it may take.
const PATIENCE: u64 = 1_800;

/// With the built-in embedding model where `models` holds it, else by their words alone.
pub async fn measure(launch: &Launch, models: Option<&Path>, report: &mut Report) -> Result<()> {
    let mut env = vec![("ENABLE_RAG_HYBRID_SEARCH".to_owned(), "true".to_owned())];
    let folder = models.map(Path::canonicalize).transpose()?;
    env.extend(folder.map(|folder| ("LOCAL_MODEL_PATH".to_owned(), folder.display().to_string())));
    let (server, token) = crate::ready(&Launch { env, ..launch.clone() }).await?;
    let form = json!({"name": "Folder", "description": ""});
    let (status, base) = server.post("/api/v1/knowledge/create", &token, &form).await?;
    ensure!(status == 200, "{status} {base}");
    let base = base["id"].as_str().context("no id")?.to_owned();

    let before = server.memory_mb()?;
    let begin = Instant::now();
    upload(&server, &token, &base).await?;
    let uploaded = begin.elapsed().as_secs_f64();
    let mut most: f64 = 0.0;
    loop {
        most = most.max(server.memory_mb()?);
        let listed = get(&server, &format!("/api/v1/knowledge/{base}/files?page=1"), &token).await?;
        let total = listed["total"].as_u64().context("no total")?;
        if total == FILES as u64 {
            break;
        }
        ensure!(begin.elapsed().as_secs() < PATIENCE, "{total} of {FILES} files are there after {PATIENCE} s");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let there = begin.elapsed().as_secs_f64();
    for number in (0..FILES).step_by(FILES / 20) {
        // By its words: where words and meaning are asked, meaning puts in order, and this word has none.
        let form = json!({"collection_names": [base], "query": mark(number), "k": 3, "hybrid_bm25_weight": 1});
        let (status, found) = server.post("/api/v1/retrieval/query/collection", &token, &form).await?;
        ensure!(status == 200 && found.to_string().contains(&mark(number)), "file {number} is not found: {found}");
    }
    let how = if models.is_some() { "with their vectors" } else { "by their words" };
    let mut add =
        |row: &str, value, unit| report.add(launch.name(), &format!("{FILES} small files: {row}"), value, unit);
    add("uploaded", uploaded, "s");
    add(&format!("all in the knowledge base, {how}"), there, "s");
    add("memory before", before, "MB");
    add("most memory while they are read", most, "MB");
    server.stop().await;
    Ok(())
}

/// A word that is in one file alone.
fn mark(number: usize) -> String {
    format!("quartz{number}x")
}

async fn upload(server: &Server, token: &str, base: &str) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (http, url, next) = (server.http.clone(), format!("{}/api/v1/files/", server.url), next.clone());
        let (token, metadata) = (token.to_owned(), json!({"knowledge_id": base}).to_string());
        tasks.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= FILES {
                    return anyhow::Ok(());
                }
                let text = format!("{} {}", mark(number), Words::new(number as u64 + 1).text(WORDS));
                let file = Part::text(text).file_name(format!("note-{number}.txt")).mime_str("text/plain")?;
                let form = Form::new().text("metadata", metadata.clone()).part("file", file);
                let answer = http.post(&url).bearer_auth(&token).multipart(form).send().await?;
                let status = answer.status();
                ensure!(status.is_success(), "file {number}: {status} {}", answer.text().await.unwrap_or_default());
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn get(server: &Server, path: &str, token: &str) -> Result<Value> {
    let answer = server.http.get(format!("{}{path}", server.url)).bearer_auth(token).send().await?;
    Ok(answer.error_for_status()?.json().await?)
}
