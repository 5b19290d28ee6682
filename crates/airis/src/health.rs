//! `airis healthcheck`: for containers and supervisors.

use std::time::Duration;

use airis_config::Settings;
use anyhow::{Context, Result, bail};

/// How long a healthy server may take to say so.
const DEADLINE: Duration = Duration::from_secs(5);

/// Asks `/health` of this machine's server, or of another one.
pub async fn check(settings: &Settings, url: Option<String>) -> Result<()> {
    let base = url.unwrap_or_else(|| format!("http://{}:{}", reachable(&settings.host), settings.port));
    let address = format!("{}/health", base.trim_end_matches('/'));
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(airis_outbound::encryption())
        .timeout(DEADLINE)
        .no_proxy()
        .build()?;
    let answer = client.get(&address).send().await.with_context(|| format!("no server answers at {base}"))?;
    if !answer.status().is_success() {
        bail!("{address} answers {}", answer.status());
    }
    Ok(())
}

/// An address to listen on everywhere is reached at home.
fn reachable(host: &str) -> String {
    match host {
        "0.0.0.0" | "" => "127.0.0.1".to_owned(),
        "::" | "[::]" => "[::1]".to_owned(),
        host if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
        host => host.to_owned(),
    }
}
