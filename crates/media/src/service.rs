//! What services of every kind have in common: addresses below a root, and refusals in their own words.

use airis_domain::Json;
use airis_outbound::{Answer, Call, Outbound, OutboundError, Url};

/// Characters of a reason that a service gives.
const REASON: usize = 500;
/// Shorter values are no secrets, and taking them out would garble sentences.
const SHORTEST_SECRET: usize = 8;

/// A service did not do what it was asked.
#[derive(Debug)]
pub enum ServiceError {
    /// Why, in one sentence.
    Refused(String),
    Engine(OutboundError),
}

impl From<OutboundError> for ServiceError {
    fn from(error: OutboundError) -> Self {
        Self::Engine(error)
    }
}

type Result<T> = std::result::Result<T, ServiceError>;

/// Joins an address and a path, with the version that some servers want behind it.
pub fn under(base: &str, path: &str, version: &str) -> Result<String> {
    let shown: String = base.chars().take(200).collect();
    let mut url =
        Url::parse(base).map_err(|_| ServiceError::Refused(format!("\"{shown}\" is no address of a service")))?;
    url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
    if !version.is_empty() {
        url.query_pairs_mut().append_pair("api-version", version);
    }
    Ok(url.into())
}

/// Calls and reads JSON. A refusal is told in the service's own words, without `secret`.
pub async fn ask(outbound: &Outbound, call: Call, secret: &str) -> Result<Json> {
    Ok(fetch(outbound, call, secret).await?.json()?)
}

/// The same for an answer of any kind.
pub async fn fetch(outbound: &Outbound, call: Call, secret: &str) -> Result<Answer> {
    let answer = outbound.fetch(call).await?;
    if answer.status >= 400
        && let Some(reason) = answer.json().ok().as_ref().and_then(reason)
    {
        tracing::info!(status = answer.status, "a service refused");
        return Err(ServiceError::Refused(without(&reason, secret)));
    }
    Ok(answer.ok()?)
}

fn without(reason: &str, secret: &str) -> String {
    let cut: String = reason.chars().take(REASON).collect();
    if secret.len() < SHORTEST_SECRET { cut } else { cut.replace(secret, "***") }
}

/// The sentence of a refusal, wherever services have it.
fn reason(answer: &Json) -> Option<String> {
    const PLACES: [&str; 9] = [
        "/error/message",
        "/error",
        "/detail",
        "/detail/message",
        "/detail/0/msg",
        "/message",
        "/err_msg",
        "/errors",
        "/0/error/message",
    ];
    let text = |place: &&str| answer.pointer(place)?.as_str().map(str::trim).filter(|text| !text.is_empty());
    PLACES.iter().find_map(text).map(str::to_owned)
}
