//! Why a call gave no answer.

use std::error::Error;

/// A call that failed. The texts are for people and hold no credentials.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The address cannot be called.
    #[error("\"{0}\" is no address; it must begin with http:// or https://")]
    Address(String),
    /// The address leads to the machine itself or its cloud.
    #[error("{0} may not be called")]
    Forbidden(String),
    /// Nobody answered: the place and the reason.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    /// The place and the seconds that were waited.
    #[error("{0} did not answer within {1} s")]
    Late(String, u64),
    /// The place and the bytes that would have been read.
    #[error("the answer of {0} is larger than {1} bytes")]
    TooLarge(String, usize),
    /// The answer is not what was asked for: the place and what is wrong.
    #[error("{0} {1}")]
    Odd(String, String),
}

impl OutboundError {
    pub(crate) fn from_reqwest(error: &reqwest::Error, place: &str) -> Self {
        // The innermost reason is the one that helps; the outer ones repeat the address with its credentials.
        let mut inner: &dyn Error = error;
        while let Some(source) = inner.source() {
            inner = source;
        }
        Self::Unreachable(place.to_owned(), inner.to_string())
    }
}
