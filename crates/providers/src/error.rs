//! Why a provider gave no (whole) answer.

use airis_domain::Json;

/// A failure of a provider, in words a person can act on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// No connection offers this model.
    #[error("Model not found")]
    UnknownModel(String),
    /// The provider answered with an error; status and body as it sent them.
    #[error("{}", message(body))]
    Answer { status: u16, body: Json },
    /// Nobody answers at the address, or the answer broke off.
    #[error("{0}")]
    Unreachable(String),
    /// No byte came for too long.
    #[error("the provider was silent for {0} seconds")]
    Stalled(u64),
    /// The answer is not what the protocol says.
    #[error("the provider sent an unusable answer: {0}")]
    Broken(String),
    /// The built-in model cannot be used (file missing, cut off, too large…).
    #[error("{0}")]
    Local(String),
}

/// The human part of an error body: `error.message`, `error`, `detail` or `message`.
pub fn message(body: &Json) -> String {
    let candidates = [body.pointer("/error/message"), body.get("error"), body.get("detail"), body.get("message")];
    candidates.into_iter().flatten().find_map(Json::as_str).map_or_else(|| body.to_string(), str::to_owned)
}
