//! Requests per second of two hot reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::report::{Report, percentile};
use crate::server::{Launch, Server};

const CLIENTS: usize = 16;
const SECONDS: u64 = 5;

pub async fn measure(launch: &Launch, report: &mut Report) -> Result<()> {
    let (server, token) = crate::ready(launch).await?;
    for (label, path) in [("/api/config", "/api/config"), ("chat list, empty", "/api/v1/chats/?page=1")] {
        let (rate, mut delays) = hammer(&server, &[path.to_owned()], &token, CLIENTS).await?;
        report.add(launch.name(), &format!("{label}: requests per second, {CLIENTS} clients"), rate, "1/s");
        report.add(launch.name(), &format!("{label}: p99"), percentile(&mut delays, 0.99), "ms");
    }
    server.stop().await;
    Ok(())
}

/// Asks for `paths` in turn, again and again for some seconds; requests per second and every delay in milliseconds.
pub async fn hammer(server: &Server, paths: &[String], token: &str, clients: usize) -> Result<(f64, Vec<f64>)> {
    let urls: Arc<[String]> = paths.iter().map(|path| format!("{}{path}", server.url)).collect();
    let failed = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    let end = begin + Duration::from_secs(SECONDS);
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..clients {
        let (http, urls, token, failed) = (server.http.clone(), urls.clone(), token.to_owned(), failed.clone());
        tasks.spawn(async move {
            let mut delays = Vec::new();
            let mut turn = client;
            while Instant::now() < end {
                turn += 1;
                let url = &urls[turn % urls.len()];
                let asked = Instant::now();
                match http.get(url).bearer_auth(&token).send().await {
                    Ok(answer) if answer.status().is_success() => match answer.bytes().await {
                        Ok(_) => delays.push(asked.elapsed().as_secs_f64() * 1e3),
                        Err(_) => _ = failed.fetch_add(1, Ordering::Relaxed),
                    },
                    _ => _ = failed.fetch_add(1, Ordering::Relaxed),
                }
            }
            delays
        });
    }
    let delays: Vec<f64> = tasks.join_all().await.into_iter().flatten().collect();
    ensure!(failed.load(Ordering::Relaxed) == 0, "{paths:?}: {} requests failed", failed.load(Ordering::Relaxed));
    Ok((delays.len() as f64 / begin.elapsed().as_secs_f64(), delays))
}
