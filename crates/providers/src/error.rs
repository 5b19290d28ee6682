//! Why a provider gave no (whole) answer.

use airis_budgets::{BudgetError, Refusal};
use airis_domain::Json;

use crate::words;

/// A failure of a provider, in words a person can act on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// No connection offers this model.
    #[error("Model not found")]
    UnknownModel(String),
    /// The provider answered with an error; status and body as it sent them, without the connection's secrets.
    #[error("{}", refused(*status, body))]
    Answer { status: u16, body: Json },
    /// Nobody answers at the address, or the answer broke off.
    #[error("{0}")]
    Unreachable(String),
    /// No byte came for too long.
    #[error(
        "the provider was silent for {0} s and was given up; it may be overloaded or stuck: try again, or look at its log"
    )]
    Stalled(u64),
    /// The answer is not what the protocol says.
    #[error("the provider sent an unusable answer: {0}")]
    Broken(String),
    /// The built-in model cannot be used (file missing, cut off, too large…).
    #[error("{0}")]
    Local(String),
    /// Nobody was asked: the person's budget is used up.
    #[error(transparent)]
    OverBudget(#[from] Refusal),
    /// Nobody was asked: what may still be spent cannot be read.
    #[error("what may still be spent cannot be read: {0}")]
    Budgets(String),
}

impl From<BudgetError> for ProviderError {
    fn from(error: BudgetError) -> Self {
        match error {
            BudgetError::Over(refusal) => Self::OverBudget(refusal),
            BudgetError::Store(error) => Self::Budgets(error.to_string()),
        }
    }
}

/// What a status means to people, with the provider's own words behind it.
fn refused(status: u16, body: &Json) -> String {
    let meaning = match status {
        401 => "the provider does not accept the key of the connection",
        402 => "the provider wants to be paid first",
        403 => "the provider does not allow this with the key of the connection",
        404 => "the provider knows no such model or address",
        408 | 504 => "the provider ran out of time; try again",
        413 => "the request is too large for the provider",
        429 => "the provider takes no more requests for now; try again later",
        503 | 529 => "the provider is overloaded; try again later",
        500.. => "the provider failed; try again, or look at its log",
        _ => "the provider refuses the request",
    };
    match words::said(body) {
        Some(said) => format!("{meaning} ({status}): {said}"),
        None => format!("{meaning} ({status})"),
    }
}
