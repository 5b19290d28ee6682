//! What people learn about their second factor.

use airis_identity::Challenge;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;
use utoipa::ToSchema;

use super::views::SessionUserResponse;
use crate::error::{ApiError, Result};

/// What is to be done before a session is opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaChallengeResponse {
    /// `enroll`, `verify` or `recover`.
    pub next_step: String,
    pub challenge_token: String,
    /// Seconds.
    pub expires_in: i64,
}

impl From<Challenge> for MfaChallengeResponse {
    fn from(challenge: Challenge) -> Self {
        Self {
            next_step: challenge.step.as_str().to_owned(),
            challenge_token: challenge.token,
            expires_in: challenge.expires_in,
        }
    }
}

/// A secret for an authenticator app.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaSetupResponse {
    pub manual_key: String,
    /// A picture as a `data:` URI.
    pub qr_code: String,
}

/// A session just opened, and the codes for the day when the app is lost.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaEnrollmentResponse {
    #[serde(flatten)]
    pub session: SessionUserResponse,
    pub recovery_codes: Vec<String>,
}

/// The codes for the day when the app is lost.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaRecoveryCodesResponse {
    pub recovery_codes: Vec<String>,
}

/// How things stand for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaStatusResponse {
    /// The person has a second factor.
    pub enabled: bool,
    /// Nobody gets in without one.
    pub required: bool,
    pub recovery_codes_remaining: usize,
}

/// A text as a picture that phones read.
pub fn picture(text: &str) -> Result<String> {
    let code = QrCode::new(text).map_err(ApiError::internal)?;
    let image = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(format!("data:image/svg+xml;base64,{}", STANDARD.encode(image)))
}
