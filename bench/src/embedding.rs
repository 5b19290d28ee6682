//! The built-in embedding model through a server of its own, against ONNX Runtime with the same weights on the same machine
//! (`bench/reference/embed.py`): on one core and on all of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::report::Report;
use crate::server::Launch;
use crate::words::Words;

const MODEL: &str = "all-minilm-l6-v2";
const SENTENCES: usize = 1_000;
const SHORTEST: usize = 8;
const LONGEST: usize = 40;
/// Texts that are embedded once before, so that the model is loaded.
const WARM: usize = 32;
/// Least likeness of a vector and the reference's.
const ALIKE: f64 = 0.999;

/// `models` holds the model's folder; `reference` is the Python that has what the reference needs.
pub async fn measure(launch: &Launch, models: &Path, reference: Option<&PathBuf>, report: &mut Report) -> Result<()> {
    let sentences: Vec<String> = (0..SENTENCES)
        .map(|number| Words::new(number as u64 + 1).text(SHORTEST + number * 7 % (LONGEST - SHORTEST + 1)))
        .collect();
    let cores = std::thread::available_parallelism()?.get();
    for (threads, label) in [(1, "on one core".to_owned()), (cores, format!("on {cores} cores"))] {
        let row = format!("built-in embedding, sentences a second {label}");
        let (made, seconds) = ours(launch, models, threads, &sentences).await?;
        report.add("airis", &row, SENTENCES as f64 / seconds, "1/s");
        if let Some(python) = reference {
            let (theirs, seconds) = theirs(python, models, threads, &sentences)?;
            report.add("reference", &row, SENTENCES as f64 / seconds, "1/s");
            let least = made.iter().zip(&theirs).map(|(one, other)| likeness(one, other)).fold(1.0, f64::min);
            report.add("airis", &format!("least likeness to the reference's vectors, {label}"), least, "cosine");
            ensure!(least >= ALIKE, "a vector is {least} like the reference's");
        }
    }
    Ok(())
}

async fn ours(launch: &Launch, models: &Path, threads: usize, texts: &[String]) -> Result<(Vec<Vec<f32>>, f64)> {
    let env = vec![
        ("LOCAL_MODEL_PATH".to_owned(), models.canonicalize()?.display().to_string()),
        ("RAYON_NUM_THREADS".to_owned(), threads.to_string()),
    ];
    let launch = Launch { env, ..launch.clone() };
    let (server, token) = crate::ready(&launch).await?;
    let ask = async |texts: &[String]| -> Result<Value> {
        let (status, answer) =
            server.post("/api/v1/embeddings", &token, &json!({"model": MODEL, "input": texts})).await?;
        ensure!(status == 200, "{status} {answer}");
        Ok(answer)
    };
    ask(&texts[..WARM]).await?;
    let begin = Instant::now();
    let mut answer = ask(texts).await?;
    let seconds = begin.elapsed().as_secs_f64();
    server.stop().await;
    let data = answer["data"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let vectors: serde_json::Result<Vec<Vec<f32>>> =
        data.into_iter().map(|mut item| serde_json::from_value(item["embedding"].take())).collect();
    Ok((vectors?, seconds))
}

fn theirs(python: &Path, models: &Path, threads: usize, texts: &[String]) -> Result<(Vec<Vec<f32>>, f64)> {
    let folder = tempfile::tempdir()?;
    let (sentences, vectors) = (folder.path().join("sentences.json"), folder.path().join("vectors"));
    std::fs::write(&sentences, serde_json::to_vec(texts)?)?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/reference/embed.py");
    let mut command = Command::new(python);
    command.args([Path::new(script), &models.join(MODEL), &sentences, Path::new(&threads.to_string()), &vectors]);
    let done =
        command.env("RAYON_NUM_THREADS", threads.to_string()).output().context("the reference does not start")?;
    ensure!(done.status.success(), "the reference failed: {}", String::from_utf8_lossy(&done.stderr));
    let seconds = String::from_utf8_lossy(&done.stdout).trim().parse()?;
    let bytes = std::fs::read(vectors)?;
    let numbers: Vec<f32> =
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    Ok((numbers.chunks(numbers.len() / texts.len()).map(<[f32]>::to_vec).collect(), seconds))
}

fn likeness(one: &[f32], other: &[f32]) -> f64 {
    let product =
        |one: &[f32], other: &[f32]| -> f64 { one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    product(one, other) / (product(one, one) * product(other, other)).sqrt()
}
