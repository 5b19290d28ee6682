//! API mode: what the server adds between a provider's first token and the caller, and how many tokens pass per second.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures::StreamExt;
use serde_json::json;

use crate::mock::micros;
use crate::report::{Report, percentile};
use crate::server::Launch;

/// Rounds of first tokens: the worst of a hundred says little when there are a hundred.
const ROUNDS: usize = 5;

/// One stream: delay of the first token in milliseconds, and tokens received.
struct Heard {
    first_ms: f64,
    tokens: usize,
}

pub async fn measure(launch: &Launch, sizes: &[usize], report: &mut Report) -> Result<()> {
    let (server, token) = crate::ready(launch).await?;
    let ours = format!("{}/api/chat/completions", server.url);
    let direct = format!("{}/chat/completions", launch.mock);
    for &size in sizes {
        // A warm-up each, so that no side pays for connections and model lists.
        round(&direct, "sk-bench", "mock-1-0", size.min(32)).await?;
        round(&ours, &token, "mock-1-0", size.min(32)).await?;
        let (mut base, mut through) = (Vec::new(), Vec::new());
        // In turns, so that what else the machine does falls on both.
        for _ in 0..ROUNDS {
            base.extend(round(&direct, "sk-bench", "mock-200-50", size).await?.iter().map(|heard| heard.first_ms));
            through.extend(round(&ours, &token, "mock-200-50", size).await?.iter().map(|heard| heard.first_ms));
        }
        for (label, share) in [("p50", 0.5), ("p99", 0.99)] {
            let added = (percentile(&mut through, share) - percentile(&mut base, share)).max(0.0);
            report.add(
                launch.name(),
                &format!("API streams, {size} at once: added first-token latency {label}"),
                added,
                "ms",
            );
        }
        let begin = Instant::now();
        let tokens: usize = round(&ours, &token, "mock-200-0", size).await?.iter().map(|heard| heard.tokens).sum();
        ensure!(tokens == size * 200, "{tokens} of {} tokens arrived", size * 200);
        let rate = tokens as f64 / begin.elapsed().as_secs_f64();
        report.add(launch.name(), &format!("API streams, {size} at once: tokens per second"), rate, "1/s");
    }
    server.stop().await;
    Ok(())
}

/// `size` streams at once. The first-token delay counts from the provider's own clock in the token.
async fn round(url: &str, token: &str, model: &str, size: usize) -> Result<Vec<Heard>> {
    let http = reqwest::Client::builder().tcp_nodelay(true).build()?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..size {
        let (http, url, token, model) = (http.clone(), url.to_owned(), token.to_owned(), model.to_owned());
        tasks.spawn(async move { listen(&http, &url, &token, &model).await });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn listen(http: &reqwest::Client, url: &str, token: &str, model: &str) -> Result<Heard> {
    let body = json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "go"}]});
    let answer = http.post(url).bearer_auth(token).json(&body).send().await?;
    ensure!(answer.status().is_success(), "status {}", answer.status());
    let mut heard = Heard { first_ms: f64::NAN, tokens: 0 };
    let (mut stream, mut rest) = (answer.bytes_stream(), Vec::new());
    while let Some(bytes) = stream.next().await {
        let now = micros();
        rest.extend_from_slice(&bytes?);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            let Some(sent) = stamp(&String::from_utf8_lossy(&line)) else { continue };
            if heard.tokens == 0 {
                heard.first_ms = now.saturating_sub(sent) as f64 / 1e3;
            }
            heard.tokens += 1;
        }
    }
    ensure!(heard.tokens > 0, "no token arrived");
    Ok(heard)
}

/// The microsecond inside a token of the mock provider.
fn stamp(line: &str) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_str(line.strip_prefix("data: ")?.trim()).ok()?;
    value["choices"][0]["delta"]["content"].as_str()?.trim().parse().context("no stamp").ok()
}
