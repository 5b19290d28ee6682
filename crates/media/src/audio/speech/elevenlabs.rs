//! ElevenLabs.

use airis_outbound::Call;
use serde_json::json;

use crate::audio::clip::Clip;
use crate::audio::listed::{Named, read};
use crate::audio::order::Speech;
use crate::audio::setup::Setup;
use crate::audio::{AudioError, Result};
use crate::service::under;

pub async fn speak(setup: &Setup<'_>, speech: &Speech) -> Result<Clip> {
    // The voice is a part of the address.
    if speech.voice.is_empty() || !speech.voice.bytes().all(|sign| sign.is_ascii_alphanumeric()) {
        return Err(AudioError::refused("ElevenLabs knows voices by their id, which has letters and digits only"));
    }
    let mut body = json!({"text": speech.text});
    if !speech.model.is_empty() {
        body["model_id"] = json!(speech.model);
    }
    if let Some(speed) = speech.speed {
        body["voice_settings"] = json!({"speed": speed});
    }
    let (address, key) = at(setup, &format!("v1/text-to-speech/{}", speech.voice))?;
    let call = Call::post(address).header("xi-api-key", &key).header("accept", "audio/mpeg").json(&body);
    setup.sound(call, &key).await
}

pub async fn models(setup: &Setup<'_>) -> Result<Vec<Named>> {
    list(setup, "v1/models").await
}

pub async fn voices(setup: &Setup<'_>) -> Result<Vec<Named>> {
    list(setup, "v1/voices").await
}

async fn list(setup: &Setup<'_>, path: &str) -> Result<Vec<Named>> {
    let (address, key) = at(setup, path)?;
    Ok(read(&setup.shortly(Call::get(address).header("xi-api-key", &key), &key).await?))
}

/// An address with the key that it takes.
fn at(setup: &Setup<'_>, path: &str) -> Result<(String, String)> {
    Ok((under(setup.elevenlabs(), path, "")?, setup.needed("tts.api_key")?))
}
