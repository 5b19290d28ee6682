//! What people send about their second factor. Texts have bounds, and nothing else may be sent along.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// The challenge to go on with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MfaChallengeForm {
    #[serde(deserialize_with = "token")]
    #[schema(format = Password, min_length = 20, max_length = 160)]
    pub challenge_token: String,
}

/// A code for a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MfaVerifyForm {
    #[serde(deserialize_with = "token")]
    #[schema(format = Password, min_length = 20, max_length = 160)]
    pub challenge_token: String,
    #[serde(deserialize_with = "code")]
    #[schema(format = Password, min_length = 1, max_length = 128)]
    pub code: String,
    /// The code is one of the recovery codes.
    #[serde(default)]
    pub recovery: bool,
}

/// A code of somebody who is signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MfaFactorForm {
    #[serde(deserialize_with = "code")]
    #[schema(format = Password, min_length = 1, max_length = 128)]
    pub code: String,
    /// The code is one of the recovery codes.
    #[serde(default)]
    pub recovery: bool,
}

/// An operator's ticket for a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MfaRecoveryForm {
    #[serde(deserialize_with = "token")]
    #[schema(format = Password, min_length = 20, max_length = 160)]
    pub challenge_token: String,
    #[serde(deserialize_with = "token")]
    #[schema(format = Password, min_length = 20, max_length = 160)]
    pub reset_token: String,
}

fn token<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    bounded(from, 20, 160)
}

fn code<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    bounded(from, 1, 128)
}

fn bounded<'de, D: Deserializer<'de>>(from: D, least: usize, most: usize) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if (least..=most).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(D::Error::custom(format_args!("a token or code must have {least} to {most} characters")))
}
