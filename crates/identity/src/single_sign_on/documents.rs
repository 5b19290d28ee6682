//! Documents of providers that change rarely: discovery, public keys. Kept for a while, asked for by one at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use airis_domain::Json;
use airis_outbound::{Call, Outbound};
use dashmap::DashMap;
use tokio::sync::Mutex;

use super::error::SignOnError;

/// How long a document is as good as new.
pub(super) const FRESH: Duration = Duration::from_secs(3_600);
/// How old it may get while the provider does not answer.
const STALE: Duration = Duration::from_secs(86_400);
/// How long a provider that did not answer is left alone.
const REST: Duration = Duration::from_secs(5);
/// Bytes of the largest document.
const LIMIT: usize = 1024 * 1024;
/// Addresses kept; administrators may have tried a few.
const MOST: usize = 32;

#[derive(Default)]
struct Kept {
    document: Option<(Instant, Arc<Json>)>,
    problem: Option<(Instant, String)>,
}

/// The documents by address.
#[derive(Default)]
pub(super) struct Documents {
    kept: DashMap<String, Arc<Mutex<Kept>>>,
}

impl Documents {
    /// The document at an address, not older than `age` where its server answers.
    pub(super) async fn get(
        &self,
        outbound: &Outbound,
        url: &str,
        seconds: u64,
        age: Duration,
    ) -> Result<Arc<Json>, SignOnError> {
        if self.kept.len() >= MOST && !self.kept.contains_key(url) {
            self.kept.clear();
        }
        let place = self.kept.entry(url.to_owned()).or_default().clone();
        let mut kept = place.lock().await;
        if let Some((at, document)) = &kept.document
            && at.elapsed() < age
        {
            return Ok(document.clone());
        }
        if kept.problem.as_ref().is_none_or(|(at, _)| at.elapsed() >= REST) {
            match fetch(outbound, url, seconds).await {
                Ok(document) => {
                    let document = Arc::new(document);
                    *kept = Kept { document: Some((Instant::now(), document.clone())), problem: None };
                    return Ok(document);
                }
                Err(error) => {
                    tracing::warn!(%error, "a document of an identity provider cannot be read");
                    kept.problem = Some((Instant::now(), error.to_string()));
                }
            }
        }
        match (&kept.document, &kept.problem) {
            (Some((at, document)), _) if at.elapsed() < STALE => Ok(document.clone()),
            (_, Some((_, problem))) => Err(SignOnError::broken(problem)),
            (_, None) => Err(SignOnError::broken(format!("{url} has no document"))),
        }
    }
}

async fn fetch(outbound: &Outbound, url: &str, seconds: u64) -> Result<Json, airis_outbound::OutboundError> {
    let call = Call::get(url).header("accept", "application/json").within(seconds).at_most(LIMIT);
    outbound.fetch(call).await?.ok()?.json()
}
