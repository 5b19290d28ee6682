//! How well questions find what answers them: 130 questions to the documents of airis as they once were
//! (`bench/quality/`), asked through the test bench of a server with the built-in embedding model. What it finds is the same on
//! every machine.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::report::Report;
use crate::server::{Launch, Server};

/// Passages that count.
const WANTED: &str = "10";
/// Questions in one request, which may take two minutes.
const TOGETHER: usize = 5;
const MODEL: &str = "all-minilm-l6-v2";

/// A question with words of a passage that answers it; some have several.
#[derive(Deserialize)]
struct Pair {
    question: String,
    text: String,
}

/// Means over all questions, from 0 to 1.
#[derive(Clone, Copy, Default)]
struct Found {
    ndcg: f64,
    recall: f64,
}

/// `models` is a folder with the built-in embedding model.
pub async fn measure(launch: &Launch, models: &Path, report: &mut Report) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("quality");
    let pairs: Vec<Pair> = serde_json::from_slice(&std::fs::read(folder.join("questions.json"))?)?;
    ensure!(models.join(MODEL).is_dir(), "there is no {MODEL} in {}", models.display());
    let hybrid = json!({"hybrid": true, "hybrid_bm25_weight": 0.5, "rerank": false});
    let reranked = json!({"hybrid": true, "hybrid_bm25_weight": 0.5, "rerank": true});
    let found = ask(launch, models, &folder, &pairs, &json!([hybrid, reranked])).await?;
    let empty = tempfile::tempdir()?;
    let words = ask(launch, empty.path(), &folder, &pairs, &json!([])).await?;
    let rows = ["by meaning alone", "by meaning and words", "by both, reranked"];
    for (row, found) in rows.iter().zip(&found).chain([(&"by words alone", &words[0])]) {
        report.add("airis", &format!("quality: {row}: nDCG@10"), found.ndcg, "share");
        report.add("airis", &format!("quality: {row}: recall@10"), found.recall, "share");
    }
    let more = (found[2].ndcg - found[0].ndcg) * 100.0;
    report.add("airis", "quality: by both, reranked, above meaning alone: nDCG@10 (10 wanted)", more, "points");
    Ok(())
}

/// What came of the settings in force (meaning alone, where a model makes vectors), then of the others.
async fn ask(launch: &Launch, models: &Path, folder: &Path, pairs: &[Pair], settings: &Value) -> Result<Vec<Found>> {
    let models = models.canonicalize()?.display().to_string();
    let variables = [
        ("LOCAL_MODEL_PATH", models.as_str()),
        ("RAG_EMBEDDING_MODEL", MODEL),
        ("RAG_RERANKING_MODEL", MODEL),
        ("RAG_TOP_K", WANTED),
        ("RAG_TOP_K_RERANKER", WANTED),
    ];
    let env = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let (server, token) = crate::ready(&Launch { env, ..launch.clone() }).await?;
    let knowledge = fill(&server, &token, &folder.join("documents")).await?;
    let mut sums = Vec::new();
    let (mut count, mut at) = (0.0, 0);
    while at < pairs.len() {
        // Pairs with the same question stay together.
        let mut end = (at + TOGETHER).min(pairs.len());
        while end < pairs.len() && pairs[end].question == pairs[end - 1].question {
            end += 1;
        }
        let some: Vec<Value> =
            pairs[at..end].iter().map(|pair| json!({"question": pair.question, "text": pair.text})).collect();
        let form = json!({"knowledge_id": knowledge, "pairs": some, "settings": settings});
        let (status, body) = server.post("/api/v1/airis/retrieval/bench", &token, &form).await?;
        ensure!(status == 200, "the test bench: {status} {body}");
        let questions = body["questions"].as_array().context("no questions")?.len() as f64;
        let runs = body["runs"].as_array().context("no runs")?;
        sums.resize(runs.len(), Found::default());
        for (sum, run) in sums.iter_mut().zip(runs) {
            sum.ndcg += run["ndcg"].as_f64().context("no nDCG")? * questions;
            sum.recall += run["recall"].as_f64().context("no recall")? * questions;
        }
        (count, at) = (count + questions, end);
    }
    server.stop().await;
    Ok(sums.into_iter().map(|sum| Found { ndcg: sum.ndcg / count, recall: sum.recall / count }).collect())
}

/// A knowledge base of all documents.
async fn fill(server: &Server, token: &str, folder: &Path) -> Result<String> {
    let form = json!({"name": "Documents", "description": "As they once were", "access_grants": []});
    let (status, made) = server.post("/api/v1/knowledge/create", token, &form).await?;
    ensure!(status == 200, "a knowledge base: {status} {made}");
    let id = made["id"].as_str().context("no id")?.to_owned();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let part = reqwest::multipart::Part::bytes(std::fs::read(&path)?).file_name(name).mime_str("text/markdown")?;
        let form = reqwest::multipart::Form::new().part("file", part);
        let url = format!("{}/api/v1/files/?process=true&process_in_background=false", server.url);
        let answer = server.http.post(url).bearer_auth(token).multipart(form).send().await?.error_for_status()?;
        let file: Value = answer.json().await?;
        let form = json!({"file_id": file["id"]});
        let (status, body) = server.post(&format!("/api/v1/knowledge/{id}/file/add"), token, &form).await?;
        ensure!(status == 200, "{}: {status} {body}", path.display());
    }
    Ok(id)
}
