//! Measures airis against its budgets, and against a reference server beside it when one is named.
//!
//! Everything runs on this machine: a mock provider of our own, the servers, and the load. Each row says what was
//! measured and under which load; times are wall-clock, memory is resident size.

mod append;
mod embedding;
mod files;
mod http;
mod large;
mod mock;
mod pages;
mod passages;
mod people;
mod quality;
mod report;
mod server;
mod sockets;
mod streams;
mod words;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

use crate::report::Report;
use crate::server::{Kind, Launch, Server};

/// Measures airis against its budgets.
#[derive(Parser)]
struct Options {
    /// The release binary to measure.
    #[arg(long, default_value = "target/release/airis")]
    airis: PathBuf,
    /// A command that starts a reference server on `$PORT` with `$DATA_DIR`, measured in the same run.
    #[arg(long)]
    reference: Option<String>,
    /// Write the table to this file as well.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Rows to measure (all when empty): start, http, large, large-postgres, api, web, sockets, append, passages,
    /// pages, embedding, files, quality.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// An empty PostgreSQL database; what grows with the data is measured on it too.
    #[arg(long, env = "AIRIS_TEST_POSTGRES")]
    postgres: Option<String>,
    /// Chats, twenty messages each, in the measurement of much data.
    #[arg(long, default_value_t = 100_000)]
    chats: usize,
    /// Passages in the measurement of their store.
    #[arg(long, default_value_t = 1_000_000)]
    passages: usize,
    /// PDF files whose text is read in the measurement of pages, beside one that is made.
    #[arg(long, value_delimiter = ',')]
    pdf: Vec<PathBuf>,
    /// The folder of models that holds the one for embedding; without it, embedding and quality are not measured.
    #[arg(long, env = "AIRIS_TEST_MODELS")]
    models: Option<PathBuf>,
    /// The Python that runs the reference for embedding, see bench/reference.
    #[arg(long, env = "AIRIS_BENCH_PYTHON")]
    python: Option<PathBuf>,
    /// Streams at once in the stream measurements.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 32, 128, 512])]
    streams: Vec<usize>,
    /// The same for the reference.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 32, 128])]
    reference_streams: Vec<usize>,
    /// Web-client streams at once in the delivery measurement.
    #[arg(long, value_delimiter = ',', default_values_t = [600, 1_000])]
    web_streams: Vec<usize>,
    /// Idle sockets in the socket memory measurement.
    #[arg(long, default_value_t = 1_000)]
    sockets: usize,
}

impl Options {
    fn sizes(&self, launch: &Launch) -> &[usize] {
        if matches!(launch.kind, Kind::Airis(_)) { &self.streams } else { &self.reference_streams }
    }

    fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == row)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    rustls::crypto::ring::default_provider().install_default().ok();
    let mock = mock::serve().await?;
    let mut report = Report::new();
    measure(
        &options,
        &Launch { kind: Kind::Airis(options.airis.clone()), mock: mock.clone(), database: None, env: Vec::new() },
        &mut report,
    )
    .await
    .context("measuring airis")?;
    if let Some(command) = &options.reference {
        let kind = Kind::Reference(command.clone());
        let launch = Launch { kind, mock: mock.clone(), database: None, env: Vec::new() };
        measure(&options, &launch, &mut report).await.context("measuring the reference")?;
    }
    if options.wants("passages") {
        passages::measure(options.passages, &mut report).await.context("measuring passages")?;
    }
    if options.wants("pages") {
        pages::measure(&options.pdf, &mut report).context("measuring pages")?;
    }
    let table = report.table();
    println!("{table}");
    if let Some(path) = &options.out {
        std::fs::write(path, table)?;
    }
    Ok(())
}

/// All rows for one server; each part starts from a fresh data folder.
async fn measure(options: &Options, launch: &Launch, report: &mut Report) -> Result<()> {
    let name = launch.name();
    if options.wants("start") {
        let tries = if matches!(launch.kind, Kind::Airis(_)) { 5 } else { 1 };
        let row = "start to first 200 on /health, fresh data (airis: median of 5)";
        report.add(name, row, launch.start_time(tries).await?, "ms");
        if let Kind::Airis(path) = &launch.kind {
            report.add(name, "binary with client", std::fs::metadata(path)?.len() as f64 / 1e6, "MB");
        }
        let server = launch.start().await?;
        server.sign_up().await?;
        // What hashing the password took is given back within seconds.
        tokio::time::sleep(std::time::Duration::from_secs(20)).await;
        report.add(name, "idle memory, one account", server.memory_mb()?, "MB");
        server.stop().await;
    }
    if options.wants("http") {
        tolerate(launch, "http", http::measure(launch, report).await)?;
    }
    if matches!(launch.kind, Kind::Airis(_)) {
        if options.wants("large") {
            large::measure(launch, options.chats, report).await?;
        }
        if let Some(database) = options.postgres.clone().filter(|_| options.wants("large-postgres")) {
            let launch = Launch { database: Some(database), ..launch.clone() };
            large::measure(&launch, options.chats, report).await?;
        }
        if let Some(models) = options.models.as_deref().filter(|_| options.wants("embedding")) {
            embedding::measure(launch, models, options.python.as_ref(), report).await?;
        }
        if options.wants("files") {
            files::measure(launch, options.models.as_deref(), report).await?;
        }
        if let Some(models) = options.models.as_deref().filter(|_| options.wants("quality")) {
            quality::measure(launch, models, report).await?;
        }
    }
    if options.wants("api") {
        tolerate(launch, "api", streams::measure(launch, options.sizes(launch), report).await)?;
    }
    if options.wants("web") {
        tolerate(launch, "web", sockets::measure_streams(launch, options.sizes(launch), report).await)?;
        if matches!(launch.kind, Kind::Airis(_)) {
            for &size in &options.web_streams {
                sockets::measure_delivery(launch, size, report).await?;
            }
        }
    }
    if options.wants("sockets") {
        tolerate(launch, "sockets", sockets::measure_idle(launch, options.sockets, report).await)?;
    }
    if options.wants("append") {
        tolerate(launch, "append", append::measure(launch, report).await)?;
    }
    Ok(())
}

/// A load that the reference does not bear leaves its rows empty; one that airis does not bear ends the run.
fn tolerate(launch: &Launch, part: &str, outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(error) if matches!(launch.kind, Kind::Reference(_)) => {
            eprintln!("reference: {part} gave up: {error:#}");
            Ok(())
        }
        outcome => outcome.context(part.to_owned()),
    }
}

/// A server that is up, with an administrator signed in.
async fn ready(launch: &Launch) -> Result<(Server, String)> {
    let server = launch.start().await?;
    let token = server.sign_up().await?;
    Ok((server, token))
}
