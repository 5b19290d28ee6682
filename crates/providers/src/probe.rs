//! Asking every connection whether it answers, for people who look for a fault.

use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::connection::{Connection, Kind};
use crate::{ProviderError, Providers, ollama, openai};

/// What one connection said.
#[derive(Debug)]
pub struct Probe {
    /// Position and kind, such as `openai 0`.
    pub name: String,
    pub url: String,
    /// Whether its settings turn it on; others are not asked.
    pub enabled: bool,
    /// No key is given; most servers elsewhere want one.
    pub without_key: bool,
    /// Models that it offers, or why none are known.
    pub models: Result<usize, ProviderError>,
    pub took: Duration,
}

impl Providers {
    /// Asks every connection at once; each has the deadline of model lists.
    pub async fn probe(&self) -> Vec<Probe> {
        let all = |kind| Connection::all(&self.inner.config, kind);
        join_all(all(Kind::OpenAi).into_iter().chain(all(Kind::Ollama)).map(|connection| self.ask(connection))).await
    }

    async fn ask(&self, connection: Connection) -> Probe {
        let begin = Instant::now();
        let enabled = connection.enabled();
        let without_key = connection.key.is_empty();
        let http = &self.inner.http;
        let models = match connection.kind {
            _ if !enabled => Ok(0),
            Kind::OpenAi => openai::models(http, &connection).await.map(|models| models.len()),
            Kind::Ollama => ollama::get(http, &connection, "/api/tags")
                .await
                .and_then(ollama::listed)
                .map(|tags| tags["models"].as_array().map_or(0, Vec::len)),
        };
        let kind = match connection.kind {
            Kind::OpenAi => "openai",
            Kind::Ollama => "ollama",
        };
        let name = format!("{kind} {}", connection.index);
        Probe { name, url: connection.place(), enabled, without_key, models, took: begin.elapsed() }
    }
}
