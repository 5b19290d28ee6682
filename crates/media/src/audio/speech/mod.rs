//! Services that speak: what each is asked, and how its answer is read.

mod azure;
mod elevenlabs;
mod mistral;
mod openai;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::clip::Clip;
use super::listed::Named;
use super::order::Speech;
use super::setup::Setup;
use super::{AudioError, Result};

/// Has a text spoken by the service that administrators chose.
pub async fn run(setup: &Setup<'_>, speech: &Speech) -> Result<Clip> {
    match setup.text("tts.engine").as_str() {
        "openai" => openai::speak(setup, speech).await,
        "elevenlabs" => elevenlabs::speak(setup, speech).await,
        "azure" => azure::speak(setup, speech).await,
        "mistral" => mistral::speak(setup, speech).await,
        other => Err(unknown(other)),
    }
}

/// Models of that service. Where the browser speaks there are none.
pub async fn models(setup: &Setup<'_>) -> Result<Vec<Named>> {
    match setup.text("tts.engine").as_str() {
        "openai" => Ok(openai::models(setup).await),
        "elevenlabs" => elevenlabs::models(setup).await,
        _ => Ok(Vec::new()),
    }
}

/// Voices of that service.
pub async fn voices(setup: &Setup<'_>) -> Result<Vec<Named>> {
    match setup.text("tts.engine").as_str() {
        "openai" => Ok(openai::voices(setup).await),
        "elevenlabs" => elevenlabs::voices(setup).await,
        "azure" => azure::voices(setup).await,
        "mistral" => mistral::voices(setup).await,
        _ => Ok(Vec::new()),
    }
}

/// The same for the same words from the same voice: what is to be said, and everything that decides how it sounds.
pub fn fingerprint(setup: &Setup<'_>, speech: &Speech) -> String {
    let where_from = ["tts.engine", "tts.openai.api_base_url", "tts.azure.speech_base_url", "tts.azure.speech_region"]
        .map(|name| setup.text(name));
    let how = json!([
        where_from,
        setup.text("tts.azure.speech_output_format"),
        setup.text("tts.mistral.api_base_url"),
        setup.params("tts.openai.params"),
        speech.model,
        speech.voice,
        speech.format,
        speech.speed,
        speech.manner,
        speech.text,
    ]);
    hex::encode(Sha256::digest(how.to_string()))
}

fn unknown(engine: &str) -> AudioError {
    match engine {
        "" => AudioError::refused("No speech service is set up here; browsers can read aloud by themselves"),
        other => AudioError::Refused(format!("No speech service \"{other}\" that reads aloud is built in here")),
    }
}
